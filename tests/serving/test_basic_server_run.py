"""basic-server as a run: what it says, where, and when it does not start."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
import yaml

from generation_functions import Run
from generation_functions.errors import InterruptedRunError, UsageError
from serving.app import create_app
from serving.basic_server.pipeline import basic_server_pipeline
from serving.engine.opening import make_shelf
from serving.guard import Access
from serving.protocol_errors import RefusedError
from serving.running import serve
from serving.served_models import ServedModel, Shelf, check_names
from tests.conftest import PROJECT
from tests.support.model_server import model_server

OFFLINE = ServedModel(source="offline")


def test_the_shipped_config_runs_as_it_stands() -> None:
    shipped = yaml.safe_load((PROJECT / "serving/basic_server/config.yaml").read_text(encoding="utf-8"))
    assert shipped["pipeline"] == "basic-server"
    settings = {key: value for key, value in shipped.items() if key not in ("pipeline", "output_dir", "models", "port")}
    with model_server(shipped["models"], **settings) as server:
        told = json.loads((server.folder / "server.json").read_text(encoding="utf-8"))
        assert told == {"url": server.url, "models": ["offline"], "process": server.process.pid}
        assert server.health() == {"status": "ok", "models": 1, "open": 1, "running": 0, "waiting": 0}
        events = (server.folder / "events.jsonl").read_text(encoding="utf-8")
        assert '"serving"' in events
        code, said = server.stop()
        assert code == 130, said
        state = json.loads((server.folder / "run.json").read_text(encoding="utf-8"))
        assert state["status"] == "interrupted"
        assert not (server.folder / "server.json").exists()


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"host": "0.0.0.0"}, "would be open to others at 0.0.0.0: set api_key"),
        ({"host": "192.168.1.5", "api_key": "short"}, "at least 16 characters"),
        ({"allowed_hosts": ["models.example.org"]}, "open to others at models.example.org"),
        ({"models": []}, "models is empty"),
        ({"models": [OFFLINE, OFFLINE]}, "Two models would be called 'offline'"),
        ({"models": [ServedModel(source="/no/such/folder")]}, "No model at /no/such/folder"),
        ({"models": [ServedModel(source="/no/such/file.gguf")]}, "No GGUF file at /no/such/file.gguf"),
    ],
)
def test_what_cannot_be_served_is_said_before_anything_is_opened(
    tmp_path: Path, settings: dict[str, Any], message: str
) -> None:
    from pydantic import SecretStr

    if "api_key" in settings:
        settings = {**settings, "api_key": SecretStr(settings["api_key"])}
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match=message):
        basic_server_pipeline(run, **{"models": [OFFLINE], "port": 0, **settings})


def test_a_port_in_use_is_named(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with Run(tmp_path / "run") as run, pytest.raises(UsageError, match=f"cannot listen at 127.0.0.1:{port}"):
            basic_server_pipeline(run, models=[OFFLINE], port=port)


def test_stopping_waits_for_no_model_that_is_being_opened(tmp_path: Path) -> None:
    given_up = threading.Event()

    async def opener() -> Any:
        os.kill(os.getpid(), signal.SIGINT)
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()

    with Run(tmp_path / "run") as run, pytest.raises(InterruptedRunError):
        serve(run, Shelf({"endless": opener}), lambda shelf: create_app(shelf, Access()), Access())
    assert given_up.is_set()
    assert not (tmp_path / "run/server.json").exists()


def test_an_estimate_opens_nothing(tmp_path: Path) -> None:
    with Run(tmp_path / "run", sample=3, work="estimate") as run:
        basic_server_pipeline(run, models=[OFFLINE])
        assert run.notes == ["would serve offline at 127.0.0.1:8003"]


def test_a_model_that_breaks_on_opening_is_a_503_that_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "config.json").write_text("{}", encoding="utf-8")
    (broken / "model.safetensors").write_bytes(b"no weights")

    async def work() -> None:
        shelf = make_shelf([ServedModel(source=str(broken))])
        with pytest.raises(RefusedError, match="cannot be loaded") as refused:
            await shelf.backend("broken")
        assert (refused.value.status, refused.value.code) == (503, "model_not_loaded")

    asyncio.run(work())


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("outputs/train/model", "train"),
        ("models/my-model", "my-model"),
        ("Qwen/Qwen3-0.6B", "Qwen3-0.6B"),
        ("outputs/export/gguf/facts-q8_0.gguf", "facts-q8_0"),
        ("offline", "offline"),
    ],
)
def test_a_model_is_called_after_its_source(source: str, name: str) -> None:
    assert ServedModel(source=source).served_name == name
    check_names([ServedModel(source=source), ServedModel(source=source, name="other")])


def test_an_endpoint_without_the_name_of_a_model_is_refused() -> None:
    with pytest.raises(ValueError, match="which model of the endpoint"):
        ServedModel(source="http://localhost/v1")
    assert ServedModel(source="http://localhost/v1", model="qwen3:8b").served_name == "qwen3:8b"
    assert ServedModel(source="http://localhost/v1", name="mine").served_name == "mine"


def test_keys_of_endpoints_are_not_shown() -> None:
    model = ServedModel(source="http://localhost/v1", model="a", api_key="very-secret-key")  # type: ignore[arg-type]
    assert "very-secret-key" not in repr(model)
    assert model.secret == "very-secret-key"
