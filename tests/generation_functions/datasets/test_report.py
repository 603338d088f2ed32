"""The report: one safe, self-contained page on which losses cannot hide."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from generation_functions.datasets.card import write_card
from generation_functions.datasets.report import write_report


def report(folder: Path, summary: dict[str, Any]) -> str:
    return write_report(folder, summary).read_text("utf-8")


def parsed(page: str) -> ElementTree.Element:
    """The page as a tree; fails unless every tag is closed and every character escaped."""
    return ElementTree.fromstring(page.removeprefix("<!doctype html>"))


def words(page: str) -> str:
    body = parsed(page).find("body")
    assert body is not None
    return " ".join(" ".join(body.itertext()).split())


def verdict(page: str) -> tuple[str, str]:
    line = next(tag for tag in parsed(page).iter("p") if tag.get("class", "").startswith("verdict"))
    return str(line.get("class")).removeprefix("verdict "), " ".join(line.itertext())


@pytest.fixture
def clean(summary: dict[str, Any]) -> dict[str, Any]:
    """The same run without any loss: from the end of each stage, what came in is what went on or was dropped."""
    summary["documents"]["skipped"] = []
    summary["failed"] = 0
    for stage in summary["stages"]:
        following = stage["records_out"]
        for step in reversed(stage["steps"]):
            step["failed"] = {}
            step["made"] = following
            following = step["in"] = step["kept"] + sum(step["dropped"].values())
        stage["records_in"] = following
    return summary


def test_the_page_is_well_formed_and_needs_nothing_from_elsewhere(run_folder: Path, summary: dict[str, Any]) -> None:
    page = report(run_folder, summary)
    tree = parsed(page)
    assert not list(tree.iter("script"))
    assert not list(tree.iter("link"))
    assert not list(tree.iter("img"))
    assert "@import" not in page
    assert not re.search(r"url\((?!#)", page)
    targets = [tag.get("href", "") for tag in tree.iter("a")]
    assert not [target for target in targets if "//" in target]


def test_every_link_inside_the_page_has_its_target(run_folder: Path, summary: dict[str, Any]) -> None:
    tree = parsed(report(run_folder, summary))
    ids = [tag.get("id") for tag in tree.iter() if tag.get("id")]
    links = [tag.get("href", "")[1:] for tag in tree.iter("a") if tag.get("href", "").startswith("#")]
    assert links
    assert set(links) <= set(ids)
    assert len(ids) == len(set(ids))


def test_data_never_becomes_page(run_folder: Path, summary: dict[str, Any]) -> None:
    evil = "<script>alert('x')</script>\x00\x1b\ud800\"'&amp;"
    summary["title"] = summary["description"] = evil
    summary["config"] = {evil: evil}
    summary["notes"] = [evil]
    summary["models"][0]["name"] = evil
    summary["prompts"][0]["file"] = evil
    summary["documents"]["skipped"][0] = {"file": evil, "reason": evil}
    summary["stages"][1]["steps"][0]["dropped"] = {evil: 63}
    summary["datasets"][0]["examples"][0]["messages"][1]["content"] = evil
    page = report(run_folder, summary)
    assert "<script" not in page
    assert not list(parsed(page).iter("script"))
    assert "<script>alert('x')</script>" in words(page)


def test_every_reason_with_its_number_is_on_the_page(run_folder: Path, summary: dict[str, Any]) -> None:
    rows = [" ".join(tag.itertext()) for tag in parsed(report(run_folder, summary)).iter("li")]
    for stage in summary["stages"]:
        for step in stage["steps"]:
            for reason, times in step["dropped"].items():
                assert f"−{times} {reason}" in rows
            for reason, times in step["failed"].items():
                assert f"✕ {times} {reason}" in rows


def test_failures_are_never_folded_away(run_folder: Path, summary: dict[str, Any]) -> None:
    tree = parsed(report(run_folder, summary))
    folded = [" ".join(tag.itertext()) for details in tree.iter("details") for tag in details.iter("li")]
    assert folded
    assert not [line for line in folded if "✕" in line]


def test_the_headline_sums_are_those_of_the_parts(run_folder: Path, summary: dict[str, Any]) -> None:
    tiles = {}
    for tile in next(parsed(report(run_folder, summary)).iter("dl")):
        name, value = tile[0].text, tile[1].text
        tiles[name] = value
    steps = [step for stage in summary["stages"][1:] for step in stage["steps"]]
    assert tiles["rows"] == f"{sum(dataset['rows'] for dataset in summary['datasets']):,}"
    assert tiles["tokens"] == f"{sum(dataset['tokens'] for dataset in summary['datasets']):,}"
    assert tiles["failed records"] == str(sum(sum(step["failed"].values()) for step in steps))
    assert tiles["dropped"] == str(sum(sum(step["dropped"].values()) for step in steps))
    assert tiles["documents not read"] == str(len(summary["documents"]["skipped"]))
    assert tiles["cost"] == "$3.47"


def test_the_cost_table_adds_up_to_the_headline(run_folder: Path, summary: dict[str, Any]) -> None:
    foot = next(parsed(report(run_folder, summary)).iter("tfoot"))
    assert ["".join(cell.itertext()) for cell in foot.iter("td")] == [
        "together", "$3.47", "6,180", "8,204,110", "1,316,482",
    ]  # fmt: skip
    assert sum(step["calls"] for step in summary["calls"]["by_step"].values()) == summary["calls"]["made"]


def test_completed_with_losses_is_not_told_as_success(run_folder: Path, summary: dict[str, Any]) -> None:
    kind, text = verdict(report(run_folder, summary))
    assert kind == "bad"
    assert "45 records failed; 3 of 8 documents could not be read." in text


def test_a_run_without_losses_is_told_as_success(run_folder: Path, clean: dict[str, Any]) -> None:
    assert verdict(report(run_folder, clean)) == (
        "good",
        "Completed Everything was read, and nothing failed. 574 records dropped on purpose.",
    )


def test_records_that_vanish_without_a_reason_raise_the_alarm(run_folder: Path, clean: dict[str, Any]) -> None:
    clean["stages"][1]["steps"][2]["kept"] -= 700
    page = report(run_folder, clean)
    kind, text = verdict(page)
    assert kind == "bad"
    assert "700 records went missing without a reason; the numbers do not add up." in text
    assert "Step check question of pairs: 1,871 came in, and 1,171 are accounted for." in words(page)
    assert "? 700 not accounted for" in words(page)


def test_a_dataset_without_rows_is_not_told_as_success(run_folder: Path, clean: dict[str, Any]) -> None:
    clean["datasets"][2] = {**clean["datasets"][2], "rows": 0, "tokens": 0, "lengths": [], "examples": []}
    kind, text = verdict(report(run_folder, clean))
    assert (kind, "There is no row in rewrites." in text) == ("bad", True)


def test_a_run_that_ended_early_says_how(run_folder: Path, summary: dict[str, Any]) -> None:
    ended = {**summary, "status": "failed", "message": "The key was refused (401)."}
    assert verdict(report(run_folder, ended))[0] == "bad"
    kind, text = verdict(report(run_folder, {**ended, "status": "paused"}))
    assert kind == "warn"
    assert "The key was refused (401). 45 records failed" in text


def test_sample_rows_show_where_they_come_from(run_folder: Path, summary: dict[str, Any]) -> None:
    text = words(report(run_folder, summary))
    assert "From bells/casting.pdf , page 31, characters 52,110 to 54,002, licence CC-BY-4.0" in text
    assert "4 calls (filter, ask questions, check answer), $0.0029" in text


def test_an_answer_not_trained_on_is_marked(run_folder: Path, summary: dict[str, Any]) -> None:
    tree = parsed(report(run_folder, summary))
    marked = ["".join(tag.itertext()) for tag in tree.iter("div") if "untrained" in tag.get("class", "")]
    assert marked == ["Assistant, not trained onA bronze with 12 % tin."]
    assert [mark.text for mark in tree.iter("mark")] == ["Thirty hours, according to the first passage."]


def test_reused_answers_are_told_as_not_paid_again(run_folder: Path, summary: dict[str, Any]) -> None:
    assert "6,180 calls made for $3.47. 1,402 answers reused, not paid again." in words(report(run_folder, summary))


def test_a_document_that_taught_nothing_is_named(run_folder: Path, summary: dict[str, Any]) -> None:
    page = report(run_folder, summary)
    assert "1 document taught nothing: no row rests on it." in words(page)
    bad = [tag for tag in parsed(page).iter("tr") if tag.get("class") == "bad"]
    assert any("notes/safety.md" in "".join(row.itertext()) for row in bad)


def test_ten_thousand_documents_keep_the_page_small(run_folder: Path, summary: dict[str, Any]) -> None:
    one = summary["documents"]["read"][0]
    summary["documents"]["read"] = [{**one, "file": f"{number}.txt"} for number in range(10_000)]
    page = report(run_folder, summary)
    assert "and 9,800 more documents" in words(page)
    assert len(page) < 300_000


def test_a_run_that_made_nothing_still_gets_a_page(tmp_path: Path) -> None:
    kind, text = verdict(report(tmp_path, {"pipeline": "debug-pipeline", "status": "completed"}))
    assert (kind, "No dataset was written." in text) == ("bad", True)


def test_counts_of_the_run_that_contradict_each_other_are_listed(run_folder: Path, clean: dict[str, Any]) -> None:
    clean["failed"] = 3
    clean["stages"][1]["records_out"] += 1
    clean["datasets"][0]["rows"] += 10
    text = words(report(run_folder, clean))
    assert "3 records count as failed, and 0 have a reason." in text
    assert "Stage pairs: 1,361 were made, and 1,362 came out." in text
    assert "Dataset pairs: 1,371 rows, 1,361 with a length." in text


def test_coverage_and_parts_of_a_composition_are_shown(run_folder: Path, summary: dict[str, Any]) -> None:
    coverage = {
        "facts": 10,
        "taught": 7,
        "held_out": 1,
        "documents": [{"file": "north/mill.txt", "facts": 10, "taught": 7, "held_out": 1}],
        "untaught_examples": [{"file": "mill.txt", "fact": "The mill has twelve <windows>."}],
    }
    stages = [
        {**stage, "name": f"{part}: {stage['name']}"} for part in ("north/a", "north/b") for stage in summary["stages"]
    ]
    mixed = [{"name": "north", "rows": 3, "tokens": 90}, {"name": "general", "rows": 1, "tokens": 10}]
    first = {**summary["datasets"][0], "composition": mixed}
    whole = {**summary, "coverage": coverage, "stages": stages, "datasets": [first, *summary["datasets"][1:]]}
    page = write_report(run_folder, whole).read_text(encoding="utf-8")
    assert "The documents state 10 facts. Chat rows teach 7 (70 %); 1 are held out." in page
    assert "north/mill.txt: 7 taught, 1 held out, 2 not taught" in page
    assert "The mill has twelve &lt;windows&gt;." in page
    assert "general: 1 rows, 10 tokens" in page
    assert page.count('<details class="part">') == 3, "two parts, and the facts that nothing teaches"
    without_rows = [{**dataset, "examples": []} for dataset in whole["datasets"]]
    card = write_card(run_folder, {**whole, "datasets": without_rows}).read_text(encoding="utf-8")
    assert "chat rows teach 7 of them, 1 are held out" in card
    assert "| general | 1 | 10 |" in card
