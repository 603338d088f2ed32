"""Vectors from an endpoint: each paid for once, whatever the endpoint does."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from generation_functions import Model, Run
from generation_functions.errors import BudgetReachedError, EmptyStageError, UsageError
from generation_functions.records import Record
from generation_functions.retrieval.embeddings import TextBatches, VectorStore, embed_texts, vector_key
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.small_corpus import chunks
from tests.support.small_run import model

MANY = chunks({f"{n}.txt": [f"text {n} of part {m}" for m in range(20)] for n in range(10)})


def embed(folder: Path, model: Model, records: Iterable[Record] = MANY, **options: Any) -> tuple[int, Run]:
    """Embed records in a run; how many texts have a vector afterwards, and the run."""
    with Run(folder, **options) as run, closing(VectorStore(folder / "vectors.sqlite")) as store:
        run.scope.depends_on(store.token)
        with ThreadPoolExecutor(1) as thread:
            run.map(TextBatches(records), embed_texts(run.client(model), store, thread), name="embed")
        missing = store.without_vector(model, [record["text"] for record in records])
        return len(list(records)) - len(missing), run


def test_every_text_gets_a_vector_and_none_is_paid_for_twice(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        assert embed(tmp_path / "run", model(endpoint.url))[0] == 200
        assert endpoint.stats()["answered"] == 7
        edited = [{**MANY[0], "text": "another text"}, *MANY[1:]]
        assert embed(tmp_path / "run", model(endpoint.url), edited)[0] == 200
        assert endpoint.stats()["answered"] == 8
        (tmp_path / "run/vectors.sqlite").unlink()
        assert embed(tmp_path / "run", model(endpoint.url), edited)[0] == 200
        assert endpoint.stats()["answered"] == 15


def test_the_accounts_know_the_calls(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        _, run = embed(tmp_path / "run", model(endpoint.url, prices={"input": 1.0, "output": 0.0}))
    totals = run.ledger.log.totals
    assert (totals.calls, totals.output_tokens) == (7, 0)
    assert totals.input_tokens == sum(-(-len(record["text"]) // 4) for record in MANY)
    assert totals.cost == pytest.approx(totals.input_tokens / 1e6)
    assert totals.by_step["embed texts"][0] == 7


def test_a_budget_stops_the_calls_and_the_next_run_goes_on(tmp_path: Path) -> None:
    with FakeEndpoint() as endpoint:
        with pytest.raises(BudgetReachedError, match="max_calls of 3"):
            embed(tmp_path / "run", model(endpoint.url), max_calls=3)
        assert endpoint.stats()["answered"] == 3
        assert embed(tmp_path / "run", model(endpoint.url))[0] == 200
        assert endpoint.stats()["paid_twice"] == 0


def test_the_endpoints_troubles_are_survived(tmp_path: Path) -> None:
    faults = ("rate_limited_bare", "error_500", "drop_middle", "truncated", "no_choices", "empty", "null", "cut_off")
    with FakeEndpoint(faults=dict.fromkeys(faults, 0.12), fault_attempts=2) as endpoint:
        found, _ = embed(tmp_path / "run", model(endpoint.url))
        assert len(endpoint.stats()["outcomes"]) > 3
    assert found == 200


def test_a_text_that_is_refused_does_not_take_its_neighbours_along(tmp_path: Path) -> None:
    records = [*MANY[:10], {**MANY[10], "text": "long " * 100}, *MANY[11:30]]
    with FakeEndpoint(max_characters=450) as endpoint:
        found, run = embed(tmp_path / "run", model(endpoint.url), [*MANY[40:45], *records])
    assert found == 34
    assert run.summary["failed"] == 1
    assert "no vector for 1 of 32 texts" in (tmp_path / "run/failed.jsonl").read_text()


def test_long_texts_are_cut_to_the_models_context(tmp_path: Path) -> None:
    long = [{**MANY[0], "text": "a long text of many words. " * 200}]
    with FakeEndpoint(max_characters=900) as endpoint:
        assert embed(tmp_path / "run", model(endpoint.url, context_tokens=150), long)[0] == 1


def test_an_endpoint_that_never_gives_vectors_is_named(tmp_path: Path) -> None:
    with FakeEndpoint(faults={"no_choices": 1.0}) as endpoint:
        with pytest.raises(EmptyStageError, match="fake answered without the vectors of 32 texts"):
            embed(tmp_path / "run", model(endpoint.url))


def test_the_offline_model_makes_no_vectors(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"embedding_model 'offline' makes no vectors. Name one that does"):
        embed(tmp_path / "run", Model(name="offline"))


def test_the_key_depends_on_model_settings_and_text() -> None:
    one = Model(name="a", base_url="http://x")
    same = Model(name="a", base_url="http://elsewhere")
    smaller = Model.model_validate({"name": "a", "base_url": "http://x", "sampling": {"dimensions": 64}})
    assert vector_key(one, "text") == vector_key(same, "text")
    others = {vector_key(one, "text"), vector_key(one, "texts"), vector_key(smaller, "text")}
    assert len(others) == 3
