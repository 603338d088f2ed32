"""Measures what the service needs to show a run with a million log lines and a million rows, against its goals.

python -m benchmarks.service_reading                  # a million lines, a million rows
python -m benchmarks.service_reading --rows 100000
python -m benchmarks.service_reading --json

Everything is asked over the service's routes, in one process whose peak memory is measured. Files are in the page
cache. Rows and provenance lines have about 500 bytes each. A search answers with what it has found within its time,
so a search through everything may take several answers: the table has the slowest answer and the whole search.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.measure import measure
from generation_functions.records import record_id

if TYPE_CHECKING:
    from starlette.testclient import TestClient

_DOCUMENTS = 100
_LAST_WORD = "zebra crossing"
_QUESTION = "How far does the fog organ of Sallow Point carry when the wind stands against it in the evening? "
_ANSWER = "The fog organ carries for eleven nautical miles, and for six when the wind stands against it. " * 2
_GOALS = {  # milliseconds; megabytes
    "log: index": 1000,
    "log: page at the start": 20,
    "log: page in the middle": 20,
    "log: page at the end": 20,
    "log: search, one answer": 300,
    "rows: first page": 50,
    "rows: next page": 50,
    "rows: page in the middle": 50,
    "rows: common word": 300,
    "rows: last word, one answer": 300,
    "rows: last word again, one answer": 300,
    "rows: of the last document, one answer": 300,
    "rows: word and document, one answer": 300,
    "rows: decided ones, one answer": 300,
}


def write_run(folder: str, rows: int, lines: int) -> None:
    """Make up a run that is over."""
    path = Path(folder)
    (path / "datasets").mkdir(parents=True)
    with (path / "log.txt").open("wb") as log:
        for number in range(lines):
            log.write(
                b"2026-01-01 00:00:00,000 INFO record %d went through all steps, a note of usual length\n" % number
            )
    hashes = [hashlib.sha256(b"%d" % number).hexdigest() for number in range(_DOCUMENTS)]
    for number, sha256 in enumerate(hashes):
        document = path / "documents" / sha256[:2] / f"{sha256}.txt.v1.json"
        document.parent.mkdir(parents=True, exist_ok=True)
        text = f"Document {number}. " + "It says what documents say. " * 4000
        known: dict[str, Any] = {"sha256": sha256, "text": text, "pages": [], "title": "", "licence": None, "lost": []}
        document.write_bytes(orjson.dumps(known))
    with (path / "provenance.jsonl").open("wb") as provenance:
        for name, count in (("before", rows // 10), ("pairs", rows), ("after", rows // 10)):
            _write_dataset(path, name, count, hashes, provenance)
    listed = [
        {"name": name, "file": f"datasets/{name}.jsonl", "format": "messages", "rows": count, "tokens": 0}
        for name, count in (("before", rows // 10), ("pairs", rows), ("after", rows // 10))
    ]
    (path / "run.json").write_bytes(orjson.dumps({"status": "completed", "pipeline": "example-pipeline"}))
    (path / "summary.json").write_bytes(orjson.dumps({"datasets": listed, "status": "completed"}))


def _write_dataset(path: Path, name: str, count: int, hashes: list[str], provenance: Any) -> None:
    call = {"step": "write_questions", "prompt": "write_questions", "model": "made-up", "attempts": 1, "cost": 0.0}
    with (path / "datasets" / f"{name}.jsonl").open("wb") as rows:
        for number in range(count):
            identity = record_id(name, number)
            document = number * _DOCUMENTS // count
            answer = _ANSWER + (_LAST_WORD if number == count - 1 else str(number))
            turns = [{"role": "user", "content": _QUESTION}, {"role": "assistant", "content": answer}]
            rows.write(orjson.dumps({"id": identity, "messages": turns}) + b"\n")
            place = {"page": None, "start": number % 9000, "end": number % 9000 + 1500, "licence": None}
            source = {"file": f"folder/document-{document}.txt", "sha256": hashes[document], **place, "chunk": identity}
            line = {"id": identity, "dataset": name, "sources": [source], "calls": [{**call, "key": identity}]}
            provenance.write(orjson.dumps(line) + b"\n")


class Asked:
    """Asks the service, and keeps how long it took."""

    def __init__(self, client: TestClient, base: str) -> None:
        self.figures: dict[str, float] = {}
        self._client = client
        self._base = base

    def get(self, name: str, path: str, **parameters: Any) -> Any:
        """One request; `name` is that of the figure, empty for none."""
        start = time.perf_counter()
        answer = self._client.get(self._base + path, params=parameters)
        if name:
            self.figures[name] = 1000 * (time.perf_counter() - start)
        if answer.status_code != 200:
            raise SystemExit(answer.text)
        return orjson.loads(answer.content)

    def post(self, name: str, path: str, **body: Any) -> None:
        """One request that creates something."""
        start = time.perf_counter()
        answer = self._client.post(self._base + path, json=body)
        self.figures[name] = 1000 * (time.perf_counter() - start)
        if answer.status_code != 201:
            raise SystemExit(answer.text)

    def search(self, name: str, path: str, wanted: int, **parameters: Any) -> None:
        """As many requests as it takes to find `wanted`."""
        slowest = whole = 0.0
        found = answers = 0
        while found < wanted:
            page = self.get("last", path, **parameters)
            spent = self.figures.pop("last")
            slowest, whole, answers = max(slowest, spent), whole + spent, answers + 1
            found += len(page["items"])
            if page["next"] is None:
                break
            parameters["start" if path == "/log/search" else "cursor"] = page["next"]
        if found < wanted:
            raise SystemExit(f"{name}: found {found} of {wanted}")
        self.figures[f"{name}, one answer"] = slowest
        self.figures[f"{name}, all {answers} answers"] = whole


def ask(folder: str, rows: int, lines: int) -> dict[str, float]:
    """All figures."""
    with _service(Path(folder)) as asked:
        asked.get("log: index", "/log", start=0, count=1)
        asked.get("log: page at the start", "/log", start=0, count=200)
        asked.get("log: page in the middle", "/log", start=lines // 2, count=200)
        asked.get("log: page at the end", "/log", start=-200, count=200)
        asked.search("log: search", "/log/search", 1, text=f"record {lines - 1} ")
        pairs = {"dataset": "pairs"}
        asked.get("", "/samples", dataset="after")  # imports, and the texts of one document
        first = asked.get("rows: first page", "/samples", **pairs)
        asked.get("rows: next page", "/samples", **pairs, cursor=first["next"])
        asked.get("rows: common word", "/samples", **pairs, text="fog")
        asked.search("rows: last word", "/samples", 1, **pairs, text=_LAST_WORD)
        asked.search("rows: last word again", "/samples", 1, **pairs, text=_LAST_WORD)
        last = f"folder/document-{_DOCUMENTS - 1}.txt"
        middle = asked.get("", "/samples", **pairs, file=f"folder/document-{_DOCUMENTS // 2}.txt", limit=1)
        if middle["items"]:
            asked.get("rows: page in the middle", "/samples", **pairs, cursor=middle["next"])
        asked.search("rows: of the last document", "/samples", 20, **pairs, file=last)
        asked.search("rows: word and document", "/samples", 1, **pairs, file=last, text=_LAST_WORD)
        asked.post("review: one row by its text", "/reviews/bulk", dataset="pairs", text=_LAST_WORD, decision="accept")
        asked.search("rows: decided ones", "/samples", 1, **pairs, decision="accept")
        row = first["items"][3]["id"]
        asked.post(
            "review: a row that is shown", "/reviews", dataset="pairs", decisions=[{"row": row, "decision": "reject"}]
        )
        asked.post("review: all rows", "/reviews/bulk", dataset="pairs", decision="accept")
        asked.post("review: export of all rows", "/reviews/export", dataset="pairs", include="accepted")
        return asked.figures


@contextmanager
def _service(folder: Path) -> Iterator[Asked]:
    from starlette.testclient import TestClient

    from api import create_app
    from generation_functions.run_folder import run_id
    from web.settings import Settings

    settings = Settings(root=folder.parent.parent, state=Path(os.environ["ATK_STATE_DIR"]))
    with TestClient(create_app(settings), base_url="http://127.0.0.1:8000") as client:
        client.get("/api/runs")
        yield Asked(client, f"/api/runs/{run_id(folder)}")


def benchmark(rows: int, lines: int) -> dict[str, float]:
    """Make the run, ask, measure."""
    with tempfile.TemporaryDirectory(prefix="benchmark-") as home:
        state, folder = Path(home) / "state", Path(home) / "outputs" / "big"
        arguments = {"folder": str(folder), "rows": rows, "lines": lines}
        measure("benchmarks.service_reading:write_run", state, **arguments)
        got = measure("benchmarks.service_reading:ask", state, **arguments)
        return {**got.result, "peak memory, MB": got.peak_rss_mb}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--lines", type=int, default=1_000_000)
    parser.add_argument("--json", action="store_true", help="one line of JSON")
    options = parser.parse_args()
    figures = benchmark(options.rows, options.lines)
    if options.json:
        print(orjson.dumps(figures).decode())
        return
    print(f"{'':45}{'measured':>10}{'goal':>8}")
    for name, figure in figures.items():
        goal = _GOALS.get(name)
        verdict = "" if goal is None else "  met" if figure <= goal else "  MISSED"
        print(f"{name:45}{figure:10.1f}{goal if goal else '':>8}{verdict}", flush=True)


if __name__ == "__main__":
    main()
