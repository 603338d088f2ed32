"""Packing: every row once, little padding, and rows that share a sequence do not see each other."""

from __future__ import annotations

from bisect import insort
from functools import cache
from random import Random
from typing import Any

import numpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from finetuning.new_model import NewModel, new_model
from finetuning.packing import PackedCollator, pack, pieces
from finetuning.token_rows import NOT_TRAINED, TokenRow
from generation_functions.errors import UsageError
from tests.support.tiny_models import TEXTS

LENGTHS = st.lists(st.integers(1, 40), max_size=80)


@given(LENGTHS, st.integers(40, 60))
def test_every_row_is_in_one_sequence_and_no_sequence_is_too_long(lengths: list[int], capacity: int) -> None:
    packed = pack(lengths, capacity)
    assert sorted(row for rows in packed for row in rows.tolist()) == list(range(len(lengths)))
    assert all(sum(lengths[row] for row in rows) <= capacity for rows in packed)


def best_fit_decreasing(lengths: list[int], capacity: int) -> list[int]:
    """How full each sequence gets, worked out the slow way."""
    full: list[int] = []
    for length in sorted(lengths, reverse=True):
        fitting = [tokens for tokens in full if tokens + length <= capacity]
        if fitting:
            full.remove(max(fitting))
        insort(full, (max(fitting) if fitting else 0) + length)
    return full


@given(LENGTHS, st.integers(40, 60))
def test_sequences_are_those_of_best_fit_decreasing(lengths: list[int], capacity: int) -> None:
    packed = pack(lengths, capacity)
    assert sorted(sum(lengths[row] for row in rows) for rows in packed) == best_fit_decreasing(lengths, capacity)


def test_a_sequence_that_is_full_is_left_alone_and_short_rows_fill_it_up() -> None:
    assert [rows.tolist() for rows in pack([6, 10, 4, 3, 1], 10)] == [[1], [0, 2], [3, 4]]


def test_a_row_longer_than_a_sequence_is_refused() -> None:
    with pytest.raises(UsageError, match=r"A row of 11 tokens does not fit into a sequence of 10\. Raise"):
        pack([3, 11], 10)


@given(st.integers(1, 500), st.integers(2, 50))
def test_pieces_lose_no_token_and_each_token_but_the_first_is_learned_once(length: int, capacity: int) -> None:
    """Proof 3 of the training design: text longer than a sequence is split, not cut off."""
    learned: list[int] = []
    for start, end in pieces(length, capacity):
        assert 0 < end - start <= capacity
        learned += range(start + 1, end)
    assert learned == list(range(1, length))


def row(*ids: int, trained_from: int = 0) -> TokenRow:
    known = numpy.array(ids, dtype=numpy.int32)
    labels = numpy.where(numpy.arange(len(ids)) < trained_from, numpy.int32(NOT_TRAINED), known)
    return TokenRow(known, labels)


def test_a_batch_begins_positions_anew_with_each_row_and_learns_no_first_token() -> None:
    batch = PackedCollator(9)([[row(1, 2, 3), row(4, 5, trained_from=1)], [row(6, 7, 8)]])
    no = NOT_TRAINED
    assert batch["input_ids"].tolist() == [[1, 2, 3, 4, 5], [6, 7, 8, 9, 9]]
    assert batch["labels"].tolist() == [[no, 2, 3, no, 5], [no, 7, 8, no, no]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 0, 1], [0, 1, 2, 0, 1]]
    assert batch["use_cache"] is False
    assert "attention_mask" not in batch


def test_flattened_a_batch_is_one_sequence() -> None:
    batch = PackedCollator(9, flatten=True)([[row(1, 2), row(3)], [row(4, 5)]])
    assert batch["input_ids"].tolist() == [[1, 2, 3, 4, 5]]
    assert batch["position_ids"].tolist() == [[0, 1, 0, 0, 1]]


@cache
def model(attention: str) -> Any:
    made, _ = new_model(NewModel(layers=2, width=32, heads=2, vocabulary_size=300, context=128), TEXTS)
    made.set_attn_implementation(attention)
    return made


def rows_at_random(number: int, seed: int) -> list[TokenRow]:
    random = Random(seed)
    lengths = [random.randrange(1, 20) for _ in range(number)]
    return [row(*(random.randrange(250) for _ in range(size)), trained_from=size // 3) for size in lengths]


def loss_and_gradients(attention: str, logits_of: Any) -> tuple[float, list[Any]]:
    """Summed over all trained tokens, so that it does not matter how they are batched."""
    import torch

    made = model(attention)
    made.zero_grad()
    total = 0.0
    for logits, labels in logits_of(made):
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=NOT_TRAINED, reduction="sum"
        )
        loss.backward()
        total += float(loss.detach())
    return total, [parameter.grad.clone() for parameter in made.parameters()]


def alone(rows: list[TokenRow]) -> list[dict[str, Any]]:
    """Each row as transformers takes it without any packing."""
    import torch

    known = [row for row in rows if len(row.ids) > 1]
    return [
        {"input_ids": torch.tensor(one.ids).long()[None], "labels": torch.tensor(one.labels).long()[None]}
        for one in known
    ]


def forward(batches: list[dict[str, Any]], **changes: Any) -> Any:
    def logits_of(made: Any) -> Any:
        for batch in batches:
            yield made(**{**batch, "labels": None, **changes}).logits, batch["labels"]

    return logits_of


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 1000), st.booleans(), st.sampled_from(["sdpa", "eager"]))
def test_packed_rows_give_the_logits_and_gradients_that_they_give_alone(
    seed: int, flatten: bool, attention: str
) -> None:
    """Proof 3 of the training design."""
    import torch

    rows = rows_at_random(9, seed)
    packed = [[rows[number] for number in numbers] for numbers in pack([len(one.ids) for one in rows], 40)]
    batch = PackedCollator(flatten=flatten)(packed)
    with torch.no_grad():
        logits = model(attention)(**batch).logits
        flat = [row for rows in packed for row in rows]
        places = [(line, column) for line, column in (batch["position_ids"] == 0).nonzero().tolist()]
        padding = (
            {(line, sum(len(one.ids) for one in rows)) for line, rows in enumerate(packed)} if not flatten else set()
        )
        for one, (line, column) in zip(flat, [place for place in places if place not in padding], strict=True):
            expected = model(attention)(torch.tensor(one.ids).long()[None]).logits[0]
            torch.testing.assert_close(logits[line, column : column + len(one.ids)], expected, atol=2e-6, rtol=1e-5)
    loss, gradients = loss_and_gradients(attention, forward([batch]))
    expected_loss, expected_gradients = loss_and_gradients(attention, forward(alone(rows)))
    assert loss == pytest.approx(expected_loss, rel=1e-5)
    for gradient, other in zip(gradients, expected_gradients, strict=True):
        torch.testing.assert_close(gradient, other, atol=5e-5, rtol=1e-4)


@pytest.mark.parametrize("attention", ["sdpa", "eager"])
def test_with_a_cache_the_same_batch_would_leak_from_row_to_row(attention: str) -> None:
    """Proof 3 of the training design: the trap that every batch closes by itself."""
    import torch

    rows = rows_at_random(6, 3)
    batch = PackedCollator()([rows])
    with torch.no_grad():
        apart = model(attention)(**batch).logits
        leaking = model(attention)(**{**batch, "use_cache": True}).logits
    first = len(rows[0].ids)
    torch.testing.assert_close(apart[:, :first], leaking[:, :first], atol=2e-6, rtol=1e-5)
    assert (apart[:, first:] - leaking[:, first:]).abs().max() > 1e-3
