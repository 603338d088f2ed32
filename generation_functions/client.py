"""Asking a model: look in the log, otherwise pay once, write it down, then read it.

A call's key is a hash of the request body, the sample number and the attempt number, so three votes on one
prompt are three calls, and an edited prompt, model or sampling asks again only for what changed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import blake2b
from time import monotonic, time
from typing import Any

import orjson

from generation_functions.call_log import CallLog, Entry
from generation_functions.endpoints import BadRequestError, EndpointPool, mentions_schema
from generation_functions.errors import RecordFailedError, UnusableReplyError
from generation_functions.model import Model
from generation_functions.money import Budget, cost_of, count, prices_of
from generation_functions.offline import write_offline, writer_version
from generation_functions.prompts import Prompt
from generation_functions.records import Record
from generation_functions.replies import read_reply

OFFLINE_DEFAULT = "echo"
PROMPT_DIGITS = 12  # of a prompt's digest, enough to tell a run's prompts apart
Validate = Callable[[Any, Record], Any]
Message = dict[str, str]
_RETRY_SAMPLES = 1_000  # attempts of a later retry round are numbered from here on


class UnusableError(RecordFailedError):
    """Every attempt gave an answer that could not be used; `answers` holds them all."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a model said, as the prompt's reply format reads it, and the keys of the calls it took."""

    value: Any
    calls: list[str]


@dataclass(frozen=True, slots=True)
class _Question:
    prompt: Prompt
    record: Record
    values: Mapping[str, Any]
    step: str
    sample: int


@dataclass
class Ledger:
    """What all clients of one run share: the log, logs of other runs, the budget, retries, the brake."""

    log: CallLog
    budget: Budget
    others: list[CallLog] = field(default_factory=list)
    retries: Retries = field(default_factory=dict)
    client_for: Callable[[Model], Client] | None = None
    before_call: Callable[[], None] = lambda: None  # raises when the run is stopping
    before_send: Callable[[], None] = lambda: None  # raises when not even a call within the budget is to go out
    served: int = 0  # replies taken from the log in this process
    under_way: dict[str, asyncio.Future[None]] = field(default_factory=dict)
    on_reply: Callable[[Record, Entry], None] | None = None  # sees every reply, paid or not

    def find(self, key: str) -> Entry | None:
        """The reply under `key` in this run's log, or copied into it from another run's."""
        entry = self.log.get(key)
        if entry is None:
            for other in self.others:
                entry = other.get(key)
                if entry is not None:
                    entry["reused"] = True
                    self.log.append(entry)
                    break
        return entry


@dataclass(frozen=True, slots=True)
class Retry:
    """A failed record taken up again: in which round, and which model answers instead of which."""

    round: int
    replacements: tuple[tuple[Model, Model], ...] = ()


Retries = Mapping[tuple[str, str], Retry]  # by record id and step


