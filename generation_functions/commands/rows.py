"""`rows`: look at a dataset's rows, and where each comes from."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from textwrap import indent, shorten
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json

if TYPE_CHECKING:
    from generation_functions.commands.console import Console

NAME = "rows"
HELP = "show rows of a run's datasets, with their sources and calls"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py rows outputs/mine                     the first rows of each dataset
  python run_augmentoolkit.py rows outputs/mine --dataset sft_run/chat -n 10
  python run_augmentoolkit.py rows outputs/mine --id 3cf179030046   one row, with every call behind it
"""
_WIDTH = 400


def add_arguments(parser: ArgumentParser) -> None:
    """What `rows` takes."""
    parser.add_argument("output_dir", metavar="OUTPUT_DIR", type=Path, help="the folder of a run")
    parser.add_argument("--dataset", metavar="NAME", help="only this dataset")
    parser.add_argument("-n", type=int, default=3, metavar="N", help="rows of each dataset (3)")
    parser.add_argument("--id", metavar="ID", help="only the row whose id begins like this, with its calls")
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Print rows."""
    from generation_functions.datasets.provenance import find_provenance
    from generation_functions.errors import UsageError

    known = _datasets(args.output_dir)
    if not known:
        raise UsageError(f"{args.output_dir} has no datasets; has the run completed? See its report.html")
    chosen = {name: known[name] for name in known if args.dataset in (None, name, name.rpartition("/")[2])}
    if not chosen:
        raise UsageError(f"{args.output_dir} has no dataset {args.dataset}; it has: {', '.join(known)}")
    shown = []
    for name, (file, told) in chosen.items():
        for row in islice(_chosen(file, args.id), args.n):
            lines = find_provenance(args.output_dir, row["id"])
            sources = next((line for line in lines if line["dataset"] == told), {})
            shown.append({"dataset": name, "row": row, "provenance": sources})
    if args.json:
        console.json({"rows": shown})
        return 0
    for item in shown:
        _print(item, console, with_calls=bool(args.id))
    if not shown:
        raise UsageError(f"no row's id begins with {args.id}")
    return 0


def _datasets(output_dir: Path) -> dict[str, tuple[Path, str]]:
    """Files of rows by name: those that the summary lists, wherever they lie, and what else is in datasets/.

    With each, the name by which provenance knows it. Of two that share one, the second is called by its file.
    """
    from generation_functions.run_folder import read_json
    from generation_functions.run_output import DATASETS, SUMMARY_FILE

    listed = read_json(output_dir / SUMMARY_FILE).get("datasets", [])
    files = {output_dir / dataset["file"]: str(dataset["name"]) for dataset in listed}
    folder = output_dir / DATASETS
    for file in sorted(folder.rglob("*.jsonl")):
        files.setdefault(file, file.relative_to(folder).with_suffix("").as_posix())
    found: dict[str, tuple[Path, str]] = {}
    for file, name in files.items():
        if file.suffix == ".jsonl" and file.is_file():
            found[file.relative_to(output_dir).as_posix() if name in found else name] = file, name
    return found


def _chosen(file: Path, beginning: str | None) -> Iterator[dict[str, Any]]:
    import orjson

    with file.open("rb") as lines:
        for line in lines:
            row = orjson.loads(line)
            if beginning is None or row["id"].startswith(beginning):
                yield row


def _print(item: dict[str, Any], console: Console, *, with_calls: bool) -> None:
    from generation_functions.datasets.rows import row_messages, row_texts
    from generation_functions.errors import UsageError

    row, provenance = item["row"], item["provenance"]
    console.say(f"\n{item['dataset']} {row['id']}")
    try:
        turns = [(turn["role"], turn["content"]) for turn in row_messages(row)]
    except UsageError:  # text and segments hold no turns
        turns = [("text", text) for text in row_texts(row)]
    for role, content in turns:
        text = content if with_calls else shorten(content, _WIDTH, placeholder=" ...")
        console.say(indent(f"{role}: {text}", "  "))
    for source in provenance.get("sources", []):
        page = f", page {source['page']}" if source.get("page") else ""
        console.say(f"  from {source['file']}{page}, characters {source['start']}-{source['end']}")
    if with_calls:
        for call in provenance.get("calls", []):
            console.say(f"  call {call['key'][:12]}  {call['step']}, {call['model']}, attempt {call['attempts']}")
