"""Small sets of collected rows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from generation_functions.datasets.collected import CollectedRows, RowCollector


def pair(question: str, answer: str, system: str = "") -> dict[str, Any]:
    """A chat row of one question with its answer."""
    messages = [{"role": "system", "content": system}] if system else []
    messages += [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
    return {"messages": messages}


def collect(
    path: Path, rows: Iterable[tuple[str, dict[str, Any], int]], sources: Sequence[dict[str, Any]] = ()
) -> CollectedRows:
    """Rows of (id, row, tokens)."""
    with RowCollector(path) as collector:
        for identity, row, tokens in rows:
            own = sources or [{"file": "a.txt", "chunk": f"chunk of {identity}"}]
            collector.add(row, identity=identity, tokens=tokens, sources=own, calls=[f"call of {identity}"])
        return collector.finish()


def texts(path: Path, lengths: Sequence[int], name: str = "row") -> CollectedRows:
    """Text rows of given lengths in tokens."""
    return collect(path, ((f"{name} {number}", {"text": f"{name} {number}"}, n) for number, n in enumerate(lengths)))
