"""The work that every benchmark does: numbered records, and a chain of prompts over each.

The request bodies are a pure function of the record's number, so the bare loop and the engine can be held to
the very same requests, latencies and faults.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import orjson
import yaml

from generation_functions.records import Record, record_id

MODEL = "fake"
TAG = "answer"
_SYSTEM = f"You write training data. Put your answer into <{TAG}> tags."
_SENTENCE = "The lighthouse keeper counted every ship that passed in the night. "
_PROMPT_CHARACTERS = 1_000


class NumberedRecords:
    """Records 0 to count-1, made when asked for: the input takes no memory, however long it is."""

    def __init__(self, count: int) -> None:
        self._count = count

    def __len__(self) -> int:
        return self._count

    def __iter__(self) -> Iterator[Record]:
        return map(numbered_record, range(self._count))


def numbered_record(number: int) -> Record:
    """A record like those made from documents: a kilobyte of text and its origin."""
    return {
        "id": record_id("benchmark", number),
        "text": record_text(number),
        "source": {
            "file": f"part-{number // 1000:04}.txt",
            "page": None,
            "start": 0,
            "end": _PROMPT_CHARACTERS,
        },
    }


def record_text(number: int) -> str:
    """A kilobyte that begins with the record's number."""
    head = f"This is text {number}. "
    return (head + _SENTENCE * (_PROMPT_CHARACTERS // len(_SENTENCE) + 1))[:_PROMPT_CHARACTERS].rstrip()


def write_prompts(folder: Path, steps: int, *, tagged: bool = True) -> Path:
    """A folder of prompt files `step_0.yaml`...; each asks about the reply to the one before.

    Only our own fake endpoint is sure to answer in tags; `tagged` False takes any reply as it stands.
    """
    folder.mkdir(parents=True, exist_ok=True)
    for step in range(steps):
        variable = _variable(step)
        prompt = {
            "messages": [
                {"role": "system", "content": _SYSTEM},
                {"role": "user", "content": _question(step, "{" + variable + "}")},
            ],
            "variables": [variable],
            "reply": {"kind": "tag", "tag": TAG} if tagged else {"kind": "text"},
        }
        (folder / f"step_{step}.yaml").write_text(yaml.safe_dump(prompt, sort_keys=False), encoding="utf-8")
    return folder


def request_body(number: int, step: int, reply: str) -> bytes:
    """The request that the engine sends for step `step` of a record, after `reply` to the step before."""
    content = _question(step, reply_inside(reply) if step else record_text(number))
    messages = [{"role": "system", "content": _SYSTEM}, {"role": "user", "content": content}]
    return orjson.dumps({"model": MODEL, "messages": messages})


def reply_inside(reply: str) -> str:
    """What stands inside the tags."""
    return reply[len(TAG) + 2 : -len(TAG) - 3].strip()


def _variable(step: int) -> str:
    return f"reply_{step - 1}" if step else "text"


def _question(step: int, text: str) -> str:
    return f"Step {step}: rewrite this.\n\n{text}"
