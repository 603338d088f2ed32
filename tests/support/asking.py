"""Clients without a run around them, and prompts without a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from generation_functions.call_log import CallLog
from generation_functions.client import Answer, Client, Ledger
from generation_functions.connections import Connections
from generation_functions.loop_thread import LoopThread
from generation_functions.model import Model
from generation_functions.money import Budget
from generation_functions.prompts import Prompt
from generation_functions.records import Record, record_id


def prompt(text: str = "{text}", name: str = "ask", **more: Any) -> Prompt:
    """A prompt of one message."""
    return Prompt(name=name, path=Path(f"{name}.yaml"), messages=(("user", text),), **more)


def record(text: str, **more: Any) -> Record:
    return {"id": record_id(text), "text": text, **more}


class Desk:
    """A call log, its ledger, and the clients of some models, on a loop of their own."""

    def __init__(self, folder: Path, **budget: Any) -> None:
        self.log = CallLog(folder)
        self.loop = LoopThread()
        self.ledger = Ledger(self.log, Budget(self.log, **budget))
        self.connections = Connections(self.ledger, self.loop)
        self.ledger.client_for = self.connections.client

    def client(self, url: str | list[str] = "", **model: Any) -> Client:
        facts = {"name": "fake", "base_url": url, "concurrency_limit": 8, "patience": 5, **model}
        return self.connections.client(Model.model_validate(facts))

    def answer(self, client: Client, *arguments: Any, **options: Any) -> Answer:
        """What the client answers; arguments and options are those of `Client.answer`."""
        return self.loop.run(client.answer(*arguments, **options))

    def close(self) -> None:
        self.connections.close()
        self.loop.close()
        self.log.close()


@contextmanager
def open_desk(folder: Path, **budget: Any) -> Iterator[Desk]:
    """A desk that is closed at the end."""
    desk = Desk(folder, **budget)
    try:
        yield desk
    finally:
        desk.close()
