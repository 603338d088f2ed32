"""Lines by number, and text in them, against reading the whole file."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from web.reading.line_index import BLOCK, Deadline, LineIndex, OutOfTimeError
from web.reading.walking import Walk

# Around the sizes of blocks, where mistakes are; and short ones, of which there are many in a block.
LINES = st.lists(
    st.one_of(
        st.binary(max_size=20).map(lambda data: data.replace(b"\n", b"")),
        st.sampled_from([BLOCK - 1, BLOCK, BLOCK + 1, 3 * BLOCK, 4 * BLOCK - 5]).map(lambda size: b"x" * size),
    ),
    max_size=30,
)


def split(content: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in content.split(b"\n")]
    lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=LINES, torn=st.booleans(), skipped=st.integers(0, 3))
def test_lines_are_where_the_index_says(tmp_path: Path, lines: list[bytes], torn: bool, skipped: int) -> None:
    path = tmp_path / "file"
    content = b"\n".join(lines) + (b"" if torn or not lines else b"\n")
    path.write_bytes(content)
    before = sum(len(line) + 1 for line in lines[:skipped])
    start = min(len(content), before)
    expected = split(content[start:])
    with LineIndex(start).open(path) as found:
        assert found.count() == len(expected)
        offset = start
        for number, line in enumerate(expected):
            assert found.offset_of(number) == offset
            assert found.number_at(offset + len(line) - 1) == number
            offset += len(line)
        assert found.offset_of(len(expected)) == len(content)
        assert list(Walk(found).rest()) == expected


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=LINES, marked=st.sets(st.integers(0, 29)), start=st.integers(0, 29), fold=st.booleans(), step=st.booleans()
)
def test_a_walk_finds_every_line_that_holds_a_text(
    tmp_path: Path, lines: list[bytes], marked: set[int], start: int, fold: bool, step: bool
) -> None:
    lines = [line.replace(b"NEEDLE", b"") for line in lines]
    lines = [line + b"NEEDLE" + line if number in marked else line for number, line in enumerate(lines)]
    path = tmp_path / "file"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    with LineIndex().open(path) as opened:
        walk, found = Walk(opened, fold=fold), []
        walk.go_to(start)
        while walk.find(b"needle" if fold else b"NEEDLE"):
            found.append((walk.number, walk.offset))
            if step:
                walk.next()
            else:
                walk.go_to(walk.number + 1)
        numbers = [number for number in sorted(marked) if start <= number < len(lines)]
        assert found == [(number, opened.offset_of(number)) for number in numbers]


def test_a_file_that_grows_keeps_its_index_and_one_that_is_replaced_does_not(tmp_path: Path) -> None:
    path, index = tmp_path / "file", LineIndex()
    path.write_bytes(b"first line\n" * 20_000)
    with index.open(path) as lines:
        assert lines.count() == 20_000
    with path.open("ab") as file:
        file.write(b"later\n" * 20_000)
    with index.open(path) as lines:
        assert lines.count() == 40_000
        assert Walk(lines, 20_000, lines.offset_of(20_000)).line() == b"later\n"
    (tmp_path / "other").write_bytes(b"a longer other line\n" * 90_000)
    (tmp_path / "other").replace(path)
    with index.open(path) as lines:
        assert lines.count() == 90_000
    with path.open("r+b") as file:  # cut and written again in place, and longer than before
        file.truncate(0)
        file.write(b"x\n" * 2_000_000)
    with index.open(path) as lines:
        assert lines.count() == 2_000_000


def test_a_file_that_is_cut_while_it_is_read_ends_early(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"a line\n" * 100_000)
    with LineIndex().open(path) as lines:
        with path.open("r+b") as file:
            file.truncate(14)
        assert list(Walk(lines).rest())[:2] == [b"a line\n"] * 2
        assert lines.offset_of(50_000) == lines.end
        assert not Walk(lines).find(b"nothing")


def test_what_was_counted_before_the_time_was_up_is_kept(tmp_path: Path) -> None:
    path, index = tmp_path / "file", LineIndex()
    path.write_bytes(b"a line\n" * 2_000_000)
    answers = 0
    while True:
        answers += 1
        with index.open(path, Deadline(-1)) as lines:
            try:
                assert lines.count() == 2_000_000
            except OutOfTimeError:
                continue
            break
    assert 2 < answers < 30


def test_a_search_that_is_out_of_time_says_how_far_it_got(tmp_path: Path) -> None:
    path, index = tmp_path / "file", LineIndex()
    path.write_bytes(b"a line of some length\n" * 500_000 + b"the needle\n")
    number, answers = 0, 0
    while True:
        answers += 1
        assert answers < 200
        with index.open(path, Deadline(-1)) as lines:
            walk = Walk(lines)
            try:
                walk.go_to(number)
                assert walk.find(b"needle")
            except OutOfTimeError:
                number = max(number, walk.number)
                continue
            assert walk.number == 500_000
            break
    assert answers > 2


def test_an_index_of_a_missing_file_is_an_error_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        with LineIndex().open(tmp_path / "nothing"):
            pass
