"""Answers in the shapes of OpenAI's API, whole and as a stream, from the same pieces."""

from __future__ import annotations

import base64
import secrets
import struct
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from serving.engine.pieces import Embeddings, Piece, TokenLogprob, Usage


@dataclass(slots=True)
class Choice:
    """All pieces of one choice so far."""

    text: str = ""
    finish: str = ""
    logprobs: list[TokenLogprob] = field(default_factory=list)
    more: dict[str, Any] = field(default_factory=dict)

    def add(self, piece: Piece) -> None:
        """Append a piece."""
        self.text += piece.text
        self.finish = piece.finish or self.finish
        self.logprobs += piece.logprobs
        self.more = _joined(self.more, piece.more)


class Shape(Protocol):
    """How answers to one route look."""

    def chunks(self, piece: Piece) -> list[dict[str, Any]]: ...

    def usage_chunk(self, usage: Usage) -> dict[str, Any]: ...

    def whole(self, choices: Mapping[int, Choice], usage: Usage) -> dict[str, Any]: ...


class ChatShape:
    """/v1/chat/completions.

    Args:
        model: The name that the client used.
        with_usage: Every event says `usage`, null but in the last.
    """

    def __init__(self, model: str, *, with_usage: bool = False, logprobs: bool = False) -> None:
        self._head = {"id": f"chatcmpl-{secrets.token_hex(12)}", "created": int(time.time()), "model": model}
        self._tail = {"usage": None} if with_usage else {}
        self._logprobs = logprobs
        self._begun: set[int] = set()

    def chunks(self, piece: Piece) -> list[dict[str, Any]]:
        """Events for a piece; the first of a choice says who speaks."""
        events: list[dict[str, Any]] = []
        if not (piece.text or piece.finish or piece.logprobs or piece.more):
            return events
        if piece.choice not in self._begun:
            self._begun.add(piece.choice)
            events.append(self._chunk(piece.choice, {"role": "assistant", "content": ""}, None, None))
        delta = {**({"content": piece.text} if piece.text else {}), **piece.more}
        likely = _chat_logprobs(piece.logprobs) if piece.logprobs else None
        if delta or likely:
            events.append(self._chunk(piece.choice, delta, likely, None))
        if piece.finish:
            events.append(self._chunk(piece.choice, {}, None, piece.finish))
        return events

    def _chunk(self, choice: int, delta: dict[str, Any], likely: Any, finish: str | None) -> dict[str, Any]:
        told = {"index": choice, "delta": delta, "logprobs": likely, "finish_reason": finish}
        return {**self._head, "object": "chat.completion.chunk", "choices": [told], **self._tail}

    def usage_chunk(self, usage: Usage) -> dict[str, Any]:
        """The event that only counts."""
        return {**self._head, "object": "chat.completion.chunk", "choices": [], "usage": _usage(usage)}

    def whole(self, choices: Mapping[int, Choice], usage: Usage) -> dict[str, Any]:
        """The answer to a request without `stream`."""
        told = [
            {
                "index": number,
                "message": {"role": "assistant", "content": choice.text, "refusal": None, **_whole(choice.more)},
                "logprobs": _chat_logprobs(choice.logprobs) if self._logprobs else None,
                "finish_reason": choice.finish or "stop",
            }
            for number, choice in sorted(choices.items())
        ]
        return {**self._head, "object": "chat.completion", "choices": told, "usage": _usage(usage)}


