"""What the fake endpoint says: reply texts as a pure function of the request, and the JSON around them."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable, Iterator
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import orjson

from generation_functions.errors import UsageError
from generation_functions.testing.fake_behaviour import Behaviour

Message = dict[str, Any]
Writer = Callable[[dict[str, Any], bytes], str | Message]  # gets the request and its identity

_CREATED = 1_700_000_000  # a constant: a reply depends on the request only
_SYLLABLES = (
    "ba",
    "cor",
    "den",
    "fil",
    "gra",
    "hu",
    "len",
    "mor",
    "nis",
    "pal",
    "quen",
    "ro",
    "stri",
    "tu",
    "vex",
)
_POOL_CHARACTERS = 1 << 16
_STREAM_PIECE = 24


class Reply(NamedTuple):
    """What the model said, before it is wrapped in a response body or a stream."""

    identity: bytes
    choices: list[dict[str, Any]]
    usage: dict[str, int]
    content_bytes: int


def make_writer(behaviour: Behaviour) -> Writer:
    """The function that writes replies as `behaviour.reply` says."""
    if behaviour.reply == "script":
        return _load_script(Path(behaviour.script))
    if behaviour.reply == "echo":
        return _last_content
    words, size, tag = _word_pool(), behaviour.reply_bytes, behaviour.tag
    if behaviour.reply == "json":
        return lambda _, identity: orjson.dumps({"answer": _words(words, identity, size), "score": 7}).decode()
    if behaviour.reply == "tagged":
        return lambda _, identity: f"<{tag}>{_words(words, identity, size)}</{tag}>"
    return lambda _, identity: _words(words, identity, size)


def conversation(body: dict[str, Any]) -> list[str]:
    """The texts of a request, chat or plain completion, in order."""
    if "messages" in body:
        return [_content(message) for message in body["messages"]]
    prompt = body.get("prompt", "")
    return [prompt] if isinstance(prompt, str) else list(prompt)


def make_reply(body: dict[str, Any], writer: Writer, fault: str) -> Reply:
    """What is said to a request, one choice per `n` (and per prompt of a plain completion)."""
    chat, texts = "messages" in body, conversation(body)
    choices: list[dict[str, Any]] = []
    said = content_bytes = 0
    reply_identity = _identity(body)
    for index in range(0 if fault == "no_choices" else (1 if chat else len(texts)) * int(body.get("n") or 1)):
        identity = blake2b(b"%b %d" % (reply_identity, index), digest_size=16).digest() if index else reply_identity
        message, finish = _message(writer(body, identity), fault)
        content = message["content"] or ""
        said += len(content)
        content_bytes += len(content) if content.isascii() else len(content.encode())
        shown = {"message": message} if chat else {"text": message["content"]}
        choices.append({"index": index, **shown, "logprobs": None, "finish_reason": finish})
    tokens = _token_count(sum(map(len, texts))), _token_count(said)
    usage = {"prompt_tokens": tokens[0], "completion_tokens": tokens[1], "total_tokens": sum(tokens)}
    return Reply(reply_identity, choices, usage, content_bytes)


def _message(said: str | Message, fault: str) -> tuple[Message, str]:
    message: Message = {"role": "assistant", "content": said} if isinstance(said, str) else {"content": "", **said}
    finish = message.pop("finish_reason", "stop")
    if fault == "cut_off":
        message["content"], finish = message["content"][: len(message["content"]) // 2], "length"
    elif fault in ("empty", "null"):
        message["content"] = "" if fault == "empty" else None
    return message, finish


def reply_body(body: dict[str, Any], reply: Reply, fault: str) -> bytes:
    """The JSON of a whole (not streamed) answer, spoilt as `fault` says."""
    head = _head(body, reply, "chat.completion")
    data = orjson.dumps({**head, "choices": reply.choices, "usage": reply.usage})
    if fault == "truncated":
        return data[: len(data) * 2 // 3]
    if fault == "malformed":
        return data.replace(b'"choices":', b'"choices" = ').replace(b'"', b"'")
    return data


def stream_events(body: dict[str, Any], reply: Reply, fault: str) -> Iterator[bytes]:
    """The server-sent events of a streamed answer, spoilt as `fault` says."""
    head = _head(body, reply, "chat.completion.chunk")
    chat = "messages" in body

    def event(choice_list: list[dict[str, Any]], **more: Any) -> bytes:
        data = orjson.dumps({**head, "choices": choice_list, **more})
        return b"data: %b\n\n" % (data[: len(data) // 2] if fault in ("truncated", "malformed") else data)

    for choice in reply.choices:
        text = (choice["message"]["content"] if chat else choice["text"]) or ""
        for start, end in pairwise([*range(0, len(text), _STREAM_PIECE), len(text)]):
            piece = {"delta": {"role": "assistant", "content": text[start:end]}} if chat else {"text": text[start:end]}
            yield event([{"index": choice["index"], **piece, "finish_reason": None}])
        last: dict[str, Any] = {"delta": {}} if chat else {"text": ""}
        yield event([{"index": choice["index"], **last, "finish_reason": choice["finish_reason"]}])
    if (body.get("stream_options") or {}).get("include_usage"):
        yield event([], usage=reply.usage)
    yield b"data: [DONE]\n\n"


def error_body(status: int, code: str, message: str) -> bytes:
    """The JSON of a refusal, in the shape that OpenAI gives it."""
    kind = "invalid_request_error" if status < 429 else "server_error" if status >= 500 else code
    return orjson.dumps({"error": {"message": message, "type": kind, "param": None, "code": code}})


def models_body(models: tuple[str, ...]) -> bytes:
    """The JSON of GET /v1/models."""
    entries = [{"id": name, "object": "model", "created": _CREATED, "owned_by": "fake"} for name in models or ("fake",)]
    return orjson.dumps({"object": "list", "data": entries})


def _head(body: dict[str, Any], reply: Reply, kind: str) -> dict[str, Any]:
    chat = "messages" in body
    return {
        "id": ("chatcmpl-" if chat else "cmpl-") + reply.identity.hex()[:24],
        "object": kind if chat else "text_completion",
        "created": _CREATED,
        "model": body.get("model", ""),
    }


def _identity(body: dict[str, Any]) -> bytes:
    """Hash of what a model would see: the texts and the sampling seed."""
    seen = orjson.dumps((body.get("messages") or body.get("prompt"), body.get("seed")))
    return blake2b(seen, digest_size=16).digest()


def _token_count(characters: int) -> int:
    return -(-characters // 4)


def _content(message: Message) -> str:
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "".join(part.get("text", "") for part in content)


def _last_content(body: dict[str, Any], _: bytes) -> str:
    return (conversation(body) or [""])[-1]


def _word_pool() -> str:
    rng = random.Random("fake endpoint")
    words, length = [], 0
    while length < _POOL_CHARACTERS:
        words.append("".join(rng.choices(_SYLLABLES, k=rng.randint(3, 5))))
        length += len(words[-1]) + 1
    return " ".join(words)


def _words(pool: str, identity: bytes, size: int) -> str:
    """Words of exactly `size` characters, led by a hash of the request, so that no two share a reply."""
    text = identity.hex() + " "
    start = int.from_bytes(identity[:2], "big") % (_POOL_CHARACTERS // 2)
    while len(text) < size:
        text += pool[start : start + size - len(text)]
        start = 0
    return text[:size]


def _load_script(path: Path) -> Writer:
    spec = importlib.util.spec_from_file_location("fake_endpoint_script", path)
    if spec is None or spec.loader is None or not path.is_file():
        raise UsageError(f"fake endpoint: {path} is not a Python file")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    reply: Callable[[dict[str, Any]], str | Message] | None = getattr(module, "reply", None)
    if reply is None:
        raise UsageError(f"fake endpoint: {path} has no function reply(body)")
    return lambda body, _: reply(body)
