"""A bare aiohttp loop: the least that a client can do. Every ratio of the benchmarks is against it.

C workers take records from one iterator, POST, read the answer and parse its JSON; with several steps each
worker carries its record through all of them (depth first). No log, no retries, no checks.

    python -m benchmarks.bare_client http://127.0.0.1:8000/v1 --calls 10000 --concurrency 256
"""

from __future__ import annotations

import argparse
import asyncio
import time

import orjson

from benchmarks.workload import request_body


def bare_loop(base_url: str, records: int, steps: int = 1, concurrency: int = 256) -> float:
    """Wall seconds of `records` chains of `steps` calls, where each call needs the reply before it."""
    return asyncio.run(_bare_loop(base_url + "/chat/completions", records, steps, concurrency))


async def _bare_loop(url: str, records: int, steps: int, concurrency: int) -> float:
    import aiohttp

    numbers = iter(range(records))
    headers = {"Content-Type": "application/json"}
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0), headers=headers) as session:

        async def worker() -> None:
            for number in numbers:
                reply = ""
                for step in range(steps):
                    async with session.post(url, data=request_body(number, step, reply)) as response:
                        answer = orjson.loads(await response.read())
                        reply = answer["choices"][0]["message"]["content"]

        start = time.perf_counter()
        await asyncio.gather(*(worker() for _ in range(concurrency)))
        return time.perf_counter() - start


def main() -> None:
    parser = argparse.ArgumentParser(description="A bare aiohttp loop against a model endpoint.")
    parser.add_argument("base_url")
    parser.add_argument("--calls", type=int, default=10_000)
    parser.add_argument("--concurrency", type=int, default=256)
    parser.add_argument("--steps", type=int, default=1, help="calls that follow one another for each record")
    options = parser.parse_args()
    wall = bare_loop(options.base_url, options.calls // options.steps, options.steps, options.concurrency)
    cpu_ms = time.process_time() / options.calls * 1000
    print(orjson.dumps({"wall_s": wall, "cpu_ms_per_call": cpu_ms, "calls": options.calls}).decode())


if __name__ == "__main__":
    main()
