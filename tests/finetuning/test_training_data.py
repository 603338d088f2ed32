"""Rows are read from files of every format, named where they are broken, and come out in one seeded order."""

from __future__ import annotations

import json
import pickle
from functools import cache
from pathlib import Path
from typing import Any

import numpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from finetuning.data_shares import mixture
from finetuning.new_model import NewModel, new_tokenizer
from finetuning.token_rows import NOT_TRAINED
from finetuning.training_data import DataEntry, RowEncoder, TrainingData, read_training_data
from generation_functions.chat_templates import load_template
from generation_functions.errors import StorageError, UsageError
from tests.support.small_disk import files_no_larger_than
from tests.support.tiny_models import TEXTS

CHAT = {"messages": [{"role": "user", "content": "Who built it?"}, {"role": "assistant", "content": "Ada Finch."}]}
CHAT_TEXT = "<|im_start|>user\nWho built it?<|im_end|>\n<|im_start|>assistant\nAda Finch.<|im_end|>"
END = "<|im_end|>"


@cache
def encoder(template: str = "chatml") -> RowEncoder:
    chat = load_template(template)
    return RowEncoder(new_tokenizer(NewModel(vocabulary_size=400), TEXTS, chat), chat)


def decoded(ids: Any) -> str:
    return str(encoder().tokenizer.decode(ids))


def write(path: Path, *rows: Any) -> Path:
    path.write_text("".join((row if isinstance(row, str) else json.dumps(row)) + "\n" for row in rows))
    return path


def read(folder: Path, *entries: Any, length: int = 64, **more: Any) -> TrainingData:
    """`entries` are file names, or whole entries."""
    known = [DataEntry(file=one) if isinstance(one, str) else DataEntry(**one) for one in entries]
    options = {"store": folder / "tokens", "folder": folder, **more}
    return read_training_data(known, options.pop("encoder", encoder()), sequence_length=length, **options)


def texts(data: TrainingData) -> list[str]:
    return [decoded(data[number].ids) for number in range(len(data))]


def numbered(number: int, words: int = 1) -> dict[str, str]:
    return {"text": f"{number:03d}" + " river" * words}


def test_one_file_may_hold_rows_of_every_format(tmp_path: Path) -> None:
    segments = {"segments": [{"label": False, "text": "A river "}, {"label": True, "text": "rises."}]}
    sharegpt = {"conversations": [{"from": "human", "value": "Who built it?"}, {"from": "gpt", "value": "Ada Finch."}]}
    alpaca = {"instruction": "Who built it?", "input": "", "output": "Ada Finch."}
    write(tmp_path / "all.jsonl", CHAT, sharegpt, alpaca, segments, {"text": "A river."})
    data = read(tmp_path, "all.jsonl")
    assert texts(data) == [CHAT_TEXT] * 3 + ["A river rises.", f"A river.{END}"]
    assert decoded([label for label in data[0].labels if label != NOT_TRAINED]) == f"Ada Finch.{END}"
    assert data.tokens == sum(len(data[number].ids) for number in range(5)) == data.lengths.sum()
    assert data.notes == []


def test_rows_that_cannot_be_used_are_named_by_file_and_line_and_counted(tmp_path: Path) -> None:
    broken = {"messages": [{"role": "user", "content": "Well?"}]}
    forged = {"messages": [CHAT["messages"][0], {"role": "assistant", "content": f"Ada{END}"}]}
    file = write(tmp_path / "rows.jsonl", CHAT, "{", "", broken, forged, {"text": " "}, broken, {"text": "A river."})
    data = read(tmp_path, "rows.jsonl")
    assert texts(data) == [CHAT_TEXT, f"A river.{END}"]
    assert [skipped.line for skipped in data.skipped] == [2, 4, 6, 7, 5]
    assert all(skipped.file == str(file) for skipped in data.skipped)
    twice = next(note for note in data.notes if "no answer" in note)
    assert twice.startswith(f"{file}:4: it ends with a message of user")
    assert twice.endswith("2 rows left out for this reason.")
    assert any(f"{file}:5: it has {END} inside a message" in note for note in data.notes)


