"""One fake endpoint, and the official client against it."""

from __future__ import annotations

from collections.abc import Iterator

import openai
import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint


@pytest.fixture(scope="session")
def running() -> Iterator[FakeEndpoint]:
    with FakeEndpoint() as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running: FakeEndpoint) -> FakeEndpoint:
    """One process for all these tests; every test starts from the defaults and from zero."""
    running.change(**{name: getattr(FakeEndpoint().behaviour, name) for name in running.behaviour.__slots__})
    running.reset()
    return running


@pytest.fixture
def client(endpoint: FakeEndpoint) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=endpoint.url, api_key="right", max_retries=0, timeout=10) as client:
        yield client
