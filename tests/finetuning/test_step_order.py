"""Which sequences a step learns from."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from finetuning.step_order import NOTHING, StepOrder, sequences_per_step

ORDERS = st.builds(
    lambda number, longest, per_step, steps: StepOrder(number, longest % number, per_step, steps=steps),
    st.integers(1, 200),
    st.integers(0, 10_000),
    st.integers(1, 30),
    st.none() | st.integers(1, 30),
)


@given(ORDERS)
def test_every_sequence_comes_once_and_the_longest_first(order: StepOrder) -> None:
    learned = [number for batch in order for number in batch]
    assert learned[0] == order.longest
    assert len(learned) == len(set(learned))
    if order.total_steps * order.per_step >= order.sequences:
        assert sorted(learned) == list(range(order.sequences))


@given(ORDERS, st.integers(1, 4), st.integers(1, 9))
def test_any_number_of_processes_shares_out_the_same_steps(order: StepOrder, processes: int, micro: int) -> None:
    alone = list(order)
    shared = [list(replace(order, processes=processes, process=process, micro=micro)) for process in range(processes)]
    steps = replace(order, processes=processes, micro=micro)
    assert len({len(one) for one in shared}) == 1  # each computes as often, or they would wait for each other for ever
    assert len(shared[0]) == len(steps)
    for step in range(order.total_steps):
        single = Counter(
            number for batch in alone[step * order.accumulation :][: len(order.step(step))] for number in batch
        )
        begin = step * steps.accumulation
        together = Counter(
            number for one in shared for batch in one[begin : begin + steps.accumulation] for number in batch
        )
        del together[NOTHING]
        assert together == single


def test_a_batch_is_as_near_to_its_tokens_as_whole_sequences_allow() -> None:
    assert sequences_per_step(16_384, 2048) == 8
    assert sequences_per_step(16_384, 2048, processes=3) == 9
    assert sequences_per_step(100, 2048, processes=2) == 2
