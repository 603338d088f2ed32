"""The functions that return steps: ask, split, keep, judge, vote, vary, chain."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation_functions.client import Answer, Validate
from generation_functions.errors import RecordFailedError
from generation_functions.prompts import Prompt
from generation_functions.records import Record
from generation_functions.steps import (
    Asks,
    Drop,
    Step,
    StepResult,
    ask,
    chain,
    keep_if,
    named,
    run_step,
    split,
    step_name,
    vary,
    verdict,
    vote,
    with_calls,
)
from tests.support.asking import prompt, record


class Answers:
    """Answers prompts as a function of the prompt's name, the record and the sample number; keeps what was asked."""

    def __init__(self, answer: Callable[[str, Record, int], Any]) -> None:
        self.asked: list[dict[str, Any]] = []
        self._answer = answer

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
        self.asked.append({"prompt": prompt.name, "sample": sample, "attempts": attempts, "language": language})
        value = self._answer(prompt.name, record, sample)
        return Answer(validate(value, record) if validate else value, [f"call {len(self.asked)}"])


def run(step: Step, record: Record) -> StepResult:
    return asyncio.run(run_step(step, record))


def always(value: Any) -> Answers:
    return Answers(lambda name, about, sample: value)


# --- ask


def test_ask_keeps_the_answer_and_the_call_that_gave_it() -> None:
    before = record("a rose", calls=["earlier"])
    after = run(ask(always("red"), prompt(), into="colour"), before)
    assert after == {**before, "colour": "red", "calls": ["earlier", "call 1"]}
    assert before["calls"] == ["earlier"], "the record that came in was changed"


def test_ask_hands_on_its_options_and_its_check() -> None:
    client = always("red")
    step = ask(
        client, prompt(), into="x", validate=lambda value, _: value.upper(), attempts=5, language="German", sample=2
    )
    assert run(step, record("a")) == {**record("a"), "x": "RED", "calls": ["call 1"]}
    assert client.asked == [{"prompt": "ask", "sample": 2, "attempts": 5, "language": "German"}]


def test_what_the_client_cannot_do_goes_on_to_the_stage() -> None:
    def fail(name: str, about: Record, sample: int) -> None:
        raise RecordFailedError("never")

    with pytest.raises(RecordFailedError):
        run(ask(Answers(fail), prompt(), into="x"), record("a"))


def test_a_client_is_whoever_answers() -> None:
    client: Asks = always("red")
    assert client is not None


# --- split


def test_split_makes_a_record_of_each_item_with_an_id_of_its_own() -> None:
    before = record("text", pairs=[{"question": "q1", "answer": "a1"}, {"question": "q2", "answer": "a2"}], calls=["c"])
    after = run(split("pairs"), before)
    assert isinstance(after, list)
    assert [one["question"] for one in after] == ["q1", "q2"]
    assert all("pairs" not in one and one["text"] == "text" and one["calls"] == ["c"] for one in after)
    assert len({one["id"] for one in after} | {before["id"]}) == 3
    assert run(split("pairs"), before) == after


def test_split_puts_plain_items_under_the_name_of_their_kind() -> None:
    after = run(split("facts", kind="fact"), record("text", facts=["one", "two"]))
    assert isinstance(after, list)
    assert [one["fact"] for one in after] == ["one", "two"]
    same_name = run(split("fact"), record("text", fact=["one"]))
    assert isinstance(same_name, list)
    assert same_name[0]["fact"] == "one"


def test_an_item_does_not_change_its_id_with_its_place() -> None:
    one = run(split("facts"), record("text", facts=["a", "b"]))
    other = run(split("facts"), record("text", facts=["b", "a", "c"]))
    assert isinstance(one, list)
    assert isinstance(other, list)
    assert {item["facts"]: item["id"] for item in one}.items() <= {item["facts"]: item["id"] for item in other}.items()


def test_split_drops_a_record_with_nothing_to_split() -> None:
    assert run(split("facts"), record("text", facts=[])) == Drop("no facts")


