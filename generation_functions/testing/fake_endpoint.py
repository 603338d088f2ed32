"""A fake model endpoint that speaks the OpenAI protocol, in a process of its own.

For tests of pipelines and clients, and for benchmarks: deterministic replies, latency and faults on demand,
and counters that prove what a client really sent. In Python:

    with FakeEndpoint(latency_ms=20, faults={"rate_limited": 0.1, "hang": 0.01}) as endpoint:
        ...  # talk to endpoint.url
        endpoint.stats()["answered"]

On a command line, `python -m generation_functions.testing.fake_endpoint --port 0 --latency-ms 50` prints one
line of JSON with its URLs as soon as it listens. Both ports also take control: GET /stats (/stats?bodies=1
lists every request body), POST /reset, POST /faults (any options), POST /down, POST /up. Only the control
port outlives /down.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import gc
import http.client
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import orjson

from generation_functions.errors import UsageError
from generation_functions.testing.fake_behaviour import FAULTS, Behaviour

_ROOT = Path(__file__).resolve().parents[2]


class FakeEndpoint:
    """Starts the fake endpoint as a child process and steers it. Options are those of `Behaviour`."""

    def __init__(self, *, port: int = 0, **options: Any) -> None:
        self.behaviour = Behaviour().changed(options)
        self.port = port
        self.url = ""
        self.control_url = ""
        self._process: subprocess.Popen[bytes] | None = None

    @classmethod
    def at(cls, url: str) -> Self:
        """An endpoint that somebody else started; it is steered over its data port and not stopped."""
        endpoint = cls()
        endpoint.url, endpoint.control_url = url.rstrip("/"), url
        return endpoint

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def start(self) -> Self:
        """Start the process and wait until it listens."""
        options = orjson.dumps(dataclasses.asdict(self.behaviour)).decode()
        command = [
            sys.executable,
            "-m",
            "generation_functions.testing.fake_endpoint",
            "--port",
            str(self.port),
        ]
        path = os.pathsep.join(filter(None, [str(_ROOT), os.environ.get("PYTHONPATH", "")]))
        process = subprocess.Popen(
            [*command, "--until-stdin-closes", "--options", options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        self._process = process
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            self.stop()
            raise UsageError("the fake endpoint did not start; its own words are above")
        ready = orjson.loads(line)
        self.url, self.control_url = ready["url"], ready["control"]
        return self

    def stop(self) -> None:
        """End the process."""
        process, self._process = self._process, None
        if process is not None:
            process.terminate()
            process.communicate()

    def stats(self, *, bodies: bool = False) -> dict[str, Any]:
        """The counters since the start or the last `reset`; with `bodies`, also those of each body."""
        return self._call("GET", "/stats?bodies=1" if bodies else "/stats")

    def reset(self) -> None:
        """Set all counters, and with them the attempt numbers, back to nothing."""
        self._call("POST", "/reset")

    def faults(self, **shares: float) -> None:
        """Replace the shares of faults; without any, every request is answered well."""
        self.change(faults=shares)

    def change(self, **options: Any) -> None:
        """Change any options of `Behaviour` from the next request on."""
        self.behaviour = self.behaviour.changed(options)
        self._call("POST", "/faults", options)

    def down(self, seconds: float = 0) -> None:
        """Drop and refuse connections for some seconds, or until `up` if that is 0."""
        self._call("POST", "/down", {"seconds": seconds})

    def up(self) -> None:
        """Listen again on the same port."""
        self._call("POST", "/up")

    def _call(self, method: str, path: str, options: dict[str, Any] | None = None) -> dict[str, Any]:
        connection = http.client.HTTPConnection(urlsplit(self.control_url).netloc, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, orjson.dumps(options or {}))
            response = connection.getresponse()
            answer: dict[str, Any] = orjson.loads(response.read())
        if response.status != 200:
            raise UsageError(answer["error"]["message"])
        return answer


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or SIGINT."""
    parsed = vars(_parser().parse_args(arguments))
    host, port, control_port = parsed.pop("host"), parsed.pop("port"), parsed.pop("control_port")
    until_stdin_closes, options = parsed.pop("until_stdin_closes"), parsed.pop("options")
    shares = dict(share.split("=", 1) for share in parsed.pop("fault"))
    given = {name: value for name, value in parsed.items() if value is not None}
    try:
        behaviour = Behaviour().changed({**orjson.loads(options), **given})
        if shares:
            behaviour = behaviour.changed({"faults": {name: float(share) for name, share in shares.items()}})
        asyncio.run(_serve(behaviour, host, port, control_port, until_stdin_closes))
    except (UsageError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return UsageError.exit_code
    return 0


async def _serve(behaviour: Behaviour, host: str, port: int, control_port: int, until_stdin_closes: bool) -> None:
    from generation_functions.testing.fake_server import FakeServer

    loop = asyncio.get_running_loop()
    done: asyncio.Future[None] = loop.create_future()

    def finish() -> None:
        if not done.done():
            done.set_result(None)

    def fail(_: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        """A broken reply script must end the process loudly, not look like a slow endpoint."""
        if not done.done():
            done.set_exception(context.get("exception") or RuntimeError(context["message"]))

    def stdin_is_readable() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin.fileno())
            finish()

    loop.set_exception_handler(fail)
    for name in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(name, finish)
    if until_stdin_closes:
        loop.add_reader(sys.stdin.fileno(), stdin_is_readable)
    _allow_many_connections()
    server = FakeServer(behaviour)
    await server.start(host, port, control_port)
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    ready = {"url": server.url, "control": server.control_url, "pid": os.getpid()}
    sys.stdout.write(orjson.dumps(ready).decode() + "\n")
    sys.stdout.flush()
    await done


def _allow_many_connections() -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def _parser() -> argparse.ArgumentParser:
    faults = "\n".join(f"  {name:18} {text}" for name, text in FAULTS.items())
    parser = argparse.ArgumentParser(
        prog="python -m generation_functions.testing.fake_endpoint",
        description="A fake OpenAI-compatible endpoint.",
        epilog=f"faults:\n{faults}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--control-port", type=int, default=0, help="stays up when the endpoint is told to go down")
    parser.add_argument("--until-stdin-closes", action="store_true", help="end with the process that started it")
    parser.add_argument("--options", default="{}", help="any of the options below as JSON")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME=SHARE", help="repeatable; see below")
    for option in dataclasses.fields(Behaviour):
        if option.name == "faults":
            continue
        flag, text = "--" + option.name.replace("_", "-"), option.metadata["help"]
        if option.default == ():
            parser.add_argument(flag, nargs="*", help=text)
        else:
            parser.add_argument(flag, type=type(option.default), help=f"{text} (default: {option.default!r})")
    return parser


if __name__ == "__main__":
    sys.exit(main())
