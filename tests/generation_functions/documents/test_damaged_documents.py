"""Whatever happened to a file, reading it gives text or a plain reason, and never another error."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from generation_functions.documents.extraction import extract_bytes
from generation_functions.errors import UnreadableDocumentError
from tests.support.build_sample_documents import SAMPLE

FILES = sorted(path for path in SAMPLE.rglob("*") if path.is_file() and path.name != "damaged-scan.pdf")


def damaged(data: bytes, rng: random.Random) -> bytes:
    """Cut off, overwritten in places, or with a piece missing."""
    kind = rng.random()
    out = bytearray(data)
    if kind < 0.3:
        return data[: rng.randrange(len(data))]
    if kind < 0.8:
        for _ in range(rng.choice((1, 5, 50))):
            out[rng.randrange(len(out))] = rng.choice((0, 60, 255, rng.randrange(256)))
        return bytes(out)
    start = rng.randrange(len(out))
    del out[start : start + rng.randrange(1, 500)]
    return bytes(out)


def outcome(data: bytes, name: str) -> str:
    try:
        return extract_bytes(data, name).text
    except UnreadableDocumentError as error:
        return f"skipped: {error}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_a_damaged_file_gives_text_or_a_reason(path: Path) -> None:
    data = path.read_bytes()
    rng = random.Random(path.name)
    outcomes = [outcome(damaged(data, rng), path.name) for _ in range(8)]
    assert all(len(text) > len("skipped: ") for text in outcomes)
