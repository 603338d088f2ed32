"""docs/prompts.md stays true: its files load, its reply formats parse."""

from __future__ import annotations

import re
from pathlib import Path

import yaml

from generation_functions.prompts import load_prompts
from generation_functions.replies import parse_reply_format, read_reply
from generation_functions.replies.formats import KINDS

PAGE = (Path(__file__).parents[2] / "docs" / "prompts.md").read_text(encoding="utf-8")


def written_out(root: Path) -> tuple[Path, Path]:
    for name, text in re.findall(r"```yaml\n# (\S+\.yaml)\n(.*?)```", PAGE, re.DOTALL):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    return root / "prompts", root / "my_prompts"


def test_the_files_on_the_page_load(tmp_path: Path) -> None:
    default, override = written_out(tmp_path)
    pairs, poem = load_prompts(default)["question_answer_pairs"], load_prompts(default)["poem"]
    assert (pairs.reply.kind, pairs.shorten, poem.reply.kind) == ("pairs", ("text",), "text")
    assert read_reply(pairs.reply, pairs.messages[2][1] * 2)[0]["answer"] == "It is brackish."
    changed = load_prompts(default, override)
    assert changed["question_answer_pairs"].messages == pairs.messages
    assert changed["question_answer_pairs"].sampling == {"temperature": 0}
    assert changed["poem"].messages[0][1].startswith("Schreibe")


def test_the_reply_formats_on_the_page_are_all_there_are() -> None:
    problems: list[tuple[str, str]] = []
    stated = [yaml.safe_load(code)["reply"] for code in re.findall(r"^\| `(reply: .*?)` \|", PAGE, re.MULTILINE)]
    kinds = [parse_reply_format(raw, lambda key, message: problems.append((key, message))).kind for raw in stated]
    assert problems == []
    assert kinds == list(KINDS)
