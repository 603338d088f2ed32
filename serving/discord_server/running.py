"""Runs the bot for as long as a run lasts."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from typing import TYPE_CHECKING

from generation_functions import Model, Run
from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.model import AUTO
from serving.discord_server.bot import make_bot
from serving.discord_server.talking import Manners, Talker
from serving.engine.endpoint import EndpointBackend
from serving.engine.offline import OfflineBackend
from serving.engine.pieces import Backend

if TYPE_CHECKING:
    import discord

_LOOK_SECONDS = 1.0
_OFFLINE_TOKENS = 512
_PORTAL = "https://discord.com/developers/applications"


def make_answerer(model: Model) -> Backend:
    """What answers.

    Raises:
        UsageError: The model says more than one thing about where it answers, or nothing.
    """
    if model.is_offline and not model.base_url:
        return OfflineBackend(_OFFLINE_TOKENS)
    endpoints = model.endpoints()
    if model.name == AUTO or len(endpoints) != 1 or model.headers or model.mode != "chat":
        raise UsageError(
            f"model {model.name!r}: the bot talks to one chat model at one address. Give its name and base_url, for "
            "example {name: train, base_url: http://127.0.0.1:8004/v1}, without further headers or keys."
        )
    url, key = endpoints[0]
    return EndpointBackend(url, model.name, key)


async def run_bot(run: Run, model: Model, manners: Manners, token: str, channels: Collection[int]) -> None:
    """Log in and answer until the run is stopped.

    Raises:
        UsageError: Discord refuses the token, or the bot may not read messages.
        InterruptedRunError: The run was stopped.
    """
    import aiohttp
    import discord

    answerer = make_answerer(model)
    failures = (discord.DiscordException, aiohttp.ClientError, OSError)
    talker = Talker(answerer, manners, failures=failures)
    bot = make_bot(talker, channels)
    work = asyncio.create_task(bot.start(token))
    try:
        await _watch(run, work, bot, talker)
        await work
        raise AugmentoolkitError("the connection to Discord ended by itself")
    except discord.LoginFailure as error:
        raise UsageError(f"Discord refuses the token: make a new one at {_PORTAL}, under Bot.") from error
    except discord.PrivilegedIntentsRequired as error:
        raise UsageError(
            f"The bot may not read messages: switch on Message Content Intent at {_PORTAL}, under Bot."
        ) from error
    except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
        raise AugmentoolkitError(f"Discord cannot be reached: {error}. Is this machine online?") from error
    finally:
        await talker.close()
        await bot.close()
        work.cancel()
        await asyncio.gather(work, return_exceptions=True)
        await answerer.close()


async def _watch(run: Run, work: asyncio.Task[None], bot: discord.Client, talker: Talker) -> None:
    """Return when the connection has ended; raises when the run is to stop."""
    told = ""
    while not work.done():
        state = f"as {bot.user}: {talker.answered} questions answered" if bot.is_ready() else "connecting to Discord"
        if state != told:
            if told in ("", "connecting to Discord") and bot.is_ready():
                run.events.add("connected", bot=str(bot.user), servers=len(bot.guilds))
            told = state
        run.progress(0, state)
        await asyncio.wait({work}, timeout=_LOOK_SECONDS)
