"""Joining single questions and answers into conversations."""

from __future__ import annotations

from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path

from generation_functions import Record, record_id, seeded, stable_hash
from generation_functions.datasets.collected import CollectedRows, Line, RowCollector

Message = dict[str, object]


def join_pairs(
    sets: Sequence[CollectedRows], path: Path, *, pairs_per_conversation: int, most_tokens: int | None, salt: str
) -> CollectedRows:
    """All rows of `sets` joined into conversations, collected at `path`.

    Each row is used exactly once. How many rows a conversation takes is drawn evenly from 1 to twice the target less
    one, so that the target is the mean. Rows with different system prompts are never joined, and no conversation
    becomes longer than `most_tokens`, unless a single row is. Which rows meet depends on their ids and the salt, not on
    the order in which they come.
    """
    with RowCollector(path) as collector:
        for group in _groups(sets):
            _join(group, collector, pairs_per_conversation, most_tokens, salt)
        return collector.finish()


def _groups(sets: Sequence[CollectedRows]) -> list[list[tuple[CollectedRows, array[int]]]]:
    """The rows by system prompt: (set, numbers in it) of each."""
    groups: dict[str, dict[int, array[int]]] = {}
    for place, rows in enumerate(sets):
        for number, line in enumerate(rows):
            groups.setdefault(stable_hash(_system(line)), {}).setdefault(place, array("Q")).append(number)
    return [[(sets[place], numbers) for place, numbers in groups[key].items()] for key in sorted(groups)]


def _system(line: Line) -> str:
    first = line["row"]["messages"][0]
    return str(first["content"]) if first["role"] == "system" else ""


def _join(
    group: list[tuple[CollectedRows, array[int]]],
    collector: RowCollector,
    target: int,
    most_tokens: int | None,
    salt: str,
) -> None:
    order = sorted(
        (stable_hash(rows.keys[number], salt)[:16], place, number)
        for place, (rows, numbers) in enumerate(group)
        for number in numbers
    )
    waiting: list[Line] = []
    wanted = _size(order[0][0], target) if order else 1
    for key, place, number in order:
        line = group[place][0].read(number)
        size = sum(one["tokens"] for one in waiting) + line["tokens"]
        if waiting and (len(waiting) >= wanted or (most_tokens is not None and size > most_tokens)):
            _add(collector, waiting)
            waiting, wanted = [], _size(key, target)
        waiting.append(line)
    if waiting:
        _add(collector, waiting)


def _size(key: str, target: int) -> int:
    return seeded(key, "size").randint(1, max(1, 2 * target - 1))


def _add(collector: RowCollector, lines: list[Line]) -> None:
    first = lines[0]
    if len(lines) == 1:
        collector.add(
            first["row"], identity=first["id"], tokens=first["tokens"], sources=first["sources"], calls=first["calls"]
        )
        return
    system = [message for message in first["row"]["messages"][:1] if message["role"] == "system"]
    messages = [message for line in lines for message in line["row"]["messages"] if message["role"] != "system"]
    collector.add(
        {"messages": [*system, *messages]},
        identity=record_id("joined", [line["id"] for line in lines]),
        tokens=sum(line["tokens"] for line in lines),
        sources=list(_once(source for line in lines for source in line["sources"])),
        calls=list(dict.fromkeys(key for line in lines for key in line["calls"])),
    )


def _once(sources: Iterator[Record]) -> Iterator[Record]:
    seen: set[str] = set()
    for source in sources:
        key = stable_hash(source)
        if key not in seen:
            seen.add(key)
            yield source
