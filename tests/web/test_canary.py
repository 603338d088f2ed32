"""The secret of a real run is nowhere: not on disk, in no answer, no event, no command line, no environment.

The provider here repeats the Authorization header in every error. Beside it, it says some words that must be found in
the same places: so each place is shown to be looked at.
"""

from __future__ import annotations

import base64
import html
import io
import json
import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, quote_plus, urlencode

import httpx2 as httpx
import pytest

from tests.conftest import PROJECT
from tests.support.scripted_endpoint import Request, Response, ScriptedEndpoint, refuses, says
from tests.support.service import ServiceProcesses, until

pytestmark = pytest.mark.slow
CORE = "c4naryWq83Zt6Kx1"
CANARY = f'sk-"<{CORE}&>\\+/='
LAMP = "the lamp is out"
NAMES = ("completes", "fails", "waits")
CHAT = "c0ffee" + "0" * 26


def forms(secret: str) -> dict[str, bytes]:
    """How a secret might be written."""
    texts = {
        "as it is": secret,
        "in a URL": quote(secret, safe=""),
        "in a form": quote_plus(secret),
        "in HTML": html.escape(secret),
        "in JSON": json.dumps(secret)[1:-1],
        "in Python": repr(secret)[1:-1],
        "in hexadecimal": secret.encode().hex(),
    }
    for before in range(3):  # in base64 it may begin at any of three places
        for name, encode in (("base64", base64.b64encode), ("base64 for URLs", base64.urlsafe_b64encode)):
            # Less both ends, which hold bits of what stands beside it.
            texts[f"in {name}, place {before}"] = encode(b"\0" * before + secret.encode()).decode()[4:-4]
    return {name: text.encode() for name, text in texts.items()}


FORMS = forms(CANARY)


def shows(data: bytes) -> bool:
    """Whether the secret is in there, however it is written."""
    return CORE.lower().encode() in data.lower() or any(form in data for form in FORMS.values())


@dataclass
class Provider:
    """Answers, refuses and repeats the key, by the name of the model and the number of the text."""

    gates: dict[str, threading.Event] = field(default_factory=dict)
    arrived: dict[str, threading.Event] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, request: Request) -> Response:
        model = request.body["model"]
        with self.lock:
            texts = self.texts.setdefault(model, [])
            if request.last not in texts:
                texts.append(request.last)
            number = texts.index(request.last)
        said = f"{LAMP}: Authorization: {request.headers['Authorization']}"
        if model.endswith("fails") and number >= 1:
            return refuses(401, said)
        if number == 1:
            return refuses(400, said)
        if number == 2 and request.attempt == 0:
            return refuses(500, said)
        if number == 3 and model in self.gates:
            self.arrived[model].set()
            assert self.gates[model].wait(60)
        return says("<poem>By the sea a light, all night.</poem>")

    def stop_at(self, model: str) -> None:
        self.gates[model], self.arrived[model] = threading.Event(), threading.Event()


@dataclass
class Found:
    """Where the secret could be."""

    places: dict[str, bytes] = field(default_factory=dict)
    """Content by the name of the place: `disk:`, `stream:`, `GET `, `POST `."""
    commands: dict[int, str] = field(default_factory=dict)
    """Of all processes of the machine, while the run was going."""
    environments: dict[int, tuple[int, int, bytes]] = field(default_factory=dict)
    """Of our processes: mode and owner of the file, and what it says."""
    keys: set[str] = field(default_factory=set)
    """What the provider was sent."""
    contract: set[str] = field(default_factory=set)
    """All addresses that may be read."""
    asked: set[str] = field(default_factory=set)
    """Those that were read."""
    queued: str = ""
    """The run that waited all the time."""

    def of(self, *words: str) -> bytes:
        """The content of all places that have these words in their names."""
        fitting = [data for name, data in self.places.items() if all(word in name for word in words)]
        assert fitting, f"no place was looked at that is called {words}"
        return b"\n".join(fitting)


