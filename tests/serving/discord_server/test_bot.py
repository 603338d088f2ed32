"""discord.py's own classes with our handler; Discord itself is never reached."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from generation_functions import Model, Run
from generation_functions.errors import UsageError
from serving.discord_server.bot import make_bot
from serving.discord_server.channels import Question
from serving.discord_server.pipeline import discord_server_pipeline
from serving.discord_server.running import make_answerer
from serving.discord_server.talking import Manners, Talker
from tests.serving.discord_server.fake_chat import FakeAnswerer

discord = pytest.importorskip("discord", reason="discord.py not installed: ./start.sh setup training")
ME, SOMEBODY = 100, 200
WHEN = "2026-01-01T00:00:00+00:00"


class Taken(Talker):
    """Keeps the questions that it is given."""

    def __init__(self) -> None:
        super().__init__(FakeAnswerer(), Manners("m"))
        self.questions: list[Question] = []

    async def take(self, question: Question) -> None:
        self.questions.append(question)


def user(identity: int, name: str, *, bot: bool = False) -> dict[str, Any]:
    return {"id": str(identity), "username": name, "discriminator": "0", "avatar": None, "bot": bot}


def asked(content: str, *, direct: bool = False, channels: tuple[int, ...] = (), bot: bool = False) -> list[str]:
    """The questions that a message of discord.py becomes."""

    async def work() -> list[str]:
        taken = Taken()
        client = make_bot(taken, channels)
        assert client.allowed_mentions.to_dict() == {"parse": []}
        state = client._connection
        state.user = discord.ClientUser(state=state, data=user(ME, "atk", bot=True))
        if direct:
            channel = discord.DMChannel(me=state.user, state=state, data={"id": "1", "recipients": [], "type": 1})
        else:
            guild = discord.Guild(state=state, data={"id": "5", "name": "home"})
            data = {"id": "1", "type": 0, "name": "general", "position": 0}
            channel = discord.TextChannel(state=state, guild=guild, data=data)
        mentions = [user(ME, "atk", bot=True)] if f"<@{ME}>" in content else []
        data = {
            "id": "9",
            "channel_id": "1",
            "author": user(SOMEBODY, "Ida", bot=bot),
            "content": content,
            "timestamp": WHEN,
            "edited_timestamp": None,
            "type": 0,
            "tts": False,
            "mention_everyone": False,
            "mentions": mentions,
            "mention_roles": [],
            "attachments": [],
            "embeds": [],
            "pinned": False,
        }
        await client.on_message(discord.Message(state=state, channel=channel, data=data))
        await client.close()
        for question in taken.questions:
            assert question.channel is channel
            assert callable(question.channel.send)
            assert hasattr(question.channel.typing(), "__aenter__")
            assert question.author == "Ida"
        return [question.text for question in taken.questions]

    return asyncio.run(work())


def test_mentions_direct_messages_and_its_own_channels_are_questions() -> None:
    assert asked(f"<@{ME}> How high is the tower?") == ["How high is the tower?"]
    assert asked("How high is the tower?", direct=True) == ["How high is the tower?"]
    assert asked("How high is the tower?", channels=(1,)) == ["How high is the tower?"]


def test_other_messages_and_those_of_bots_are_not() -> None:
    assert asked("How high is the tower?") == []
    assert asked(f"Ask <@{SOMEBODY}>.") == []
    assert asked("How high is the tower?", channels=(2,)) == []
    assert asked(f"<@{ME}> How high is the tower?", bot=True) == []
    assert asked(f"<@{ME}> who is <@{SOMEBODY}>?") == ["who is @somebody?"]


def test_an_empty_token_is_named_and_an_estimate_logs_in_nowhere(tmp_path: Path) -> None:
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match="token is empty"):
        discord_server_pipeline(run, token=SecretStr(" "))
    with Run(tmp_path / "estimate", sample=3, work="estimate") as run:
        discord_server_pipeline(run, token=SecretStr("a-secret-token"))
        assert run.notes == ["would answer on Discord with offline"]


def test_sampling_settings_that_no_model_takes_are_named_before_it_logs_in(tmp_path: Path) -> None:
    model = Model.model_validate({"name": "offline", "sampling": {"temperature": 3}})
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match=r"sampling: temperature: .*less than or equal"):
        discord_server_pipeline(run, token=SecretStr("a-secret-token"), model=model)


def test_what_answers_must_be_at_one_address() -> None:
    assert make_answerer(Model(name="offline"))
    assert make_answerer(Model(name="train", base_url="http://127.0.0.1:8004/v1"))
    with pytest.raises(UsageError, match="one chat model at one address"):
        make_answerer(Model(name="train", base_url=["http://a/v1", "http://b/v1"]))
    with pytest.raises(UsageError, match="one chat model at one address"):
        make_answerer(Model(name="auto"))
