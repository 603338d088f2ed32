"""A Discord bot in front of a model."""

from __future__ import annotations

import asyncio

from pydantic import SecretStr, ValidationError

from finetuning.packages import require
from generation_functions import Count, LongText, Model, Run
from generation_functions.errors import UsageError
from serving.discord_server.running import run_bot
from serving.discord_server.talking import Manners


def discord_server_pipeline(
    run: Run,
    token: SecretStr,
    model: Model = Model(name="offline"),
    channels: list[int] | None = None,
    system_prompt: LongText | None = None,
    history: Count = 12,
    queue: Count = 5,
    show_sources: bool = True,
) -> None:
    """Answer questions on Discord, until the run is stopped.

    Args:
        token: The bot's token, from Discord's developer portal. Write ${DISCORD_TOKEN} or secret://NAME.
        model: What answers: a server of ours (base_url: http://127.0.0.1:8004/v1) or any OpenAI-compatible endpoint.
        channels: Ids of channels in which every message is a question; elsewhere the bot answers mentions and direct
            messages only.
        system_prompt: Text in front of every conversation.
        history: Most messages of a channel, questions and answers, that the model is shown.
        queue: Questions that may wait in a channel; more are turned away.
        show_sources: Name the passages that a rag-server answered from.
    """
    secret = token.get_secret_value()
    if not secret.strip():
        raise UsageError("token is empty: write token: ${DISCORD_TOKEN}, and set that variable to the bot's token.")
    run.mask.add([secret, *model.secrets()])
    sampling = model.sampling.model_dump(exclude_none=True)
    manners = Manners(model.name, system_prompt or "", sampling, history=history, queue=queue, sources=show_sources)
    try:
        manners.request([{"role": "user", "content": "?"}])
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"model: sampling: {where}: {first['msg']}.") from error
    if run.sample is not None:
        run.note(f"would answer on Discord with {model.name}")
        return
    require("discord")
    asyncio.run(run_bot(run, model, manners, secret, channels or []))
