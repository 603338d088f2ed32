"""Which questions and texts a model may know from its training data word for word, instead of having learned them.

Two checks. **13-gram overlap**, as for GPT-3 (Brown et al., 2020): 13 words in a row, without case and punctuation,
that stand in a training row. A question of fewer words has to stand there as a whole, and have five words at least.
**Near-duplicates**: a question of a training row that shares four fifths of its words and pairs of words.

A fact that the training data states in other words is not contamination: that is what was to be learned.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generation_functions.datasets.row_files import OnSkip, read_rows, row_files
from generation_functions.datasets.rows import row_format, row_messages, row_texts
from generation_functions.near_duplicates import find_repeated
from generation_functions.words import UNSPACED

GRAM = 13
_SHORTEST = 5
THRESHOLD = 0.8
_WORDS = re.compile(rf"[{UNSPACED}]|[^\W{UNSPACED}]+")
_QUESTION = re.compile(r"[^\s.?!？。][^\n.?!？。]*[?？]")


@dataclass(frozen=True)
class Found:
    """Where a question or text was seen in training."""

    how: str
    file: str
    row: int = 0

    def __str__(self) -> str:
        return f"{self.how} in {self.file}" + (f", row {self.row}" if self.row else "")


@dataclass
class Grams:
    """Runs of words to be looked for, found by their first five words.

    Args:
        texts: By what they are called.
        step: Words from one run of a text to its next: 1 for questions; long texts do with less.
    """

    texts: Mapping[str, str]
    step: int = 1
    _wanted: dict[tuple[str, ...], list[tuple[str, str]]] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._wanted = defaultdict(list)
        for name, text in self.texts.items():
            words = words_of(text)
            size = min(GRAM, len(words))
            if size < _SHORTEST:
                continue
            for start in range(0, len(words) - size + 1, self.step):
                gram = words[start : start + size]
                self._wanted[tuple(gram[:_SHORTEST])].append((f" {' '.join(gram)} ", name))

    def found_in(self, text: str) -> set[str]:
        """The names of the texts that share a run of words with `text`."""
        words = words_of(text)
        runs = zip(*(words[place:] for place in range(_SHORTEST)), strict=False)
        starts = self._wanted.keys() & set(runs) if self._wanted else set()
        if not starts:
            return set()
        whole = f" {' '.join(words)} "
        return {name for start in starts for gram, name in self._wanted[start] if gram in whole}


def words_of(text: str) -> list[str]:
    """Words in lower case, without punctuation; each character in scripts without spaces."""
    return _WORDS.findall(text.lower())


def find_contamination(
    questions: Mapping[str, str],
    texts: Mapping[str, str],
    trained_on: Sequence[Path],
    tick: Callable[[str], None] = lambda file: None,
    on_skip: OnSkip = lambda file, row, reason: None,
) -> dict[str, Found]:
    """The questions and texts that are in the training data, with the first place of each.

    Args:
        questions: What is asked, by id.
        texts: Texts that should be new to the model, by id.
        trained_on: Training folders, or files of rows.
        tick: Called with each file, and now and then within it.
        on_skip: Told of rows and files that cannot be read, and so were not searched.

    Raises:
        UsageError: There are no rows.
    """
    found: dict[str, Found] = {}
    known = [Grams(questions), Grams(texts, step=GRAM)]
    names = list(questions)
    for file in _files(trained_on):
        shown = str(file)
        tick(shown)
        asked = _questions(_rows(file, tick, on_skip), known, found, shown)
        for index in sorted(find_repeated(list(questions.values()), asked, THRESHOLD)):
            found.setdefault(names[index], Found("near-duplicate question", shown))
    return found


def _files(trained_on: Sequence[Path]) -> list[Path]:
    files = [file for path in trained_on for file in row_files(path)]
    # Beside the rows of a training folder lies a list of them.
    return [file for file in dict.fromkeys(files) if file.name != "dataset_info.json"]


def _rows(file: Path, tick: Callable[[str], None], on_skip: OnSkip) -> Iterator[tuple[int, Mapping[str, Any]]]:
    for row, origin in read_rows(str(file), on_skip=on_skip):
        if origin["row"] % 1000 == 0:
            tick(str(file))
        yield origin["row"], row


def _questions(
    rows: Iterable[tuple[int, Mapping[str, Any]]], known: Sequence[Grams], found: dict[str, Found], file: str
) -> Iterator[str]:
    """The questions of the rows; whatever they share with the known texts is noted on the way."""
    for number, row in rows:
        for text in row_texts(row):
            for grams in known:
                for name in grams.found_in(text):
                    found.setdefault(name, Found(f"the same {GRAM} words, or all of them,", file, number))
        yield from _asked(row)


def _asked(row: Mapping[str, Any]) -> Iterator[str]:
    """What users ask, whole, and every sentence that is a question, with and without what announces it ("Q: ")."""
    for text in row_texts(row):
        for sentence in map(str.strip, _QUESTION.findall(text)):
            yield sentence
            announced = sentence.rpartition(": ")[2]
            if announced != sentence:
                yield announced
    if row_format(row) not in ("text", "segments"):
        for message in row_messages(row):
            if message["role"] == "user" and message["content"].strip():
                yield message["content"]
