"""One session and one limiter per endpoint, however many models use it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from generation_functions.model import Model
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.asking import open_desk, prompt, record


def test_equal_models_share_a_client_and_other_models_an_endpoint(tmp_path: Path) -> None:
    with open_desk(tmp_path / "calls") as desk:
        one, same, other = (desk.client("http://127.0.0.1:9/v1", name=name) for name in ("a", "a", "b"))
        assert one is same
        assert one is not other
        assert (one.ceiling, other.ceiling) == (8, 8)
        assert desk.connections.concurrency == 8, "two models at one endpoint got slots of their own"
        desk.client("http://127.0.0.1:9/v1", name="a", api_key="another")
        assert desk.connections.concurrency == 16


def test_there_are_workers_for_every_slot_and_some_for_those_that_wait(tmp_path: Path) -> None:
    with open_desk(tmp_path / "calls") as desk:
        assert desk.connections.workers == 8
        assert desk.connections.client(Model(name="offline")).ceiling == 0
        desk.client("http://127.0.0.1:9/v1", concurrency_limit=100)
        assert desk.connections.workers == 125


def test_troubles_are_counted_over_all_endpoints(tmp_path: Path) -> None:
    with open_desk(tmp_path / "calls") as desk:
        faults: dict[str, Any] = {"faults": {"rate_limited": 1.0}, "fault_attempts": 1, "retry_after": 0.01}
        with FakeEndpoint(**faults) as one, FakeEndpoint(**faults) as two:
            for endpoint in (one, two):
                desk.answer(desk.client(endpoint.url), prompt(), record(endpoint.url))
        assert desk.connections.troubles() == {"429": 2}
