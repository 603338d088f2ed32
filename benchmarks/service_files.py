"""Measures the files of the service, as a real server sees them: listing a large folder, uploading and downloading.

python -m benchmarks.service_files                             # 100 000 files, 1 GB
python -m benchmarks.service_files --files 1000000 --megabytes 4000
"""

from __future__ import annotations

import argparse
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.parse import quote

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.measure import ROOT
from benchmarks.table import Row

_MEGABYTE = 1 << 20
_ASKED = 10


@contextmanager
def service(folder: Path) -> Iterator[HTTPConnection]:
    """The service over a project folder, as a process of its own."""
    with socket.create_server(("127.0.0.1", 0)) as found:
        port = found.getsockname()[1]
    state = {"ATK_ROOT": str(folder), "ATK_STATE_DIR": str(folder / "state"), "ATK_PORT": str(port)}
    process = subprocess.Popen([sys.executable, "api.py"], cwd=ROOT, env={**os.environ, **state})
    connection = HTTPConnection("127.0.0.1", port, timeout=600)
    try:
        _await(connection, process)
        yield connection
    finally:
        connection.close()
        process.terminate()
        process.wait()


def _await(connection: HTTPConnection, process: subprocess.Popen[bytes]) -> None:
    for _ in range(300):
        try:
            connection.request("GET", "/api/health")
            connection.getresponse().read()
        except OSError:
            connection.close()
            if process.poll() is not None:
                raise SystemExit("the service did not start") from None
            time.sleep(0.1)
        else:
            return
    raise SystemExit("the service does not answer")


def ask(connection: HTTPConnection, method: str, path: str, body: Any = None, **headers: str) -> dict[str, Any]:
    """One request; returns what the answer's JSON holds."""
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    data = answer.read()
    if answer.status >= 400:
        raise SystemExit(f"{method} {path}: {answer.status} {data[:500]!r}")
    found: dict[str, Any] = orjson.loads(data)
    return found


def make_large_folder(folder: Path, count: int) -> None:
    """`count` files in outputs/large, made in another order than that of their names."""
    large = folder / "outputs" / "large"
    large.mkdir(parents=True)
    for number in range(count):
        (large / f"chapter {number * 7919 % count} of the book.txt").touch()


def listing_rows(connection: HTTPConnection, count: int) -> Iterator[Row]:
    """First and last page, and all of them one after the other."""
    address = "/api/files/outputs?path=large"
    first, page = _milliseconds(connection, address)
    yield Row(f"folder of {count:,} files: first page of 200", "<= 200 ms", first, _largest(first) <= 200)
    pages, cursor, last_cursor, start = 1, page["next"], "", time.perf_counter()
    while cursor:
        last_cursor = cursor
        cursor = ask(connection, "GET", f"{address}&limit=1000&cursor={quote(cursor)}")["next"]
        pages += 1
    all_s = time.perf_counter() - start
    last, _ = _milliseconds(connection, f"{address}&limit=1000&cursor={quote(last_cursor)}")
    yield Row("last page of 1,000", "<= 200 ms", last, _largest(last) <= 200)
    yield Row(f"all {pages} pages of 1,000", "-", f"{all_s:.1f} s", True)


def _milliseconds(connection: HTTPConnection, address: str) -> tuple[str, dict[str, Any]]:
    times = []
    for _ in range(_ASKED):
        start = time.perf_counter()
        page = ask(connection, "GET", address)
        times.append(1000 * (time.perf_counter() - start))
    return f"{statistics.median(times):.0f} ms (slowest of {_ASKED}: {max(times):.0f} ms)", page


def _largest(measured: str) -> float:
    return float(measured.rpartition(": ")[2].removesuffix(" ms)"))


def transfer_rows(connection: HTTPConnection, folder: Path, megabytes: int) -> Iterator[Row]:
    """A large file up in one request and down again, and many small ones up; with the server's other answers."""
    block, size = os.urandom(_MEGABYTE), megabytes * _MEGABYTE
    asked = {"root": "inputs", "path": "large.bin", "size": size}
    upload = _begin(connection, asked)
    start = time.perf_counter()
    done = ask(
        connection,
        "PATCH",
        f"/api/uploads/{upload['id']}",
        (block for _ in range(megabytes)),
        **{"Upload-Offset": "0", "Content-Length": str(size)},
    )
    seconds = time.perf_counter() - start
    if not done["complete"] or (folder / "inputs" / "large.bin").stat().st_size != size:
        raise SystemExit("the upload is not where it should be")
    yield Row(
        f"upload of {megabytes:,} MB", ">= 100 MB/s", f"{megabytes / seconds:.0f} MB/s", megabytes / seconds >= 100
    )
    start = time.perf_counter()
    connection.request("GET", "/api/files/inputs/content?path=large.bin")
    answer, got = connection.getresponse(), 0
    while data := answer.read(_MEGABYTE):
        got += len(data)
    seconds = time.perf_counter() - start
    if got != size:
        raise SystemExit("the download is not whole")
    yield Row(
        f"download of {megabytes:,} MB", ">= 100 MB/s", f"{megabytes / seconds:.0f} MB/s", megabytes / seconds >= 100
    )
    count, start = 500, time.perf_counter()
    for number in range(count):
        upload = _begin(connection, {"root": "inputs", "path": f"small/{number}.txt", "size": 1000})
        ask(connection, "PATCH", f"/api/uploads/{upload['id']}", block[:1000], **{"Upload-Offset": "0"})
    rate = count / (time.perf_counter() - start)
    yield Row("uploads of 1 kB, one after the other", ">= 100 a second", f"{rate:.0f} a second", rate >= 100)


def _speed(what: str, megabytes: int, seconds: float) -> Row:
    speed = megabytes / seconds
    return Row(f"{what} of {megabytes:,} MB", ">= 100 MB/s", f"{speed:.0f} MB/s", speed >= 100)


def _begin(connection: HTTPConnection, asked: dict[str, Any]) -> dict[str, Any]:
    return ask(connection, "POST", "/api/uploads", orjson.dumps(asked), **{"Content-Type": "application/json"})


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", type=int, default=100_000, help="in the large folder")
    parser.add_argument("--megabytes", type=int, default=1024, help="of the large file")
    options = parser.parse_args()
    print("| what | goal | measured | |\n|---|---|---|---|", flush=True)
    with tempfile.TemporaryDirectory(prefix="benchmark-") as name:
        folder = Path(name)
        make_large_folder(folder, options.files)
        with service(folder) as connection:
            for rows in (
                listing_rows(connection, options.files),
                transfer_rows(connection, folder, options.megabytes),
            ):
                for row in rows:
                    mark = "reached" if row.reached else "**missed**"
                    print(f"| {row.what} | {row.goal} | {row.measured} | {mark} |", flush=True)


if __name__ == "__main__":
    main()
