"""Joining single questions and answers into conversations."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from itertools import accumulate, chain
from pathlib import Path
from typing import Any

from generation.core_components.seeded_order import order_hashes
from generation_functions import record_id, seeded, stable_hash
from generation_functions.datasets.collected import CollectedRows, Line, RowCollector
from generation_functions.tokens import count_tokens

Message = dict[str, Any]
_PAIR = ["user", "assistant"]


def join_pairs(
    sets: Sequence[CollectedRows], path: Path, *, pairs_per_conversation: int, most_tokens: int | None, salt: str
) -> CollectedRows:
    """All rows of `sets`, their single pairs joined into conversations, collected at `path`.

    Every row is used exactly once. How many pairs a conversation takes is drawn evenly from 1 to twice the target
    less one, so the target is the mean; it comes out lower where `most_tokens` ends a conversation, and where few pairs
    may be joined. Pairs with different system prompts, or about different folders of documents, are never joined.
    No conversation has more tokens than `most_tokens`, unless a single row has. Rows that are not one question with
    one answer, or say what of them is trained on, stay as they are.

    Which pairs meet, and the ids, depend on the ids of the pairs and the salt: not on the order in which they come nor
    on how they are spread over `sets`. In memory a row takes 24 bytes.
    """
    with RowCollector(path) as collector:
        for line in _conversations(sets, pairs_per_conversation, most_tokens, salt):
            row, identity, tokens = line["row"], line["id"], line["tokens"]
            collector.add(row, identity=identity, tokens=tokens, sources=line["sources"], calls=line["calls"])
        return collector.finish()


def _conversations(sets: Sequence[CollectedRows], target: int, most_tokens: int | None, salt: str) -> Iterator[Line]:
    places, groups = array("Q"), array("Q")
    for place, line in enumerate(chain.from_iterable(sets)):
        if _is_pair(line["row"]):
            places.append(place)
            groups.append(_group(line))
        else:
            yield line
    waiting: list[Line] = []
    group, wanted, tokens = -1, 0, 0
    for number, line in _in_order(sets, places, groups, salt):
        more = line["tokens"] - (_system_tokens(line) if waiting else 0)
        full = len(waiting) >= wanted or (most_tokens is not None and tokens + more > most_tokens)
        if waiting and (full or groups[number] != group):
            yield _joined(waiting, tokens)
            waiting = []
        if not waiting:
            group, tokens, more = groups[number], 0, line["tokens"]
            wanted = seeded(line["id"], salt, "pairs in a conversation").randint(1, max(1, 2 * target - 1))
        waiting.append(line)
        tokens += more
    if waiting:
        yield _joined(waiting, tokens)


def _is_pair(row: Message) -> bool:
    messages = row.get("messages", [])
    turns = messages[1:] if messages and messages[0]["role"] == "system" else messages
    plain = all(message.keys() == {"role", "content"} for message in messages)
    return plain and [message["role"] for message in turns] == _PAIR


def _group(line: Line) -> int:
    """Only pairs of one group may be joined."""
    corpora = sorted({str(source.get("corpus", "")) for source in line["sources"]})
    return int(stable_hash(_system(line), corpora)[:16], 16)


def _system(line: Line) -> str:
    first = line["row"]["messages"][0]
    return str(first["content"]) if first["role"] == "system" else ""


def _system_tokens(line: Line) -> int:
    system = _system(line)
    return count_tokens(system) if system else 0


def _in_order(
    sets: Sequence[CollectedRows], places: array[int], groups: array[int], salt: str
) -> Iterator[tuple[int, Line]]:
    """The pairs group by group, in the order of their hashes: number among the pairs, and the line."""
    import numpy

    if not places:
        return
    ends = list(accumulate(map(len, sets)))
    hashes = numpy.concatenate([order_hashes(rows, salt) for rows in sets])
    order = numpy.lexsort(
        (hashes[numpy.frombuffer(places, dtype=numpy.uint64)], numpy.frombuffer(groups, dtype=numpy.uint64))
    )
    numbers = array("Q", order.astype(numpy.uint64).tobytes())
    with ExitStack() as stack:
        readers: list[Callable[[int], Line]] = [stack.enter_context(rows.reader()) for rows in sets]
        for number in numbers:
            which = bisect_right(ends, places[number])
            yield number, readers[which](places[number] - ends[which] + len(sets[which]))


def _joined(lines: list[Line], tokens: int) -> Line:
    if len(lines) == 1:
        return lines[0]
    system = [message for message in lines[0]["row"]["messages"] if message["role"] == "system"]
    turns = [message for line in lines for message in line["row"]["messages"] if message["role"] != "system"]
    return {
        "id": record_id("joined", [line["id"] for line in lines]),
        "row": {"messages": [*system, *turns]},
        "tokens": tokens,
        "sources": _once(source for line in lines for source in line["sources"]),
        "calls": list(dict.fromkeys(key for line in lines for key in line["calls"])),
    }


def _once(sources: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({stable_hash(source): source for source in sources}.values())
