"""`plan` at the command line."""

from __future__ import annotations

import io
import json

import pytest

from generation_functions.commands.console import Console
from run_augmentoolkit import main
from tests.conftest import PROJECT
from tests.support.command_line import Atk, Outcome


@pytest.fixture
def command_line(monkeypatch: pytest.MonkeyPatch) -> Atk:
    """Runs a command in the project's own folder; `plan` writes nothing there."""
    monkeypatch.chdir(PROJECT)

    def run(*arguments: str) -> Outcome:
        console = Console(io.StringIO(), io.StringIO())
        try:
            code = main(arguments, console)
        except SystemExit as ended:  # argparse's way of refusing
            code = int(ended.code or 0)
        assert isinstance(console.out, io.StringIO)
        assert isinstance(console.err, io.StringIO)
        return Outcome(code, console.out.getvalue(), console.err.getvalue())

    return run


def test_a_plan_is_a_table_with_settings_to_copy(command_line: Atk) -> None:
    done = command_line("plan", "factual-datagen-pipeline", "--tokens", "250000")
    assert done.code == 0, done.err
    assert "sample: 11 documents, 22 chunks" in done.out
    assert "pretraining" in done.out
    assert "--set variations=" in done.out
    assert "warning: the pretraining stage comes to" in done.out


def test_it_can_be_read_by_programs(command_line: Atk) -> None:
    done = command_line("plan", "factual-datagen-pipeline", "--steps", "50", "--json")
    plan = json.loads(done.out)
    assert {stage["name"] for stage in plan["stages"]} == {"pretraining", "supervised"}
    assert all(stage["planned_steps"] >= 50 for stage in plan["stages"])


def test_a_pipeline_without_plans_says_which_have_them(command_line: Atk) -> None:
    done = command_line("plan", "example-pipeline")
    assert done.code == 2
    assert "example-pipeline offers no plans; these do: repvar-pipeline, factual-datagen-pipeline" in done.err


def test_two_goals_at_once_are_refused(command_line: Atk) -> None:
    assert command_line("plan", "factual-datagen-pipeline", "--steps", "5", "--tokens", "5").code == 2
