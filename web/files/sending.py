"""Sends a file, or a range of it, in a way that no browser runs what is in it as a page of this service."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from mimetypes import guess_type
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from fastapi.responses import Response, StreamingResponse

from web.files.places import disk_errors
from web.problems import InvalidError, answer

_BLOCK = 1 << 18
_ONE_RANGE = re.compile(r"bytes=(\d{0,15})-(\d{0,15})", re.ASCII)
_IMAGES = ("image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/bmp")
"""Not SVG: it can hold scripts."""
_TEXT_SUFFIXES = ".txt .text .md .markdown .rst .log .csv .tsv .json .jsonl .ndjson .yaml .yml .toml .ini .py"
_REPORT = "report.html"
_SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
ANY_BYTES = {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}}
"""Content of a documented response or request body that is a file's bytes."""
SHOWN_BYTES = dict.fromkeys(("text/html", "text/plain", *_IMAGES), ANY_BYTES["application/octet-stream"])
"""The same where a browser may show it."""


def send_file(path: Path, shown: str, *, inline: bool, wanted: str = "", if_range: str = "") -> Response:
    """The file at `path`; `wanted` and `if_range` are the headers Range and If-Range.

    It sends as many bytes as the file had at the start: a run's log goes on growing. Several ranges at once, and
    what is no range, are answered with the whole file, as RFC 9110 allows.

    Raises:
        InvalidError: It is a folder.
    """
    if not path.is_file():
        raise InvalidError(f"{shown} is not a file; a folder can be had as an archive", code="not-a-file")
    with disk_errors(shown):
        file = path.open("rb", buffering=0)
    status = os.fstat(file.fileno())
    tag = f'"{status.st_mtime_ns:x}-{status.st_size:x}"'
    headers = _headers(path, inline) | {"ETag": tag, "Accept-Ranges": "bytes", "Cache-Control": "private, no-cache"}
    size = status.st_size
    span = _span(wanted, size) if if_range in ("", tag) else None
    if span is not None and span[0] >= span[1]:
        file.close()
        beyond = {"Content-Range": f"bytes */{size}"}
        return answer(416, "range-beyond-end", f"{shown} has {size} bytes: no such range", headers=beyond)
    start, end = span or (0, size)
    headers["Content-Length"] = str(end - start)
    if span is not None:
        headers["Content-Range"] = f"bytes {start}-{end - 1}/{size}"
    return StreamingResponse(blocks_of(file, start, end), 200 if span is None else 206, headers=headers)


def attachment(name: str) -> str:
    """Content-Disposition of a download (RFC 6266): the name as it is, and one for clients that know ASCII only."""
    plain = re.sub(r'[^ -~]|["\\%]', "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def _headers(path: Path, inline: bool) -> dict[str, str]:
    kind = _shown_as(path) if inline else ""
    if not kind:
        return {"Content-Type": "application/octet-stream", "Content-Disposition": attachment(path.name)}
    return {"Content-Type": kind, "Content-Disposition": "inline", "Content-Security-Policy": _SANDBOX}


def _shown_as(path: Path) -> str:
    """The media type under which a browser may show this file; empty for one to be saved."""
    if path.name == _REPORT:
        return "text/html; charset=utf-8"
    if path.suffix.lower() in _TEXT_SUFFIXES.split():
        return "text/plain; charset=utf-8"
    guessed = guess_type(path.name)[0] or ""
    return guessed if guessed in _IMAGES else ""


def _span(wanted: str, size: int) -> tuple[int, int] | None:
    """Start and end of the range asked for; an empty one when the file ends before it."""
    match = _ONE_RANGE.fullmatch(wanted.strip().lower())
    if match is None or match[1] == match[2] == "":
        return None
    if not match[1]:
        return max(0, size - int(match[2])), size
    start, last = int(match[1]), int(match[2]) if match[2] else size
    return None if last < start else (start, min(last + 1, size))


def blocks_of(file: BinaryIO, start: int, end: int) -> Iterator[bytes]:
    """The bytes of an open file from `start` to `end`; it is closed behind them."""
    with file:
        file.seek(start)
        while start < end and (block := file.read(min(_BLOCK, end - start))):
            start += len(block)
            yield block
