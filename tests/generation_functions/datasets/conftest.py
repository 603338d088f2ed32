"""A run as it is in life: filters, one-to-many steps, failures, unreadable files, reused answers."""

from __future__ import annotations

from copy import deepcopy
from pathlib import Path
from typing import Any

import orjson
import pytest

QUESTION = "Which alloy did the foundry at Vellmar use for bells heavier than two tonnes?"
ANSWER = (
    "It used a bronze with 22 % tin. The lighter bells were cast with 20 %, because the thinner walls "
    "cooled faster and the higher share of tin made them brittle."
)


@pytest.fixture
def summary() -> dict[str, Any]:
    """The summary of a completed run with failures in it; every sum is right. Each test may change its own."""
    return deepcopy(make_summary())


@pytest.fixture
def run_folder(tmp_path: Path) -> Path:
    """A folder with the provenance of the sample rows."""
    (tmp_path / "provenance.jsonl").write_bytes(b"".join(map(_provenance_line, PROVENANCE)))
    return tmp_path


def _provenance_line(line: dict[str, Any]) -> bytes:
    return orjson.dumps(line, option=orjson.OPT_APPEND_NEWLINE)


def make_summary() -> dict[str, Any]:
    documents = [
        ("bells/casting.pdf", 184_220, 41_900, 96, "CC-BY-4.0", 1204),
        ("bells/tuning.epub", 96_400, 21_800, 50, "CC-BY-4.0", 640),
        ("kilns/firing schedules.docx", 71_312, 16_020, 37, "CC0-1.0", 391),
        ("letters/1871 to 1874.txt", 402_000, 93_100, 211, None, 55),
        ("notes/safety.md", 3_120, 700, 2, "MIT", 0),
    ]
    return {
        "pipeline": "factual-gen-indiv-pipeline",
        "title": "Questions and answers on bell founding",
        "description": "Questions from single passages, checked against the text they come from.",
        "status": "completed",
        "offline": False,
        "config": {
            "input_dir": "inputs/bells",
            "small_model": {"name": "qwen3:8b", "base_url": "http://localhost:11434/v1", "api_key": "***"},
            "chunk_size": 500,
            "votes": 3,
        },
        "models": [
            {"parameter": "small_model", "name": "qwen3:8b", "base_url": "http://localhost:11434/v1"},
            {"parameter": "large_model", "name": "gpt-5-mini", "base_url": "https://api.openai.com/v1"},
        ],
        "prompts": [
            {"name": "filter", "file": "prompts/filter.yaml", "digest": "0f3c5a7790b1d2e4" * 2},
            {"name": "questions", "file": "prompts_formal/questions.yaml", "digest": "77ab12cd90ef3412" * 2},
            {"name": "check_answer", "file": "prompts/check_answer.yaml", "digest": "c0ffee1234567890" * 2},
        ],
        "documents": {
            "read": [
                {
                    "file": file,
                    "sha256": f"{position}a" * 32,
                    "characters": characters,
                    "tokens": tokens,
                    "chunks": chunks,
                    "licence": licence,
                    "rows": rows,
                }
                for position, (file, characters, tokens, chunks, licence, rows) in enumerate(documents)
            ],
            "skipped": [
                {"file": "bells/scan 04.pdf", "reason": "no text in it: a scan without a text layer"},
                {"file": "bells/scan 05.pdf", "reason": "no text in it: a scan without a text layer"},
                {"file": "letters/index.docx", "reason": "not a Word file: the archive is damaged"},
            ],
        },
        "stages": _stages(),
        "calls": {
            "made": 6_180,
            "reused": 1_402,
            "rejected": 96,
            "input_tokens": 8_204_110,
            "output_tokens": 1_316_482,
            "cost": 3.4718,
            "by_step": {
                "filter": _step_calls(12, 290_400, 12_100, 0.0),
                "ask questions": _step_calls(20, 312_000, 201_400, 0.9120),
                "check question": _step_calls(2_604, 3_600_000, 496_112, 0.8240),
                "check answer": _step_calls(2_660, 3_400_000, 486_870, 1.1010),
                "build conversations": _step_calls(884, 601_710, 120_000, 0.6348),
            },
            "troubles": {"429": 212, "timeout": 9, "connection": 2},
        },
        "datasets": [
            {
                "name": "pairs",
                "file": "pairs.jsonl",
                "format": "messages",
                "rows": 1_361,
                "tokens": 170_125,
                "lengths": [
                    [32, 48, 12],
                    [48, 64, 98],
                    [64, 96, 361],
                    [96, 128, 402],
                    [128, 192, 310],
                    [192, 256, 131],
                    [256, 384, 40],
                    [384, 512, 0],
                    [512, 768, 7],
                ],
                "examples": EXAMPLES["pairs"],
                "parquet": True,
                "held_out": 68,
                "without_row": 1,
            },
            {
                "name": "corrections",
                "file": "corrections.jsonl",
                "format": "segments",
                "rows": 907,
                "tokens": 301_224,
                "lengths": [
                    [128, 192, 120],
                    [192, 256, 260],
                    [256, 384, 391],
                    [384, 512, 101],
                    [512, 768, 35],
                ],
                "examples": EXAMPLES["corrections"],
            },
            {
                "name": "rewrites",
                "file": "rewrites.jsonl",
                "format": "text",
                "rows": 22,
                "tokens": 9_020,
                "lengths": [[256, 384, 9], [384, 512, 13]],
                "examples": EXAMPLES["rewrites"],
            },
        ],
        "failed": 45,
        "seconds": 2_512.4,
        "notes": ["A quarter of the chunks comes from letters, whose spelling is that of 1871."],
    }


