"""A command line that runs in the test's own process and folder."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from generation_functions.commands.console import Console
from run_augmentoolkit import main
from tests.support.command_line import PIPELINES, Atk, Outcome


@pytest.fixture
def atk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Atk:
    """Runs a command in an empty folder that holds pipes.py and a super_config.yaml."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ATK_STATE_DIR", str(tmp_path / "state"))
    (tmp_path / "pipes.py").write_text(PIPELINES)
    (tmp_path / "super_config.yaml").write_text(
        "# kept\npath_aliases:\n  numbers: pipes.py:numbers\n  plain: pipes.py:plain\n  n: numbers\n"
    )

    def run(*arguments: str) -> Outcome:
        console = Console(io.StringIO(), io.StringIO())
        try:
            code = main(arguments, console)
        except SystemExit as leaving:
            code = int(leaving.code or 0)
        assert isinstance(console.out, io.StringIO)
        assert isinstance(console.err, io.StringIO)
        return Outcome(code, console.out.getvalue(), console.err.getvalue())

    return run
