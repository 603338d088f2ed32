"""Many who watch a run, as a process of their own: `python -m benchmarks.watchers read|stuck URL RUN COUNT`.

Says `ready` when all are connected; at the next line on standard input it says, in JSON, what they have seen, and ends.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import time
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import orjson

_PATIENCE_SECONDS = 10.0


class Reader:
    """One who reads all there is."""

    def __init__(self) -> None:
        self.here, self.over = asyncio.Event(), asyncio.Event()
        self.lags: list[float] = []
        """Seconds from each event to its arrival."""

    async def read(self, session: aiohttp.ClientSession, url: str) -> None:
        async with session.get(url) as answer:
            async for line in answer.content:
                self.here.set()  # the snapshot comes at once
                if line.startswith(b'data: {"n":'):
                    event = orjson.loads(line[6:])
                    self.lags.append(time.time() - event["t"])
                    if event["event"] == "run-ended":
                        self.over.set()


async def read(url: str, count: int) -> dict[str, Any]:
    """Watch until the run is over."""
    readers = [Reader() for _ in range(count)]
    connector, timeout = aiohttp.TCPConnector(limit=0), aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, read_bufsize=1 << 20) as session:
        tasks = [asyncio.create_task(reader.read(session, url)) for reader in readers]
        await asyncio.gather(*(reader.here.wait() for reader in readers))
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        await asyncio.wait_for(asyncio.gather(*(reader.over.wait() for reader in readers)), _PATIENCE_SECONDS)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    counts = [len(reader.lags) for reader in readers]
    lag = statistics.median(lag for reader in readers for lag in reader.lags)
    return {"least": min(counts), "most": max(counts), "lag": lag}


def be_stuck(url: str, count: int) -> dict[str, Any]:
    """Ask for everything from the first event on, and read nothing of it."""
    address = urlsplit(url)
    sockets = []
    for _ in range(count):
        one = socket.socket()
        one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        one.connect((address.hostname, address.port))
        one.sendall(f"GET {address.path} HTTP/1.1\r\nHost: {address.netloc}\r\nLast-Event-ID: 0\r\n\r\n".encode())
        sockets.append(one)
    print("ready", flush=True)
    sys.stdin.readline()
    return {"connected": len(sockets)}


def main() -> None:
    how, service, run, count = sys.argv[1:]
    url = f"{service}/api/runs/{run}/events"
    seen = asyncio.run(read(url, int(count))) if how == "read" else be_stuck(url, int(count))
    print(orjson.dumps(seen).decode())


if __name__ == "__main__":
    main()
