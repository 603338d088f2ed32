"""Measures basic-server: what it adds to a bare `generate` loop, what a batch gains, and a soak.

python -m benchmarks.serving                  # overhead and batching, about a minute
python -m benchmarks.serving --soak 300       # five minutes: 16 clients stream, one leaves, one sends garbage

The model is made on the spot (Llama's architecture, random weights). Needs
requirements-training.txt and Linux (`/proc`).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

if TYPE_CHECKING:
    import aiohttp

ROOT = Path(__file__).resolve().parents[1]
MODEL = "measured"
CLIENTS = 16
_TOKENS = 64
_TEXTS = (
    "The bridge at Verrano was built in 1871 by Ada Finch, who had learned her trade in the shipyards of Port Ellis.",
    "A lantern of the Orrin type burns whale oil for nine hours; its wick is trimmed twice, at dusk and at midnight.",
)
_GARBAGE = (b"", b"{", b"[]", b"\xff\x00", b'{"model": 5}', b"[" * 50_000, b'{"model": "measured", "messages": 1}')


@dataclass
class Soak:
    """What a soak saw.

    Attributes:
        counts: Answers that were `right` and `wrong`, clients that `left`, and garbage that was `refused` or `taken`.
        memory_mb: Resident memory of the server, about once a second.
        problems: What was wrong, the first few.
    """

    counts: Counter[str] = field(default_factory=Counter)
    memory_mb: list[float] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    running_after: int = -1

    @property
    def growth_mb(self) -> float:
        """How much more memory the last third had than the second, which is after warming up."""
        third = len(self.memory_mb) // 3
        if not third:
            return 0.0
        return statistics.median(self.memory_mb[-third:]) - statistics.median(self.memory_mb[third : 2 * third])

    def wrong(self, what: str) -> None:
        """Note something wrong."""
        self.counts["wrong"] += 1
        self.problems = [*self.problems, what][:5]


async def soak(url: str, model: str, process: int, seconds: float, key: str = "") -> Soak:
    """Let 16 clients stream, one leave half way and one send garbage, all the time.

    Every streamed answer is compared with the one that was given at the start, unstreamed and alone.
    """
    import aiohttp

    found = Soak()
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, headers=headers) as session:
        asked = [_request(model, number) for number in range(2 * CLIENTS)]
        right = [await _whole(session, url, body) for body in asked]
        until = time.monotonic() + seconds
        await asyncio.gather(
            *(_streams(session, url, asked, right, client, until, found) for client in range(CLIENTS)),
            _leaves(session, url, model, until, found),
            _sends_garbage(session, url, until, found),
            _watches(process, until, found),
        )
        root = url.removesuffix("/v1")
        for _ in range(100):
            async with session.get(f"{root}/health") as answer:
                found.running_after = (await answer.json())["running"]
            if not found.running_after:
                break
            await asyncio.sleep(0.1)
    return found


def _request(model: str, number: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": f"Question {number}: who built {'the bridge ' * (number % 7)}?"}],
        "max_tokens": 8 + number,
        "seed": number,
        "temperature": 0 if number % 3 == 0 else 1,
    }
    return {**body, "stop": ["e", "bridge"]} if number % 5 == 0 else body


async def _whole(session: aiohttp.ClientSession, url: str, body: dict[str, Any]) -> str:
    async with session.post(f"{url}/chat/completions", data=orjson.dumps(body)) as answer:
        answer.raise_for_status()
        return str(orjson.loads(await answer.read())["choices"][0]["message"]["content"])


async def _streams(
    session: aiohttp.ClientSession,
    url: str,
    asked: list[dict[str, Any]],
    right: list[str],
    client: int,
    until: float,
    found: Soak,
) -> None:
    for turn in itertools.count(client):
        if time.monotonic() > until:
            return
        number = turn * 7 % len(asked)
        start = time.perf_counter()
        said = ""
        async with session.post(
            f"{url}/chat/completions", data=orjson.dumps({**asked[number], "stream": True})
        ) as answer:
            if answer.status != 200:
                found.wrong(f"{answer.status}: {await answer.text()}")
                continue
            async for line in answer.content:
                if line.startswith(b"data: {"):
                    event = orjson.loads(line[6:])
                    if "error" in event:
                        found.wrong(str(event))
                    for choice in event.get("choices", ()):
                        said += choice["delta"].get("content") or ""
        found.seconds.append(time.perf_counter() - start)
        if said == right[number]:
            found.counts["right"] += 1
        else:
            found.wrong(f"request {number}: {said!r} instead of {right[number]!r}")


async def _leaves(session: aiohttp.ClientSession, url: str, model: str, until: float, found: Soak) -> None:
    body = {**_request(model, 1), "max_tokens": 100_000, "stream": True, "n": 2}
    while time.monotonic() < until:
        answer = await session.post(f"{url}/chat/completions", data=orjson.dumps(body))
        async for line in answer.content:
            if b"content" in line:
                break
        answer.close()
        found.counts["left"] += 1
        await asyncio.sleep(0.05)


async def _sends_garbage(session: aiohttp.ClientSession, url: str, until: float, found: Soak) -> None:
    for body in itertools.cycle(_GARBAGE):
        if time.monotonic() > until:
            return
        async with session.post(f"{url}/chat/completions", data=body) as answer:
            found.counts["refused" if answer.status == 400 else "taken"] += 1
        await asyncio.sleep(0.05)


async def _watches(process: int, until: float, found: Soak) -> None:
    while time.monotonic() < until:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
        found.memory_mb += [int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS:")]
        await asyncio.sleep(min(1.0, max(0.1, until - time.monotonic())))


# -- the model and the server --------------------------------------------------------------------------------


def make_model(folder: Path, width: int, layers: int) -> Path:
    """A model folder with random weights."""
    from finetuning.model_folder import TrainingRecord, save_model
    from finetuning.new_model import NewModel, new_model
    from generation_functions.chat_templates import load_template

    chat = load_template("chatml")
    shape = NewModel(layers=layers, width=width, heads=4, vocabulary_size=400, context=2048)
    model, tokenizer = new_model(shape, _TEXTS, chat)
    record = TrainingRecord(base_model="new", chat_template=chat.name, stops=chat.stops)
    save_model(model, tokenizer, folder, record)
    return folder


@contextmanager
def served(model: Path, scratch: Path) -> Iterator[tuple[str, int]]:
    """The model behind basic-server, in a process of its own; gives its URL and process."""
    config, file = scratch / "server.yaml", scratch / "run" / "server.json"
    lines = {
        "pipeline": str(ROOT / "serving" / "basic_server"),
        "output_dir": str(scratch / "run"),
        "port": 0,
        "models": [{"source": str(model), "name": MODEL}],
    }
    config.write_bytes(orjson.dumps(lines))  # JSON is YAML, too
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "run_augmentoolkit.py"), "run", str(config)], cwd=ROOT, stderr=subprocess.DEVNULL
    )
    try:
        while not file.exists():
            if process.poll() is not None:
                raise SystemExit(f"the server ended with exit code {process.returncode}")
            time.sleep(0.1)
        yield orjson.loads(file.read_bytes())["url"], process.pid
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(30)


def overhead(model: Path, url: str, times: int) -> dict[str, Any]:
    """Seconds for an answer of 64 tokens, from a bare `generate` loop and from the server, in turn."""
    import torch

    from finetuning.model_folder import load_model, load_tokenizer

    bare, tokenizer = load_model(model), load_tokenizer(model)
    prompt = "The bridge at Verrano was built in 1871 by"
    ids = torch.tensor([tokenizer.encode(prompt)])
    body = {"model": MODEL, "prompt": prompt, "max_tokens": _TOKENS, "temperature": 0}

    def generate() -> str:
        with torch.inference_mode():
            out = bare.generate(ids, do_sample=False, max_new_tokens=_TOKENS, pad_token_id=0)
        return str(tokenizer.decode(out[0, ids.shape[1] :], skip_special_tokens=True))

    async def measure() -> dict[str, Any]:
        import aiohttp

        spent: dict[str, list[float]] = {"bare": [], "server": []}
        async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

            async def ask() -> str:
                async with session.post(f"{url}/completions", data=orjson.dumps(body)) as answer:
                    return str(orjson.loads(await answer.read())["choices"][0]["text"])

            for turn in range(times + 2):
                start = time.perf_counter()
                alone = generate()
                middle = time.perf_counter()
                if await ask() != alone:
                    raise SystemExit("the server's answer is not the one of generate")
                if turn >= 2:  # the first ones warm up
                    spent["bare"].append(middle - start)
                    spent["server"].append(time.perf_counter() - middle)
            start = time.perf_counter()
            await asyncio.gather(*(ask() for _ in range(CLIENTS)))
            together = time.perf_counter() - start
        p50 = {name: statistics.median(values) for name, values in spent.items()}
        return {
            "bare_generate_p50_ms": round(p50["bare"] * 1000, 1),
            "server_p50_ms": round(p50["server"] * 1000, 1),
            "server_over_bare": round(p50["server"] / p50["bare"], 3),
            "sixteen_at_once_s": round(together, 3),
            "gain_of_batching": round(CLIENTS * p50["server"] / together, 2),
        }

    return asyncio.run(measure())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--soak", type=float, default=0.0, metavar="SECONDS", help="soak for so long instead")
    parser.add_argument("--times", type=int, default=30, help="answers that are timed")
    parser.add_argument("--width", type=int, default=256)
    parser.add_argument("--layers", type=int, default=6)
    options = parser.parse_args()
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    with tempfile.TemporaryDirectory(prefix="benchmark-") as scratch:
        model = make_model(Path(scratch) / "model", options.width, options.layers)
        with served(model, Path(scratch)) as (url, process):
            if not options.soak:
                print(orjson.dumps(overhead(model, url, options.times)).decode())
                return
            found = asyncio.run(soak(url, MODEL, process, options.soak))
    told = {
        **found.counts,
        "p50_ms": round(statistics.median(found.seconds) * 1000),
        "memory_mb": [round(found.memory_mb[0], 1), round(found.memory_mb[-1], 1)],
        "growth_after_warm_up_mb": round(found.growth_mb, 1),
        "running_after": found.running_after,
        "problems": found.problems,
    }
    print(orjson.dumps(told).decode())
    if found.counts["wrong"] or found.counts["taken"] or found.running_after:
        raise SystemExit(1)


if __name__ == "__main__":
    main()
