"""Drawing tokens: each setting does what its name says, and chance is a request's own."""

from __future__ import annotations

import math
from typing import Any

import pytest

from serving.engine.sampling import Chosen, Drawing, Sampling, choose

PROBABILITIES = [0.5, 0.25, 0.15, 0.06, 0.04]


def logits(rows: int = 1) -> Any:
    import torch

    return torch.tensor([PROBABILITIES] * rows).log()


def drawing(top_count: int | None = None, vocabulary: int = 5, choice: int = 0, **settings: Any) -> Drawing:
    return Drawing(Sampling(**settings), choice, top_count, vocabulary)


def drawn(times: int = 400, **settings: Any) -> list[int]:
    one = drawing(seed=1, **settings)
    found = []
    for _ in range(times):
        chosen = choose(logits(), [one])[0]
        assert chosen is not None
        found.append(chosen.token)
    return found


def shares(tokens: list[int]) -> list[float]:
    return [tokens.count(token) / len(tokens) for token in range(5)]


def test_tokens_are_drawn_as_often_as_they_are_likely() -> None:
    assert shares(drawn(3000)) == pytest.approx(PROBABILITIES, abs=0.04)


@pytest.mark.parametrize(
    ("settings", "possible"),
    [
        ({"temperature": 0.0}, {0}),
        ({"top_k": 1}, {0}),
        ({"top_k": 2}, {0, 1}),
        ({"top_p": 0.49}, {0}),
        ({"top_p": 0.74}, {0, 1}),
        ({"top_p": 0.76}, {0, 1, 2}),
        ({"min_p": 0.3}, {0, 1, 2}),
        ({"min_p": 0.31}, {0, 1}),
        ({"top_k": 3, "min_p": 0.49}, {0, 1}),
        ({"logit_bias": {0: -100.0, 4: 5.0}, "top_k": 1}, {4}),
    ],
)
def test_unlikely_tokens_are_left_out(settings: dict[str, Any], possible: set[int]) -> None:
    assert set(drawn(**settings)) == possible


def test_a_high_temperature_levels_the_shares_and_a_low_one_sharpens_them() -> None:
    flat = [value ** (1 / 2) for value in PROBABILITIES]
    assert shares(drawn(3000, temperature=2.0)) == pytest.approx([one / sum(flat) for one in flat], abs=0.04)
    steep = [value**2 for value in PROBABILITIES]
    assert shares(drawn(3000, temperature=0.5)) == pytest.approx([one / sum(steep) for one in steep], abs=0.04)


def test_penalties_count_what_was_written() -> None:
    present = drawing(temperature=0.0, presence_penalty=1.0)
    often = drawing(temperature=0.0, frequency_penalty=0.5)
    said: list[list[int]] = [[], []]
    for _ in range(4):
        for row, chosen in enumerate(choose(logits(2), [present, often])):
            assert chosen is not None
            (present, often)[row].written(chosen.token)
            said[row].append(chosen.token)
    # log 0.5 - 1 < log 0.25; then 0: -1.69, 1: -2.39, 2: -1.90. Frequency: 0 twice, as -0.69 - 0.5 > -1.39, then 1.
    assert said == [[0, 1, 0, 0], [0, 0, 1, 0]]


def test_the_same_seed_gives_the_same_answer_whoever_else_is_answered() -> None:
    alone, among = drawing(seed=7), [drawing(), drawing(seed=7), drawing(temperature=0.0), drawing(top_p=0.9)]
    for _ in range(50):
        assert choose(logits(), [alone])[0] == choose(logits(4), among)[1]
    other = [choose(logits(), [drawing(seed=7, choice=choice)])[0] for choice in range(20)]
    assert len(set(other)) > 1, "each choice of a request has a chance of its own"


def test_log_probabilities_are_the_models_own() -> None:
    one = drawing(top_count=2, temperature=0.3, top_k=1, logit_bias={1: 100.0})
    assert choose(logits(), [one])[0] == Chosen(
        1,
        pytest.approx(math.log(0.25), abs=1e-5),
        ((0, pytest.approx(math.log(0.5), abs=1e-5)), (1, pytest.approx(math.log(0.25), abs=1e-5))),
    )


def test_ids_that_stand_for_nothing_are_never_drawn() -> None:
    found = choose(logits(), [drawing(vocabulary=2, logit_bias={4: 100.0}, top_count=5)])[0]
    assert found is not None
    assert found.token < 2
    assert len(found.top) == 2


def test_a_model_that_gives_no_numbers_is_noticed() -> None:
    broken = logits(2)
    broken[1, 3] = math.nan
    found = choose(broken, [drawing(temperature=0.0), drawing(temperature=0.0)])
    assert found[0] == Chosen(0)
    assert found[1] is None
