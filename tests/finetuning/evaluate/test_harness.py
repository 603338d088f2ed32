"""What becomes of the answers of lm-eval, which a stand-in gives here in its notation."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from finetuning.evaluate.figures import Figure
from finetuning.evaluate.harness import PACKAGE, require_harness, run_tasks
from finetuning.evaluate.subjects import Loading, find_subjects
from finetuning.model_folder import load_model
from generation_functions import Run, UsageError
from tests.support.tiny_models import tiny_model_folder

STAND_IN = Path(__file__).resolve().parents[2] / "support" / "stand_in_harness"
CPU = Loading("cpu")


@pytest.fixture(autouse=True)
def harness(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.syspath_prepend(STAND_IN)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == PACKAGE]:
        del sys.modules[name]  # for other tests it is not installed


@pytest.fixture
def models(tmp_path: Path, tiny_model: Path) -> tuple[Path, Path]:
    """A good one and one that has lost what it knew."""
    import torch

    made = []
    for name, first in (("good", 0.97), ("bad", 0.2)):
        folder = tiny_model_folder(tmp_path / name)
        model = load_model(folder, device="cpu")
        with torch.no_grad():
            next(model.parameters()).flatten()[0] = first
        model.save_pretrained(folder)
        made.append(folder)
    return made[0], made[1]


def tasks(run_folder: Path, models: tuple[Path, Path], *names: str, **more: Any) -> dict[str, Figure]:
    then, now = find_subjects(str(models[1]), str(models[0]), CPU)
    assert then is not None
    with Run(run_folder) as run:
        found = run_tasks(run, [then, now], list(names), more.get("limit"), CPU, 0)
    return {figure.subject: figure for figure in found}


def test_each_task_gives_its_main_figure_with_what_it_says(tmp_path: Path, models: tuple[Path, Path]) -> None:
    found = tasks(tmp_path / "run", models, "arc_easy", "wikitext", limit=100)
    easy = found["lm-eval arc_easy"]
    assert (easy.measure, easy.unit, easy.count, easy.verdict) == ("acc", "share", 100, "forgot")
    assert easy.before is not None
    assert easy.before.value == pytest.approx(0.97)
    assert easy.before.high == 1.0  # 1.07 by the standard error, and no share is that large
    assert easy.after.low == pytest.approx(0.2 - 1.96 * 0.05, abs=1e-4)
    words = found["lm-eval wikitext"]
    assert (words.unit, words.better, words.p, words.verdict) == ("", "lower", None, "not shown")  # no standard error


def test_a_group_without_a_figure_is_left_out_now_and_when_it_is_read_again(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    first = tasks(tmp_path / "run", models, "mmlu", "arc_easy")
    kept = (tmp_path / "run/measured/after.jsonl").read_bytes()
    again = tasks(tmp_path / "run", models, "mmlu", "arc_easy")
    assert list(first) == ["lm-eval arc_easy"]
    assert again == first
    assert (tmp_path / "run/measured/after.jsonl").read_bytes() == kept


def test_a_task_that_it_does_not_know_is_an_error_with_where_they_are_listed(
    tmp_path: Path, models: tuple[Path, Path]
) -> None:
    require_harness(["arc_easy"])
    with pytest.raises(UsageError, match=r"could not run nothing: .* listed by: lm-eval ls tasks"):
        tasks(tmp_path / "run", models, "nothing")
    with pytest.raises(UsageError, match=r"lm_eval_tasks names .*own\.yaml, which does not exist"):
        require_harness([str(tmp_path / "own.yaml")])
