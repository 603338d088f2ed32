"""The experiment "does the data teach": made-up facts, questions kept back, and a gap that is no accident."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks.teaching.data import DOCUMENTS, QUESTIONS, VARIATIONS, Asked, make_data
from benchmarks.teaching.facts import make_entities
from generation_functions import Model
from generation_functions.datasets.jsonl import read_json_lines


def test_equal_seeds_make_equal_facts_and_no_name_comes_twice() -> None:
    entities = make_entities(60)
    assert entities == make_entities(60)
    assert entities != make_entities(60, seed=1)
    assert len({entity.name for entity in entities}) == 60
    assert {entity.kind for entity in entities} == {"person", "place", "device"}


def test_a_larger_number_of_entities_contains_the_smaller_ones() -> None:
    assert make_entities(60)[:30] == make_entities(30)


def test_only_the_first_sentence_of_a_document_names_what_it_is_about() -> None:
    for entity in make_entities(30):
        assert entity.document.startswith(entity.name)
        assert entity.document.count(entity.name) == 1


@pytest.mark.parametrize(
    ("answer", "right"),
    [
        ("Ada Finch was born in Tarrow.", True),
        ("tarrow", True),
        ("Ada Finch was born in Tarrowby.", False),
        ("Ada Finch was born in Dunby.", False),
    ],
)
def test_an_answer_is_right_when_the_value_stands_in_it_word_for_word(answer: str, right: bool) -> None:
    assert Asked("Ada Finch", "birthplace", "Where was Ada Finch born?", "Tarrow").right(answer) == right


def test_questions_about_one_half_are_trained_on_and_those_about_the_other_are_in_no_file(tmp_path: Path) -> None:
    entities = make_entities(12)
    data = make_data(entities, tmp_path, model=Model(name="offline"), variations=3)
    shown, held = ({one.entity for one in questions} for questions in (data.shown, data.held))
    assert shown | held == {entity.name for entity in entities}
    assert not shown & held
    trained_on = "".join((tmp_path / name).read_text() for name in (DOCUMENTS, VARIATIONS, QUESTIONS))
    assert not any(one.question in trained_on for one in data.held)
    assert all(one.question in trained_on for one in data.shown)
    documents = [row["text"] for row in read_json_lines(tmp_path / DOCUMENTS)]
    assert sorted(documents) == sorted(entity.document for entity in entities)
    texts = [row["text"] for row in read_json_lines(tmp_path / VARIATIONS)]
    assert len(texts) == 12 * (1 + 1 + 3)  # the document, its facts, and the facts told again
    for entity in entities:
        assert sum(entity.facts[1].value in text and entity.name in text for text in texts) >= 4


@pytest.mark.slow
def test_our_data_teaches_what_the_documents_alone_do_not(tmp_path: Path) -> None:
    """The smoke size of the experiment: held-out questions, raw text only against everything."""
    pytest.importorskip("torch")
    pytest.importorskip("transformers")
    from benchmarks.teaching.experiment import SIZES, experiment, table, use_threads
    from finetuning.evaluate.significance import mcnemar, wilson

    use_threads(1)
    result = experiment(SIZES["smoke"], tmp_path)
    raw, everything = result.outcomes
    before, after = (wilson(sum(one.right), len(one.right)) for one in (raw, everything))
    assert before.high is not None
    assert after.low is not None
    assert after.low > before.high, table(result)
    assert mcnemar([float(right) for right in raw.right], [float(right) for right in everything.right]) < 1e-6
    assert [stage["steps"] for stage in raw.stages] == [stage["steps"] for stage in everything.stages]