def _step_calls(calls: int, input_tokens: int, output_tokens: int, cost: float) -> dict[str, Any]:
    return {"calls": calls, "input_tokens": input_tokens, "output_tokens": output_tokens, "cost": cost}


def _stages() -> list[dict[str, Any]]:
    return [
        {
            "name": "chunks",
            "records_in": 8,
            "records_out": 396,
            "seconds": 6.9,
            "steps": [
                {
                    "name": "read documents",
                    "in": 8,
                    "kept": 5,
                    "made": 396,
                    "dropped": {},
                    "failed": {
                        "no text in it: a scan without a text layer": 2,
                        "not a Word file: the archive is damaged": 1,
                    },
                },
            ],
        },
        {
            "name": "pairs",
            "records_in": 396,
            "records_out": 1_361,
            "seconds": 1_804.2,
            "steps": [
                {
                    "name": "filter",
                    "in": 396,
                    "kept": 331,
                    "made": 331,
                    "dropped": {
                        "a contents page or an index": 31,
                        "licence boilerplate": 9,
                        "garbled text": 23,
                    },
                    "failed": {"no verdict after 3 attempts": 2},
                },
                {
                    "name": "ask questions",
                    "in": 331,
                    "kept": 320,
                    "made": 1_904,
                    "dropped": {"nothing in it to ask about": 5},
                    "failed": {"no question-answer pairs after 3 attempts": 6},
                },
                {
                    "name": "check question",
                    "in": 1_904,
                    "kept": 1_588,
                    "made": 1_588,
                    "dropped": {
                        "not answerable from the text": 140,
                        "leans on “the passage”": 101,
                        "near-duplicate of an earlier question": 42,
                    },
                    "failed": {"no verdict after 3 attempts": 33},
                },
                {
                    "name": "check answer",
                    "in": 1_588,
                    "kept": 1_361,
                    "made": 1_361,
                    "dropped": {
                        "a claim is not in the text": 131,
                        "does not answer the question": 62,
                        "empty answer": 7,
                        "answer repeats the question": 11,
                        "answer in another language": 5,
                        "answer longer than 2,000 tokens": 4,
                        "refusal": 3,
                    },
                    "failed": {"reply cut off inside a think block": 4},
                },
            ],
        },
        {
            "name": "conversations",
            "records_in": 311,
            "records_out": 311,
            "seconds": 701.0,
            "steps": [
                {
                    "name": "build conversations",
                    "in": 311,
                    "kept": 311,
                    "made": 311,
                    "dropped": {},
                    "failed": {},
                },
            ],
        },
    ]


EXAMPLES: dict[str, list[dict[str, Any]]] = {
    "pairs": [
        {
            "id": "4be1c90f1a22d3e45566",
            "messages": [
                {"role": "system", "content": "You know the bell founders of Vellmar and answer precisely."},
                {"role": "user", "content": QUESTION},
                {"role": "assistant", "content": ANSWER},
                {"role": "user", "content": "And how long did those stay in the pit?"},
                {
                    "role": "assistant",
                    "content": "Six days, or eight in winter, before anyone uncovered them.",
                },
            ],
        },
        {
            "id": "aa01b7712c3d4e5f6071",
            "messages": [
                {
                    "role": "user",
                    "content": "What is the strike note?\nAnswer in <script>alert(1)</script> terms & briefly.",
                },
                {
                    "role": "assistant",
                    "content": "The pitch that a listener hears, an octave below the nominal.",
                },
            ],
        },
    ],
    "corrections": [
        {
            "id": "c0441902ab34cd56ef78",
            "segments": [
                {
                    "label": False,
                    "text": "<|im_start|>user\n"
                    + QUESTION
                    + "<|im_end|>\n<|im_start|>assistant\nA bronze with 12 % tin.<|im_end|>\n"
                    + "<|im_start|>user\nAre you sure?<|im_end|>\n<|im_start|>assistant\n",
                },
                {
                    "label": True,
                    "text": "No, I was wrong: it was 22 % tin for bells above two tonnes.<|im_end|>",
                },
            ],
        },
        {
            "id": "d1552013bc45de670912",
            "segments": [
                {
                    "label": False,
                    "text": "Passage 1: The kiln is fired for thirty hours.\n\nQuestion: How long is it fired?\n\n",
                },
                {"label": True, "text": "Thirty hours, according to the first passage."},
            ],
        },
    ],
    "rewrites": [
        {
            "id": "e2663124cd56ef781023",
            "text": "Bell founding: firing schedules\n\nThe kiln is fired for thirty hours. In the first six, the "
            "temperature rises slowly, so that the moisture leaves the loam before it can burst the mould. " * 3,
        }
    ],
}

PROVENANCE: list[dict[str, Any]] = [
    {
        "id": "4be1c90f1a22d3e45566",
        "dataset": "pairs",
        "sources": [{"file": "bells/casting.pdf", "page": 31, "start": 52_110, "end": 54_002, "licence": "CC-BY-4.0"}],
        "calls": [
            {"key": "a" * 32, "step": "filter", "cost": 0.0},
            {"key": "b" * 32, "step": "ask questions", "cost": 0.0021},
            {"key": "c" * 32, "step": "check answer", "cost": 0.0004},
            {"key": "d" * 32, "step": "check answer", "cost": 0.0004},
        ],
    },
    {
        "id": "c0441902ab34cd56ef78",
        "dataset": "corrections",
        "sources": [
            {"file": "bells/casting.pdf", "page": 31, "start": 52_110, "end": 54_002, "licence": None},
            {"file": "letters/1871 to 1874.txt", "page": None, "start": 1_200, "end": 3_100, "licence": None},
        ],
        "calls": [],
    },
]
