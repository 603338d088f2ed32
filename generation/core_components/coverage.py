"""Which facts of the sources no row teaches."""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

from generation_functions import Record, Records, child
from generation_functions.datasets.collected import CollectedRows, Line
from generation_functions.datasets.holdout import is_held_out
from generation_functions.offline.languages import content_words, numbers

TAUGHT_FROM = 0.7
"""Share of a fact's content that one row must hold: found by reading decisions on the sample documents."""
_EXAMPLES = 20


@dataclass
class FileCoverage:
    """Facts of one document."""

    facts: int = 0
    taught: int = 0
    held_out: int = 0


@dataclass
class Coverage:
    """How many facts there are, taught, and held out; `files` by document."""

    files: dict[str, FileCoverage] = field(default_factory=dict)
    untaught: list[dict[str, str]] = field(default_factory=list)

    def of(self, record: Record) -> FileCoverage:
        """The counts of a record's document."""
        source = record["source"]
        corpus = source.get("corpus")
        return self.files.setdefault(f"{corpus}/{source['file']}" if corpus else source["file"], FileCoverage())

    def miss(self, record: Record) -> None:
        """Note a fact that nothing teaches; the first ones are kept as examples."""
        if len(self.untaught) < _EXAMPLES:
            self.untaught.append({"file": record["source"]["file"], "fact": record["fact"]})

    def as_dict(self) -> dict[str, Any]:
        """For the summary, the card and the report."""
        totals = FileCoverage()
        for counts in self.files.values():
            totals.facts += counts.facts
            totals.taught += counts.taught
            totals.held_out += counts.held_out
        return {
            "facts": totals.facts,
            "taught": totals.taught,
            "held_out": totals.held_out,
            "documents": [{"file": file, **vars(counts)} for file, counts in self.files.items()],
            "untaught_examples": self.untaught,
        }


def untaught_facts(
    facts: Records, teaching: Sequence[CollectedRows], found: Coverage, *, holdout: float = 0.0
) -> Iterator[Record]:
    """A record for each fact that no row teaches, with the fact in `fact`; counts go to `found` on the way.

    Memory is 16 bytes a row: which rows are about which chunk. Rows are read as their chunk comes.

    Args:
        facts: Chunk records with `facts`.
        teaching: Chat rows, each about the chunks in its sources.
        found: Takes up the counts.
        holdout: Share of the chunks that rows are not to teach.
    """
    with ExitStack() as stack:
        rows_about = _rows_by_chunk(facts, teaching, stack)
        for position, record in enumerate(facts):
            counts = found.of(record)
            counts.facts += len(record["facts"])
            if holdout and is_held_out(record["source"]["chunk"], holdout):
                counts.held_out += len(record["facts"])
                continue
            taught = [_content(_said(line["row"])) for line in rows_about(position)]
            rest = {key: value for key, value in record.items() if key not in ("facts", "inferred")}
            for fact in dict.fromkeys(record["facts"]):
                if teaches(fact, taught):
                    counts.taught += record["facts"].count(fact)
                else:
                    yield child(rest, "fact", fact=fact)


def teaches(fact: str, contents: Iterable[frozenset[str]]) -> bool:
    """Whether one of the rows holds enough of the fact: its words, of which numbers and names count twice."""
    words = content_words(fact)
    heavy = {word.lower() for word in fact.split()[1:] if word[:1].isupper()}
    weights = {word: 2 if any(word in name or name in word for name in heavy) else 1 for word in words}
    weights |= dict.fromkeys(numbers(fact), 2)
    total = sum(weights.values())
    if not total:
        return True  # it says nothing
    return any(
        sum(weight for word, weight in weights.items() if word in content) >= TAUGHT_FROM * total
        for content in contents
    )


def _content(text: str) -> frozenset[str]:
    return frozenset(content_words(text) | numbers(text))


def _said(row: dict[str, Any]) -> str:
    """What user and assistant say; what is not trained on, and system prompts, teach nothing."""
    return "\n".join(
        message["content"]
        for message in row.get("messages", ())
        if message["role"] == "user" or (message["role"] == "assistant" and message.get("label", True))
    )


def _rows_by_chunk(
    facts: Iterable[Record], teaching: Sequence[CollectedRows], stack: ExitStack
) -> Callable[[int], Iterator[Line]]:
    """A function that gives the rows about the chunk at a position."""
    import numpy

    places = {record["source"]["chunk"]: position for position, record in enumerate(facts)}
    chunks, sets, numbers_ = array("Q"), array("I"), array("I")
    for which, rows in enumerate(teaching):
        for number, line in enumerate(rows):
            for identity in {source.get("chunk") for source in line["sources"]}:
                if identity in places:
                    chunks.append(places[identity])
                    sets.append(which)
                    numbers_.append(number)
    about = numpy.frombuffer(chunks, dtype=numpy.uint64) if chunks else numpy.empty(0, numpy.uint64)
    order = numpy.argsort(about, kind="stable")
    starts = numpy.searchsorted(about[order], numpy.arange(len(places) + 1, dtype=numpy.uint64))
    readers = [stack.enter_context(rows.reader()) for rows in teaching]

    def rows_about(position: int) -> Iterator[Line]:
        for place in order[starts[position] : starts[position + 1]]:
            yield readers[sets[place]](numbers_[place])

    return rows_about
