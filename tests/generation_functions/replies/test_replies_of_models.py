"""What real models send, and what becomes of it: the tables in replies_of_models/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from generation_functions.errors import UnusableReplyError
from generation_functions.replies import ReplyFormat, parse_reply_format, read_reply

TABLES = sorted((Path(__file__).parent / "replies_of_models").glob("*.yaml"))


def rows() -> list[Any]:
    params = []
    for path in TABLES:
        table = yaml.safe_load(path.read_text(encoding="utf-8"))
        for row in table["rows"]:
            row.setdefault("format", table["format"])
            params.append(pytest.param(row, id=f"{path.stem}-{row['says']}"))
    return params


def reply_format(raw: object) -> ReplyFormat:
    problems: list[tuple[str, str]] = []
    made = parse_reply_format(raw, lambda key, message: problems.append((key, message)))
    assert problems == []
    return made


@pytest.mark.parametrize("row", rows())
def test_a_reply_is_read_as_the_table_says(row: dict[str, Any]) -> None:
    wanted, finish = reply_format(row["format"]), row.get("finish", "stop")
    if "error" in row:
        with pytest.raises(UnusableReplyError) as raised:
            read_reply(wanted, row["reply"], finish=finish)
        assert row["error"] in str(raised.value)
    else:
        assert read_reply(wanted, row["reply"], finish=finish) == row["value"]


def test_every_kind_of_reply_has_a_table_and_every_row_an_outcome() -> None:
    assert {path.stem for path in TABLES} == {"thinking", "text", "tag", "verdict", "pairs", "list", "json"}
    for param in rows():
        assert ("value" in param.values[0]) != ("error" in param.values[0]), param.id
