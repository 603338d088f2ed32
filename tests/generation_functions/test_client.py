"""Asking a model: from the log when the answer is there, otherwise once; again, with the reason, when it is no use."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from generation_functions.call_log import CallLog
from generation_functions.client import Retry, UnusableError
from generation_functions.errors import BudgetReachedError, RecordFailedError, StoppingError, UnusableReplyError
from generation_functions.model import Model
from generation_functions.records import Record
from generation_functions.replies import ReplyFormat
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.asking import Desk, open_desk, prompt, record
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, completion, refuses, says

TAGGED = ReplyFormat(kind="tag", tag="poem")
SCHEMA = {"type": "object", "properties": {"n": {"type": "integer"}}, "required": ["n"]}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with open_desk(tmp_path / "calls") as desk:
        yield desk


def messages(request: Request) -> list[tuple[str, str]]:
    return [(message["role"], message["content"]) for message in request.body["messages"]]


# --- pay once


def test_an_answer_that_is_in_the_log_is_not_asked_for_again(desk: Desk) -> None:
    with FakeEndpoint(reply="echo") as endpoint:
        client = desk.client(endpoint.url)
        first = desk.answer(client, prompt(), record("hello"))
        again = desk.answer(client, prompt(), record("hello"))
        assert endpoint.stats()["received"] == 1
    assert (first.value, first.calls) == ("hello", again.calls)
    entry = desk.log.get(first.calls[0])
    assert entry is not None
    assert (entry["step"], entry["record"], entry["model"]) == ("ask", record("hello")["id"], "fake")
    assert (entry["answer"], entry["input_tokens"], entry["output_tokens"]) == ("hello", 2, 2)
    assert desk.ledger.served == 1


@pytest.mark.parametrize(
    "change",
    [
        {"prompt": prompt("Say {text}")},
        {"prompt": prompt(sampling={"temperature": 0.5})},
        {"model": {"name": "other"}},
        {"model": {"sampling": {"top_p": 0.5}}},
        {"sample": 1},
        {"language": "German"},
        {"record": record("another text")},
    ],
)
def test_what_changes_the_question_is_asked_anew(desk: Desk, change: dict[str, Any]) -> None:
    with FakeEndpoint() as endpoint:
        desk.answer(desk.client(endpoint.url), prompt(), record("hello"))
        client = desk.client(endpoint.url, **change.pop("model", {}))
        asked, about = change.pop("prompt", prompt()), change.pop("record", record("hello"))
        desk.answer(client, asked, about, **change)
        assert endpoint.stats()["received"] == 2


def test_where_the_model_lives_and_how_many_calls_it_takes_do_not_change_the_question(desk: Desk) -> None:
    with FakeEndpoint() as one, FakeEndpoint() as two:
        desk.answer(desk.client(one.url), prompt(), record("hello"))
        elsewhere = desk.client(two.url, concurrency_limit=3, timeout=9, api_key="k", prices={"input": 1, "output": 1})
        desk.answer(elsewhere, prompt(), record("hello"))
        assert two.stats()["received"] == 0


def test_identical_prompts_of_two_records_in_flight_at_once_are_asked_once(desk: Desk) -> None:
    with FakeEndpoint(reply="echo", latency_ms=50) as endpoint:
        client = desk.client(endpoint.url)
        records = [record("the same", id=f"r{number}") for number in range(6)]

        async def at_once() -> list[Any]:
            return await asyncio.gather(*(client.answer(prompt(), one) for one in records))

        answers = desk.loop.run(at_once())
        assert endpoint.stats()["received"] == 1
    assert [answer.value for answer in answers] == ["the same"] * 6
    assert len({tuple(answer.calls) for answer in answers}) == 1
    assert desk.log.totals.calls == 1


def test_when_the_one_that_asks_fails_the_others_ask_themselves(desk: Desk) -> None:
    with ScriptedEndpoint(lambda request: says("fine") if request.attempt else refuses(422)) as server:
        client = desk.client(server.url)

        async def at_once() -> list[Any]:
            calls = (client.answer(prompt(), record("same", id=str(number))) for number in range(4))
            return await asyncio.gather(*calls, return_exceptions=True)

        answers = desk.loop.run(at_once())
        assert len(server.requests) == 2
    assert isinstance(answers[0], RecordFailedError)
    assert [answer.value for answer in answers[1:]] == ["fine"] * 3
    assert not desk.ledger.under_way


def test_a_reply_of_another_run_is_taken_over_and_counted_once(tmp_path: Path) -> None:
    with FakeEndpoint(reply="echo") as endpoint:
        with open_desk(tmp_path / "one") as one:
            one.answer(one.client(endpoint.url), prompt(), record("hello"))
        with open_desk(tmp_path / "two") as two:
            two.ledger.others.append(CallLog(tmp_path / "one", writable=False))
            client = two.client(endpoint.url)
            assert two.answer(client, prompt(), record("hello")).value == "hello"
            two.ledger.others.pop().close()
            assert two.answer(client, prompt(), record("hello")).value == "hello", "it was not copied"
            assert two.log.totals.reused + two.ledger.served == 1
            assert two.log.totals.cost == 0
        assert endpoint.stats()["received"] == 1


# --- an answer that is no use


def test_an_unusable_reply_is_asked_for_again_with_the_reason(desk: Desk) -> None:
    with ScriptedEndpoint(lambda r: says("<poem>rose</poem>" if len(r.body["messages"]) > 1 else "no tag")) as server:
        answer = desk.answer(desk.client(server.url), prompt(reply=TAGGED), record("hello"))
        first, second = map(messages, server.requests)
    assert answer.value == "rose"
    assert len(answer.calls) == 2
    assert first == [("user", "hello")]
    assert second[:2] == [("user", "hello"), ("assistant", "no tag")]
    role, correction = second[2]
    assert role == "user"
    assert "That answer cannot be used" in correction
    assert "poem" in correction
    assert [entry["rejected"] for entry in desk.log if "rejected" in entry] == answer.calls[:1]


def test_a_resumed_run_takes_the_same_way_without_asking(desk: Desk) -> None:
    with ScriptedEndpoint(lambda r: says("<poem>rose</poem>" if len(r.body["messages"]) > 1 else "no tag")) as server:
        client = desk.client(server.url)
        first = desk.answer(client, prompt(reply=TAGGED), record("hello"))
        assert desk.answer(client, prompt(reply=TAGGED), record("hello")) == first
        assert len(server.requests) == 2
    assert desk.log.totals.rejected == 1


def test_attempts_exhausted_give_every_answer_and_reason(desk: Desk) -> None:
    with ScriptedEndpoint(lambda request: says(f"attempt {len(request.body['messages'])}")) as server:
        with pytest.raises(UnusableError, match="no usable reply in 3 attempts") as caught:
            desk.answer(desk.client(server.url), prompt(reply=TAGGED), record("hello"))
        assert len(server.requests) == 3
    assert [one["attempt"] for one in caught.value.answers] == [1, 2, 3]
    assert [one["answer"] for one in caught.value.answers] == ["attempt 1", "attempt 3", "attempt 3"]
    assert all("poem" in one["reason"] for one in caught.value.answers)
    assert desk.log.totals.rejected == 3


def test_a_second_try_is_a_new_call_even_when_the_answer_is_the_same(desk: Desk) -> None:
    with ScriptedEndpoint(lambda _: says("always this")) as server:
        with pytest.raises(UnusableError):
            desk.answer(desk.client(server.url), prompt(reply=TAGGED), record("hello"), attempts=4)
        assert len(server.requests) == 4
    assert len({entry["key"] for entry in desk.log if "key" in entry}) == 4


@pytest.mark.parametrize("blank", ["", "  \n", None, "<think>only thoughts</think>"])
def test_a_blank_answer_is_no_answer(desk: Desk, blank: str | None) -> None:
    with ScriptedEndpoint(lambda request: says("fine" if len(request.body["messages"]) > 1 else blank)) as server:
        assert desk.answer(desk.client(server.url), prompt(), record("hello")).value == "fine"
        assert all(content.strip() for _, content in messages(server.requests[1])), (
            "some providers refuse empty messages"
        )


def test_an_answer_cut_off_inside_a_think_block_is_asked_for_again(desk: Desk) -> None:
    def answer(request: Request) -> Response:
        if len(request.body["messages"]) > 1:
            return says("<think>short</think>fine")
        return completion({"content": "<think>on and on"}, finish="length")

    with ScriptedEndpoint(answer) as server:
        reply = desk.answer(desk.client(server.url), prompt(), record("hello"))
    assert reply.value == "fine"
    entry = desk.log.get(reply.calls[0])
    assert entry is not None
    assert entry["finish"] == "length"


def test_a_check_of_the_pipelines_own_is_asked_and_may_change_the_value(desk: Desk) -> None:
    def shouted(value: str, about: Record) -> str:
        if about["text"] not in value:
            raise UnusableReplyError("Repeat the text first.")
        return value.upper()

    with ScriptedEndpoint(lambda r: says("hello you" if "Repeat the text first." in r.last else "hi")) as server:
        answer = desk.answer(desk.client(server.url), prompt(), record("hello"), validate=shouted)
        assert len(server.requests) == 2
    assert answer.value == "HELLO YOU"


def test_a_request_the_provider_will_never_answer_fails_that_record(desk: Desk) -> None:
    with ScriptedEndpoint(lambda r: refuses(400, "content policy") if "bad" in r.last else says("fine")) as server:
        client = desk.client(server.url)
        desk.answer(client, prompt(), record("good"))
        with pytest.raises(RecordFailedError, match="content policy"):
            desk.answer(client, prompt(), record("bad"))


# --- the brake, the budget, another round


def test_nothing_is_asked_when_the_run_is_stopping_and_the_log_still_answers(desk: Desk) -> None:
    def stop() -> None:
        raise StoppingError("stopping")

    with FakeEndpoint(reply="echo") as endpoint:
        client = desk.client(endpoint.url)
        desk.answer(client, prompt(), record("known"))
        desk.ledger.before_call = stop
        assert desk.answer(client, prompt(), record("known")).value == "known"
        with pytest.raises(StoppingError):
            desk.answer(client, prompt(), record("new"))
        assert endpoint.stats()["received"] == 1


def test_a_budget_holds_and_a_failed_call_gives_its_place_back(tmp_path: Path) -> None:
    def answer(request: Request) -> Response:
        return refuses(422) if request.last == "bad" else says("fine")

    with ScriptedEndpoint(answer) as server, open_desk(tmp_path / "calls", max_calls=1) as desk:
        client = desk.client(server.url)
        with pytest.raises(RecordFailedError):
            desk.answer(client, prompt(), record("bad"))
        assert desk.answer(client, prompt(), record("good")).value == "fine"
        with pytest.raises(BudgetReachedError):
            desk.answer(client, prompt(), record("another"))
        assert desk.ledger.budget.in_flight == 0


def test_a_cap_in_dollars_holds_from_the_very_first_calls(tmp_path: Path) -> None:
    with FakeEndpoint(latency_ms=20) as endpoint, open_desk(tmp_path / "calls", max_cost=0.05) as desk:
        client = desk.client(endpoint.url, concurrency_limit=64, prices={"input": 0, "output": 100})  # a cent each

        async def at_once() -> list[Any]:
            calls = (client.answer(prompt(), record(str(number))) for number in range(50))
            return await asyncio.gather(*calls, return_exceptions=True)

        results = desk.loop.run(at_once())
        assert 0.03 < desk.log.totals.cost <= 0.0501
    assert sum(isinstance(result, BudgetReachedError) for result in results) >= 45


def test_a_record_taken_up_again_is_asked_anew_and_by_another_model_if_wanted(tmp_path: Path) -> None:
    with FakeEndpoint(reply="echo") as one, FakeEndpoint(reply="echo") as two, open_desk(tmp_path / "calls") as desk:
        first = desk.client(one.url)
        desk.answer(first, prompt(), record("x"))
        who = (record("x")["id"], "ask")
        desk.ledger.retries = {who: Retry(1)}
        desk.answer(first, prompt(), record("x"))
        desk.answer(first, prompt(), record("y"))
        assert one.stats()["received"] == 3
        instead = Model.model_validate({"name": "strong", "base_url": two.url})
        desk.connections.client(instead)
        desk.ledger.retries = {who: Retry(1, ((first.model, instead),))}
        answer = desk.answer(first, prompt(), record("x"))
        assert (one.stats()["received"], two.stats()["received"]) == (3, 1)
    assert answer.value == "x"