def test_a_format_that_is_given_refuses_rows_of_any_other(tmp_path: Path) -> None:
    file = write(tmp_path / "rows.jsonl", {"text": "A river."}, CHAT)
    data = read(tmp_path, {"file": "rows.jsonl", "format": "messages"})
    assert texts(data) == [CHAT_TEXT]
    assert str(data.skipped[0]) == f"{file}:1: it is text, and the data's format is given as messages"


def test_a_long_text_is_cut_in_pieces_and_none_of_it_is_lost(tmp_path: Path) -> None:
    """Proof 3 of the training design: every token of a long document is kept, and learned once."""
    text = " ".join(TEXTS * 3)
    write(tmp_path / "long.jsonl", {"text": text}, {"text": "A river."})
    data = read(tmp_path, "long.jsonl", length=32)
    pieces = [data[number] for number in range(len(data) - 1)]
    assert max(data.lengths) == 32
    joined = [*pieces[0].ids.tolist(), *(token for piece in pieces[1:] for token in piece.ids[1:].tolist())]
    assert joined == encoder().encode({"text": text}).ids.tolist()
    assert [label for piece in pieces for label in piece.labels[1:]] == joined[1:]
    assert data.notes == []


def test_a_conversation_that_is_too_long_is_left_out_whole_and_said(tmp_path: Path) -> None:
    """Proof 1 of the training design: nothing but text is ever cut."""
    long = {"messages": [CHAT["messages"][0], {"role": "assistant", "content": "Ada Finch. " * 20}]}
    segments = {"segments": [{"label": True, "text": "A river. " * 20}]}
    file = write(tmp_path / "rows.jsonl", CHAT, long, segments)
    data = read(tmp_path, "rows.jsonl", length=48)
    assert texts(data) == [CHAT_TEXT]
    assert data.too_long == {str(file): 2}
    assert data.notes == [
        f"{file}: 2 rows left out, longer than the sequence length of 48 tokens (the longest has {data.longest}). "
        "Raise sequence_length to train on them."
    ]


def test_a_folder_of_files_is_read_and_so_are_packed_ones(tmp_path: Path) -> None:
    import gzip

    rows = tmp_path / "rows"
    rows.mkdir()
    write(rows / "a.jsonl", numbered(1))
    (rows / "b.jsonl.gz").write_bytes(gzip.compress(json.dumps(numbered(2)).encode()))
    (rows / "c.json").write_text(json.dumps([numbered(3)]))
    assert [text[:3] for text in texts(read(tmp_path, "rows"))] == ["001", "002", "003"]


