"""A model that thinks aloud, in marks of its own; over a greeting it finds nothing to say."""

from __future__ import annotations

from typing import Any


def reply(body: dict[str, Any]) -> str | dict[str, Any]:
    """Answer one request."""
    asked = " ".join(message["content"] for message in body["messages"][3:])
    if "how can I help" in asked:
        return {"content": "Well", "finish_reason": "length"}
    if "plus" in asked:
        return "<think>hm</think>I add them up. That is easy."
    return "It is a plain question and wants a plain answer."
