"""The same facts in many forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import orjson
import pytest

from generation.core_pipelines.repvar.pipeline import repvar_pipeline
from generation.core_pipelines.repvar.retelling import missing_details
from generation_functions import Model, Run, UsageError
from generation_functions.documents import read_documents
from generation_functions.testing.fake_endpoint import FakeEndpoint
from generation_functions.tokens import count_tokens
from tests.conftest import PROJECT

SAMPLE = PROJECT / "inputs" / "sample"
STYLES = PROJECT / "generation/core_pipelines/repvar/styles"
SCRIPT = PROJECT / "tests/support/forgetful_model.py"


def texts(folder: Path) -> list[str]:
    return [orjson.loads(line)["text"] for line in (folder / "datasets/texts.jsonl").read_bytes().splitlines()]


def make(folder: Path, *, input_dir: Path = SAMPLE, model: Model | None = None, **options: Any) -> dict[str, Any]:
    model = model or Model(name="offline")
    with Run(folder, pipeline="repvar", fingerprint="test") as run:
        repvar_pipeline(run, input_dir, small_model=model, large_model=model, **options)
    return run.summary


def only_retold(folder: Path, **options: Any) -> list[str]:
    make(folder, include_original=False, include_facts=False, inferred_facts=False, **options)
    return texts(folder)


@pytest.fixture(scope="module")
def every_style(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("every") / "run"
    make(folder, variations=99)
    return folder


def test_the_documents_own_words_are_among_the_texts(every_style: Path) -> None:
    made = texts(every_style)
    keepers = (SAMPLE / "keepers.txt").read_text(encoding="utf-8")
    assert any("Ottoline Brandreth" in text and text.split("\n\n", 1)[1] in keepers for text in made)


def test_every_retold_text_still_has_the_names_and_numbers_of_the_facts(every_style: Path) -> None:
    sources = {document.file: document.text for document in read_documents(SAMPLE, on_skip=lambda file, reason: None)}
    for text in texts(every_style):
        source = sources[text.split("\n", 1)[0].rsplit(" | ", 1)[-1]]
        body = re.sub(r"(?m)^\d+\. ", "", text.split("\n\n", 1)[1])  # the numbers of a list
        for number in re.findall(r"\d[\d.,]*\d|\d\d", body):
            assert number in source or "It follows that" in text, f"{number} in {text[:300]}"


def test_xml_and_json_can_be_read(tmp_path: Path) -> None:
    for text in only_retold(tmp_path / "xml", only_styles=["xml"], headings=False):
        assert ElementTree.fromstring(text).tag == "entry"
    for text in only_retold(tmp_path / "json", only_styles=["json"], headings=False):
        assert json.loads(text)["facts"]


def test_each_style_gives_a_text_of_its_own_form(tmp_path: Path) -> None:
    marks = {"faq": "### ", "table": "| --- |", "mnemonic": "Cue: ", "questions_and_answers": "Q: ", "list": "\n- "}
    for style, mark in marks.items():
        for text in only_retold(tmp_path / style, only_styles=[style], limit=5):
            assert mark in text, style


def test_two_runs_are_byte_identical_and_an_interrupted_one_too(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make(tmp_path / name, limit=6)
    for file in ("datasets/texts.jsonl", "provenance.jsonl"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_a_file_in_the_styles_folder_is_a_style_and_only_it_is_asked_for(tmp_path: Path) -> None:
    first = make(tmp_path / "run", variations=99, limit=4)["calls"]["made"]
    mine = tmp_path / "styles"
    mine.mkdir()
    sermon = (STYLES / "essay.yaml").read_text(encoding="utf-8").replace("a short essay", "a sermon")
    (mine / "sermon.yaml").write_text(sermon)
    before = texts(tmp_path / "run")
    summary = make(tmp_path / "run", variations=99, limit=4, styles=mine)
    after = texts(tmp_path / "run")
    assert set(before) < set(after)
    assert summary["calls"]["made"] - first == len(after) - len(before) > 0
    assert "sermon" in [prompt["name"] for prompt in summary["prompts"]]


def test_a_style_that_nobody_knows_is_an_error_with_the_nearest_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no style esay: did you mean essay"):
        make(tmp_path / "run", only_styles=["esay"])


@pytest.mark.parametrize("target", [2_000, 8_000])
def test_a_token_budget_is_met_within_ten_per_cent(tmp_path: Path, target: int) -> None:
    made = only_retold(tmp_path / "run", target_tokens=target, headings=False)
    assert abs(sum(map(count_tokens, made)) - target) <= target * 0.1


def test_a_larger_budget_contains_the_smaller_ones_texts_and_one_too_large_is_noted(tmp_path: Path) -> None:
    small = only_retold(tmp_path / "small", target_tokens=2_000)
    large = only_retold(tmp_path / "large", target_tokens=6_000)
    assert set(small) < set(large)
    summary = make(tmp_path / "huge", target_tokens=10_000_000, only_styles=["list", "table"])
    assert any("target_tokens" in note and "add styles" in note for note in summary["notes"])


def test_more_variations_contain_the_fewer(tmp_path: Path) -> None:
    assert set(only_retold(tmp_path / "two", variations=2)) < set(only_retold(tmp_path / "three", variations=3))


def test_inferred_facts_say_that_they_are_inferred(every_style: Path) -> None:
    inferred = [text for text in texts(every_style) if "It follows that" in text]
    assert inferred
    years = re.search(r"It follows that (\d+) years lie between (\d+) and (\d+)", "".join(inferred))
    assert years is not None
    assert int(years[3]) - int(years[2]) == int(years[1])


def test_surface_variations_keep_the_words_and_cost_no_call(tmp_path: Path) -> None:
    plain = make(tmp_path / "plain", variations=0, include_facts=False, inferred_facts=False, limit=3)
    summary = make(
        tmp_path / "noisy", variations=0, include_facts=False, inferred_facts=False, limit=3, surface_variations=3
    )
    assert summary["calls"]["made"] == plain["calls"]["made"]
    assert len(texts(tmp_path / "noisy")) == 4 * len(texts(tmp_path / "plain"))
    original = texts(tmp_path / "plain")[0].split("\n\n", 1)[1]
    varied = [text.split("\n\n", 1)[1] for text in texts(tmp_path / "noisy")]
    assert sum(len(text) == len(original) for text in varied) == 4


def test_the_funnel_adds_up(every_style: Path) -> None:
    for stage in orjson.loads((every_style / "summary.json").read_bytes())["stages"]:
        for step in stage["steps"]:
            assert step["in"] == step["kept"] + sum(step["dropped"].values()) + sum(step["failed"].values()), step


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(reply="script", script=str(SCRIPT)) as running:
        yield running


def test_a_text_that_lost_names_is_asked_again_and_one_style_that_fails_costs_no_other(
    tmp_path: Path, endpoint: FakeEndpoint
) -> None:
    model = Model(name="forgetful", base_url=endpoint.url)
    summary = make(tmp_path / "run", model=model, limit=3, variations=99, only_styles=["essay", "faq", "list"])
    assert summary["calls"]["rejected"] > 0
    failed = [orjson.loads(line) for line in (tmp_path / "run/failed.jsonl").read_bytes().splitlines()]
    assert {line["record"]["style"] for line in failed} == {"list"}, "this style never gives a usable text"
    assert all("names and numbers" in line["reason"] for line in failed)
    retold = [text for text in texts(tmp_path / "run") if "retold as" in text]
    assert {text.split("retold as ")[1].split(":")[0] for text in retold} == {"essay", "faq"}


def test_what_is_missing_is_names_and_numbers_and_not_first_words() -> None:
    facts = ["Anna Teel built the loom in 1911.", "The bearings are oiled every 40 hours."]
    assert missing_details(facts, "In 1911, Teel built it; oil it every 40 h.") == []
    assert missing_details(facts, "Somebody built it.") == ["Teel", "1911", "40"]
