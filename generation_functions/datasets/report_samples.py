"""Sample rows in the report: conversations as bubbles, with where each row comes from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation_functions.datasets.figures import count, dollars, number
from generation_functions.datasets.markup import Markup, element, join
from generation_functions.datasets.rows import Row, row_format, row_messages
from generation_functions.datasets.summary import RunSummary
from generation_functions.errors import AugmentoolkitError

MOST_CHARACTERS = 1600
MOST_SOURCES = 5

Origins = Mapping[str, list[dict[str, Any]]]

_SPEAKERS = {"system": "System", "user": "User", "assistant": "Assistant", "tool": "Tool"}


def samples_section(run: RunSummary, origins: Origins) -> Markup | None:
    """The example rows of every dataset."""
    datasets = [dataset for dataset in run["datasets"] if dataset["examples"]]
    if not datasets:
        return None
    return join(
        element(
            "p",
            "The first rows of each dataset and some from farther down, as they are in the files.",
            class_="lead",
        ),
        [
            element(
                "article",
                element("h3", dataset["name"]),
                [
                    element("div", _sample(row), _origin(dataset["name"], row, origins), class_="sample")
                    for row in dataset["examples"]
                ],
                class_="card",
            )
            for dataset in datasets
        ],
    )


def _sample(row: Row) -> Markup:
    try:
        messages = row_messages(row)
    except AugmentoolkitError:  # not a conversation, so it is shown as what it is
        return _prose(row)
    return element("div", [_turn(message) for message in messages], class_="chat")


def _turn(message: dict[str, Any]) -> Markup:
    role = message["role"]
    trained = message.get("label", role == "assistant")
    speaker = _SPEAKERS[role]
    kind = f"turn {role}"
    if role == "assistant" and not trained:
        kind, speaker = f"{kind} untrained", f"{speaker}, not trained on"
    elif role != "assistant" and trained:
        speaker = f"{speaker}, trained on too"
    return element("div", element("small", speaker), _shorten(message["content"]), class_=kind)


def _prose(row: Row) -> Markup:
    if row_format(row) == "text":
        return element("p", _shorten(row["text"]), class_="prose")
    parts = [
        element("mark", _shorten(segment["text"])) if segment["label"] else _shorten(segment["text"])
        for segment in row["segments"]
    ]
    return join(
        element("p", parts, class_="prose segments"),
        element("p", "Highlighted is what a model is trained on.", class_="origin"),
    )


def _origin(dataset: str, row: Row, origins: Origins) -> Markup | None:
    lines = [line for line in origins.get(str(row.get("id")), []) if line.get("dataset") == dataset]
    if not lines:
        return element("p", f"Row {row['id']}", class_="origin") if "id" in row else None
    sources, calls = lines[0].get("sources", []), lines[0].get("calls", [])
    places = [join(element("b", str(source.get("file", "?"))), _place(source)) for source in sources]
    more = len(places) - MOST_SOURCES
    return element(
        "p",
        "From ",
        [join(" and " if position else None, place) for position, place in enumerate(places[:MOST_SOURCES])],
        f" and {number(more)} more" if more > 0 else None,
        f". Row {row.get('id')}{_work(calls)}.",
        class_="origin",
    )


def _place(source: Mapping[str, Any]) -> str:
    parts = []
    if source.get("page") is not None:
        parts.append(f"page {source['page']}")
    if source.get("start") is not None and source.get("end") is not None:
        parts.append(f"characters {number(source['start'])} to {number(source['end'])}")
    if source.get("licence"):
        parts.append(f"licence {source['licence']}")
    return f", {', '.join(parts)}" if parts else ""


def _work(calls: list[dict[str, Any]]) -> str:
    if not calls:
        return ""
    steps = list(dict.fromkeys(str(call["step"]) for call in calls if call.get("step")))
    cost = sum(float(call.get("cost") or 0) for call in calls)
    through = f" ({', '.join(steps)})" if steps else ""
    return f", {count(len(calls), 'call')}{through}, {dollars(cost)}"


def _shorten(text: str) -> str:
    if len(text) <= MOST_CHARACTERS:
        return text
    more = count(len(text) - MOST_CHARACTERS, "more character")
    return f"{text[:MOST_CHARACTERS].rstrip()} … [{more} in the file]"