@pytest.mark.parametrize("key", ["kind", "parent", "id"])
def test_an_item_may_use_any_key(key: str) -> None:
    after = run(split("facts"), record("text", facts=[{key: "x", "fact": "one"}]))
    assert isinstance(after, list)
    assert after[0]["fact"] == "one"
    assert len(after[0]["id"]) == 20


# --- keep_if, verdict


def test_keep_if_drops_with_its_reason() -> None:
    step = keep_if(lambda one: len(one["text"]) > 3, "too short")
    assert run(step, record("long")) == record("long")
    assert run(step, record("no")) == Drop("too short")
    assert step_name(step) == "too short"


def test_verdict_keeps_what_passes_and_drops_everything_else() -> None:
    kept = run(verdict(always("good"), prompt(), passes="good", reason="bad text", into="said"), record("a"))
    assert kept == {**record("a"), "said": "good", "calls": ["call 1"]}
    assert run(verdict(always("not good"), prompt(), passes="good", reason="bad text"), record("a")) == Drop("bad text")


# --- vote


def ballots(*said: str) -> Answers:
    return Answers(lambda name, about, sample: said[sample])


@pytest.mark.parametrize(
    ("said", "kept", "calls"),
    [
        (("yes", "yes", "no"), True, 2),
        (("no", "no", "yes"), False, 2),
        (("yes", "no", "yes"), True, 3),
        (("no", "yes", "no"), False, 3),
    ],
)
def test_a_vote_stops_as_soon_as_it_is_settled(said: tuple[str, ...], kept: bool, calls: int) -> None:
    client = ballots(*said)
    after = run(vote(client, prompt(), passes="yes", reason="outvoted"), record("a"))
    assert len(client.asked) == calls
    if kept:
        assert after == {**record("a"), "calls": [f"call {number}" for number in range(1, calls + 1)]}
    else:
        assert after == Drop("outvoted")


def test_each_vote_is_a_call_of_its_own() -> None:
    client = ballots("yes", "no", "yes")
    run(vote(client, prompt(), passes="yes", reason="r"), record("a"))
    assert [asked["sample"] for asked in client.asked] == [0, 1, 2]


@pytest.mark.parametrize("outcome", [True, False])
def test_a_vote_with_a_place_for_its_outcome_drops_nothing(outcome: bool) -> None:
    client = always("yes" if outcome else "no")
    after = run(vote(client, prompt(), passes="yes", reason="r", into="passed"), record("a"))
    assert after == {**record("a"), "passed": outcome, "calls": ["call 1", "call 2"]}


@given(
    st.integers(1, 9), st.sampled_from([0, 0.25, 1 / 3, 0.5, 0.75, 1]), st.lists(st.booleans(), min_size=9, max_size=9)
)
def test_a_vote_stopped_early_ends_as_a_full_count_would(votes: int, share: float, said: list[bool]) -> None:
    client = Answers(lambda name, about, sample: "yes" if said[sample] else "no")
    step = vote(client, prompt(), passes="yes", reason="r", votes=votes, share=share, into="passed")
    after = run(step, record("a"))
    won = sum(said[:votes])
    assert isinstance(after, dict)
    assert after["passed"] == (won == votes if share == 1 else won > votes * share)
    assert len(client.asked) <= votes
    # One vote less would not have settled it.
    asked = len(client.asked) - 1
    needed = votes if share == 1 else int(votes * share) + 1
    assert sum(said[:asked]) < needed <= sum(said[:asked]) + votes - asked


# --- vary


def label(text: str) -> Step:
    return lambda one: {**one, "label": text}


def test_vary_depends_on_the_records_id_alone() -> None:
    step = vary({"b": label("b"), "a": label("a"), "c": label("c")})
    again = vary({"c": label("c"), "a": label("a"), "b": label("b")})
    records = [record(f"text {number}") for number in range(300)]
    chosen = [run(step, one) for one in records]
    assert chosen == [run(again, one) for one in records]
    counts = Counter(made[0]["label"] for made in chosen if isinstance(made, list))
    assert set(counts) == {"a", "b", "c"}
    assert min(counts.values()) > 60
    assert all(made[0]["variation"] == made[0]["label"] for made in chosen if isinstance(made, list))


