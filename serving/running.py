"""Runs an application at an address for as long as a pipeline's run lasts, and says where in server.json."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import orjson

from generation_functions import Run
from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.run_folder import write_atomically
from serving.guard import check_address
from serving.served_models import Shelf

if TYPE_CHECKING:
    from fastapi import FastAPI

SERVER_FILE = "server.json"
_LEAVE_SECONDS = 5
_LOOK_SECONDS = 1.0


def serve(
    run: Run,
    shelf: Shelf,
    make_app: Callable[[Shelf], FastAPI],
    *,
    host: str,
    port: int,
    api_key: str = "",
    allowed_hosts: Sequence[str] = (),
    lazy: bool = False,
) -> None:
    """Serve until the run is stopped, which ends it as stopped and never as finished.

    Args:
        shelf: What is served; all of it is opened first.
        make_app: Builds the application.
        port: 0 = any that is free.
        lazy: Open a model when it is first asked for.

    Raises:
        UsageError: The address cannot be used, or would be open to everybody; or a model cannot be opened.
        InterruptedRunError: The run was stopped.
    """
    check_address(host, api_key, allowed_hosts)
    with _listening(host, port) as listener:
        shown = "127.0.0.1" if host == "0.0.0.0" else "[::1]" if host == "::" else f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}/v1"
        server = _ServerThread(make_app(shelf), shelf, listener, lazy)
        run.progress(0, "opening the models")
        file = run.folder / SERVER_FILE
        server.start()
        try:
            server.wait_until_ready()
            told = {"url": url, "models": shelf.names, "process": os.getpid()}
            write_atomically(file, orjson.dumps(told, option=orjson.OPT_INDENT_2))
            run.events.add("serving", url=url, models=shelf.names)
            run.note(f"serving {', '.join(shelf.names)} at {url}")
            _watch(run, server, shelf, url)
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)
            server.stop()


def _watch(run: Run, server: _ServerThread, shelf: Shelf, url: str) -> None:
    told = ""
    while server.wait(_LOOK_SECONDS):
        busy = [one for one in shelf.activity().values() if one is not None]
        message = f"serving at {url}: {sum(one.running for one in busy)} answers being written"
        if message != told:
            told = message
            run.progress(0, message)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((host, port))
            listener.listen(1024)
        except OSError as error:
            raise UsageError(
                f"cannot listen at {host}:{port}: {error.strerror or error}. Choose another port (port: 0 takes any "
                "that is free), or stop what listens there."
            ) from error
        yield listener
    finally:
        listener.close()


class _ServerThread:
    """uvicorn in a thread of its own: the run's thread has to hear signals."""

    def __init__(self, app: FastAPI, shelf: Shelf, listener: socket.socket, lazy: bool) -> None:
        import uvicorn

        self._ready, self._ended = threading.Event(), threading.Event()
        ready = self._ready

        class Server(uvicorn.Server):
            async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                await super().startup(sockets)
                ready.set()

        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="off",
            timeout_graceful_shutdown=_LEAVE_SECONDS,
        )
        self._server = Server(config)
        self._shelf, self._listener, self._lazy = shelf, listener, lazy
        self._failure: BaseException | None = None
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def start(self) -> None:
        """Begin opening the models."""
        self._thread.start()

    def wait_until_ready(self) -> None:
        """Return once requests are answered; raise what kept it from that."""
        while not self._ready.wait(0.05):
            if self._ended.is_set():
                self._raise()

    def wait(self, seconds: float) -> bool:
        """Wait a moment; raises when the server has ended by itself."""
        if self._ended.wait(seconds):
            self._raise()
        return True

    def stop(self) -> None:
        """End it; answers under way have a few seconds."""
        self._server.should_exit = True
        if self._thread.ident is not None:
            self._thread.join(_LEAVE_SECONDS * 3)

    def _raise(self) -> None:
        raise self._failure or AugmentoolkitError("the server ended by itself; the log says more")

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except BaseException as error:
            self._failure = error
            if not isinstance(error, AugmentoolkitError):
                raise
        finally:
            self._ended.set()

    async def _main(self) -> None:
        try:
            if not self._lazy:
                await self._shelf.open_all()
            if not self._server.should_exit:
                await self._server.serve(sockets=[self._listener])
        finally:
            await self._shelf.close()
