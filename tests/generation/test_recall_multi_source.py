"""Questions over several sources: of every style, true to their sources, apart from what is held out."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation.core_components.several_texts import sources_behind
from generation.core_pipelines.recall_multi_source.pipeline import STYLES, recall_multi_source_pipeline
from generation_functions import Model, Run, UsageError
from generation_functions.datasets.holdout import is_held_out
from generation_functions.documents import read_documents
from generation_functions.errors import ConfigError
from generation_functions.near_duplicates import find_near_duplicates
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT

SAMPLE = PROJECT / "inputs" / "sample"
FOLDER = PROJECT / "generation/core_pipelines/recall_multi_source"
CARELESS_MODEL = PROJECT / "tests/support/careless_model.py"
EVER_OTHER_ANSWERS = """
seen = {}

def reply(body):
    asked = body["messages"][-1]["content"]
    if "You check" in body["messages"][0]["content"]:
        return "Verdict: yes"
    if "You choose texts" in body["messages"][0]["content"]:
        return "Verdict: suitable"
    seen[asked] = seen.get(asked, 0) + 1
    words = ("alpha beta gamma", "delta epsilon zeta", "eta theta iota")[seen[asked] - 1]
    return f"Question: What of {words} in {len(asked)}?\\nAnswer: It is {words}."
