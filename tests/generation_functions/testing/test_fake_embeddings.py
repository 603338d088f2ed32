"""The fake endpoint turns texts into vectors, and makes the same troubles there."""

from __future__ import annotations

import openai
import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint


def vectors(client: openai.OpenAI, *texts: str) -> list[list[float]]:
    answer = client.embeddings.create(model="fake", input=list(texts))
    return [item.embedding for item in answer.data]


def likeness(one: list[float], other: list[float]) -> float:
    return sum(a * b for a, b in zip(one, other, strict=True))


def test_the_official_client_gets_vectors_of_length_one_that_depend_on_the_text_alone(client: openai.OpenAI) -> None:
    one, other, again = vectors(client, "the keeper of the light", "bees", "the keeper of the light")
    assert one == again != other
    assert [len(one), round(likeness(one, one), 6)] == [64, 1.0]
    answer = client.embeddings.create(
        model="fake", input="a single text of forty characters, or so", encoding_format="float"
    )
    assert answer.usage.prompt_tokens == 10


def test_texts_that_share_parts_of_words_are_closer_than_others(client: openai.OpenAI) -> None:
    one, near, far = vectors(client, "lighthouse keeping", "the lighthouses' keeper", "dough and yeast")
    assert likeness(one, near) > likeness(one, far) + 0.3


def test_faults_and_limits_hold_for_embeddings_too(client: openai.OpenAI, endpoint: FakeEndpoint) -> None:
    endpoint.faults(error_503=1)
    with pytest.raises(openai.InternalServerError):
        vectors(client, "one")
    endpoint.faults(no_choices=1)
    with pytest.raises(ValueError, match="No embedding data"):
        vectors(client, "one")
    endpoint.faults(cut_off=1)
    assert len(vectors(client, "one", "two")) == 1
    endpoint.change(faults={}, max_characters=10)
    with pytest.raises(openai.BadRequestError, match="maximum context length"):
        vectors(client, "more than ten characters")
    assert endpoint.stats()["outcomes"] == {"context_length_exceeded": 1, "cut_off": 1, "error_503": 1, "no_choices": 1}
