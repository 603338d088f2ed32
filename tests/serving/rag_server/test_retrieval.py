"""Retrieval without a server: index, ranking, what is shown, and what a small context has room for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Iterable
from pathlib import Path
from typing import Any

import pytest

from generation.core_components.retrieval_rows import RetrievalRows
from generation.core_components.several_texts import NO_TEXTS, numbered_texts, retrieved_texts_prompt
from generation_functions import Run
from generation_functions.errors import UsageError
from serving.engine.offline import OfflineBackend
from serving.engine.opening import make_shelf
from serving.engine.pieces import Embeddings, Piece
from serving.protocol import ChatRequest, EmbeddingRequest
from serving.protocol_errors import RefusedError, too_long
from serving.rag_server.answering import RetrievingBackend
from serving.rag_server.pipeline import rag_server_pipeline
from serving.retrieval import Retriever, Wanted, with_passages
from serving.retrieval_index import Hit, PassageIndex, Vectors
from serving.retrieval_vectors import VectorSearch
from serving.served_models import ServedModel, Shelf
from tests.conftest import PROJECT

SAMPLE = PROJECT / "serving/rag_server/sample"
OFFLINE = ServedModel(source="offline")


def hit(number: int) -> Hit:
    return Hit(f"p{number}", f" Text {number}. ", f"Title {number}", {"file": f"{number}.md"}, 1.0)


def wrote(folder: Path, pairs: Iterable[tuple[str, str, str]]) -> Path:
    """An index of questions, answers and texts, one passage each."""
    folder.mkdir(parents=True, exist_ok=True)
    questions, passages = [], []
    for number, (question, answer, text) in enumerate(pairs):
        source = {"file": f"{number}.md", "page": None, "start": 0, "end": len(text)}
        passages.append({"id": f"p{number}", "text": text, "title": f"Title {number}", "source": source})
        questions.append({"id": f"q{number}", "question": question, "answer": answer, "passages": [f"p{number}"]})
    for name, rows in (("questions", questions), ("passages", passages)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return folder


def test_the_prompt_is_the_one_that_models_are_trained_on() -> None:
    texts = [
        {"text": "Text 1.", "title": "Title 1", "file": "1.md"},
        {"text": "Text 2.", "title": "Title 2", "file": "2.md"},
    ]
    said = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "q"}]
    shown = with_passages(said, [hit(1), hit(2)], "numbered")
    prompt = retrieved_texts_prompt(numbered_texts(texts))
    assert shown == [{"role": "system", "content": f"Be brief.\n\n{prompt}"}, said[1]]
    record = {"id": "1", "question": "q", "answer": "a", "text": "Text 1.", "title": "t", "source": {"file": "1.md"}}
    trained = RetrievalRows([record], wrong_share=0).row(record)["messages"]
    assert with_passages(said[1:], [hit(1), hit(2)], "single") == trained[:2]
    assert with_passages(said[1:], [], "numbered")[0]["content"] == retrieved_texts_prompt(NO_TEXTS)


class Small:
    """A model with room for so many passages."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.tries: list[int] = []

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Piece]:
        shown = request.texts()[0]["content"].count("(")
        self.tries.append(shown)
        if shown > self.room:
            raise too_long(9, 8)
        yield Piece("As [1] says.")
        yield Piece(finish="stop")


def answered(retriever: Retriever, model: Any, question: str) -> list[dict[str, Any]]:
    async def work() -> list[dict[str, Any]]:
        backend = RetrievingBackend(model, retriever)
        request = ChatRequest.model_validate({"model": "m", "messages": [{"role": "user", "content": question}]})
        pieces = [piece async for piece in backend.chat(request)]
        found: list[dict[str, Any]] = pieces[-1].more["sources"]
        return found

    return asyncio.run(work())


@pytest.fixture
def bridges(tmp_path: Path) -> PassageIndex:
    texts = [(f"Who built bridge {n}?", f"Mason {n}.", f"The bridge of ward {n} is of stone. " * 20) for n in range(9)]
    index = PassageIndex(tmp_path / "index", wrote(tmp_path / "source", texts))
    index.sync()
    return index


def test_passages_that_do_not_fit_are_left_out_lowest_first(bridges: PassageIndex) -> None:
    retriever = Retriever(bridges, Wanted(passages=5, min_score=0, tokens=100_000))
    everything = answered(retriever, Small(5), "Who built the bridge?")
    model = Small(2)
    assert answered(retriever, model, "Who built the bridge?") == everything[:2]
    assert model.tries == [5, 4, 3, 2]
    assert [one["cited"] for one in everything] == [True, False, False, False, False]
    retriever.wanted = Wanted(passages=5, min_score=0, tokens=500)
    within = answered(retriever, Small(5), "Who built the bridge?")
    assert 0 < len(within) < 5
    assert within == everything[: len(within)]
    retriever.close()


def test_an_index_is_built_once_and_follows_its_files(tmp_path: Path) -> None:
    source = wrote(tmp_path / "source/one", [("Who?", "Ida.", "Ida did."), ("When?", "1896.", "It was in 1896.")])
    for added, removed in ((2, 0), (0, 0)):
        index = PassageIndex(tmp_path / "index", tmp_path / "source")
        assert [(one.added, one.removed) for one in index.sync()] == [(added, removed)] * 2
        index.close()
    wrote(source, [("Who?", "Ida.", "Ida Penrose did.")])
    index = PassageIndex(tmp_path / "index", tmp_path / "source")
    index.sync()
    assert [one.text for one in index.search(["Penrose"], 3)] == ["Ida Penrose did."]
    assert index.search(["1896"], 3) == []
    index.close()


