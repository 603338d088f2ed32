"""The sample documents that ship with the product: each is read as meant, and they agree with each other."""

from __future__ import annotations

import doctest
import runpy
from pathlib import Path

import pytest

from generation_functions.documents import Document, read_documents
from tests.support.build_sample_documents import SAMPLE, build_all


@pytest.fixture(scope="module")
def skipped() -> list[tuple[str, str]]:
    return []


@pytest.fixture(scope="module")
def documents(skipped: list[tuple[str, str]]) -> dict[str, Document]:
    read = read_documents(SAMPLE, on_skip=lambda file, reason: skipped.append((file, reason)))
    return {document.file: document for document in read}


def test_every_sample_is_read_but_the_broken_one(
    documents: dict[str, Document], skipped: list[tuple[str, str]]
) -> None:
    assert list(documents) == [
        "fog-organ-manual.docx",
        "front-matter.txt",
        "history-of-the-light.md",
        "keepers.txt",
        "letters/albers-1926.txt",
        "range-survey-1931.pdf",
        "records/instruments.json",
        "records/night-log-1911.csv",
        "records/organ_pressure.py",
        "tide-engine.html",
        "visitors-guide.epub",
    ]
    assert [file for file, _ in skipped] == ["damaged-scan.pdf"]
    assert skipped[0][1].startswith("it is not a PDF or is damaged")


@pytest.mark.parametrize(
    ("file", "passage"),
    [
        (
            "fog-organ-manual.docx",
            "## Stopping\n\n1. Wait until the beacon on Gull Rock has been visible for thirty minutes.\n2. Stop",
        ),
        ("fog-organ-manual.docx", "- Read the thermometer beside Old Margery.\n- Chase the wren"),
        ("fog-organ-manual.docx", "| 10 | 45 mm | 30 mm | 19 mm |"),
        ("front-matter.txt", "Preface ........................................ vii\n"),
        ("history-of-the-light.md", "# A short history of Sallow Point Light\n\nSallow Point is the northern tip"),
        ("keepers.txt", "Ottoline Brandreth invented the tuning collar in 1904."),
        ("letters/albers-1926.txt", "Die größte Pfeife heißt Old Margery."),
        ("records/instruments.json", "## pipes\n\nname: Old Margery\nfaces: north\nnote: C1\nlength_metres: 5.2"),
        ("records/night-log-1911.csv", "date: 1911-03-02\nkeeper: Ottoline Brandreth\nwind: west 2"),
        ("records/organ_pressure.py", "RECEIVER_VOLUME = 20.0  # cubic metres, each"),
        ("tide-engine.html", "| 5 | 300 | 1.4 |"),
        ("tide-engine.html", "```\nhours left = (pressure in bar - 1.0) x 5\n```"),
        ("visitors-guide.epub", "# Hearing the fog organ\n\nThe Sallow Point Trust sounds the fog organ"),
    ],
)
def test_a_sample_holds_its_text(documents: dict[str, Document], file: str, passage: str) -> None:
    assert passage in documents[file].text


def test_the_two_columns_of_the_survey_are_read_one_after_the_other(documents: dict[str, Document]) -> None:
    survey = documents["range-survey-1931.pdf"]
    assert len(survey.pages) == 2
    assert survey.text.startswith(
        "Proceedings of the Institute of Coastal Signals, Vol. 12 114\nHow far does a fog organ carry?\nBy Leonora"
    )
    flat = " ".join(survey.text.split())
    source = (Path(__file__).parents[2] / "support/sample_sources/range-survey-1931.txt").read_text(encoding="utf-8")
    sentences = [
        part for line in source.replace("~", "").splitlines()[2:] for part in line.removeprefix("## ").split(". ")
    ]
    missing = [sentence for sentence in sentences if sentence not in flat]
    assert len(missing) <= 1, missing  # the one that runs on to the second page has header and footer in it
    places = [
        flat.index(word) for word in ("Method Leonora", "Results In calm", "The silent belt An", "Thanks The authors")
    ]
    assert places == sorted(places)


def test_titles_and_licences_of_the_samples(documents: dict[str, Document]) -> None:
    assert {file: document.title for file, document in documents.items() if document.title != Path(file).stem} == {
        "fog-organ-manual.docx": "Working the fog organ: a manual for keepers",
        "history-of-the-light.md": "A short history of Sallow Point Light",
        "range-survey-1931.pdf": "How far does a fog organ carry?",
        "records/instruments.json": "Inventory of the fog organ and the tide engine at Sallow Point",
        "tide-engine.html": "How the tide engine works",
        "visitors-guide.epub": "Sallow Point Light: a visitor’s guide",
    }
    assert {file for file, document in documents.items() if document.licence == "CC0-1.0"} == {
        "history-of-the-light.md",
        "records/organ_pressure.py",
    }


def test_page_furniture_of_the_web_page_is_gone(documents: dict[str, Document]) -> None:
    text = documents["tide-engine.html"].text
    for unwanted in ("Tickets", "console.log", "font-family", "Old opening hours"):
        assert unwanted not in text


def test_facts_agree_across_the_samples(documents: dict[str, Document]) -> None:
    for fact, files in {
        "164 steps": ("history-of-the-light.md", "visitors-guide.epub"),
        "14 October 1897": ("history-of-the-light.md",),
        "5.2 metres": ("range-survey-1931.pdf", "visitors-guide.epub"),
        "420": ("tide-engine.html", "records/night-log-1911.csv", "records/organ_pressure.py"),
        "30 September 1986": ("history-of-the-light.md", "keepers.txt"),
    }.items():
        for file in files:
            assert fact in documents[file].text


def test_the_python_sample_does_what_its_docstrings_say() -> None:
    names = runpy.run_path(str(SAMPLE / "records" / "organ_pressure.py"))
    finder = doctest.DocTestFinder()
    runner = doctest.DocTestRunner()
    for test in finder.find(names["Charge"], "Charge", module=False, globs=names):
        runner.run(test)
    assert runner.summarize(verbose=False) == doctest.TestResults(failed=0, attempted=5)
    assert names["enough_for_sunday"](1.1, 40)
    assert not names["enough_for_sunday"](1.0, 0)


def test_building_the_binary_samples_again_gives_the_same_bytes() -> None:
    for name, data in build_all().items():
        assert (SAMPLE / name).read_bytes() == data, f"{name}: run python -m tests.support.build_sample_documents"
