"""The queue with a real worker: order, pause, resume, cancel, and what the command line and the service share."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import PROJECT
from tests.support.service import ServiceProcesses, until
from tests.web.conftest import Pair


@pytest.fixture
def service(project: Path, own_state: Path, pair: Pair) -> Iterator[ServiceProcesses]:
    variables = {"ATK_RUNS_AT_ONCE": 2, "ATK_GRACE_SECONDS": 10, **pair.variables}
    with ServiceProcesses(project, own_state, **variables) as service:
        yield service


@pytest.fixture
def plain_service(project: Path, own_state: Path) -> Iterator[ServiceProcesses]:
    """For what has nothing to do with the kind of the queue."""
    with ServiceProcesses(project, own_state) as service:
        yield service


def sleeper(project: Path, name: str, seconds: float = 60, **more: object) -> dict[str, str]:
    """What to post for a run that sleeps."""
    lines = [f"{key}: {value}\n" for key, value in {"seconds": seconds, **more}.items()]
    (project / "configs" / f"{name}.yaml").write_text(
        f"pipeline: debug-pipeline\noutput_dir: outputs/{name}\n" + "".join(lines), encoding="utf-8"
    )
    return {"config": f"{name}.yaml"}


def command_line(project: Path, *words: str) -> subprocess.CompletedProcess[str]:
    program = str(PROJECT / "run_augmentoolkit.py")
    return subprocess.run([sys.executable, program, *words], cwd=project, capture_output=True, text=True, timeout=120)


def test_cancelling_queued_runs_leaves_the_running_ones_alone(service: ServiceProcesses, project: Path) -> None:
    ids = [service.post("/api/runs", sleeper(project, f"s{number}"))["id"] for number in range(5)]
    for identity in ids[:2]:
        service.wait_for(identity, "running")
    assert [service.run(identity)["state"] for identity in ids[2:]] == ["queued"] * 3

    for identity in (ids[3], ids[2]):
        assert service.post(f"/api/runs/{identity}/cancel")["state"] == "cancelled"

    assert [service.run(identity)["state"] for identity in ids] == ["running"] * 2 + ["cancelled"] * 2 + ["queued"]
    service.post(f"/api/runs/{ids[0]}/cancel")
    assert service.wait_for(ids[0])["state"] == "cancelled"
    service.wait_for(ids[4], "running")  # the free place goes to the one that waited, not to a cancelled one
    assert service.run(ids[1])["state"] == "running"
    assert [service.run(identity)["state"] for identity in ids[2:4]] == ["cancelled"] * 2


def test_a_run_is_paused_keeps_its_progress_and_goes_on(service: ServiceProcesses, project: Path) -> None:
    identity = service.post("/api/runs", sleeper(project, "nap", seconds=20))["id"]
    until(lambda: (service.run(identity)["progress"] or {}).get("done", 0) >= 5)
    paused = service.post(f"/api/runs/{identity}/pause")
    assert paused["stopping"] == "paused"
    paused = service.wait_for(identity)
    assert paused["state"] == "paused"
    assert paused["progress"]["done"] >= 5
    assert paused["message"] == "paused; resume it to go on"
    service.post(f"/api/runs/{identity}/resume", {"overrides": {"seconds": "0.1"}})
    assert service.wait_for(identity, "completed", "failed")["state"] == "completed"


def test_a_failed_run_says_why_and_keeps_its_progress(plain_service: ServiceProcesses, project: Path) -> None:
    wish = sleeper(project, "broken", seconds=1, fail_at="middle", message="'The lamp went out.'")
    failed = plain_service.wait_for(plain_service.post("/api/runs", wish)["id"])
    assert failed["state"] == "failed"
    assert failed["message"] == "The lamp went out."
    assert failed["progress"]["done"] == 100
    assert failed["exit_code"] == 1


def test_a_run_that_does_not_listen_is_killed_after_the_grace_period(project: Path, own_state: Path) -> None:
    with ServiceProcesses(project, own_state, ATK_GRACE_SECONDS=1) as service:
        deaf = project / "deaf.py"
        deaf.write_text(
            "import pathlib, signal, subprocess, sys, time\n"
            "def deaf_pipeline(run):\n"
            "    '''Hears nothing.'''\n"
            "    signal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
            "    child = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
            "    pathlib.Path('child').write_text(str(child.pid))\n"
            "    time.sleep(600)\n"
        )
        (project / "super_config.yaml").write_text(f"path_aliases:\n  deaf-pipeline: {deaf}:deaf_pipeline\n")
        (project / "configs" / "deaf.yaml").write_text("pipeline: deaf-pipeline\noutput_dir: outputs/deaf\n")
        identity = service.post("/api/runs", {"config": "deaf.yaml"})["id"]
        until(lambda: (project / "child").exists() and (project / "child").read_text())
        service.post(f"/api/runs/{identity}/cancel")
        assert service.wait_for(identity)["state"] == "cancelled"
        grandchild = int((project / "child").read_text())
        assert not Path(f"/proc/{grandchild}").exists(), "the grandchild outlived its run"


def test_a_run_of_the_service_goes_on_by_the_command_line_and_the_other_way_round(
    service: ServiceProcesses, project: Path
) -> None:
    identity = service.post("/api/runs", sleeper(project, "shared"))["id"]
    until(lambda: service.run(identity)["progress"])
    service.post(f"/api/runs/{identity}/pause")
    service.wait_for(identity)
    done = command_line(project, "resume", "outputs/shared", "--set", "seconds=0.1")
    assert done.returncode == 0, done.stderr
    until(lambda: service.run(identity)["state"] == "completed")

    stopped = command_line(
        project,
        "run",
        "debug-pipeline",
        "--set",
        "seconds=0.1",
        "--set",
        "fail_at=end",
        "--set",
        "output_dir=outputs/mine",
    )
    assert stopped.returncode == 1
    found: list[Any] = []

    def is_listed() -> bool:  # the index looks at the folders once a second
        found[:] = [run for run in service.get("/api/runs")["items"] if run["folder"] == "outputs/mine"]
        return bool(found)

    until(is_listed)
    (mine,) = found
    assert (mine["state"], mine["message"]) == ("failed", "Failed on demand.")
    service.post(f"/api/runs/{mine['id']}/resume", {"overrides": {"fail_at": "nowhere"}})
    assert service.wait_for(mine["id"], "completed")["figures"]["rows"] == 20


def test_the_service_makes_the_same_bytes_as_the_command_line(plain_service: ServiceProcesses, project: Path) -> None:
    config = (project / "configs" / "poems.yaml").read_text()
    (project / "configs" / "twin.yaml").write_text(config.replace("outputs/poems", "outputs/twin"))
    assert command_line(project, "run", "configs/twin.yaml").returncode == 0
    identity = plain_service.post("/api/runs", {"config": "poems.yaml"})["id"]
    assert plain_service.wait_for(identity)["state"] == "completed"
    names = [
        "provenance.jsonl",
        *(
            str(path.relative_to(project / "outputs/twin"))
            for path in (project / "outputs/twin").glob("datasets/**/*.*")
        ),
    ]
    assert len(names) >= 2
    for name in names:
        assert (project / "outputs/poems" / name).read_bytes() == (project / "outputs/twin" / name).read_bytes(), name


def test_a_folder_held_by_the_command_line_is_not_started_in(service: ServiceProcesses, project: Path) -> None:
    wish = sleeper(project, "held", seconds=60)
    program = [sys.executable, str(PROJECT / "run_augmentoolkit.py"), "run", "configs/held.yaml"]
    other = subprocess.Popen(program, cwd=project, stderr=subprocess.DEVNULL)
    try:
        until(lambda: [run for run in service.get("/api/runs")["items"] if run["state"] == "running"])
        answer = service.http.post("/api/runs", json=wish)
        assert answer.status_code == 409
        assert answer.json()["code"] in ("folder-in-use", "already-active")
    finally:
        other.kill()
        other.wait()
    held = service.get("/api/runs")["items"][0]
    until(lambda: service.run(held["id"])["state"] == "lost")
    assert "resume it" in service.run(held["id"])["message"]


def test_a_preview_and_an_estimate_do_not_wait_for_a_long_run(service: ServiceProcesses, project: Path) -> None:
    for number in range(3):
        service.post("/api/runs", sleeper(project, f"long{number}"))
    preview = service.post("/api/jobs", {"kind": "preview", "config": "poems.yaml", "records": 2})
    until(lambda: service.get(f"/api/jobs/{preview['id']}")["state"] not in ("queued", "running"))
    found = service.get(f"/api/jobs/{preview['id']}")
    assert found["state"] == "completed", found
    assert len(found["result"]["records"]) == 2
    assert found["result"]["records"][0]["steps"][-1]["after"][0]["poem"]
    estimate = service.post(
        "/api/jobs", {"kind": "estimate", "text": "pipeline: example-pipeline\noutput_dir: outputs/e\n"}
    )
    until(lambda: service.get(f"/api/jobs/{estimate['id']}")["state"] not in ("queued", "running"))
    assert service.get(f"/api/jobs/{estimate['id']}")["result"]["records"] > 5


def test_a_job_ends_when_its_time_is_up_or_when_it_is_cancelled(project: Path, own_state: Path) -> None:
    with ServiceProcesses(project, own_state, ATK_JOB_SECONDS=1, ATK_GRACE_SECONDS=5) as service:
        sleeper(project, "slow", seconds=300)
        first = service.post("/api/jobs", {"kind": "preview", "config": "slow.yaml"})["id"]
        second = service.post("/api/jobs", {"kind": "preview", "config": "slow.yaml"})["id"]
        assert service.post(f"/api/jobs/{second}/cancel")["state"] == "cancelled"
        until(lambda: service.get(f"/api/jobs/{first}")["state"] == "failed")
        assert "longer than 1 s" in service.get(f"/api/jobs/{first}")["message"]


def test_a_worker_that_is_stopped_hands_its_runs_to_the_next_one(service: ServiceProcesses, project: Path) -> None:
    identity = service.post("/api/runs", sleeper(project, "handed", seconds=3))["id"]
    service.wait_for(identity, "running")
    until(lambda: service.run(identity)["progress"])
    process = service.processes.pop("worker.py")
    process.terminate()
    assert process.wait(30) == 0
    assert service.run(identity)["state"] == "queued"
    service.start("worker.py")
    assert service.wait_for(identity)["state"] == "completed"


def test_a_run_that_was_cancelled_stays_so_when_its_worker_is_stopped_meanwhile(
    service: ServiceProcesses, project: Path
) -> None:
    identity = service.post("/api/runs", sleeper(project, "unwanted"))["id"]
    until(lambda: service.run(identity)["progress"])
    service.post(f"/api/runs/{identity}/cancel")
    process = service.processes.pop("worker.py")
    process.terminate()
    process.wait(30)
    assert service.run(identity)["state"] == "cancelled"


def test_a_run_that_prints_without_end_does_not_fill_the_disk(plain_service: ServiceProcesses, project: Path) -> None:
    noisy = project / "noisy.py"
    noisy.write_text(
        "import time\n"
        "def noisy_pipeline(run):\n"
        "    '''Prints.'''\n"
        "    for _ in range(60):\n"
        "        print('x' * 1_000_000)\n"
        "        time.sleep(0.05)\n"
        "    raise RuntimeError('hoarse')\n"
    )
    (project / "super_config.yaml").write_text(f"path_aliases:\n  noisy-pipeline: {noisy}:noisy_pipeline\n")
    wish = {"pipeline": "noisy-pipeline", "overrides": {"output_dir": "outputs/noisy"}}
    failed = plain_service.wait_for(plain_service.post("/api/runs", wish)["id"])
    assert failed["state"] == "failed"
    assert "hoarse" in failed["message"]
    assert (project / "outputs/noisy/console.txt").stat().st_size < 32 << 20
