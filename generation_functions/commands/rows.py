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
  python run_augmentoolkit.py rows outputs/mine --dataset pairs -n 10
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

    files = sorted((args.output_dir / "datasets").rglob("*.jsonl"))
    if args.dataset:
        files = [file for file in files if file.stem == args.dataset]
    if not files:
        wanted = f"no dataset {args.dataset}" if args.dataset else "no datasets"
        raise UsageError(f"{args.output_dir} has {wanted}; has the run completed? See its report.html")
    shown = []
    for file in files:
        for row in islice(_chosen(file, args.id), args.n):
            sources = next(
                (line for line in find_provenance(args.output_dir, row["id"]) if line["dataset"] == file.stem), {}
            )
            shown.append({"dataset": file.stem, "row": row, "provenance": sources})
    if args.json:
        console.json({"rows": shown})
        return 0
    for item in shown:
        _print(item, console, with_calls=bool(args.id))
    if not shown:
        raise UsageError(f"no row's id begins with {args.id}")
    return 0


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