class TextShape:
    """/v1/completions."""

    def __init__(self, model: str, *, with_usage: bool = False, logprobs: bool = False) -> None:
        self._head = {
            "id": f"cmpl-{secrets.token_hex(12)}",
            "object": "text_completion",
            "created": int(time.time()),
            "model": model,
        }
        self._tail = {"usage": None} if with_usage else {}
        self._logprobs = logprobs
        self._offsets: dict[int, int] = {}

    def chunks(self, piece: Piece) -> list[dict[str, Any]]:
        """Events for a piece."""
        if not (piece.text or piece.finish or piece.logprobs):
            return []
        offset = self._offsets.get(piece.choice, 0)
        likely = _text_logprobs(piece.logprobs, offset) if piece.logprobs else None
        self._offsets[piece.choice] = offset + sum(len(one.text) for one in piece.logprobs)
        told = {"index": piece.choice, "text": piece.text, "logprobs": likely, "finish_reason": piece.finish or None}
        return [{**self._head, "choices": [told], **self._tail}]

    def usage_chunk(self, usage: Usage) -> dict[str, Any]:
        """The event that only counts."""
        return {**self._head, "choices": [], "usage": _usage(usage)}

    def whole(self, choices: Mapping[int, Choice], usage: Usage) -> dict[str, Any]:
        """The answer to a request without `stream`."""
        told = [
            {
                "index": number,
                "text": choice.text,
                "logprobs": _text_logprobs(choice.logprobs, 0) if self._logprobs else None,
                "finish_reason": choice.finish or "stop",
            }
            for number, choice in sorted(choices.items())
        ]
        return {**self._head, "choices": told, "usage": _usage(usage)}


def embeddings_answer(model: str, found: Embeddings, encoding: str) -> dict[str, Any]:
    """/v1/embeddings; `base64` is little-endian float32, as the official client asks for it."""
    rows: list[Any] = [*found.vectors]
    if encoding == "base64":
        rows = [base64.b64encode(struct.pack(f"<{len(row)}f", *row)).decode() for row in rows]
    data = [{"object": "embedding", "index": number, "embedding": row} for number, row in enumerate(rows)]
    usage = {"prompt_tokens": found.prompt_tokens, "total_tokens": found.prompt_tokens}
    return {"object": "list", "data": data, "model": model, "usage": usage}


def _usage(usage: Usage) -> dict[str, int]:
    return {
        "prompt_tokens": usage.prompt_tokens,
        "completion_tokens": usage.completion_tokens,
        "total_tokens": usage.prompt_tokens + usage.completion_tokens,
    }


def _chat_logprobs(entries: Sequence[TokenLogprob]) -> dict[str, Any]:
    def told(one: TokenLogprob) -> dict[str, Any]:
        return {"token": one.text, "logprob": _finite(one.logprob), "bytes": [*one.raw]}

    return {"content": [{**told(one), "top_logprobs": [told(other) for other in one.top]} for one in entries]}


def _text_logprobs(entries: Sequence[TokenLogprob], offset: int) -> dict[str, Any]:
    offsets = []
    for one in entries:
        offsets.append(offset)
        offset += len(one.text)
    return {
        "tokens": [one.text for one in entries],
        "token_logprobs": [_finite(one.logprob) for one in entries],
        "top_logprobs": [{other.text: _finite(other.logprob) for other in one.top} for one in entries],
        "text_offset": offsets,
    }


def _finite(logprob: float) -> float:
    return max(logprob, -9999.0)  # JSON has no infinity; OpenAI's API says -9999 for "very unlikely"


_WHOLE = ("id", "type", "index", "role")  # of a call of a tool: said once, or the same each time


def _joined(before: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What a stream's deltas add up to."""
    result = dict(before)
    for key, value in new.items():
        old = result.get(key)
        if key in _WHOLE or old is None or type(old) is not type(value):
            result[key] = value
        elif isinstance(value, str):
            result[key] = old + value
        elif isinstance(value, dict):
            result[key] = _joined(old, value)
        elif isinstance(value, list):
            result[key] = _joined_lists(old, value)
        else:
            result[key] = value
    return result


def _joined_lists(old: list[Any], new: list[Any]) -> list[Any]:
    result = [*old]
    for item in new:
        place = item.get("index") if isinstance(item, dict) else None
        same = next((at for at, one in enumerate(result) if place is not None and one.get("index") == place), None)
        if same is None:
            result.append(item)
        else:
            result[same] = _joined(result[same], item)
    return result


def _whole(more: Mapping[str, Any]) -> dict[str, Any]:
    """The further keys of a whole message: calls of tools are not numbered there."""
    result = dict(more)
    calls = result.get("tool_calls")
    if isinstance(calls, list):
        result["tool_calls"] = [{key: value for key, value in call.items() if key != "index"} for call in calls]
    return result