class Client:
    """One model, as the steps of one run ask it."""

    def __init__(self, model: Model, pool: EndpointPool | None, ledger: Ledger) -> None:
        self.model = model
        self.pool = pool
        self.ledger = ledger
        self._prices = prices_of(model)
        self._path = "/chat/completions" if model.mode == "chat" else "/completions"
        self._sampling = model.sampling.model_dump(exclude_none=True)
        self._no_schema = False  # the endpoint refused response_format

    @property
    def ceiling(self) -> int:
        """Most calls this client can have in flight; 0 for the offline model."""
        return self.pool.ceiling if self.pool else 0

    async def answer(
        self,
        prompt: Prompt,
        record: Record,
        *,
        values: Mapping[str, Any] | None = None,
        validate: Validate | None = None,
        sample: int = 0,
        attempts: int = 3,
        language: str | None = None,
        step: str | None = None,
    ) -> Answer:
        """Ask until the reply can be read and `validate(value, record)` is content.

        `validate` returns the value to use, or raises `UnusableReplyError` with what the model should do
        differently; the model is told so in the next attempt.

        Raises:
            UnusableError: No attempt gave a usable reply; carries every answer and reason.
            RecordFailedError: The provider will never answer this request.
        """
        question = _Question(prompt, record, record if values is None else values, step or prompt.name, sample)
        try:
            return await self._answer(question, validate, attempts, language)
        except RecordFailedError as error:
            error.asked = (record["id"], question.step)
            raise

    async def _answer(
        self, question: _Question, validate: Validate | None, attempts: int, language: str | None
    ) -> Answer:
        client, round_number = self._for_retry(question.record["id"], question.step)
        base = client._fit(question, language)
        messages, wrong, calls = base, [], []
        for attempt in range(attempts):
            key, entry, paid = await client._reply(question, messages, round_number * _RETRY_SAMPLES + attempt)
            calls.append(key)
            try:
                value = read_reply(question.prompt.reply, entry["answer"], finish=entry.get("finish", "stop"))
                if validate is not None:
                    value = validate(value, question.record)
                return Answer(value, calls)
            except UnusableReplyError as error:
                if paid:
                    self.ledger.log.reject(key, str(error))
                wrong.append({"attempt": attempt + 1, "reason": str(error), "answer": entry["answer"]})
                messages = [*base, *_correction(entry["answer"], str(error))]
        reasons = "; ".join(dict.fromkeys(item["reason"] for item in wrong))
        raise UnusableError(f"no usable reply in {attempts} attempts: {reasons}", wrong)

    def _for_retry(self, record: str, step: str) -> tuple[Client, int]:
        """Who answers, and in which round, when `retry-failed` took this record up again."""
        retry = self.ledger.retries.get((record, step))
        if retry is None:
            return self, 0
        for model, instead in retry.replacements:
            if model == self.model and self.ledger.client_for is not None:
                return self.ledger.client_for(instead), retry.round
        return self, retry.round

    async def _reply(self, question: _Question, messages: list[Message], attempt: int) -> tuple[str, Entry, bool]:
        """The call's key, its log entry, and whether it was made just now."""
        payload: dict[str, Any] = {"model": self.model.name, **question.prompt.sampling, **self._sampling}
        if self.model.mode == "chat":
            payload["messages"] = messages
        else:
            payload["prompt"] = as_plain_text(messages)
        body = orjson.dumps(payload)
        schema = question.prompt.reply.schema
        # The schema is part of the key, whether or not this endpoint accepts response_format.
        hashed = body + orjson.dumps(schema) if schema else body
        if self.pool is None:  # its rules are part of this program and change with it
            hashed += writer_version(question.prompt.offline or OFFLINE_DEFAULT).encode()
        key = blake2b(hashed, digest_size=16, salt=b"%d" % question.sample, person=b"%d" % attempt).hexdigest()
        ledger = self.ledger
        entry = ledger.find(key) if self.pool else ledger.log.get(key)
        if entry is not None:
            ledger.served += "reused" not in entry  # those are counted by the log itself
            if ledger.on_reply:
                ledger.on_reply(question.record, entry)
            return key, entry, False
        if (under_way := ledger.under_way.get(key)) is not None:  # another record asks the very same
            with suppress(Exception):  # its trouble is its own; ours shows when we ask
                await asyncio.shield(under_way)
            return await self._reply(question, messages, attempt)
        ledger.before_call()
        future = ledger.under_way[key] = asyncio.get_running_loop().create_future()
        try:
            entry = {"key": key, "step": question.step, "record": question.record["id"], "model": self.model.name}
            entry["prompt"] = question.prompt.digest[:PROMPT_DIGITS]
            if question.sample:
                entry["sample"] = question.sample
            if attempt:
                entry["attempt"] = attempt
            entry.update(await self._ask(question, key, body))
            ledger.log.append(entry)
        finally:
            del ledger.under_way[key]
            future.set_result(None)
        if ledger.on_reply:
            ledger.on_reply(question.record, entry)
        return key, entry, True

    async def _ask(self, question: _Question, key: str, body: bytes) -> Entry:
        if self.pool is None:
            return self._offline_reply(question, body)
        await self.ledger.budget.first_price()
        self.ledger.budget.reserve()
        try:
            schema = None if self._no_schema else question.prompt.reply.schema
            return await self._remote_reply(self.pool, body, schema)
        finally:
            self.ledger.budget.settle()

    async def _remote_reply(self, pool: EndpointPool, body: bytes, schema: Mapping[str, Any] | None) -> Entry:
        try:
            reply, tries, latency = await pool.post(
                self._path, with_schema(body, schema) if schema else body, self.ledger.before_send
            )
        except BadRequestError as error:
            if schema is None or not mentions_schema(str(error)):
                raise RecordFailedError(str(error)) from error
            self._no_schema = True
            return await self._remote_reply(pool, body, None)
        fields = reply_fields(reply)
        fields["cost"] = cost_of(_mapping(reply.get("usage")), self._prices)
        fields["ms"] = round(latency * 1000)
        fields["t"] = round(time(), 1)
        if tries > 1:
            fields["tries"] = tries
        return fields

    def _offline_reply(self, question: _Question, body: bytes) -> Entry:
        started = monotonic()
        seed = blake2b(body, salt=b"%d" % question.sample).hexdigest()  # without the version: wordings stay put
        answer = write_offline(question.prompt.offline or OFFLINE_DEFAULT, question.values, seed)
        ms = round((monotonic() - started) * 1000)
        return {"answer": answer, "input_tokens": 0, "output_tokens": 0, "cost": 0.0, "ms": ms}

    def _fit(self, question: _Question, language: str | None) -> list[Message]:
        """The prompt's messages, shortened as the prompt allows until they fit the model's context."""
        prompt, values = question.prompt, question.values
        messages = in_language(prompt.render(values), language)
        limit = self.model.context_tokens
        if limit is None or self.model.is_offline:
            return messages
        from generation_functions.tokens import count_tokens

        room = limit - (self._sampling.get("max_tokens") or prompt.sampling.get("max_tokens") or limit // 4)
        size = sum(count_tokens(message["content"]) + 8 for message in messages)
        for name in prompt.shorten:
            if size <= room:
                break
            text = str(values.get(name, ""))
            keep = max(0.0, 1 - 1.1 * (size - room) / max(1, count_tokens(text)))
            values = {**values, name: text[: int(len(text) * keep)]}
            messages = in_language(prompt.render(values), language)
            size = sum(count_tokens(message["content"]) + 8 for message in messages)
        if size > room:
            raise RecordFailedError(
                f"the prompt {prompt.name} has about {size} tokens, the model's context leaves room for {room}: "
                "use smaller chunks, raise context_tokens, or let the prompt shorten a variable"
            )
        return messages


def in_language(messages: list[Message], language: str | None) -> list[Message]:
    """The messages with a request to write in `language`; tags, labels and verdicts stay as they are."""
    if not language:
        return messages
    last = messages[-1]
    wish = f"\n\nWrite the content in {language}. Keep the labels, tags and layout of the format as they are."
    return [*messages[:-1], {**last, "content": last["content"] + wish}]


def as_plain_text(messages: Iterable[Message]) -> str:
    """Messages as one text for completion endpoints, which know no roles."""
    return "\n\n".join(message["content"] for message in messages) + "\n\n"


def _correction(answer: str, reason: str) -> list[Message]:
    return [
        {"role": "assistant", "content": answer[:8_000] if answer.strip() else "(empty)"},
        {"role": "user", "content": f"That answer cannot be used: {reason}\nAnswer again, in full."},
    ]


def with_schema(body: bytes, schema: Mapping[str, Any]) -> bytes:
    """The request body with structured output asked for."""
    payload = orjson.loads(body)
    payload["response_format"] = {"type": "json_schema", "json_schema": {"name": "reply", "schema": schema}}
    return orjson.dumps(payload)


def reply_fields(reply: Mapping[str, Any]) -> Entry:
    """The log fields of a provider's reply: `answer`, `finish`, `thinking`, token counts."""
    choices = reply.get("choices")
    choice = _mapping(choices[0]) if isinstance(choices, list) and choices else {}
    message = _mapping(choice.get("message"))
    content = message.get("content") if message else choice.get("text")
    if isinstance(content, list):  # some servers answer in parts
        content = "".join(str(_mapping(part).get("text") or "") for part in content)
    usage = _mapping(reply.get("usage"))
    fields: Entry = {
        "answer": content if isinstance(content, str) else "",
        "input_tokens": count(usage.get("prompt_tokens")),
        "output_tokens": count(usage.get("completion_tokens")),
    }
    thinking = message.get("reasoning_content") or message.get("reasoning")
    if isinstance(thinking, str) and thinking:
        fields["thinking"] = thinking
    finish = choice.get("finish_reason")
    if isinstance(finish, str) and finish not in ("", "stop"):
        fields["finish"] = finish
    return fields


def _mapping(value: Any) -> dict[str, Any]:
    """What a provider sent where a mapping belongs; empty when it sent something else."""
    return value if isinstance(value, dict) else {}
