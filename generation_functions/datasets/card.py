"""The dataset card: README.md beside the data, with the metadata that the Hugging Face hub reads."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson
import yaml

from generation_functions.datasets.card_metadata import card_metadata
from generation_functions.datasets.charts import histogram_svg
from generation_functions.datasets.figures import count, dollars, number
from generation_functions.datasets.holdout import EVAL_QUESTIONS_FILE
from generation_functions.datasets.jsonl import write_text
from generation_functions.datasets.rows import Row
from generation_functions.datasets.summary import (
    DatasetSummary,
    RunSummary,
    Totals,
    all_steps,
    complete_summary,
    contradictions,
    reasons_of_skipping,
    records_without_row,
    totals,
)

CARD_FILE = "README.md"
MOST_DOCUMENTS = 50
MOST_EXAMPLES = 2
MOST_CHARACTERS = 600


def write_card(folder: Path, summary: Mapping[str, Any]) -> Path:
    """Writes README.md and the pictures it shows into `folder`; returns the card's path.

    Two runs of one config on one input give the same card: it holds no date and no duration.
    """
    run = complete_summary(summary)
    pictures = {}
    for dataset in run["datasets"]:
        if dataset["lengths"]:
            picture = f"images/lengths-{dataset['name'].replace('/', '-')}.svg"
            svg = histogram_svg(dataset["lengths"], dataset["name"], standalone=True)
            write_text(folder / picture, svg)
            pictures[dataset["name"]] = picture
    path = folder / CARD_FILE
    write_text(path, card_text(run, pictures, eval_questions=(folder / EVAL_QUESTIONS_FILE).is_file()))
    return path


def card_text(run: RunSummary, pictures: Mapping[str, str], *, eval_questions: bool) -> str:
    """The whole card."""
    metadata = yaml.safe_dump(
        card_metadata(run, eval_questions=eval_questions), sort_keys=False, allow_unicode=True, width=1000
    )
    sums = totals(run)
    sections = [
        f"# {_inline(run['title'])}",
        _inline(run["description"]),
        _contents(run, sums, eval_questions=eval_questions),
        _sources(run, sums),
        _making(run),
        _coverage(run),
        _funnel(run),
        *(_dataset(dataset, pictures.get(dataset["name"])) for dataset in run["datasets"]),
        _limits(run, sums),
    ]
    return f"---\n{metadata}---\n\n" + "\n\n".join(section for section in sections if section) + "\n"


def _contents(run: RunSummary, sums: Totals, *, eval_questions: bool) -> str:
    lines = [
        f"{count(sums.rows, 'row')} with {count(sums.tokens, 'token')}, made from "
        f"{count(sums.documents, 'document')} with the pipeline `{run['pipeline']}` of Augmentoolkit.",
        "",
        *_table(
            ("dataset", "format", "rows", "tokens", "file"),
            (
                (
                    _inline(dataset["name"]),
                    dataset["format"],
                    number(dataset["rows"]),
                    number(dataset["tokens"]),
                    _code(dataset["file"]),
                )
                for dataset in run["datasets"]
            ),
        ),
        "",
        "`provenance.jsonl` says for every row on which passage it rests and how it was made.",
    ]
    if eval_questions:
        lines.append(f"`{EVAL_QUESTIONS_FILE}` holds questions of chunks that no row above asks about, to test with.")
    return "\n".join(lines)


def _sources(run: RunSummary, sums: Totals) -> str:
    read, skipped = run["documents"]["read"], reasons_of_skipping(run)
    if not read and not skipped:
        return ""
    lines = ["## Sources", ""]
    if read:
        lines += _table(
            ("document", "licence", "chunks", "tokens", "SHA-256"),
            (
                (
                    _inline(document["file"]),
                    _inline(document["licence"] or "not known"),
                    number(document["chunks"]),
                    number(document["tokens"]),
                    f"`{document['sha256'][:16]}`",
                )
                for document in read[:MOST_DOCUMENTS]
            ),
        )
    if len(read) > MOST_DOCUMENTS:
        lines += ["", f"and {count(len(read) - MOST_DOCUMENTS, 'more document')}."]
    if skipped:
        lines += ["", f"**{count(sums.skipped, 'document')} could not be read** and left out:", ""]
        lines += [f"- {_inline(reason)} ({count(times, 'document')})" for reason, times in skipped]
    return "\n".join(lines)


def _making(run: RunSummary) -> str:
    calls = run["calls"]
    lines = ["## How it was made", ""]
    lines += [f"- {_inline(model['parameter'] or 'model')}: {_code(model['name'])}" for model in run["models"]]
    if calls["made"]:
        lines.append(
            f"- {count(calls['made'], 'model call')}, {number(calls['input_tokens'])} tokens in, "
            f"{number(calls['output_tokens'])} tokens out, {dollars(calls['cost'])}"
        )
    elif calls["reused"]:
        lines.append("- every answer was there from earlier runs, so none was paid for")
    if run["prompts"]:
        rows = ((_inline(prompt["name"]), _code(prompt["file"]), _code(prompt["digest"])) for prompt in run["prompts"])
        lines += ["", *_table(("prompt", "file", "digest"), rows)]
    return "\n".join(lines) if len(lines) > 2 else ""


def _coverage(run: RunSummary) -> str:
    told = run.get("coverage")
    if not told or not told["facts"]:
        return ""
    head = ("document", "facts", "taught by a row", "held out")
    rows = (
        (_inline(one["file"]), number(one["facts"]), number(one["taught"]), number(one["held_out"]))
        for one in told["documents"][:MOST_DOCUMENTS]
    )
    lines = [
        "## What the rows teach",
        "",
        f"The documents state {count(told['facts'], 'fact')}; chat rows teach {number(told['taught'])} of them, "
        f"{number(told['held_out'])} are held out for the evaluation.",
        "",
        *_table(head, rows),
    ]
    return "\n".join(lines)


def _funnel(run: RunSummary) -> str:
    rows = [
        (
            _inline(stage["name"]),
            _inline(step["name"]),
            number(step["in"]),
            number(step["kept"]),
            number(step["made"]),
            _reasons(step["dropped"]),
            _reasons(step["failed"]),
        )
        for stage in run["stages"]
        for step in stage["steps"]
    ]
    if not rows:
        return ""
    head = ("stage", "step", "in", "kept", "made", "dropped", "failed")
    return "\n".join(["## What became of the records", "", *_table(head, rows)])


def _reasons(counts: Mapping[str, int]) -> str:
    return "<br>".join(f"{number(times)}: {_inline(reason)}" for reason, times in _by_frequency(counts)) or "0"


def _by_frequency(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    return sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))


def _dataset(dataset: DatasetSummary, picture: str | None) -> str:
    lines = [f"## {_inline(dataset['name'])}", ""]
    if dataset["rows"]:
        mean = round(dataset["tokens"] / dataset["rows"])
        lines += [f"{count(dataset['rows'], 'row')}, {count(mean, 'token')} each on average.", ""]
    else:
        lines += ["**No row was made.**", ""]
    lost = records_without_row(dataset)
    if lost:
        lines += [" ".join(lost), ""]
        lines += [f"- {number(times)}: {_inline(reason)}" for reason, times in _by_frequency(dataset.get("failed", {}))]
        lines += [""] if dataset.get("failed") else []
    parts = dataset.get("composition", [])
    if len(parts) > 1:
        rows = ((_inline(part["name"]), number(part["rows"]), number(part["tokens"])) for part in parts)
        lines += [*_table(("from", "rows", "tokens"), rows), ""]
    if picture:
        lines += [f"![Lengths of the rows of {_inline(dataset['name'])}]({picture})", ""]
    for example in _spread(dataset["examples"]):
        shown = orjson.dumps(_shorten(example), option=orjson.OPT_INDENT_2).decode()
        fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", shown)), default=0))
        lines += [f"{fence}json", shown, fence, ""]
    return "\n".join(lines).rstrip()


def _spread(examples: list[Row]) -> list[Row]:
    """The first and the last of the examples: the last one is from farther down the data."""
    return examples if len(examples) <= MOST_EXAMPLES else [examples[0], examples[-1]]


def _limits(run: RunSummary, sums: Totals) -> str:
    lines = []
    if run["offline"]:
        lines.append(
            "**Made with the offline model**, a rule-based stand-in that lifts sentences out of "
            "the documents. Good for trying the pipeline; too plain to train a model that people will use."
        )
    if run["status"] != "completed":
        lines.append(f"**The run did not complete** (it is {_inline(run['status'])}), so data is missing.")
    if sums.failed:
        lines.append(f"**{count(sums.failed, 'record')} failed.** What they would have taught is missing.")
    if run["status"] == "completed":
        lines += [f"**The counts do not add up.** {_inline(line)}" for line in contradictions(run)]
    if any(step["dropped"] for step in all_steps(run)):
        lines.append(f"Dropped on purpose, by checks that can err: {count(sums.dropped, 'record')}.")
    if not run["offline"]:
        lines.append("Written by language models: their mistakes and biases can be in here.")
    lines += [_inline(note) for note in run["notes"]]
    return "## Known limits\n\n" + "\n".join(f"- {line}" for line in lines)


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> list[str]:
    numeric = {"rows", "tokens", "chunks", "in", "kept", "made", "facts", "taught by a row", "held out"}
    rule = "|".join(" ---: " if name in numeric else " --- " for name in head)
    body = ["| " + " | ".join(value.replace("|", "\\|") for value in row) + " |" for row in rows]
    return ["| " + " | ".join(head) + " |", f"|{rule}|", *body]


def _inline(text: str) -> str:
    """One line of text that cannot break out into markup of its own."""
    return " ".join(text.split()).replace("<", "&lt;").replace("[", "\\[").replace("`", "'")


def _code(text: str) -> str:
    """One line in a monospaced face."""
    return "`" + " ".join(text.split()).replace("`", "'") + "`"


def _shorten(value: Any) -> Any:
    if isinstance(value, str) and len(value) > MOST_CHARACTERS:
        return f"{value[:MOST_CHARACTERS].rstrip()} [... {number(len(value) - MOST_CHARACTERS)} more characters]"
    if isinstance(value, Mapping):
        return {key: _shorten(item) for key, item in value.items()}
    return [_shorten(item) for item in value] if isinstance(value, list) else value
