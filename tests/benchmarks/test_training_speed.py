"""The benchmark of training: how fast is a figure; that both loops do the same is a test."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("transformers")

from benchmarks.training_speed import Workload, bare, ours
from finetuning.new_model import NewModel

TINY = NewModel(layers=2, width=32, heads=2, vocabulary_size=300, context=128)


def test_both_loops_learn_the_same_from_the_same_in_as_many_steps(tmp_path: Path) -> None:
    """Proof 12 of the training design: what is timed against the bare loop is the same work."""
    work = Workload(TINY, "cpu", length=48, per_step=2, steps=4)
    sequences, untrained, least, trained = work.sequences(), work.model(), work.model(), work.model()
    took = bare(work, least, sequences), ours(work, trained, sequences, tmp_path)
    assert [len(ticks.wall) for ticks in took] == [4, 4]
    assert all(seconds > 0 for ticks in took for seconds in (*ticks.wall, *ticks.cpu))
    expected = dict(least.named_parameters())
    assert not all(weight.equal(expected[name]) for name, weight in untrained.named_parameters())
    for name, weight in trained.named_parameters():
        assert weight.detach().numpy() == pytest.approx(expected[name].detach().numpy(), abs=1e-6), name
