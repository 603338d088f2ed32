"""What is missing is said before anything is imported, and nobody is phoned."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from finetuning.packages import is_path, require
from generation_functions.errors import UsageError
from tests.conftest import PROJECT


def test_a_missing_package_is_named_with_the_command_that_installs_it() -> None:
    with pytest.raises(UsageError) as raised:
        require("json", "no_such_package", "nor_this_one")
    message = str(raised.value)
    assert message.startswith("no_such_package, nor_this_one are not installed.")
    assert "./start.sh setup training" in message
    assert "pip install -r requirements-training.txt" in message
    assert "https://download.pytorch.org/whl/cpu" in message
    assert (PROJECT / "requirements-training.txt").is_file()


@pytest.mark.parametrize("source", ["./a", "../a", "/models/a", "~/a", "a/b/c", ".", "here", "here/typo", Path("a/b")])
def test_paths(source: str | Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path)
    assert is_path(source)


@pytest.mark.parametrize("source", ["gpt2", "Qwen/Qwen3-0.6B-Base", "there"])
def test_names_on_the_hub(source: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert not is_path(source)


def facts(script: str, **environment: str) -> list[str]:
    known = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_", "ATK_"))}
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path.insert(0, {str(PROJECT)!r})\n{script}"],
        env={**known, **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout.split()


LATE = """
from huggingface_hub import constants
from finetuning.packages import require
def show(): print(constants.HF_HUB_OFFLINE)
require(source="./a"); show(); print(constants.HF_HUB_DISABLE_TELEMETRY)
require(); show()
require(source="some/model"); show()
"""


@pytest.fixture
def hub() -> Iterator[str]:
    """A server that is there; what it answers does not matter."""
    with HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as server:
        answering = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        answering.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        answering.join()


def test_the_hub_is_out_of_bounds_while_the_model_is_a_folder_even_when_it_was_imported_before(hub: str) -> None:
    assert facts(LATE, HF_ENDPOINT=hub) == ["True", "True", "True", "False"]


def test_a_hub_that_cannot_be_reached_is_asked_no_further() -> None:
    assert facts(LATE, HF_ENDPOINT="http://127.0.0.1:9") == ["True", "True", "True", "True"]


def test_who_wants_to_be_offline_stays_offline() -> None:
    assert facts(LATE, HF_HUB_OFFLINE="1") == ["True", "True", "True", "True"]
    assert facts(LATE, TRANSFORMERS_OFFLINE="1") == ["True", "True", "True", "True"]


def test_children_inherit_it() -> None:
    script = """
import os, subprocess
from finetuning.packages import require
require(source="./a")
names = ("HF_HUB_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK", "DISABLE_TELEMETRY")
subprocess.run([sys.executable, "-c", f"import os; print(*(os.environ[name] for name in {names!r}))"], check=True)
"""
    assert facts(script) == ["1", "1", "1", "1"]
