"""A text of the user's in front of every system prompt of rows about one folder of documents."""

from __future__ import annotations

from collections.abc import Sequence

Message = dict[str, object]


def with_system_context(messages: Sequence[Message], context: str | None) -> list[Message]:
    """`messages` with `context` in front of their system prompt, or as their system prompt when they have none."""
    rest = list(messages)
    if not context or not context.strip():
        return rest
    if rest and rest[0]["role"] == "system":
        first = rest.pop(0)
        return [{**first, "content": f"{context.strip()}\n\n{first['content']}"}, *rest]
    return [{"role": "system", "content": context.strip()}, *rest]