"""


def rows(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def make(folder: Path, *, input_dir: Path = SAMPLE, model: Model | None = None, **options: Any) -> dict[str, Any]:
    model = model or Model(name="offline")
    with Run(folder, pipeline="recall", fingerprint="test") as run:
        recall_multi_source_pipeline(run, input_dir, small_model=model, large_model=model, **options)
    return run.summary


def dataset(folder: Path, style: str) -> list[list[str]]:
    """What user and assistant say in each row."""
    return [[turn["content"] for turn in row["messages"]] for row in rows(folder / f"datasets/{style}.jsonl")]


def provenance(folder: Path) -> dict[str, dict[str, Any]]:
    return {line["id"]: line for line in rows(folder / "provenance.jsonl")}


def telling(text: str) -> list[str]:
    """Numbers, and words with a capital that do not begin a sentence."""
    return re.findall(r"\d[\d,.]*\d|\d|(?<=[a-z,] )[A-Z][a-z]{3,}", text)


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sample") / "run"
    make(folder)
    return folder


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    return {document.file: document.text for document in read_documents(SAMPLE, on_skip=lambda file, reason: None)}


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "documents"
    folder.mkdir()
    for name in ("history-of-the-light.md", "keepers.txt"):
        shutil.copy(SAMPLE / name, folder / name)
    return folder


@pytest.fixture
def careless() -> Iterator[Model]:
    with FakeEndpoint(reply="script", script=str(CARELESS_MODEL)) as running:
        yield Model(name="small", base_url=running.url, concurrency_limit=32)


@pytest.fixture
def changing(tmp_path: Path) -> Iterator[FakeEndpoint]:
    script = tmp_path / "changing_model.py"
    script.write_text(EVER_OTHER_ANSWERS)
    with FakeEndpoint(reply="script", script=str(script)) as running:
        yield running


@pytest.mark.parametrize("style", STYLES)
def test_every_style_gives_rows_on_the_sample_documents(sample_run: Path, style: str) -> None:
    made = dataset(sample_run, style)
    assert len(made) >= 7
    assert {len(turns) for turns in made} == {4 if style == "followup" else 2}
    assert all(turn.strip() for turns in made for turn in turns)


def test_a_style_folder_holds_only_what_differs() -> None:
    shared = {path.name: path for path in (FOLDER / "prompts").glob("*.yaml")}
    shared |= {path.name: path for path in (PROJECT / "generation/core_components/prompts").glob("*.yaml")}
    assert sorted(folder.name for folder in (FOLDER / "styles").iterdir()) == sorted(STYLES)
    contents: dict[str, set[str]] = {}
    for path in (FOLDER / "styles").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        assert path.name in shared
        assert text != shared[path.name].read_text(encoding="utf-8")
        messages = text.partition("messages:")[2]
        assert not messages or messages not in contents.setdefault(path.name, set()), f"{path} is a copy"
        contents.setdefault(path.name, set()).add(messages)


@pytest.mark.parametrize("style", STYLES)
def test_the_sources_of_a_row_hold_the_numbers_and_names_of_its_answers(
    sample_run: Path, texts: dict[str, str], style: str
) -> None:
    lines = provenance(sample_run)
    for row in rows(sample_run / f"datasets/{style}.jsonl"):
        question, *_ = said = [turn["content"] for turn in row["messages"]]
        spans = [texts[source["file"]][source["start"] : source["end"]] for source in lines[row["id"]]["sources"]]
        invented = telling(question) if style in ("negative", "hallucination") else []
        for word in telling(" ".join(said[1::2])):
            known = any(word.lower() in span.lower() for span in spans)
            assert known or word in invented, f"{word!r} of {said} is in none of its sources"


def test_questions_join_sources(sample_run: Path) -> None:
    lines = provenance(sample_run)
    joined = [
        row["id"]
        for style in ("openended", "comparison", "followup")
        for row in rows(sample_run / f"datasets/{style}.jsonl")
        if len({source["file"] for source in lines[row["id"]]["sources"]}) > 1
    ]
    assert len(joined) >= 5


def test_negative_answers_deny_what_the_question_takes_for_granted_and_state_the_fact(sample_run: Path) -> None:
    for question, answer in dataset(sample_run, "negative"):
        denied = re.match(r"[^:]+: (?:it (?:is|was) )?not (.+?) but (.+?)\. ", answer)
        assert denied, answer
        false, true, fact = denied[1], denied[2], answer[denied.end() :]
        assert false in question
        assert false not in fact
        assert true in fact


def test_hallucination_rows_ask_about_what_no_document_has_and_answer_that_it_is_not_known(
    sample_run: Path, texts: dict[str, str]
) -> None:
    everything = " ".join(texts.values()).lower()
    for question, answer in dataset(sample_run, "hallucination"):
        admission, _, rest = answer.partition(". ")
        names = re.findall(r"[A-Z][a-z]{3,}", question.split(" ", 1)[1])
        unknown = [name for name in names if name.lower() not in everything]
        assert unknown, question
        assert unknown[0] in admission
        assert re.search(r"do not know|never come across|does not exist", admission)
        assert not [word for word in telling(rest) if word.lower() not in everything], answer


def test_vague_questions_are_short_and_their_answers_name_things_in_full(sample_run: Path) -> None:
    made = dataset(sample_run, "vague")
    assert all(len(question.split()) <= 12 for question, _ in made)
    assert any("Which" in answer and answer.endswith("?") for _, answer in made), "nothing asks back"


def test_follow_ups_go_on_about_the_same_and_say_something_new(sample_run: Path) -> None:
    for first, answer, second, more in dataset(sample_run, "followup"):
        assert answer != more
        assert first != second
        shared = set(re.findall(r"[a-z]{4,}", answer.lower())) & set(re.findall(r"[a-z]{4,}", more.lower()))
        assert shared, (answer, more)


def test_comparisons_of_years_and_numbers_come_out_right(sample_run: Path) -> None:
    checked = 0
    for _, answer in dataset(sample_run, "comparison"):
        years = [int(year) for year in re.findall(r"\b1[89]\d\d\b", answer)]
        if answer.startswith(("Before. ", "After. ")):
            checked += 1
            assert (years[0] < years[1]) == answer.startswith("Before")
        measured = re.match(r'.*?("[^"]+") is ([\d.]+) .*?("[^"]+") is ([\d.]+) .*That of ("[^"]+")', answer)
        if measured:
            checked += 1
            greater = measured[1] if float(measured[2]) > float(measured[4]) else measured[3]
            assert measured[5] == greater
    assert checked >= 5


def test_no_two_questions_of_a_style_are_nearly_the_same(sample_run: Path) -> None:
    for style in STYLES:
        assert not find_near_duplicates([turns[0] for turns in dataset(sample_run, style)])
    summary = orjson.loads((sample_run / "summary.json").read_bytes())
    reasons = {reason for stage in summary["stages"] for step in stage["steps"] for reason in step["dropped"]}
    assert "near-duplicate of another question" in reasons


def test_cited_files_are_those_of_the_provenance(tmp_path: Path) -> None:
    make(tmp_path / "run", cite_sources=True, styles=["comparison", "followup"], holdout=0.0)
    lines = provenance(tmp_path / "run")
    several = 0
    for style in ("comparison", "followup"):
        for row in rows(tmp_path / f"run/datasets/{style}.jsonl"):
            files = {source["file"] for source in lines[row["id"]]["sources"]}
            cited = [turn["content"].rpartition("\n\nSources: ")[2] for turn in row["messages"][1::2]]
            assert {file for one in cited for file in one.split(", ")} == files
            several += len(files) > 1
    assert several


def test_what_is_held_out_meets_no_training_row(tmp_path: Path) -> None:
    make(tmp_path / "run", holdout=0.4)
    held_out = {source["chunk"] for line in rows(tmp_path / "run/eval_questions.jsonl") for source in line["sources"]}
    trained = {source["chunk"] for line in provenance(tmp_path / "run").values() for source in line["sources"]}
    assert held_out
    assert trained
    assert all(is_held_out(chunk, 0.4) for chunk in held_out)
    assert not any(is_held_out(chunk, 0.4) for chunk in trained)


def test_related_texts_never_cross_the_line_of_the_held_out_chunks(tmp_path: Path) -> None:
    with Run(tmp_path / "run", pipeline="recall", fingerprint="test") as run:
        recall_multi_source_pipeline(run, SAMPLE, styles=["openended"], holdout=0.4)
    for path in (tmp_path / "run/stages").glob("*related.jsonl"):
        for record in (record for line in rows(path) for record in line["out"]):
            sides = {is_held_out(one["source"]["chunk"], 0.4) for one in (record, *record["related"])}
            assert len(sides) == 1


def test_the_question_index_has_every_training_question_with_its_passages_and_nothing_held_out(tmp_path: Path) -> None:
    make(tmp_path / "run", holdout=0.3)
    questions = rows(tmp_path / "run/rag_source_data/questions.jsonl")
    passages = {line["id"]: line for line in rows(tmp_path / "run/rag_source_data/passages.jsonl")}
    asked = {turns[0] for style in STYLES for turns in dataset(tmp_path / "run", style)}
    assert {line["question"] for line in questions} == asked
    assert {passage for line in questions for passage in line["passages"]} <= set(passages)
    assert not any(is_held_out(passage, 0.3) for passage in passages)
    lines = provenance(tmp_path / "run")
    for line in questions:
        assert line["passages"] == [source["chunk"] for source in lines[line["id"]]["sources"]]
        assert set(line) == {"id", "question", "answer", "passages"}
    assert all(set(line) == {"id", "text", "title", "source"} for line in passages.values())


def test_without_related_texts_and_index_it_still_runs(tmp_path: Path, documents: Path) -> None:
    make(tmp_path / "run", input_dir=documents, related=0, question_index=False, styles=["openended"], holdout=0.0)
    assert {len(line["sources"]) for line in provenance(tmp_path / "run").values()} == {1}
    assert not (tmp_path / "run/rag_source_data").exists()


def test_each_generation_is_asked_anew(tmp_path: Path, documents: Path, changing: FakeEndpoint) -> None:
    model = Model(name="large", base_url=changing.url, concurrency_limit=8)
    options: dict[str, Any] = {"styles": ["openended"], "holdout": 0.0, "votes": 1}
    make(tmp_path / "once", input_dir=documents, model=model, **options)
    once = changing.stats()["received"]
    make(tmp_path / "thrice", input_dir=documents, model=model, generations=3, **options)
    chunks = len({line["sources"][0]["chunk"] for line in provenance(tmp_path / "once").values()})
    assert changing.stats()["received"] - once == 2 * chunks + 2 * 3 * chunks, "a write and three checks per new pair"
    made = dataset(tmp_path / "thrice", "openended")
    assert len(made) == len({question for question, _ in made}) == 3 * chunks
    ids = [row["id"] for row in rows(tmp_path / "thrice/datasets/openended.jsonl")]
    assert len(set(ids)) == len(ids)


def test_generations_of_the_offline_model_differ(tmp_path: Path) -> None:
    make(tmp_path / "once", styles=["negative"])
    make(tmp_path / "twice", styles=["negative"], generations=2)
    once, twice = dataset(tmp_path / "once", "negative"), dataset(tmp_path / "twice", "negative")
    assert len(twice) > 1.3 * len(once)
    assert all(turns in twice for turns in once)


def test_a_careless_small_model_gives_rows_for_nearly_every_chunk(
    tmp_path: Path, careless: Model, sample_run: Path
) -> None:
    summary = make(tmp_path / "run", model=careless, votes=1)
    assert summary["calls"]["rejected"] > 0, "the test's model was not careless"
    chunks = {line["sources"][0]["chunk"] for line in provenance(tmp_path / "run").values()}
    offline = {line["sources"][0]["chunk"] for line in provenance(sample_run).values()}
    assert len(chunks & offline) >= 0.9 * len(offline)
    for failed in rows(tmp_path / "run/failed.jsonl"):
        assert failed["reason"]


def test_the_funnel_adds_up_at_every_step(sample_run: Path) -> None:
    stages = orjson.loads((sample_run / "summary.json").read_bytes())["stages"]
    for stage in stages:
        for step in stage["steps"]:
            assert step["in"] == step["kept"] + sum(step["dropped"].values()) + sum(step["failed"].values()), step
        for before, after in pairwise(stage["steps"]):
            assert before["made"] == after["in"], (stage["name"], before, after)
    assert {style for stage in stages for style in STYLES if stage["name"] == style} == set(STYLES)


def test_two_runs_are_byte_identical(sample_run: Path, tmp_path: Path) -> None:
    make(tmp_path / "run")
    names = [f"datasets/{style}.jsonl" for style in STYLES]
    names += ["provenance.jsonl", "eval_questions.jsonl", "rag_source_data/questions.jsonl"]
    for name in names:
        assert (tmp_path / "run" / name).read_bytes() == (sample_run / name).read_bytes(), name


def test_a_system_context_stands_in_front_of_every_row(tmp_path: Path, documents: Path) -> None:
    make(tmp_path / "run", input_dir=documents, styles=["vague"], system_context="You know Sallow Point.", holdout=0.0)
    for row in rows(tmp_path / "run/datasets/vague.jsonl"):
        assert row["messages"][0] == {"role": "system", "content": "You know Sallow Point."}


def test_ones_own_prompt_for_a_style_changes_that_style_only(
    tmp_path: Path, documents: Path, changing: FakeEndpoint
) -> None:
    model = Model(name="large", base_url=changing.url, concurrency_limit=8)
    options: dict[str, Any] = {"styles": ["openended", "comparison"], "holdout": 0.0, "votes": 1}
    make(tmp_path / "run", input_dir=documents, model=model, **options)
    before = changing.stats()["received"]
    mine = tmp_path / "mine" / "comparison"
    mine.mkdir(parents=True)
    (mine / "write_questions.yaml").write_text("sampling: {temperature: 0.1}\n")
    make(tmp_path / "run", input_dir=documents, model=model, style_prompts=tmp_path / "mine", **options)
    openended = rows(tmp_path / "run/datasets/openended.jsonl")
    assert 0 < changing.stats()["received"] - before <= 4 * len(openended)


def test_a_style_that_finds_nothing_is_noted_and_costs_the_others_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "documents"
    folder.mkdir()
    (folder / "plain.txt").write_text(
        "The granite tower of Eastness is painted white. The granite tower of Eastness has walls of grey stone. "
        "Visitors reach the granite tower of Eastness by a narrow path along the cliffs, which is steep."
    )
    summary = make(tmp_path / "run", input_dir=folder, styles=["negative", "openended"], holdout=0.0)
    assert not (tmp_path / "run/datasets/negative.jsonl").exists()
    assert dataset(tmp_path / "run", "openended")
    assert any("negative made nothing" in note for note in summary["notes"])


def test_mistaken_styles_are_told_before_anything_is_paid_for(tmp_path: Path, documents: Path) -> None:
    with pytest.raises(UsageError, match="styles is empty"):
        make(tmp_path / "run", input_dir=documents, styles=[])
    with pytest.raises(UsageError, match="no folder"):
        make(tmp_path / "run", input_dir=documents, style_prompts=tmp_path / "nowhere")
    (tmp_path / "mine" / "negativ").mkdir(parents=True)
    with pytest.raises(UsageError, match="negativ is not a style; they are: openended, negative"):
        make(tmp_path / "run", input_dir=documents, style_prompts=tmp_path / "mine")
    with pytest.raises(ConfigError, match="no such folder of prompts"):
        make(tmp_path / "run", input_dir=documents, default_styles=tmp_path / "mine")


def of(*named: tuple[str, str]) -> dict[str, Any]:
    return {
        "texts": [{"title": name, "text": text, "file": name} for name, text in named],
        "sources": [{"file": name} for name, _ in named],
    }


MILLS = of(
    ("harrow", "Anna Teel built the loom of the Harrow mill in 1911. It is 12 feet long."),
    ("dunmere", "The loom of the Dunmere mill was built in 1898 by Joss Wray, and its bearings were renewed."),
    ("oil", "Vegetable oil hardens. 27 jars are kept."),
)


@pytest.mark.parametrize(
    ("question", "answer", "files"),
    [
        ("Who built it?", "Anna Teel built the loom of the Harrow mill in 1911.", ["harrow"]),
        ("Which is older?", "The Harrow loom is of 1911, the other of 1898.", ["harrow", "dunmere"]),
        ("What is oil like?", "Vegetable oil hardens.", ["harrow", "oil"]),
        ("Is it 27 feet long?", "No, not 27 feet but 12 feet long.", ["harrow"]),
        ("Who built it?", "That is not known to me.", ["harrow"]),
    ],
)
def test_an_answer_rests_on_the_main_text_and_on_what_it_needs_beside_it(
    question: str, answer: str, files: list[str]
) -> None:
    assert [source["file"] for source in sources_behind(question, answer, MILLS)] == files
