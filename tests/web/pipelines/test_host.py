"""The process that imports pipelines: whatever they do, the service goes on."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import PROJECT
from tests.web.pipelines.conftest import Hosts
from web.pipelines.host import PipelineHost
from web.problems import InvalidError, NotFoundError, ProblemError, UnavailableError
from web.settings import Settings


def refused(host: PipelineHost, request: str, **facts: object) -> ProblemError:
    with pytest.raises(ProblemError) as raised:
        host.ask(request, **facts)
    return raised.value


def wait_for_end(process: int) -> bool:
    try:
        handle = os.pidfd_open(process)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([handle], [], [], 20)[0])
    finally:
        os.close(handle)


def test_a_pipeline_is_described(host: PipelineHost) -> None:
    assert host.ask("summary", name="good")["summary"] == "Do good."
    shown = host.ask("show", name="good")
    assert shown["parameters"][0] == {
        "name": "text",
        "type": "text",
        "required": False,
        "default": "a",
        "default_text": "a",
        "description": "What to do it with.",
    }
    assert shown["file"] == "good.py"
    assert shown["readme"] == ""


def test_a_module_that_ends_its_process_costs_one_answer(host: PipelineHost) -> None:
    error = refused(host, "summary", name="exits")
    assert isinstance(error, UnavailableError)
    assert error.code == "pipeline-host"
    assert "it ended before it answered (exit code 7)" in error.detail
    assert "python run_augmentoolkit.py list" in error.detail
    assert host.ask("summary", name="good")["name"] == "good"


def test_a_module_that_never_ends_is_stopped(host_of: Hosts) -> None:
    host = host_of(limit=2.0)
    host.ask("names")
    before = host.process_id
    error = refused(host, "summary", name="hangs")
    assert error.code == "pipeline-host"
    assert "no answer within 2 s" in error.detail
    assert before is not None
    assert wait_for_end(before)
    assert host.ask("summary", name="good")["name"] == "good"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("raises", "raises.py cannot be imported: ModuleNotFoundError: No module named 'nowhere'"),
        ("leaves", "leaves.py cannot be imported: SystemExit: 0"),
    ],
)
def test_a_module_that_cannot_be_imported_says_why(host: PipelineHost, name: str, said: str) -> None:
    error = refused(host, "summary", name=name)
    assert isinstance(error, InvalidError)
    assert error.code == "pipeline-broken"
    assert said in error.detail
    assert f"{name}.py:1" in error.detail


def test_an_exception_of_its_own_kind_is_survived_too(host: PipelineHost) -> None:
    assert refused(host, "summary", name="odd").code == "pipeline-host"
    assert host.ask("summary", name="good")["name"] == "good"


def test_what_pipelines_print_and_read_never_meets_the_answers(host: PipelineHost) -> None:
    assert host.ask("summary", name="chatty")["summary"] == "Talk."


def test_pipelines_do_not_see_the_services_token(host: PipelineHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ATK_TOKEN", "0123456789abcdef")
    assert host.ask("summary", name="environment")["summary"] == "none"


@pytest.mark.parametrize(
    "name", ["never.py", "never.py:never", "package", "package.pipeline", "package.pipeline:never", "os:system", ""]
)
def test_only_registered_pipelines_are_looked_at(host: PipelineHost, pipes: Path, name: str) -> None:
    for request, kind in (("show", NotFoundError), ("new_config", NotFoundError)):
        error = refused(host, request, name=name)
        assert isinstance(error, kind)
        assert error.code == "pipeline-not-registered"
    error = refused(host, "resolve", text=f"limit: 3\npipeline: {name!r}\n")
    assert error.code == "pipeline-not-registered"
    assert error.mistakes[0].line == 2
    assert "is not registered: the service runs the names in path_aliases" in error.mistakes[0].message
    checked = host.ask("check", text=f"limit: 3\npipeline: {name!r}\n")
    assert [mistake["line"] for mistake in checked["mistakes"]] == [2]
    assert not (pipes / "imported").exists()


def test_a_pipeline_beside_a_config_is_not_registered_by_that(host: PipelineHost, pipes: Path) -> None:
    (pipes / "configs" / "pipeline.py").write_text("from pathlib import Path\nPath('imported').touch()\n")
    (pipes / "configs" / "a.yaml").write_text("limit: 3\n")
    assert refused(host, "resolve", file="a.yaml").mistakes[0].message.startswith("missing: add `pipeline: NAME`")
    assert not (pipes / "imported").exists()


def test_edited_code_is_imported_again(host: PipelineHost, pipes: Path) -> None:
    assert host.cached("summary", name="good")["summary"] == "Do good."
    (pipes / "good.py").write_text('def good(run):\n    """Do better still."""\n')
    assert host.cached("summary", name="good")["summary"] == "Do better still."
    assert "unknown key" in host.ask("check", text="pipeline: good\nsize: 3\n")["mistakes"][0]["message"]


def test_a_new_alias_is_known_at_once(host: PipelineHost, pipes: Path) -> None:
    refused(host, "summary", name="another")
    with (pipes / "super_config.yaml").open("a") as file:
        file.write("  another: good.py:good\n")
    assert host.ask("summary", name="another")["name"] == "another"


def test_what_is_known_is_not_asked_twice_even_when_it_fails(host: PipelineHost) -> None:
    with pytest.raises(UnavailableError):
        host.cached("summary", name="exits")
    host.ask("names")
    process = host.process_id
    with pytest.raises(UnavailableError):
        host.cached("summary", name="exits")
    assert host.process_id == process


def test_it_ends_when_nobody_asks_and_comes_back(host_of: Hosts) -> None:
    host = host_of(idle=0.1)
    host.ask("names")
    process = host.process_id
    assert process is None or wait_for_end(process)
    assert host.process_id is None
    assert host.ask("summary", name="good")["name"] == "good"


def test_closing_ends_it_for_good(host: PipelineHost) -> None:
    host.ask("names")
    process = host.process_id
    assert process is not None
    host.close()
    assert wait_for_end(process)
    assert "the service is ending" in refused(host, "names").detail


def test_it_dies_with_a_service_that_is_killed(pipes: Path, own_state: Path) -> None:
    script = (
        "import os, sys; from pathlib import Path; from web.settings import Settings\n"
        "from web.pipelines.host import PipelineHost\n"
        f"host = PipelineHost(Settings(root=Path({str(pipes)!r}), state=Path({str(own_state)!r})))\n"
        "host.ask('names'); print(host.process_id, flush=True)\n"
        "host.ask('summary', name='hangs')\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as service:
        assert service.stdout is not None
        child = int(service.stdout.readline())
        handle = os.pidfd_open(child)
        service.send_signal(signal.SIGKILL)
    ended = select.select([handle], [], [], 20)[0]
    os.close(handle)
    assert ended


def test_it_never_holds_a_socket_of_the_service(host: PipelineHost) -> None:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        listening.set_inheritable(True)
        host.ask("names")
        held = [str(entry.readlink()) for entry in Path(f"/proc/{host.process_id}/fd").iterdir()]
    assert held
    assert not [target for target in held if target.startswith("socket:")]


def test_several_threads_may_ask(host: PipelineHost) -> None:
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(8) as pool:
        texts = [f"pipeline: good\nwrong_{number}: 1\n" for number in range(40)]
        answers = list(pool.map(lambda text: host.ask("check", text=text), texts))
    assert [answer["mistakes"][0]["key"] for answer in answers] == [f"wrong_{number}" for number in range(40)]


def test_an_open_service_looks_at_no_path_outside_of_the_project(host_of: Hosts, pipes: Path, own_state: Path) -> None:
    (pipes / "paths.py").write_text(
        "from generation_functions import ExistingPath\ndef paths(run, input_dir: ExistingPath):\n    pass\n"
    )
    with (pipes / "super_config.yaml").open("a") as file:
        file.write("  paths: paths.py\n")
    text = "pipeline: paths\ninput_dir: {}\n"
    closed = host_of(Settings(root=pipes, state=own_state))
    assert closed.ask("check", text=text.format("/etc"))["ok"]
    opened = host_of(Settings(root=pipes, state=own_state, host="0.0.0.0", token="0123456789abcdef"))
    for place in ("/etc", "/etc/passwdd", "../..", "~/"):
        (mistake,) = opened.ask("check", text=text.format(place))["mistakes"]
        assert (mistake["line"], mistake["key"]) == (2, "input_dir")
        assert "leads to a place that the service may not read" in mistake["message"]
    assert opened.ask("check", text=text.format("inputs/sample"))["ok"]
