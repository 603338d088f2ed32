"""Runs an application at an address for as long as a pipeline's run lasts, and says where in server.json."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Annotated

import orjson
from pydantic import Field

from generation_functions import Run
from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.run_folder import write_atomically
from serving.guard import Access
from serving.served_models import Shelf

if TYPE_CHECKING:
    from fastapi import FastAPI

SERVER_FILE = "server.json"
Port = Annotated[int, Field(ge=0, le=65535)]
_LEAVE_SECONDS = 5
_LOOK_SECONDS = 1.0
_READY_SECONDS = 0.05
_IDLE_SECONDS = 30  # longer than clients keep a connection: who closes first must not be in doubt


def serve(
    run: Run,
    shelf: Shelf,
    make_app: Callable[[Shelf], FastAPI],
    access: Access,
    *,
    lazy: bool = False,
    opening: Callable[[], str] = lambda: "",
) -> None:
    """Serve until the run is stopped, which ends it as stopped and never as finished.

    Args:
        shelf: What is served; all of it is opened first.
        make_app: Builds the application.
        lazy: Open a model when it is first asked for.
        opening: Says what takes so long before it serves; "" = nothing in particular.

    Raises:
        UsageError: The address cannot be used, or would be open to everybody; or a model cannot be opened.
        InterruptedRunError: The run was stopped.
    """
    access.check()
    host = access.host
    with _listening(host, access.port) as listener:
        shown = "127.0.0.1" if host == "0.0.0.0" else "[::1]" if host == "::" else f"[{host}]" if ":" in host else host
        url = f"http://{shown}:{listener.getsockname()[1]}/v1"
        server = _ServerThread(make_app(shelf), shelf, listener, lazy)
        file = run.folder / SERVER_FILE
        tell = _Teller(run)
        tell("opening the models")
        try:
            server.start()
            while not server.is_ready(_READY_SECONDS):
                tell(opening() or "opening the models")
            told = {"url": url, "models": shelf.names, "process": os.getpid()}
            write_atomically(file, orjson.dumps(told, option=orjson.OPT_INDENT_2))
            run.events.add("serving", url=url, models=shelf.names)
            run.note(f"serving {', '.join(shelf.names)} at {url}")
            while server.wait(_LOOK_SECONDS):
                busy = [one for one in shelf.activity().values() if one is not None]
                tell(f"serving at {url}: {sum(one.running for one in busy)} answers being written")
        finally:
            with suppress(OSError):
                file.unlink(missing_ok=True)
            server.stop()


class _Teller:
    """Says what goes on when it is something else than before."""

    def __init__(self, run: Run) -> None:
        self._run, self._told = run, ""

    def __call__(self, message: str) -> None:
        if message != self._told:
            self._told = message
            self._run.progress(0, message)


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends without delay on TCP that says it is TCP; otherwise each answer on a kept connection is 40 ms late
    # (Nagle's algorithm and the client's delayed acknowledgement).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
            timeout_keep_alive=_IDLE_SECONDS,
            timeout_graceful_shutdown=_LEAVE_SECONDS,
        )
        self._server = Server(config)
        self._shelf, self._listener, self._lazy = shelf, listener, lazy
        self._failure: BaseException | None = None
        self._cancel: Callable[[], object] = lambda: None
        self._thread = threading.Thread(target=self._run, name="server", daemon=True)

    def start(self) -> None:
        """Begin opening the models."""
        self._thread.start()

    def is_ready(self, seconds: float) -> bool:
        """Whether requests are answered, within a moment; raises what keeps it from that."""
        if not self._ready.wait(seconds) and self._ended.is_set():
            self._raise()
        return self._ready.is_set()

    def wait(self, seconds: float) -> bool:
        """Wait a moment; raises when the server has ended by itself."""
        if self._ended.wait(seconds):
            self._raise()
        return True

    def stop(self) -> None:
        """End it; answers under way have a few seconds, models that are being opened none."""
        self._server.should_exit = True
        if not self._ready.is_set():
            with suppress(RuntimeError):  # it has ended by itself
                self._cancel()
        if self._thread.ident is not None:
            self._thread.join(_LEAVE_SECONDS * 3)

    def _raise(self) -> None:
        raise self._failure or AugmentoolkitError("the server ended by itself; the log says more")

    def _run(self) -> None:
        try:
            asyncio.run(self._main())
        except (AugmentoolkitError, asyncio.CancelledError) as error:
            self._failure = error
        except BaseException as error:
            self._failure = error
            raise
        finally:
            self._ended.set()

    async def _main(self) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._cancel = partial(asyncio.get_running_loop().call_soon_threadsafe, task.cancel)
        try:
            if not self._lazy:
                await self._shelf.open_all()
            if not self._server.should_exit:
                await self._server.serve(sockets=[self._listener])
        finally:
            await self._shelf.close()
