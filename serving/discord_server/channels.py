"""What the bot needs of a chat: protocols that discord.py's own classes fulfil, and so does a fake of a few lines."""

from __future__ import annotations

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any, Protocol


class Sent(Protocol):
    """A message that the bot wrote."""

    async def edit(self, *, content: str) -> Any: ...


class Channel(Protocol):
    """Where it is talked."""

    id: int

    async def send(self, content: str) -> Sent: ...

    def typing(self) -> AbstractAsyncContextManager[Any]: ...


@dataclass(frozen=True, slots=True)
class Question:
    """A message to the bot.

    Attributes:
        text: Without the bot's mention.
        author: The name that is shown of whoever asks.
    """

    channel: Channel
    text: str
    author: str = ""