class Visit:
    """Runs two runs, two previews and an estimate, and looks everywhere meanwhile and afterwards."""

    def __init__(self, root: Path, state: Path, service: ServiceProcesses, provider: Provider, url: str) -> None:
        self.root, self.state, self.service, self.provider = root, state, service, provider
        self.provider_url = url
        self.found = Found()

    def go(self) -> None:
        house = {"base_url": self.provider_url, "secret": "lamp"}
        for address, body in (("secrets/lamp", {"value": CANARY}), ("providers/house", house)):
            put = self.service.http.put(f"/api/settings/{address}", json=body)
            assert put.status_code == 204, put.text
        for model in ("completes", "preview-completes"):
            self.provider.stop_at(model)
        runs = {name: self.service.post("/api/runs", {"config": f"{name}.yaml"}) for name in NAMES}
        self.found.queued = runs["waits"]["id"]
        jobs = [self._job("preview", "preview-completes"), self._job("preview", "preview-fails")]
        until(lambda: all(here.is_set() for here in self.provider.arrived.values()), what=self.service.said)
        self._look_at_processes()
        self._look_at_disk("meanwhile")
        self._look_at_answers({name: run["id"] for name, run in runs.items()}, jobs[:1], "meanwhile")
        self.service.post(f"/api/runs/{runs['waits']['id']}/cancel")
        for gate in self.provider.gates.values():
            gate.set()
        assert self.service.wait_for(runs["completes"]["id"])["state"] == "completed"
        assert self.service.wait_for(runs["fails"]["id"])["state"] == "failed"
        jobs.append(self._job("estimate", "preview-completes"))
        for job in jobs:
            until(lambda job=job: self.service.get(f"/api/jobs/{job}")["state"] not in ("queued", "running"))  # type: ignore[misc]
        self._talk()
        self._look_at_answers({name: run["id"] for name, run in runs.items()}, jobs, "afterwards")
        self._look_at_streams(runs["completes"]["id"], runs["fails"]["id"])
        self._write_what_is_refused(runs["fails"]["id"])
        self._look_at_disk("afterwards")

    def _job(self, kind: str, config: str) -> str:
        return str(self.service.post("/api/jobs", {"kind": kind, "config": f"{config}.yaml", "records": 4})["id"])

    def _look_at_processes(self) -> None:
        for entry in Path("/proc").iterdir():
            if not entry.name.isdigit():
                continue
            with suppress(OSError):
                number, command = int(entry.name), (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
                self.found.commands[number] = command
                about = (entry / "environ").stat()
                said = (entry / "environ").read_bytes()
                if f"ATK_STATE_DIR={self.state}".encode() in said.split(b"\0"):
                    self.found.environments[number] = (stat.S_IMODE(about.st_mode), about.st_uid, said)

    def _look_at_disk(self, when: str) -> None:
        for folder in (self.root, self.state):
            for path in folder.rglob("*"):
                if path.is_file():
                    with suppress(FileNotFoundError):
                        self.found.places[f"disk: {when} {path}"] = path.read_bytes() + str(path).encode()

    def _look_at_streams(self, *runs: str) -> None:
        for run in runs:
            for after in ("", "0"):
                headers = {"Last-Event-ID": after} if after else {}
                seen = b""
                with self.service.http.stream("GET", f"/api/runs/{run}/events", headers=headers) as answer:
                    for data in answer.iter_raw():
                        seen += data
                        if b"event: state\n" in seen and (not after or b"event: run-ended\n" in seen):
                            break
                self.found.places[f"stream: {'all' if after else 'snapshot'} {run}"] = seen
        self.found.asked.add("/api/runs/{run_id}/events")

    def _look_at_answers(self, runs: dict[str, str], jobs: list[str], when: str) -> None:
        contract = self.service.get("/api/openapi.json")["paths"]
        self.found.contract = {path for path, methods in contract.items() if "get" in methods}
        for template, address in self._addresses(runs, jobs):
            answer = self.service.http.get(address)
            if when == "afterwards":
                assert answer.status_code == 200, f"{address}: {answer.text}"
            self._keep(f"GET {when} {address}", answer)
            self.found.asked.add(template)

    def _addresses(self, runs: dict[str, str], jobs: list[str]) -> Iterator[tuple[str, str]]:
        """Template and address of all there is to read about these runs and jobs."""
        for plain in ("health", "ready", "session", "runs", "pipelines", "configs", "order"):
            yield f"/api/{plain}", f"/api/{plain}"
        for plain in ("datasets", "models", "models/served", "evaluations", "chats", "corrections"):
            yield f"/api/{plain}", f"/api/{plain}"
        for plain in ("providers", "secrets"):
            yield f"/api/settings/{plain}", f"/api/settings/{plain}"
        yield from self._addresses_of_training(runs["completes"])
        yield "/api/pipelines/{name}", "/api/pipelines/example-pipeline"
        yield "/api/configs/content", "/api/configs/content?path=completes.yaml"
        yield "/api/compare", "/api/compare?" + urlencode({"first": runs["completes"], "second": runs["fails"]})
        for job in jobs:
            yield "/api/jobs/{job_id}", f"/api/jobs/{job}"
        for name in ("completes", "fails"):
            yield from self._addresses_of(name, runs[name])

    def _addresses_of_training(self, run: str) -> Iterator[tuple[str, str]]:
        """Of what training, evaluation and chat add to a run."""
        poems = urlencode({"file": "datasets/poems.jsonl"})
        yield "/api/datasets/{run_id}", f"/api/datasets/{run}?{poems}"
        yield "/api/datasets/{run_id}/export", f"/api/datasets/{run}/export?{poems}&format=text"
        yield "/api/runs/{run_id}/training", f"/api/runs/{run}/training"
        yield "/api/models/details", "/api/models/details?path=models/tiny"
        yield "/api/evaluations/{run_id}", f"/api/evaluations/{run}"
        yield "/api/evaluations/{run_id}/answers", f"/api/evaluations/{run}/answers"
        yield "/api/compare/evaluations", "/api/compare/evaluations?" + urlencode({"first": run, "second": run})
        yield "/api/chats/{chat_id}", f"/api/chats/{CHAT}"

    def _talk(self) -> None:
        """A conversation with a provider that repeats the key, kept; an evaluation, and a model."""
        for file, text in (("evaluation.json", '{"models": {}, "figures": []}'), ("answers.jsonl", "{}\n")):
            (self.root / "outputs" / "completes" / file).write_text(text)
        message = {"role": "user", "content": "Who keeps the lamp?"}
        body = {"target": {"kind": "provider", "model": "house:talk-fails"}, "messages": [message]}
        for content in ("one", "two"):
            message["content"] = content
            answer = self.service.http.post("/api/chat", json=body)
            assert "event: " in answer.text, answer.text
            self._keep(f"POST /api/chat {content}", answer)
        put = self.service.http.put(f"/api/chats/{CHAT}", json={"targets": [body["target"]], "messages": [message]})
        assert put.status_code == 201, put.text

    def _addresses_of(self, name: str, run: str) -> Iterator[tuple[str, str]]:
        about = "/api/runs/{run_id}"
        yield about, f"/api/runs/{run}"
        for part in ("datasets", "history", "failed", "failed/summary", "log", "log?file=console"):
            yield f"{about}/{part.partition('?')[0]}", f"/api/runs/{run}/{part}"
        search = urlencode({"text": LAMP, "file": "console"})
        yield f"{about}/log/search", f"/api/runs/{run}/log/search?{search}"
        for stage in sorted((self.root / "outputs" / name).glob("stages/*.jsonl")):
            yield f"{about}/records", f"/api/runs/{run}/records?" + urlencode({"stage": stage.stem})
        files = "/api/files/{root}"
        yield files, "/api/files/outputs?" + urlencode({"path": name})
        yield f"{files}/archive", "/api/files/outputs/archive?" + urlencode({"path": name})
        for file in ("run.json", "events.jsonl", "log.txt", "console.txt"):
            yield f"{files}/content", "/api/files/outputs/content?" + urlencode({"path": f"{name}/{file}"})
            yield f"{files}/preview", "/api/files/outputs/preview?" + urlencode({"path": f"{name}/{file}"})
        if name == "completes":
            row = {"dataset": "poems"}
            yield f"{about}/samples", f"/api/runs/{run}/samples?" + urlencode(row)
            rows = self.root / "outputs" / name / "datasets" / "poems.jsonl"
            for line in rows.read_text(encoding="utf-8").splitlines() if rows.is_file() else []:
                address = f"/api/runs/{run}/samples/{json.loads(line)['id']}?" + urlencode(row)
                yield f"{about}/samples/{{row_id}}", address
            yield f"{about}/reviews", f"/api/runs/{run}/reviews?" + urlencode({**row, "row": "none"})

    def _write_what_is_refused(self, run: str) -> None:
        """Answers to requests that hold the secret themselves, as a person might paste it."""
        config = (self.root / "configs" / "fails.yaml").read_text().replace("secret://lamp", json.dumps(CANARY))
        overrides = {"overrides": {"model.api_key": json.dumps(CANARY)}}
        for address, body in (
            ("/api/runs", {"config": "completes.yaml", **overrides}),
            (f"/api/runs/{run}/resume", overrides),
            (f"/api/runs/{run}/clone", overrides),
            (f"/api/runs/{run}/retry-failed", overrides),
            ("/api/jobs", {"kind": "preview", "text": config}),
            ("/api/configs/check", {"text": config + "\nlimit: [\n"}),
        ):
            answer = self.service.http.post(address, json=body)
            assert answer.status_code in (200, 409, 422), answer.text
            self._keep(f"POST {address}", answer)
        answer = self.service.http.put("/api/settings/secrets/lamp", json={"value": CANARY + "\n"})
        assert answer.status_code == 422, answer.text
        self._keep("PUT /api/settings/secrets/lamp", answer)

    def _keep(self, name: str, answer: httpx.Response) -> None:
        data = answer.content
        if zipfile.is_zipfile(io.BytesIO(data)):
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                data = b"\n".join(archive.read(entry) for entry in archive.namelist())
        self.found.places[name] = str(answer.headers).encode() + data


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Found:
    """What is found after a visit with everything on."""
    home = tmp_path_factory.mktemp("canary")
    root, state = home / "project", home / "state"
    for folder in (root / "configs", root / "outputs", root / "models" / "tiny", state):
        folder.mkdir(parents=True)
    for file in ("config.json", "model.safetensors"):
        (root / "models" / "tiny" / file).write_text("{}")
    shutil.copytree(PROJECT / "inputs" / "sample", root / "inputs" / "sample")
    provider = Provider()
    with ScriptedEndpoint(provider) as server:
        for name in (*NAMES, "preview-completes", "preview-fails"):
            (root / "configs" / f"{name}.yaml").write_text(
                f"pipeline: example-pipeline\ninput_dir: inputs/sample\noutput_dir: outputs/{name}\nlimit: 6\n"
                f"model:\n  name: {name}\n  base_url: {server.url}\n  api_key: secret://lamp\n"
                "  concurrency_limit: 1\n  patience: 60\n"
            )
        with ServiceProcesses(root, state) as service:
            visit = Visit(root, state, service, provider, server.url)
            try:
                visit.go()
            finally:
                for gate in provider.gates.values():
                    gate.set()
        visit.found.keys = {request.key for request in server.requests}
    return visit.found


def test_the_provider_itself_was_sent_the_secret(found: Found) -> None:
    assert found.keys == {CANARY}


@pytest.mark.parametrize("written", FORMS)
def test_the_secret_would_be_noticed_however_it_is_written(written: str) -> None:
    assert shows(b"Authorization: " + FORMS[written] + b".")
    assert shows(base64.b64encode(b"Bearer " + CANARY.encode()))
    assert not shows(b"Authorization: ***")


def test_the_secret_is_nowhere(found: Found) -> None:
    assert [name for name, data in found.places.items() if shows(data)] == []


@pytest.mark.parametrize(
    "place",
    [
        "disk: afterwards index.sqlite",
        *(f"disk: afterwards outputs/fails/{name}" for name in ("run.json", "events.jsonl", "log.txt", "console.txt")),
        *(f"disk: afterwards outputs/fails/{name}" for name in ("summary.json", "report.html", "service.json")),
        *(f"disk: afterwards outputs/completes/{name}" for name in ("failed.jsonl", "events.jsonl", "report.html")),
        "stream: all",
        "stream: snapshot",
        "GET afterwards /api/runs",
        "GET afterwards /api/compare",
        "GET afterwards /api/jobs/",
        "GET afterwards /failed",
        "GET afterwards /failed/summary",
        "GET afterwards /log",
        "GET afterwards /log?file=console",
        "GET afterwards /log/search",
        "GET afterwards /archive",
        "GET afterwards /content run.json",
        "GET afterwards /preview run.json",
        "POST /api/chat two",
    ],
)
def test_what_the_provider_said_beside_it_is_there(found: Found, place: str) -> None:
    assert LAMP.encode() in found.of(*place.split())


def test_the_rest_of_the_disk_was_looked_at(found: Found) -> None:
    assert found.queued.encode() in found.of("disk: meanwhile", "queue.sqlite")
    assert b"skipped damaged-scan.pdf" in found.of("disk:", "outputs/fails/log.txt")
    assert b"skipped damaged-scan.pdf" in found.of("GET afterwards", "/log")
    assert b'"lamp"' in found.of("disk:", "secrets.json")
    assert b"secret://lamp" in found.of("disk: meanwhile", "/jobs/", "config.yaml")
    assert b"By the sea a light" in found.of("disk:", "outputs/completes/calls/")
    assert b"By the sea a light" in found.of("GET afterwards", "/samples")
    assert b"By the sea a light" in found.of("GET afterwards", "/records")


def test_everything_that_may_be_read_was_read(found: Found) -> None:
    """A new route belongs into `Visit._addresses`."""
    assert found.contract - found.asked == {"/api/uploads/{upload_id}"}


def test_it_is_in_no_command_line(found: Found) -> None:
    for word in ("api.py", "worker.py", "supervisor.py", "resume outputs/completes", "preview "):
        assert [command for command in found.commands.values() if word in command], f"{word} was not running"
    assert [command for command in found.commands.values() if shows(command.encode())] == []


def test_environments_are_read_by_nobody_else_and_do_not_have_it_either(found: Found) -> None:
    seen = " ".join(found.commands[number] for number in found.environments)
    for word in ("api.py", "worker.py", "supervisor.py", "resume outputs/completes", "preview "):
        assert word in seen
    for number, (mode, owner, said) in found.environments.items():
        assert (mode, owner) == (0o400, os.getuid()), found.commands[number]
        assert b"ATK_STATE_DIR=" in said
        assert not shows(said), found.commands[number]
