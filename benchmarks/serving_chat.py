"""Measures what Chat in the browser adds to a model's answer: the way of a question there, and of each token back.

python -m benchmarks.serving_chat                 # about a minute
python -m benchmarks.serving_chat --chats 16 --tokens 200

1. A small model is served through the service, as *Serve* does it. In turn it is asked directly and through
   `/api/chat`, until the first token is there: what counts is the difference within a pair.
2. A provider on this machine writes into each token when it was sent (the clock is one for all processes). So each
   token that comes out of `/api/chat` says how long it took; first with one chat, then with several at once.

What is read is the stream that a page reads, without a browser. Needs requirements-training.txt and Linux (`/proc`).
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
from aiohttp import web

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))  # so that `python benchmarks/NAME.py` works too

from benchmarks.service import Launched, launched
from benchmarks.serving import make_model

_SAID = [{"role": "user", "content": "Who built the bridge at Verrano?"}]
_TOKEN_SECONDS = 0.02  # between two tokens: fifty a second
_PROVIDER = "stamped"


def figures(seconds: Sequence[float]) -> dict[str, float]:
    """Median and 95th percentile, in milliseconds."""
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, round(0.95 * (len(ordered) - 1)))]
    return {"p50_ms": round(1000 * statistics.median(ordered), 2), "p95_ms": round(1000 * p95, 2)}


# --- a served model, asked directly and through the service


async def first_tokens(session: aiohttp.ClientSession, at_work: Launched, path: str, times: int) -> dict[str, Any]:
    """Seconds until the first token, directly and through the service, in turn."""
    server = await _served(at_work, path)
    direct = {"model": server["models"][0], "messages": _SAID, "max_tokens": 4, "temperature": 0, "stream": True}
    chat = {"target": {"kind": "model", "path": path}, "messages": _SAID}
    chat["sampling"] = {"max_tokens": 4, "temperature": 0}
    spent: dict[str, list[float]] = {"direct": [], "through_service": []}
    for turn in range(times + 3):
        pair = (
            await _first(session, f"{server['url']}/chat/completions", direct, b'"content":"'),
            await _first(session, f"{at_work.url}/api/chat", chat, b"event: token"),
        )
        if turn >= 3:  # the first ones warm up
            for name, seconds in zip(spent, pair, strict=True):
                spent[name].append(seconds)
    added = [through - alone for alone, through in zip(*spent.values(), strict=True)]
    return {**{name: figures(values) for name, values in spent.items()}, "added": figures(added)}


async def _served(at_work: Launched, path: str) -> Any:
    await asyncio.to_thread(at_work.ask, "POST", "/api/models/serve", {"models": [path]})
    for _ in range(600):
        (server,) = (await asyncio.to_thread(at_work.ask, "GET", "/api/models/served"))["items"]
        if server["answers"]:
            return server
        await asyncio.sleep(0.2)
    raise SystemExit("the server does not answer")


async def _first(session: aiohttp.ClientSession, url: str, body: Any, mark: bytes) -> float:
    """Seconds until a line with `mark` comes that holds some text; the rest is read, too."""
    start, found = time.perf_counter(), 0.0
    async with session.post(url, json=body) as answer:
        if answer.status != 200:
            raise SystemExit(f"{url}: {answer.status} {await answer.text()}")
        async for line in answer.content:
            if not found and mark in line and b'"content":""' not in line:
                found = time.perf_counter() - start
    if not found:
        raise SystemExit(f"{url}: no token came")
    return found


# --- tokens that say when they were sent


@asynccontextmanager
async def stamping(tokens: int) -> AsyncIterator[str]:
    """A provider whose tokens are the time; gives its URL."""

    async def answer(request: web.Request) -> web.StreamResponse:
        await request.read()
        told = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await told.prepare(request)
        for number in range(tokens):
            delta = {"content": f"{time.monotonic()} "}
            finish = "stop" if number == tokens - 1 else None
            event = {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}
            await told.write(b"data: " + orjson.dumps(event) + b"\n\n")
            await asyncio.sleep(_TOKEN_SECONDS)
        await told.write(b"data: [DONE]\n\n")
        return told

    app = web.Application()
    app.router.add_post("/v1/chat/completions", answer)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    finally:
        await runner.cleanup()


async def delays(session: aiohttp.ClientSession, at_work: Launched, chats: int) -> dict[str, float]:
    """How long tokens take from the provider to the reader, with so many chats at once."""
    body = {"target": {"kind": "provider", "model": f"{_PROVIDER}:x"}, "messages": _SAID}

    async def read() -> list[float]:
        found = []
        async with session.post(f"{at_work.url}/api/chat", json=body) as answer:
            async for line in answer.content:
                if line.startswith(b'data: {"text"'):
                    sent = float(orjson.loads(line[6:])["text"])
                    found.append(time.monotonic() - sent)
        return found

    together = await asyncio.gather(*(read() for _ in range(chats)))
    return figures([delay for one in together for delay in one])


async def measure(at_work: Launched, path: str, options: argparse.Namespace) -> dict[str, Any]:
    """All figures."""
    async with (
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
        stamping(options.tokens) as url,
    ):
        async with session.put(f"{at_work.url}/api/settings/providers/{_PROVIDER}", json={"base_url": url}) as answer:
            if answer.status != 204:
                raise SystemExit(f"the provider is refused: {await answer.text()}")
        return {
            "first_token": await first_tokens(session, at_work, path, options.times),
            "token_to_reader_of_one_chat": await delays(session, at_work, 1),
            f"token_to_reader_of_{options.chats}_chats": await delays(session, at_work, options.chats),
        }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--times", type=int, default=60, help="pairs of questions")
    parser.add_argument("--chats", type=int, default=8, help="at once")
    parser.add_argument("--tokens", type=int, default=100, help="of an answer of the provider")
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        make_model(Path(scratch) / "models" / "measured", 64, 2)
        with launched(Path(scratch)) as at_work:
            found = asyncio.run(measure(at_work, "models/measured", options))
    print(orjson.dumps(found, option=orjson.OPT_INDENT_2).decode())


if __name__ == "__main__":
    main()
