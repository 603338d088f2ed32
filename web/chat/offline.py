"""What the offline stand-in says: enough to try a conversation out, and plainly no model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from web.chat.schemas import AskModel

_MOST_CHARACTERS = 600
_SECONDS, _SECONDS_A_WORD = 1.0, 0.02


async def offline_words(wish: AskModel) -> AsyncIterator[str]:
    """An answer, word by word."""
    questions = [said.content for said in wish.messages if said.role == "user"]
    last = " ".join((questions or [""])[-1].split())[:_MOST_CHARACTERS]
    text = (
        f"You said: {last} This is the offline model: it follows rules and knows nothing. "
        "Serve a model that you have trained, or choose a provider."
    )
    most = wish.sampling.max_tokens or len(text)
    words = text.split(" ")[:most]
    for number, word in enumerate(words):
        yield word if number == 0 else f" {word}"
        await asyncio.sleep(min(_SECONDS_A_WORD, _SECONDS / len(words)))