def test_vary_may_choose_several_different_ones() -> None:
    made = run(vary({"a": label("a"), "b": label("b"), "c": label("c")}, choose=2, into="style"), record("x"))
    assert isinstance(made, list)
    assert len({one["style"] for one in made}) == 2
    assert len({one["id"] for one in made}) == 2


def test_another_step_added_leaves_most_records_with_theirs() -> None:
    few, more = {name: label(name) for name in "abcd"}, {name: label(name) for name in "abcde"}
    records = [record(f"text {number}") for number in range(200)]
    same = sum(run(vary(few), one) == run(vary(more), one) for one in records)
    assert same > 130


def test_vary_takes_what_its_steps_make_of_a_record() -> None:
    assert run(vary({"a": lambda one: [one, {**one, "id": "x"}]}), record("t"))[1]["id"] == "x"  # type: ignore[index]
    assert run(vary({"a": lambda one: Drop("not this one")}), record("t")) == Drop("not this one")


# --- chain, named, plain functions


def test_chain_is_its_steps_one_after_the_other() -> None:
    step = chain(label("a"), keep_if(lambda one: one["label"] == "a", "r"), label("b"))
    assert run(step, record("x")) == {**record("x"), "label": "b"}


def test_chain_ends_in_a_flat_list_of_what_was_not_dropped() -> None:
    step = chain(split("words"), keep_if(lambda one: one["words"] != "b", "no b"), split("words", kind="letter"))
    after = run(step, record("t", words=["ace", "b", "df"]))
    assert isinstance(after, list)
    assert [one["letter"] for one in after] == ["a", "c", "e", "d", "f"]


def test_chain_says_why_nothing_is_left() -> None:
    assert run(chain(label("a"), keep_if(lambda _: False, "never good")), record("x")) == Drop("never good")

    def nothing(one: Record) -> None:
        return None

    assert run(chain(nothing, label("a")), record("x")) == Drop("dropped by nothing")


async def waits(one: Record) -> Record:
    await asyncio.sleep(0)
    return {**one, "waited": True}


def _plain_function(one: Record) -> Record:
    return one


def test_functions_and_coroutine_functions_are_steps_as_they_are() -> None:
    assert run(_plain_function, record("x")) == record("x")
    assert run(waits, record("x")) == {**record("x"), "waited": True}


class Counting:
    def __call__(self, one: Record) -> Record:
        return {**one, "counted": True}


def test_every_step_has_a_name_to_show() -> None:
    assert step_name(_plain_function) == "plain_function"
    assert step_name(Counting()) == "Counting"
    assert step_name(ask(always(""), prompt(name="write_poem"), into="x")) == "write_poem"
    assert step_name(split("pairs")) == "split pairs"
    assert step_name(vote(always(""), prompt(name="judge"), passes="", reason="")) == "judge"
    assert step_name(verdict(always(""), prompt(name="judge"), passes="", reason="")) == "judge"
    assert step_name(vary({"a": waits}, into="style")) == "style"
    assert step_name(chain(waits, _plain_function)) == "waits > plain_function"
    assert step_name(chain(waits, _plain_function, name="both")) == "both"


@pytest.mark.parametrize("step", [_plain_function, waits, Counting()])
def test_a_renamed_step_does_the_same(step: Step) -> None:
    renamed = named("another name", step)
    assert step_name(renamed) == "another name"
    assert run(renamed, record("x")) == run(step, record("x"))


def test_calls_are_added_to_those_before() -> None:
    assert with_calls({"id": "x"}, ["a"]) == {"id": "x", "calls": ["a"]}
    assert with_calls({"id": "x", "calls": ["a"]}, ["b", "c"], y=1) == {"id": "x", "y": 1, "calls": ["a", "b", "c"]}
