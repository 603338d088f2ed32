"""rag-server as people start it, asked by OpenAI's own client."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import openai
import pytest
import yaml

from tests.conftest import PROJECT
from tests.support.model_server import ModelServer, model_server

SAMPLE = PROJECT / "serving/rag_server/sample"
PIPELINE = "serving/rag_server"
MODELS: Any = [{"source": "offline"}]


def rows(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLE / name).read_text(encoding="utf-8").splitlines()]


@pytest.fixture(scope="module")
def server() -> Iterator[ModelServer]:
    shipped = yaml.safe_load((PROJECT / PIPELINE / "config.yaml").read_text(encoding="utf-8"))
    assert shipped["pipeline"] == "rag-server"
    settings = {key: value for key, value in shipped.items() if key not in ("pipeline", "output_dir", "models", "port")}
    with model_server(shipped["models"], pipeline=PIPELINE, **settings) as started:
        yield started


@pytest.fixture
def client(server: ModelServer) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=server.url, api_key="none", max_retries=0, timeout=60) as opened:
        yield opened


def searched(server: ModelServer, **asked: Any) -> dict[str, Any]:
    with urlopen(Request(f"{server.url}/search", json.dumps(asked).encode()), timeout=30) as answer:
        found: dict[str, Any] = json.load(answer)
        return found


def asked(client: openai.OpenAI, *said: str, **more: Any) -> Any:
    roles = ["user", "assistant"] * len(said)
    messages: Any = [{"role": role, "content": text} for role, text in zip(roles, said, strict=False)]
    return client.chat.completions.create(model="offline", messages=messages, **more)


def test_each_question_of_the_index_finds_its_passage_first(server: ModelServer) -> None:
    for row in rows("questions.jsonl"):
        best = searched(server, query=row["question"])["data"][0]
        assert best["id"] in row["passages"], row["question"]
        assert best["score"] == 1.0
        assert best["shown"]


@pytest.mark.parametrize(
    ("question", "file"),
    [
        ("who was the architect that designed the tower?", "history-of-the-light.md"),
        ("How many decibels does the organ reach?", "fog-organ-manual.docx"),
        ("price of a jar of honey in the tea room", "visitors-guide.epub"),
        ("Which remark did the log make on the steamer Halcyon?", "records/night-log-1911.csv"),
        ("Wie viele Stufen sind es bis zur Laterne?", "letters/albers-1926.txt"),
        ("Who saved a trawler's crew?", "keepers.txt"),
    ],
)
def test_questions_in_other_words_find_the_passage(server: ModelServer, question: str, file: str) -> None:
    assert searched(server, query=question)["data"][0]["file"] == file


def test_an_answer_comes_with_its_sources(client: openai.OpenAI) -> None:
    message = asked(client, "Which survey described the Parson's Pause?").choices[0].message
    assert message.content
    sources = message.model_extra["sources"]
    assert 1 <= len(sources) <= 3
    passage = {row["id"]: row for row in rows("passages.jsonl")}[sources[0]["id"]]
    source = passage["source"]
    assert sources[0]["text"] == passage["text"]
    assert (sources[0]["file"], sources[0]["page"], sources[0]["title"]) == (
        "range-survey-1931.pdf",
        source["page"],
        passage["title"],
    )
    assert source["page"] is not None
    assert sources[0]["span"] == [source["start"], source["end"]]
    assert [one["number"] for one in sources] == [*range(1, len(sources) + 1)]
    assert sources[0]["question"] == "What is the Parson's Pause?"
    assert not sources[0]["cited"]  # the offline model names no texts


def test_a_stream_brings_the_sources_once_before_it_ends(client: openai.OpenAI) -> None:
    question = "Who built the fog organ?"
    whole = asked(client, question).choices[0].message
    events = [*asked(client, question, stream=True, stream_options={"include_usage": True})]
    deltas = [choice.delta for event in events for choice in event.choices]
    told = [delta.model_extra["sources"] for delta in deltas if delta.model_extra and "sources" in delta.model_extra]
    assert told == [whole.model_extra["sources"]]
    assert "".join(delta.content or "" for delta in deltas) == whole.content
    assert [choice.finish_reason for event in events for choice in event.choices][-1] == "stop"
    assert events[-1].usage is not None


def test_the_prompt_holds_the_passages_unless_the_client_says_no(client: openai.OpenAI) -> None:
    question = "Who designed the tower of Sallow Point Light?"
    with_them, without = asked(client, question), asked(client, question, extra_body={"retrieval": False})
    assert with_them.usage.prompt_tokens > without.usage.prompt_tokens + 300
    assert "sources" not in (without.choices[0].message.model_extra or {})
    with pytest.raises(openai.BadRequestError, match="retrieval: true or false"):
        asked(client, question, extra_body={"retrieval": "perhaps"})


@pytest.mark.parametrize("question", ["What is the capital of Peru?", "Explain quantum entanglement", "Hello!"])
def test_what_no_passage_is_about_finds_none(server: ModelServer, client: openai.OpenAI, question: str) -> None:
    assert searched(server, query=question)["data"] == []
    answer = asked(client, question)
    assert answer.choices[0].message.model_extra["sources"] == []
    assert answer.choices[0].message.content


def test_a_short_follow_up_is_about_what_was_said_before(server: ModelServer) -> None:
    said = ["Who was the first keeper of the light?", "Elias Brandreth.", "And who was the last?"]
    roles = ["user", "assistant", "user"]
    found = searched(server, messages=[{"role": role, "content": text} for role, text in zip(roles, said, strict=True)])
    assert found["queries"] == [said[2], f"{said[0]}\n{said[2]}"]
    files = [one["file"] for one in found["data"] if one["shown"]]
    assert files[0] == "keepers.txt"
    other = [*said[:2], "What is the capital of Peru?"]
    messages = [{"role": role, "content": text} for role, text in zip(roles, other, strict=True)]
    assert not any(one["shown"] for one in searched(server, messages=messages)["data"])


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({}, "give a query, or messages"),
        ({"query": "x", "passages": 0}, "passages"),
        ({"query": "x", "more": 1}, "more"),
    ],
)
def test_a_search_that_makes_no_sense_is_refused(server: ModelServer, body: dict[str, Any], message: str) -> None:
    with pytest.raises(HTTPError) as refused:
        searched(server, **body)
    with refused.value as answer:
        assert answer.code == 400
        assert message in json.load(answer)["error"]["message"]


def test_the_other_routes_are_the_model_s_own(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["offline"]
    assert client.completions.create(model="offline", prompt="A bridge").choices[0].text.strip() == "A bridge"
    assert len(client.embeddings.create(model="offline", input=["a", "b"]).data) == 2


def test_a_threshold_an_answer_for_nothing_and_vectors_of_a_model_that_is_opened_when_it_is_asked() -> None:
    settings: dict[str, Any] = {
        "lazy": True,
        "index": str(SAMPLE),
        "min_score": 0.9,
        "not_found": "I do not know.",
        "embedding_model": {"source": "offline"},
    }
    with model_server(MODELS, pipeline=PIPELINE, **settings) as server:
        assert server.health()["open"] == 0
        with openai.OpenAI(base_url=server.url, api_key="none", max_retries=0) as client:
            unsure = asked(client, "Which football club plays at Sallow Point?")
            assert unsure.choices[0].message.content == "I do not know."
            assert unsure.choices[0].message.model_extra["sources"] == []
            text = "".join(
                event.choices[0].delta.content or ""
                for event in asked(client, "What is the capital of Peru?", stream=True)
                if event.choices
            )
            assert text == "I do not know."
            sure = asked(client, "Who designed the tower of Sallow Point Light?").choices[0].message
            assert sure.model_extra["sources"][0]["file"] == "history-of-the-light.md"
        assert server.health()["open"] == 1
        kept = {path.name for path in (server.folder / "index").iterdir()}
        assert {"questions.sqlite", "passages.sqlite", "vectors.sqlite", "questions.npy"} <= kept
