"""The bot as discord.py runs it: which messages are for it, and what they say."""

from __future__ import annotations

import logging
import re
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from finetuning.packages import require
from serving.discord_server.channels import Question
from serving.discord_server.talking import Talker

if TYPE_CHECKING:
    import discord

logger = logging.getLogger("augmentoolkit.discord")
_MENTION = re.compile(r"<@!?(\d+)>")


def make_bot(talker: Talker, channels: Collection[int] = ()) -> discord.Client:
    """A client that hands questions to `talker`; it mentions nobody, whatever an answer says.

    Args:
        channels: Ids of channels in which every message is a question.
    """
    require("discord")
    import discord

    intents = discord.Intents.none()
    intents.guilds = intents.guild_messages = intents.dm_messages = intents.message_content = True

    class Bot(discord.Client):  # type: ignore[misc]  # discord.py is optional
        async def on_ready(self) -> None:
            logger.info("logged in as %s, in %s servers", self.user, len(self.guilds))

        async def on_message(self, message: discord.Message) -> None:
            question = question_in(message, self.user, channels)
            if question is not None:
                await talker.take(question)

    return Bot(
        intents=intents,
        allowed_mentions=discord.AllowedMentions.none(),
        max_messages=None,
        chunk_guilds_at_startup=False,
    )


def question_in(message: Any, me: Any, channels: Collection[int] = ()) -> Question | None:
    """The question that a message of discord.py is; None when it is not for the bot.

    It is when it comes as a direct message, mentions the bot, or stands in one of `channels` or a thread of them.
    Messages of bots are never answered: two would talk for ever.
    """
    if me is None or message.author.bot or not message.content:
        return None
    channel = message.channel
    mentioned = any(int(found) == me.id for found in _MENTION.findall(message.content))
    at_home = channel.id in channels or getattr(channel, "parent_id", None) in channels
    if not (mentioned or message.guild is None or at_home):
        return None
    names = {user.id: user.display_name for user in message.mentions}

    def named(found: re.Match[str]) -> str:
        identity = int(found[1])
        return "" if identity == me.id else f"@{names.get(identity, 'somebody')}"

    text = _MENTION.sub(named, message.content).strip()
    return Question(channel, text, message.author.display_name)