def test_what_was_tokenised_is_not_tokenised_again(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", CHAT, "{", numbered(1))
    first = read(tmp_path, "rows.jsonl")
    made = {path: path.stat().st_ino for path in (tmp_path / "tokens").rglob("*.bin")}
    (tmp_path / "rows.jsonl").rename(tmp_path / "moved.jsonl")
    again = read(tmp_path, "moved.jsonl", length=500, seed=3)
    assert {path: path.stat().st_ino for path in (tmp_path / "tokens").rglob("*.bin")} == made
    assert texts(again) == texts(first)
    assert again.skipped[0].line == first.skipped[0].line == 2
    assert again.skipped[0].file.endswith("moved.jsonl")


def test_other_rows_another_tokenizer_and_another_template_are_tokenised_anew(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", CHAT)
    read(tmp_path, "rows.jsonl")
    read(tmp_path, "rows.jsonl", length=200, encoder=RowEncoder(encoder().tokenizer, load_template("gemma")))
    read(tmp_path, "rows.jsonl", encoder=encoder("llama3"))
    write(tmp_path / "rows.jsonl", CHAT, CHAT)
    assert len(read(tmp_path, "rows.jsonl")) == 2
    assert len(list((tmp_path / "tokens").iterdir())) == 4


@pytest.mark.parametrize("damage", ["ids.bin", "rows.npy", "about.json"])
def test_stored_tokens_that_are_damaged_are_made_again(tmp_path: Path, damage: str) -> None:
    write(tmp_path / "rows.jsonl", CHAT)
    expected = texts(read(tmp_path, "rows.jsonl"))
    [stored] = (tmp_path / "tokens").rglob(damage)
    stored.write_bytes(stored.read_bytes()[:-3])
    assert texts(read(tmp_path, "rows.jsonl")) == expected


def test_a_reading_that_was_stopped_leaves_nothing_that_looks_done(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", *[numbered(number) for number in range(1200)])

    def stop(percent: float, message: str) -> None:
        if "500 rows" in message:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read(tmp_path, "rows.jsonl", progress=stop)
    assert list((tmp_path / "tokens").iterdir()) == []
    assert len(read(tmp_path, "rows.jsonl")) == 1200


def test_a_full_disk_is_said_and_the_next_try_succeeds(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", *[numbered(number) for number in range(300)])
    with (
        files_no_larger_than(500),
        pytest.raises(StorageError, match=r"Cannot write tokenised data to .*Free some space"),
    ):
        read(tmp_path, "rows.jsonl")
    assert len(read(tmp_path, "rows.jsonl")) == 300


def test_progress_rises_to_a_hundred_and_says_what_is_read(tmp_path: Path) -> None:
    write(tmp_path / "a.jsonl", *[numbered(number) for number in range(1200)])
    write(tmp_path / "b.jsonl", numbered(1))
    told: list[tuple[float, str]] = []
    read(tmp_path, "a.jsonl", "b.jsonl", progress=lambda percent, message: told.append((percent, message)))
    assert [percent for percent, _ in told] == sorted(percent for percent, _ in told)
    assert told[-1] == (100, "data is ready")
    assert told[1][1].startswith("tokenising a.jsonl: 500 rows, ")


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "does not exist: did you mean"),
        ("", "is empty. Run what makes the data again"),
        ("{", r"holds no row to train on\. .*rows.jsonl:1: it is not JSON"),
        (
            json.dumps({"messages": [CHAT["messages"][0], {"role": "assistant", "content": "A. " * 99}]}),
            "at most 64 tok",
        ),
    ],
    ids=["missing", "empty", "broken", "too long"],
)
def test_data_that_gives_nothing_is_an_error_that_says_why(tmp_path: Path, content: str | None, message: str) -> None:
    (tmp_path / ("rowz.jsonl" if content is None else "rows.jsonl")).write_text(content or "")
    with pytest.raises(UsageError, match=message):
        read(tmp_path, "rows.jsonl")


def order_of(data: TrainingData, epochs: int = 1) -> list[list[str]]:
    return [[decoded(row.ids)[:3] for row in rows] for rows in data.sequences(epochs)]


def test_each_epoch_has_every_row_once_in_another_order_and_the_seed_decides(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", *[numbered(number, number % 9) for number in range(50)])
    data = read(tmp_path, "rows.jsonl", length=32)
    sequences = data.sequences(2)
    orders = order_of(data, 2)
    first, second = orders[: sequences.epoch_ends[0]], orders[sequences.epoch_ends[0] :]
    for epoch in (first, second):
        assert sorted(name for names in epoch for name in names) == [f"{number:03d}" for number in range(50)]
    assert first != second
    assert orders == order_of(read(tmp_path, "rows.jsonl", length=32), 2)
    assert orders != order_of(read(tmp_path, "rows.jsonl", length=32, seed=1), 2)
    assert max(sequences.lengths) <= 32
    assert sequences.lengths[sequences.longest] == max(sequences.lengths)
    assert sequences.lengths.sum() == 2 * data.tokens
    assert len(first) < 0.7 * 50


def test_data_reaches_a_worker_process_without_its_tokens(tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", *[numbered(number, 20) for number in range(500)])
    sequences = read(tmp_path, "rows.jsonl").sequences()
    sequences[0]
    sent = pickle.dumps(sequences)
    assert len(sent) < sequences.lengths.sum() * 4
    assert [row.ids.tolist() for row in pickle.loads(sent)[3]] == [row.ids.tolist() for row in sequences[3]]


def epoch_tokens(data: TrainingData, epoch: int, entry: int) -> int:
    rows = data.epoch(epoch)
    edge = int(numpy.searchsorted(numpy.cumsum(data.lengths), data.tokens_of(0)) + 1)  # rows of entry 0 stand first
    chosen = rows[(rows >= edge) if entry else (rows < edge)]
    return int(data.lengths[chosen].sum())


def test_a_share_is_met_in_every_epoch_and_other_rows_are_used_before_any_comes_again(tmp_path: Path) -> None:
    write(tmp_path / "own.jsonl", *[numbered(number, 8) for number in range(100)])
    write(tmp_path / "general.jsonl", *[numbered(500 + number, 8) for number in range(100)])
    data = read(tmp_path, "own.jsonl", {"file": "general.jsonl", "share": 0.25})
    row = int(data.lengths[0])
    for epoch in range(5):
        assert epoch_tokens(data, epoch, 0) == data.tokens_of(0)
        assert abs(epoch_tokens(data, epoch, 1) - data.tokens_of(0) / 3) <= row
    general = [number for epoch in range(3) for number in data.epoch(epoch).tolist() if number >= 100]
    assert len(set(general)) == len(general) == 100
    assert data.notes == []


def test_a_share_that_cannot_be_met_is_said_and_repeated_where_that_is_allowed(tmp_path: Path) -> None:
    write(tmp_path / "own.jsonl", *[numbered(number, 8) for number in range(100)])
    file = write(tmp_path / "few.jsonl", *[numbered(500 + number, 8) for number in range(10)])
    data = read(tmp_path, "own.jsonl", {"file": "few.jsonl", "share": 0.5})
    [note] = data.notes
    assert note.startswith("few.jsonl has only ")
    assert "9.1% of an epoch instead of 50.0%" in note
    assert len(data.epoch(0)) == 110
    repeated = read(tmp_path, "own.jsonl", {"file": str(file), "share": 0.5, "repeat": True})
    assert repeated.notes == []
    assert abs(epoch_tokens(repeated, 0, 1) - data.tokens_of(0)) <= int(data.lengths[0])


SOURCES = st.lists(st.tuples(st.integers(1, 10_000), st.floats(0.01, 0.2), st.booleans()), max_size=4)


@given(st.integers(1, 10_000), SOURCES)
def test_every_source_gets_its_share_or_all_of_it_is_used(own: int, sources: list[tuple[int, float, bool]]) -> None:
    named = [(str(number), tokens, share, repeat) for number, (tokens, share, repeat) in enumerate(sources)]
    taken = mixture([("own", own, None, False), *named])
    total = sum(one.tokens for one in taken)
    assert taken[0].whole
    assert taken[0].tokens == own
    for one, (_, tokens, share, _) in zip(taken[1:], named, strict=True):
        assert bool(one.note) == one.whole
        assert one.tokens == tokens if one.whole else one.tokens == pytest.approx(share * total)
        if one.whole:
            assert one.tokens < share * total * (1 + 1e-6)


def test_where_all_have_shares_the_scarcest_source_decides() -> None:
    taken = mixture([("a", 100, 0.25, False), ("b", 1000, 0.75, False)])
    assert [one.tokens for one in taken] == pytest.approx([100, 300])


@pytest.mark.parametrize(
    ("shares", "message"),
    [
        ([0.7, 0.6], "come to 1.30, and there is only 1 to share out"),
        ([0.5, 0.5, None], "come to 1.00, and there are sources without a share"),
        ([0.5, 0.2], "come to 0.70, and nothing says what the rest is"),
    ],
)
def test_shares_that_make_no_sense_are_refused(shares: list[float | None], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        mixture([(str(number), 10, share, False) for number, share in enumerate(shares)])
