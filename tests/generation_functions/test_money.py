"""What a call costs, and caps that hold."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation_functions.call_log import CallLog, Entry
from generation_functions.errors import BudgetReachedError, PausedError
from generation_functions.model import Model, Prices
from generation_functions.money import Budget, cost_of, prices_of
from generation_functions.records import stable_hash

PRICES = Prices(input=2.0, output=8.0, cached_input=0.5)
counts = st.integers(0, 10**7)


def entry(number: int, cost: float) -> Entry:
    key = stable_hash(number)
    return {"key": key, "step": "ask", "answer": "", "input_tokens": 1, "output_tokens": 1, "cost": cost}


@pytest.fixture
def log(tmp_path: Path) -> Iterator[CallLog]:
    log = CallLog(tmp_path / "calls")
    yield log
    log.close()


def model(name: str, base_url: str | list[str], **facts: object) -> Model:
    return Model.model_validate({"name": name, "base_url": base_url, **facts})


# --- prices


def test_the_shipped_table_knows_a_model_by_its_host_and_name() -> None:
    at_openai = prices_of(model("gpt-4o-mini", "https://api.openai.com/v1"))
    assert at_openai == Prices(input=0.15, output=0.60, cached_input=0.075)
    assert prices_of(model("gpt-4o-mini", "https://elsewhere.example/v1")) is None


def test_the_same_model_costs_what_its_host_takes() -> None:
    hosts = ("https://api.groq.com/openai/v1", "https://api.deepinfra.com/v1/openai")
    groq, deepinfra = (prices_of(model("openai/gpt-oss-120b", host)) for host in hosts)
    assert groq is not None
    assert deepinfra is not None
    assert groq.input != deepinfra.input


def test_the_configs_own_prices_win() -> None:
    own = model("gpt-4o-mini", "https://api.openai.com/v1", prices={"input": 9, "output": 9})
    assert prices_of(own) == Prices(input=9, output=9)


def test_a_local_server_and_the_offline_model_are_free() -> None:
    assert prices_of(model("gpt-4o-mini", "http://127.0.0.1:8000/v1")) is None
    assert prices_of(Model(name="offline")) is None
    assert cost_of({"prompt_tokens": 10**9, "completion_tokens": 10**9}, None) == 0


def test_several_keys_at_one_host_have_one_price_and_several_hosts_none() -> None:
    assert prices_of(model("gpt-4o-mini", "https://api.openai.com/v1", api_key=["a", "b"])) is not None
    assert prices_of(model("gpt-4o-mini", ["https://api.openai.com/v1", "https://other.example/v1"])) is None


# --- what a call costs


def test_dollars_are_per_million_tokens() -> None:
    assert cost_of({"prompt_tokens": 1_000_000, "completion_tokens": 500_000}, PRICES) == 2.0 + 4.0


def test_tokens_that_the_provider_had_cached_cost_less() -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0, "prompt_tokens_details": {"cached_tokens": 400_000}}
    assert cost_of(usage, PRICES) == pytest.approx(0.6 * 2.0 + 0.4 * 0.5)
    assert cost_of(usage, Prices(input=2.0, output=8.0)) == 2.0


def test_the_cost_that_the_provider_gives_itself_is_believed() -> None:
    assert cost_of({"prompt_tokens": 10**6, "completion_tokens": 0, "cost": 0.0123}, PRICES) == 0.0123
    assert cost_of({"prompt_tokens": 10**6, "cost": 0}, PRICES) == 0
    assert cost_of({"prompt_tokens": 10**6, "cost": None}, PRICES) == 2.0


@pytest.mark.parametrize(
    "usage", [{}, {"prompt_tokens": None, "completion_tokens": None, "prompt_tokens_details": None}]
)
def test_counts_that_are_not_given_cost_nothing(usage: dict[str, object]) -> None:
    assert cost_of(usage, PRICES) == 0


@given(counts, counts, counts)
def test_more_tokens_never_cost_less_and_cached_ones_never_more(prompt: int, completion: int, cached: int) -> None:
    plain = {"prompt_tokens": prompt, "completion_tokens": completion}
    some_cached = {**plain, "prompt_tokens_details": {"cached_tokens": cached}}
    cost = cost_of(plain, PRICES)
    assert 0 <= cost_of(some_cached, PRICES) <= cost
    assert cost_of({**plain, "prompt_tokens": prompt + 1}, PRICES) > cost


# --- caps


def test_without_caps_everything_is_granted(log: CallLog) -> None:
    budget = Budget(log)
    for _ in range(1000):
        budget.reserve()
    assert budget.in_flight == 1000


def test_calls_in_flight_count_towards_max_calls(log: CallLog) -> None:
    budget = Budget(log, max_calls=3)
    log.append(entry(1, 0.0))
    budget.reserve()
    budget.reserve()
    with pytest.raises(BudgetReachedError, match="max_calls of 3 reached"):
        budget.reserve()
    budget.settle()  # that call failed: its place is free again
    budget.reserve()
    assert budget.in_flight == 2


@pytest.mark.parametrize("caps", [{"max_calls": 0}, {"max_cost": 0.0}])
def test_a_cap_of_nothing_lets_nothing_through(log: CallLog, caps: dict[str, float]) -> None:
    with pytest.raises(BudgetReachedError):
        Budget(log, **caps).reserve()  # type: ignore[arg-type]


def test_calls_in_flight_are_expected_to_cost_what_the_others_did(log: CallLog) -> None:
    for number in range(10):
        log.append(entry(number, 0.01))
    budget = Budget(log, max_cost=0.145)
    for _ in range(4):
        budget.reserve()
    with pytest.raises(BudgetReachedError, match=r"\$0\.1000 spent of \$0\.1450"):
        budget.reserve()


def test_a_cap_pauses_the_run_and_says_what_to_raise() -> None:
    assert issubclass(BudgetReachedError, PausedError)
    assert BudgetReachedError("").exit_code == 3


@given(st.lists(st.floats(0.001, 0.01), min_size=1, max_size=40), st.floats(0.001, 0.2))
def test_one_call_at_a_time_overspends_by_less_than_one_call(costs: list[float], cap: float) -> None:
    class FewEntries:
        """A log without a disk."""

        def __init__(self) -> None:
            from generation_functions.call_log import Totals

            self.totals = Totals()

    log = FewEntries()
    budget = Budget(log, max_cost=cap)  # type: ignore[arg-type]
    for number, cost in enumerate(costs):
        try:
            budget.reserve()
        except BudgetReachedError:
            break
        log.totals.add(entry(number, cost))
        budget.settle()
    assert log.totals.cost <= cap + 0.01


def test_what_earlier_processes_spent_counts(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "calls")
    for number in range(5):
        log.append(entry(number, 0.1))
    log.close()
    again = CallLog(tmp_path / "calls")
    with pytest.raises(BudgetReachedError):
        Budget(again, max_cost=0.5).reserve()
    with pytest.raises(BudgetReachedError):
        Budget(again, max_calls=5).reserve()
    again.close()
