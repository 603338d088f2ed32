"""Plans: what to set for so many tokens or steps, and whether it comes true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson
import pytest

from generation.core_components.planning import MOST_GENERATIONS, Amounts, Rates, solve
from generation.core_composition.factual_datagen.planner import plan
from generation_functions.commands.execute import execute
from generation_functions.commands.plan import read_corpus
from generation_functions.config import load_config
from generation_functions.planning import Corpus, Goal, Plan
from generation_functions.registry import load_registry
from tests.conftest import PROJECT

CONFIG = PROJECT / "generation/core_composition/factual_datagen/config.yaml"


def planned(tmp_path: Path, goal: Goal, *overrides: str, chunks: int = 0) -> Plan:
    config = load_config(CONFIG, load_registry(), [f"output_dir={tmp_path / 'run'}", *overrides])
    arguments = {**config.arguments, "output_dir": tmp_path / "run"}

    def made_up(name: str, folder: Path, chunk_size: int, limit: int | None) -> Corpus:
        return Corpus(name, 10, chunks, chunks * 400)

    return plan(arguments, made_up if chunks else read_corpus, goal)


def settings(made: Plan) -> dict[str, int]:
    return dict(made.settings)


def test_without_a_goal_it_says_what_the_config_gives_and_changes_nothing(tmp_path: Path) -> None:
    made = planned(tmp_path, Goal(), chunks=1000)
    assert made.settings == ()
    assert [stage.name for stage in made.stages] == ["pretraining", "supervised"]
    for stage in made.stages:
        assert stage.tokens == stage.planned_tokens > 400_000
        assert stage.steps == stage.planned_steps
    assert made.calls > 1000


def test_a_larger_goal_gives_larger_settings_and_one_that_is_met_none(tmp_path: Path) -> None:
    now = sum(stage.tokens for stage in planned(tmp_path, Goal(), chunks=1000).stages)
    assert settings(planned(tmp_path, Goal(tokens=now // 2), chunks=1000)) == {}
    twice = planned(tmp_path, Goal(tokens=2 * now), chunks=1000)
    assert settings(twice)["variations"] > 4
    assert settings(twice)["generations"] > 1
    assert sum(stage.planned_tokens for stage in twice.stages) >= 0.95 * 2 * now
    assert "training.epochs" not in settings(twice), "epochs make no tokens"


def test_steps_are_reached_in_both_stages_and_epochs_come_last(tmp_path: Path) -> None:
    few = planned(tmp_path, Goal(steps=200), chunks=1000)
    assert all(stage.planned_steps >= 200 for stage in few.stages)
    assert "training.epochs" not in settings(few)
    many = planned(tmp_path, Goal(steps=5000), chunks=1000)
    assert all(stage.planned_steps >= 5000 for stage in many.stages)
    assert settings(many)["variations"] == 14, "one rewrite in each style"
    assert settings(many)["generations"] == MOST_GENERATIONS
    assert settings(many)["training.epochs"] > 3


def test_what_will_not_work_is_said_with_what_to_change(tmp_path: Path) -> None:
    tiny = planned(tmp_path, Goal(), chunks=5)
    assert any("optimiser steps" in one and "training.batch_tokens=" in one for one in tiny.warnings)
    assert not planned(tmp_path, Goal(), chunks=20_000).warnings
    assert any(
        "without repeating themselves" in one for one in planned(tmp_path, Goal(tokens=10**9), chunks=5).warnings
    )
    assert any("epochs over the same rows" in one for one in planned(tmp_path, Goal(steps=1000), chunks=5).warnings)
    many = planned(tmp_path, Goal(), "variations=30", chunks=5)
    assert any("30 variations, but there are 14 styles" in one for one in many.warnings)


def test_general_data_takes_its_share(tmp_path: Path) -> None:
    arguments: dict[str, Any] = {"variations": 4, "generations": 1, "epochs": 1}
    alone = Amounts(**arguments).pretraining_tokens(1000, Rates())
    mixed = Amounts(**arguments, pretraining_share=0.5).pretraining_tokens(1000, Rates())
    assert mixed == 2 * alone


@pytest.mark.parametrize("wanted", [(0, 0), (10_000, 10_000), (10**7, 10**7)])
def test_what_is_there_already_is_never_lowered(wanted: tuple[int, int]) -> None:
    amounts = Amounts(variations=20, generations=9, epochs=3)
    solved = solve(amounts, Rates(), 1000, 3, wanted, 14, more_epochs=True)
    assert solved.variations >= 20
    assert solved.generations >= 9
    assert solved.epochs >= 3


def test_the_plan_comes_true_with_the_rates_of_a_first_run(tmp_path: Path) -> None:
    """Twice the pretraining text of the sample documents, within a fifth: rewrites differ in length by style."""
    overrides = [f"output_dir={tmp_path / 'run'}", "general_text=null", "general_chat=null", "votes=1"]
    execute(load_config(CONFIG, load_registry(), overrides))
    made = planned(tmp_path, Goal(tokens=110_000), "general_text=null", "general_chat=null", "votes=1")
    assert str(tmp_path / "run") in made.rates
    chosen = [f"{key}={value}" for key, value in made.settings]
    summary = execute(load_config(CONFIG, load_registry(), [*overrides, *chosen]))
    tokens = {dataset["file"]: dataset["tokens"] for dataset in summary["datasets"]}
    assert tokens["pretraining_run/text.jsonl"] == pytest.approx(made.stages[0].planned_tokens, rel=0.2)
    assert orjson.loads((tmp_path / "run/summary.json").read_bytes())["status"] == "completed"


def test_repvar_plans_too_and_says_when_the_styles_run_out(tmp_path: Path) -> None:
    from generation.core_pipelines.repvar.planner import plan as plan_rewrites

    config = load_config(PROJECT / "generation/core_pipelines/repvar/config.yaml", load_registry())
    arguments = config.arguments

    def made_up(name: str, folder: Path, chunk_size: int, limit: int | None) -> Corpus:
        return Corpus(name, 3, 100, 40_000)

    more = plan_rewrites(arguments, made_up, Goal(tokens=400_000))
    assert dict(more.settings)["variations"] == 9
    assert not more.warnings
    assert plan_rewrites(arguments, made_up, Goal()).settings == ()
    most = plan_rewrites(arguments, made_up, Goal(tokens=10**7))
    assert dict(most.settings)["variations"] == 14
    assert "in each of 14 styles" in most.warnings[0]
