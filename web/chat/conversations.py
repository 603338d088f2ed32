"""Conversations: kept, changed, told over. What an edit or a retry replaces stays as an older version."""

from __future__ import annotations

from collections.abc import Callable
from time import time
from typing import Any

from pydantic import ValidationError

from web.chat.kept_files import KeptFiles
from web.chat.schemas import (
    MOST_MESSAGES,
    Chat,
    ChatHead,
    ChatPage,
    ChatWish,
    KeptMessage,
    Message,
    OlderVersion,
    Rating,
)
from web.problems import InvalidError, NotFoundError
from web.settings import Settings

_MOST_VERSIONS = 10
_LONGEST_TITLE = 80


def chat_files(settings: Settings) -> KeptFiles:
    """Where conversations are kept."""
    return KeptFiles(settings.state, "chats")


def chat_page(settings: Settings, cursor: int, limit: int) -> ChatPage:
    """A page of conversations; files that cannot be read are left out."""
    files = chat_files(settings)
    ids = files.ids()
    found = (_read(files.read(identity)) for identity in ids[cursor : cursor + limit])
    return ChatPage(
        items=[_head(chat) for chat in found if chat is not None],
        next=str(cursor + limit) if cursor + limit < len(ids) else None,
        total=len(ids),
    )


def get_chat(settings: Settings, identity: str) -> Chat:
    """One conversation.

    Raises:
        NotFoundError: There is none.
    """
    chat = _read(chat_files(settings).read(identity))
    if chat is None:
        raise NotFoundError(f"there is no conversation {identity}", code="no-such-chat")
    return chat


def put_chat(settings: Settings, identity: str, wish: ChatWish) -> tuple[Chat, bool]:
    """Begin a conversation, or change one; whether it is new comes second."""
    files = chat_files(settings)
    with files.writing():
        known = _read(files.read(identity))
        now = time()
        kept = known.messages if known else []
        if wish.messages is not None:
            kept = [_kept(message, now) for message in wish.messages]
        chat = Chat(
            id=identity,
            title=wish.title or _title(kept),
            targets=wish.targets,
            sampling=wish.sampling,
            messages=kept,
            created=known.created if known else now,
            changed=now,
        )
        _write(files, chat)
    return chat, known is None


def put_message(settings: Settings, identity: str, number: int, message: Message) -> Chat:
    """Add the next message, or replace one: it and all behind it become an older version of the new one.

    Raises:
        NotFoundError: There is no such conversation, or a gap before the message.
    """

    def change(chat: Chat) -> None:
        if number > len(chat.messages):
            raise NotFoundError(
                f"the conversation has {len(chat.messages)} messages: the next has the number {len(chat.messages)}",
                code="no-such-message",
            )
        now, replaced = time(), chat.messages[number:]
        new = _kept(message, now)
        if replaced:
            older = [Message.model_validate(one.model_dump(exclude={"versions"})) for one in replaced]
            versions = [*replaced[0].versions, OlderVersion(replaced=now, messages=older)]
            new.versions = versions[-_MOST_VERSIONS:]
        chat.messages = [*chat.messages[:number], new]
        chat.title = chat.title or _title(chat.messages)

    return _changed(settings, identity, change)


def rate_message(settings: Settings, identity: str, number: int, rating: Rating | None) -> Chat:
    """Note what a person thinks of an answer.

    Raises:
        NotFoundError: There is no such message.
        InvalidError: It is no answer of a model.
    """

    def change(chat: Chat) -> None:
        if number >= len(chat.messages):
            raise NotFoundError(f"the conversation has no message {number}", code="no-such-message")
        if chat.messages[number].role != "assistant":
            raise InvalidError("only answers of a model are rated", code="not-an-answer")
        chat.messages[number].rating = rating

    return _changed(settings, identity, change)


def _changed(settings: Settings, identity: str, change: Callable[[Chat], None]) -> Chat:
    files = chat_files(settings)
    with files.writing():
        chat = get_chat(settings, identity)
        change(chat)
        if len(chat.messages) > MOST_MESSAGES:
            raise InvalidError(f"a conversation has at most {MOST_MESSAGES} messages: begin a new one")
        chat.changed = time()
        _write(files, chat)
    return chat


def _kept(message: Message, now: float) -> KeptMessage:
    return KeptMessage(**{**message.model_dump(), "created": message.created or now})


def _write(files: KeptFiles, chat: Chat) -> None:
    files.write(chat.id, chat.model_dump_json().encode())


def _read(found: dict[str, Any] | None) -> Chat | None:
    try:
        return Chat.model_validate(found) if found else None
    except ValidationError:
        return None


def _head(chat: Chat) -> ChatHead:
    return ChatHead(
        id=chat.id,
        title=chat.title,
        targets=chat.targets,
        messages=len(chat.messages),
        created=chat.created,
        changed=chat.changed,
    )


def _title(messages: list[KeptMessage]) -> str:
    """The beginning of the first question, on one line."""
    first = next((message.content for message in messages if message.role == "user"), "")
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in first).split())
    return line if len(line) <= _LONGEST_TITLE else f"{line[: _LONGEST_TITLE - 1].rstrip()}…"
