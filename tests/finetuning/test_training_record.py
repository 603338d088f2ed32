"""training.json: what it tells of the files that a model was trained on."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetuning.training_record import RECORD_FILE, TrainingRecord, read_record, record_text

names = st.text("ab .-", min_size=1, max_size=8).filter(lambda name: name.strip(" .") != "")
places = st.lists(names, min_size=1, max_size=4).map(lambda parts: "/" + "/".join(parts))


def record_of(*data: object) -> TrainingRecord:
    return TrainingRecord(base_model="some/model", stages=[{"kind": "supervised", "data": list(data)}])


def written(record: TrainingRecord, folder: Path) -> str:
    text = record_text(record, folder)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / RECORD_FILE).write_text(text)
    return text


@given(data=st.lists(places, max_size=3))
def test_files_of_data_are_found_again_wherever_they_lie(
    tmp_path_factory: pytest.TempPathFactory, data: list[str]
) -> None:
    folder = tmp_path_factory.mktemp("run") / "model"
    record = record_of(*data, str(folder.parent), str(folder / "..beside/rows.jsonl"))
    written(record, folder)
    assert read_record(folder) == record


def test_a_record_does_not_tell_where_on_the_disk_it_was_written(tmp_path: Path) -> None:
    folder, data = tmp_path / "outputs/run/model", tmp_path / "outputs/data/sft_run/chat.jsonl"
    text = written(record_of(str(data)), folder)
    assert str(tmp_path) not in text
    assert '"../../data/sft_run/chat.jsonl"' in text


def test_a_run_and_its_data_that_are_moved_together_stay_together(tmp_path: Path) -> None:
    folder, data = tmp_path / "here/run/model", tmp_path / "here/data/chat.jsonl"
    written(record_of(str(data)), folder)
    shutil.move(tmp_path / "here", tmp_path / "there")
    (stage,) = read_record(tmp_path / "there/run/model").stages
    assert stage["data"] == [str(tmp_path / "there/data/chat.jsonl")]


def test_what_is_no_path_of_ours_stays_as_it_is(tmp_path: Path) -> None:
    for odd in (record_of("hub:owner/name", "plain.jsonl", {"file": "/a/b"}, 3), TrainingRecord(stages=[{"data": 4}])):
        written(odd, tmp_path)
        assert read_record(tmp_path) == odd
