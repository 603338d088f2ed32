"""The dataset card: metadata the hub can read, and an honest account of how the data came to be."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml

from generation_functions.datasets.card import write_card


def metadata(card: str) -> dict[str, Any]:
    head = card.split("---\n")[1]
    loaded = yaml.safe_load(head)
    assert isinstance(loaded, dict)
    return loaded


def card(folder: Path, summary: dict[str, Any]) -> str:
    return write_card(folder, summary).read_text("utf-8")


def test_the_metadata_names_each_dataset_with_its_file(tmp_path: Path, summary: dict[str, Any]) -> None:
    loaded = metadata(card(tmp_path, summary))
    assert [(config["config_name"], config["data_files"][0]["path"]) for config in loaded["configs"]] == [
        ("pairs", "pairs.parquet"),
        ("corrections", "corrections.jsonl"),
        ("rewrites", "rewrites.jsonl"),
    ]
    assert [config.get("default") for config in loaded["configs"]] == [True, None, None]
    assert loaded["size_categories"] == ["1K<n<10K"]
    assert loaded["task_categories"] == ["text-generation"]
    assert "synthetic" in loaded["tags"]


def test_held_out_questions_are_a_test_split(tmp_path: Path, summary: dict[str, Any]) -> None:
    (tmp_path / "eval_questions.jsonl").write_text("{}\n")
    last = metadata(card(tmp_path, summary))["configs"][-1]
    assert last["config_name"] == "eval_questions"
    assert last["data_files"] == [{"split": "test", "path": "eval_questions.jsonl"}]


@pytest.mark.parametrize(
    ("licences", "expected"),
    [
        (["MIT", "MIT"], {"license": "mit"}),
        (["CC-BY-4.0", "Apache-2.0"], {"license": ["apache-2.0", "cc-by-4.0"]}),
        (["GPL-3.0-only"], {"license": "gpl-3.0"}),
        (["MIT", None], {"license": ["mit", "unknown"]}),
        (["Crown Copyright"], {"license": "other", "license_name": "crown-copyright"}),
        ([], {"license": "unknown"}),
    ],
)
def test_the_licence_is_that_of_the_sources_and_never_a_guess(
    tmp_path: Path, summary: dict[str, Any], licences: list[str | None], expected: dict[str, Any]
) -> None:
    one = summary["documents"]["read"][0]
    summary["documents"]["read"] = [{**one, "licence": licence} for licence in licences]
    loaded = metadata(card(tmp_path, summary))
    assert {key: value for key, value in loaded.items() if key.startswith("license")} == expected


def test_the_metadata_survives_any_title(tmp_path: Path, summary: dict[str, Any]) -> None:
    summary["title"] = 'Bells: "loud" & {odd}\n--- #1 | <b>'
    assert metadata(card(tmp_path, summary))["pretty_name"] == summary["title"]


def test_the_funnel_and_the_losses_are_told(tmp_path: Path, summary: dict[str, Any]) -> None:
    text = card(tmp_path, summary)
    for stage in summary["stages"]:
        for step in stage["steps"]:
            for reason, times in {**step["dropped"], **step["failed"]}.items():
                assert f"{times}: {reason}" in text
    assert "**45 records failed.**" in text
    assert "**3 documents could not be read**" in text


def test_sources_prompts_models_and_cost_are_told(tmp_path: Path, summary: dict[str, Any]) -> None:
    text = card(tmp_path, summary)
    for document in summary["documents"]["read"]:
        assert document["file"] in text
        assert document["sha256"][:16] in text
    for prompt in summary["prompts"]:
        assert prompt["digest"] in text
    for words in ("`qwen3:8b`", "`gpt-5-mini`", "6,180 model calls", "$3.47", "CC-BY-4.0"):
        assert words in text


def test_pictures_are_beside_the_card_and_are_svg(tmp_path: Path, summary: dict[str, Any]) -> None:
    text = card(tmp_path, summary)
    for dataset in summary["datasets"]:
        name = f"images/lengths-{dataset['name']}.svg"
        assert f"]({name})" in text
        picture = ElementTree.fromstring((tmp_path / name).read_text("utf-8"))
        assert picture.tag == "{http://www.w3.org/2000/svg}svg"


def test_the_offline_model_is_named_for_what_it_is(tmp_path: Path, summary: dict[str, Any]) -> None:
    assert "Made with the offline model" not in card(tmp_path, summary)
    assert "**Made with the offline model**" in card(tmp_path, {**summary, "offline": True})


def test_a_fence_in_an_example_does_not_end_the_example(tmp_path: Path, summary: dict[str, Any]) -> None:
    summary["datasets"][2]["examples"] = [{"id": "a", "text": "```json\nx\n````"}]
    assert "`````json" in card(tmp_path, summary)


def test_long_examples_are_shortened_and_say_so(tmp_path: Path, summary: dict[str, Any]) -> None:
    summary["datasets"][2]["examples"] = [{"id": "a", "text": "word " * 1_000}]
    assert "4,400 more characters]" in card(tmp_path, summary)


def test_the_card_holds_no_time(tmp_path: Path, summary: dict[str, Any]) -> None:
    first = card(tmp_path, summary)
    for stage in summary["stages"]:
        stage["seconds"] *= 7
    assert card(tmp_path, {**summary, "seconds": 1.0}) == first


def test_a_summary_with_next_to_nothing_still_gives_a_card(tmp_path: Path) -> None:
    text = card(tmp_path, {"pipeline": "debug-pipeline", "status": "failed"})
    assert metadata(text)["pretty_name"] == "debug-pipeline"
    assert "The run did not complete" in text
