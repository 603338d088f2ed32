"""Which file is read by which reader, and what to say about the formats that are not read."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import PurePosixPath

from generation_functions.documents.document import Extraction

Reader = Callable[[bytes], Extraction]

# Reader modules are imported on first use: an import of every one would cost half a second.
_READERS = "generation_functions.documents.readers"
_PLAIN = f"{_READERS}.plain_text:read_plain_text"
_CODE = f"{_READERS}.plain_text:read_code"

_READER_OF: dict[str, str] = {
    ".md": f"{_READERS}.markdown:read_markdown",
    ".markdown": f"{_READERS}.markdown:read_markdown",
    ".rst": f"{_READERS}.restructured_text:read_restructured_text",
    ".html": f"{_READERS}.html:read_html",
    ".htm": f"{_READERS}.html:read_html",
    ".xhtml": f"{_READERS}.html:read_html",
    ".epub": f"{_READERS}.epub:read_epub",
    ".pdf": f"{_READERS}.pdf:read_pdf",
    ".docx": f"{_READERS}.word:read_word",
    ".pptx": f"{_READERS}.powerpoint:read_powerpoint",
    ".csv": f"{_READERS}.delimited:read_csv",
    ".tsv": f"{_READERS}.delimited:read_tsv",
    ".json": f"{_READERS}.json_text:read_json",
    ".jsonl": f"{_READERS}.json_text:read_json_lines",
    ".ndjson": f"{_READERS}.json_text:read_json_lines",
    ".parquet": f"{_READERS}.parquet:read_parquet",
}
_PLAIN_SUFFIXES = ".txt .text .log .tex .org .adoc .asciidoc .srt .vtt"
_CODE_SUFFIXES = (
    ".py .pyi .js .jsx .mjs .cjs .ts .tsx .java .kt .kts .scala .c .h .cc .cpp .cxx .hh .hpp .cs .go .rs "
    ".rb .php .swift .m .mm .r .jl .lua .pl .pm .hs .ml .mli .ex .exs .erl .clj .dart .zig .nim .f90 .f "
    ".pas .sql .sh .bash .zsh .ps1 .bat .css .scss .vue .svelte .proto .graphql .tf .cmake .gradle .el "
    ".lisp .scm .vim .asm .s .yaml .yml .toml .ini .cfg .conf .xml .svg"
)
_READER_OF |= dict.fromkeys(_PLAIN_SUFFIXES.split(), _PLAIN)
_READER_OF |= dict.fromkeys(_CODE_SUFFIXES.split(), _CODE)

_INSTEAD = {
    ".doc": "save it as .docx",
    ".dot": "save it as .docx",
    ".rtf": "save it as .docx",
    ".odt": "save it as .docx",
    ".ppt": "save it as .pptx",
    ".odp": "save it as .pptx",
    ".xls": "save its sheets as .csv",
    ".xlsx": "save its sheets as .csv",
    ".ods": "save its sheets as .csv",
    ".mobi": "convert it to .epub",
    ".azw3": "convert it to .epub",
    ".djvu": "convert it to a .pdf with a text layer",
    ".zip": "unpack it",
    ".gz": "unpack it",
    ".7z": "unpack it",
    ".tar": "unpack it",
}


def reader_of(file: str) -> Reader | None:
    """The reader for a file of this name, or None when its format is not read.

    A name without a suffix (README, NOTES) is tried as plain text, which refuses binary content.
    """
    suffix = PurePosixPath(file).suffix.lower()
    target = _READER_OF.get(suffix) if suffix else _PLAIN
    if target is None:
        return None
    module, function = target.split(":")
    reader: Reader = getattr(import_module(module), function)
    return reader


def is_readable_format(file: str) -> bool:
    """Whether files of this name are read at all; imports no reader."""
    suffix = PurePosixPath(file).suffix.lower()
    return not suffix or suffix in _READER_OF


def has_headings(file: str) -> bool:
    """Whether a line that starts with `#` is a heading in the text of such a file: in code it is a comment."""
    return _READER_OF.get(PurePosixPath(file).suffix.lower()) != _CODE


def why_not_readable(file: str) -> str:
    """What to tell the user about a file whose format is not read."""
    suffix = PurePosixPath(file).suffix.lower()
    advice = _INSTEAD.get(suffix)
    return f"{suffix} files are not read" + (f"; {advice}" if advice else "")
