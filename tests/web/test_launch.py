"""./start.sh: one parent, one URL, everything stopped together."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.support.service import free_port, until

READY = re.compile(r"ready: (http://127\.0\.0\.1:(\d+))")


class Launched:
    """`python -m web.launch`, as start.sh runs it."""

    def __init__(self, project: Path, state: Path, **variables: str) -> None:
        self.said = state / "launch.log"
        with self.said.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "web.launch"],
                cwd=project,
                env={**os.environ, "PYTHONPATH": str(PROJECT), "ATK_STATE_DIR": str(state), **variables},
                stderr=log,
            )

    def text(self) -> str:
        return self.said.read_text()

    def url(self) -> str:
        until(lambda: READY.search(self.text()) or self.process.poll() is not None, what=self.text)
        found = READY.search(self.text())
        assert found, self.text()
        return found[1]

    def end(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(40)


@pytest.fixture
def launched(project: Path, own_state: Path) -> Iterator[Launched]:
    launched = Launched(project, own_state, ATK_PORT=str(free_port()))  # not the default one: tests run side by side
    yield launched
    with suppress(ProcessLookupError):
        launched.end()


def of(state: Path) -> list[int]:
    """Processes with this state folder."""
    found = []
    for entry in Path("/proc").iterdir():
        with suppress(OSError):
            if entry.name.isdigit() and f"ATK_STATE_DIR={state}".encode() in (entry / "environ").read_bytes().split(
                b"\0"
            ):
                found.append(int(entry.name))
    return found


def answers(url: str) -> bool:
    with suppress(OSError), urllib.request.urlopen(url, timeout=5) as answer:
        return bool(answer.status == 200)
    return False


def test_it_serves_until_it_is_stopped_and_leaves_nobody_behind(launched: Launched, own_state: Path) -> None:
    url = launched.url()
    assert answers(f"{url}/api/ready")
    assert launched.text().count("http://") == 1
    assert len(of(own_state)) == 3
    assert launched.end() == 0
    assert of(own_state) == []
    assert not answers(f"{url}/api/health")


def test_a_second_start_shows_where_the_first_one_answers(launched: Launched, project: Path, own_state: Path) -> None:
    url = launched.url()
    second = Launched(project, own_state)
    assert second.process.wait(30) == 0
    assert f"runs already: {url}" in second.text()
    assert answers(f"{url}/api/ready")


def test_a_taken_port_is_passed_over_and_named_when_it_was_asked_for(project: Path, own_state: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        asked = Launched(project, own_state, ATK_PORT=str(port))
        assert asked.process.wait(30) == 2
        assert f"ATK_PORT={port} cannot be used" in asked.text()


def test_the_default_port_gives_way_to_the_next_one(project: Path, own_state: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with suppress(OSError):  # taken by somebody else: as good
            taken.bind(("127.0.0.1", 8000))
            taken.listen()
        launched = Launched(project, own_state)
        assert int(launched.url().rpartition(":")[2]) > 8000
        assert launched.end() == 0


def test_a_child_that_dies_is_started_again(launched: Launched, own_state: Path) -> None:
    url = launched.url()
    children = set(of(own_state)) - {launched.process.pid}
    for child in children:
        os.kill(child, signal.SIGKILL)
    until(lambda: launched.text().count("starting it again") == 2, what=launched.text)
    until(lambda: answers(f"{url}/api/ready") and not children & set(of(own_state)))


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a process that its parent has died")
def test_service_and_worker_die_with_their_parent(launched: Launched, own_state: Path) -> None:
    launched.url()
    launched.process.kill()
    launched.process.wait()
    until(lambda: of(own_state) == [])


def test_start_sh_explains_itself() -> None:
    done = subprocess.run([str(PROJECT / "start.sh"), "--help"], capture_output=True, text=True, timeout=20)
    assert done.returncode == 0
    assert "serve" in done.stdout