def test_who_asks_for_more_passages_gets_the_same_ones_first(tmp_path: Path) -> None:
    words = ["mason", "arch", "toll", "ward", "stone", "river", "keeper"]
    texts = [
        (
            f"Who paid the {words[n % 7]} of bridge {n % 11}?",
            f"{words[n % 5]} {n}.",
            f"The {words[n % 3]} of the {words[n % 7]} and the {words[n % 4]} bridge {n}. " * (1 + n % 3),
        )
        for n in range(120)
    ]
    index = PassageIndex(tmp_path / "index", wrote(tmp_path / "source", texts))
    index.sync()
    for asked in ("Who paid the toll of the stone bridge?", "river keeper", "Which mason, which arch, which ward?"):
        many = [one.id for one in index.search([asked], 50)]
        assert len(many) > 24
        for most in (1, 3, 24, 40):
            assert [one.id for one in index.search([asked], most)] == many[:most]
    index.close()


def test_vectors_find_what_no_word_does(bridges: PassageIndex) -> None:
    assert bridges.search(["viaduct"], 3) == []
    found = bridges.search(["viaduct"], 3, [Vectors({"p4": 0.9}, {})])
    assert [(one.id, one.score, one.similarity) for one in found] == [("p4", 0.0, 0.9)]
    assert Wanted().takes(found[0])
    assert not Wanted(min_similarity=0.95).takes(found[0])
    bridges.close()


def test_a_question_looks_at_few_of_very_many(tmp_path: Path) -> None:
    """What a question costs is bounded by postings and by passages read, not by the size of the index."""
    names = [f"{first}{second}{third}" for first in "bcdfg" for second in "aeiou" for third in "lmnrst"]
    pairs = (
        (f"Who built the bridge of {name}?", f"{name} {n}.", f"The bridge of {name}.") for n, name in enumerate(names)
    )
    index = PassageIndex(tmp_path / "index", wrote(tmp_path / "source", pairs))
    index.sync()
    read: list[str] = []
    index.passages._database.set_trace_callback(read.append)
    found = index.search(["Who built the bridge of balt? dem!"], 3)
    assert found[0].text == "The bridge of dem."
    assert sum("select record" in line for line in read) <= 24
    index.close()


@pytest.mark.parametrize(
    ("name", "line", "message"),
    [
        ("questions.jsonl", "{}", r"questions.jsonl:1: this is no line of an index: KeyError"),
        ("passages.jsonl", "nothing", r"passages.jsonl:1: this is no line of an index"),
        ("passages.jsonl", "", "There is no passage in"),
    ],
)
def test_a_damaged_index_names_the_line(tmp_path: Path, name: str, line: str, message: str) -> None:
    source = wrote(tmp_path / "source", [("Who?", "Ida.", "Ida did.")])
    (source / name).write_text(line + "\n", encoding="utf-8")
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match=message):
        rag_server_pipeline(run, index=source, models=[OFFLINE], port=0)


def test_without_an_index_the_error_says_what_to_run(tmp_path: Path) -> None:
    with Run(tmp_path / "run") as run, pytest.raises(UsageError, match="Run factual-datagen-pipeline"):
        rag_server_pipeline(run, index=tmp_path, models=[OFFLINE])


def test_an_estimate_indexes_nothing(tmp_path: Path) -> None:
    with Run(tmp_path / "run", sample=3, work="estimate") as run:
        rag_server_pipeline(run, index=SAMPLE, models=[OFFLINE])
        assert "would serve offline with the passages of" in run.notes[0]
    assert not (tmp_path / "run/index").exists()


def test_a_shelf_behind_retrieval_holds_what_is_served_alone() -> None:
    async def work() -> None:
        shelf = make_shelf([OFFLINE, ServedModel(source="offline", name="hidden")])

        async def same(backend: Any) -> Any:
            return backend

        served = shelf.wrapped(["offline"], same)
        assert served.names == ["offline"]
        assert isinstance(await served.backend("offline"), OfflineBackend)

    asyncio.run(work())


def test_a_model_whose_retrieval_cannot_be_prepared_is_closed_again() -> None:
    class Opened(OfflineBackend):
        closed = 0

        async def close(self) -> None:
            Opened.closed += 1

    async def opener() -> Opened:
        return Opened(10)

    async def wrap(backend: Any) -> Any:
        raise RefusedError("the vectors cannot be made", status=502)

    async def work() -> None:
        served = Shelf({"m": opener}).wrapped(["m"], wrap)
        for times in (1, 2):
            with pytest.raises(RefusedError, match="cannot be made"):
                await served.backend("m")
            assert Opened.closed == times

    asyncio.run(work())


@pytest.mark.parametrize("vectors", [[[1.0], [2.0]], [], [[float("nan")]]])
def test_an_embedding_model_that_gives_no_vectors_is_named(
    bridges: PassageIndex, tmp_path: Path, vectors: list[list[float]]
) -> None:
    class Strange(OfflineBackend):
        async def embed(self, request: EmbeddingRequest) -> Embeddings:
            return Embeddings(vectors, 1)

    async def work() -> None:
        retriever = Retriever(bridges)
        with pytest.raises(RefusedError, match="embedding_model gave vectors of shape") as refused:
            await retriever.use_vectors(VectorSearch(Strange(10), "strange", tmp_path))
        assert refused.value.status == 502
        assert await retriever.search(["Who built bridge 3?"], 1), "it searches by words still"
        retriever.close()

    asyncio.run(work())
