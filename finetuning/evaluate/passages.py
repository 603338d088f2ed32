"""Texts that models are measured on: documents, or the text rows of datasets."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from finetuning.questions import holds_questions
from generation_functions.datasets.row_files import read_rows, row_files
from generation_functions.datasets.rows import row_format
from generation_functions.errors import UsageError
from generation_functions.records import record_id, stable_share

_ROW_ENDINGS = (".jsonl", ".jsonl.gz", ".ndjson", ".parquet")
_DOCUMENT_ENDINGS = (".txt", ".pdf", ".docx", ".epub")

OnSkip = Callable[[str, str], None]


@dataclass(frozen=True)
class Passage:
    """A text to be predicted.

    Attributes:
        id: From what it says.
        text: All that the model reads.
        scored_from: Character from which on it counts; what comes before is given.
        rendered: Whether it has its special tokens already, as rendered conversations do.
    """

    id: str
    text: str
    scored_from: int = 0
    rendered: bool = False


def read_passages(
    paths: Sequence[Path], most_characters: int, on_skip: OnSkip, cache: Path | None = None
) -> list[Passage]:
    """The texts of documents and rows, in a stable order, about `most_characters` of them at most.

    Where there are more, texts are chosen by a stable hash, and the last one is cut.

    Args:
        paths: Folders or files of documents, or of text rows (.jsonl, .jsonl.gz, .parquet).
        most_characters: To be measured in all.
        on_skip: Told of every file that cannot be read, and why.
        cache: Where texts of documents are kept.

    Raises:
        UsageError: There is no text.
    """
    texts = dict.fromkeys(text for path in paths for text in _texts(path, on_skip, cache) if text.strip())
    if not texts:
        raise UsageError(
            f"There is no text in {', '.join(map(str, paths))}. Give documents, or files of rows with a text."
        )
    return list(_within(((record_id(text), text) for text in texts), most_characters))


def _within(texts: Iterable[tuple[str, str]], most_characters: int) -> Iterator[Passage]:
    room = most_characters
    for identity, text in sorted(texts, key=lambda one: (stable_share(one[0], "passage"), one[0])):
        if room <= 0:
            return
        yield Passage(identity, text[:room])
        room -= len(text)


def _texts(path: Path, on_skip: OnSkip, cache: Path | None) -> Iterator[str]:
    if holds_rows(path):
        for left_out in _documents_beside_rows(path):
            on_skip(str(left_out), "it is a document beside rows; name documents and rows by themselves")
        yield from row_text(row_files(path), on_skip)
        return
    from generation_functions.documents import read_documents

    for document in read_documents(path, cache=cache, on_skip=on_skip):
        yield document.text


def holds_rows(path: Path) -> bool:
    """Whether a file is of rows, or any of a folder: then what else is there describes them."""
    if path.is_file():
        return path.name.endswith(_ROW_ENDINGS)
    files = [file for file in path.rglob("*") if file.is_file() and not file.name.startswith(".")]
    return any(file.name.endswith(_ROW_ENDINGS) for file in files)


def _documents_beside_rows(path: Path) -> list[Path]:
    """Those that are texts for sure: pages that describe rows (README.md, report.html) are not meant to be measured."""
    files = path.rglob("*") if path.is_dir() else ()
    return sorted(file for file in files if file.suffix.lower() in _DOCUMENT_ENDINGS and not file.name.startswith("."))


def row_text(files: Iterable[Path], on_skip: OnSkip) -> Iterator[str]:
    """The texts of the text rows; conversations are measured by their answers instead."""
    for file in files:
        if holds_questions(file):
            continue
        for row, _ in read_rows(str(file), on_skip=lambda name, _, reason: on_skip(name, reason)):
            if row_format(row) == "text":
                yield row["text"]
