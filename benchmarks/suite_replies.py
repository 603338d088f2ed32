"""What an instant model answers to the factual suite's prompts, made of the text that it is shown.

The fake endpoint loads this file (`reply="script"`). It knows a prompt by its system message.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import Any

_GENERATION = Path(__file__).resolve().parent.parent / "generation"
_SENTENCE = re.compile(r"[A-Z][^.\n]*\d[^.\n]*\.")
_QUESTIONS = {
    "openended": "How did it come about and why does it matter",
    "negative": "Is it a mistake to believe that",
    "hallucination": "Who on earth doubts",
    "vague": "hm",
    "followup": "Please begin with",
    "comparison": "Compare the two sides of",
}
_VERDICTS = {"judge_chunk": "suitable", "check_flaw": "wrong", "check_not_answered": "missing"}


def reply(body: dict[str, Any]) -> str:
    """Answer one request."""
    messages = body["messages"]
    name = _names()[messages[0]["content"]]
    asked = messages[-1]["content"]
    if name in _VERDICTS or name.startswith("check_"):
        return f"Verdict: {_VERDICTS.get(name, 'yes')}"
    sentences = _SENTENCE.findall(asked)[:4] or ["The mill has 12 windows."]
    first = sentences[0]
    if name == "write_facts":
        return "\n".join(f"{number}. {sentence}" for number, sentence in enumerate(sentences, start=1))
    if name == "infer_facts":
        return "NOTHING FOLLOWS"
    if name == "write_conversation":
        pairs = re.findall(r"Question: (.*)\nAnswer: (.*)", asked)
        return "\n\n".join(f"User: {question}\n\nAssistant: {answer}" for question, answer in pairs)
    if name == "write_answered":
        number = re.search(r"Number of the text: (\d+)", asked)
        return f"User: What of this: {first[:40]}?\n\nAssistant: {first} [{number[1] if number else 1}]"
    if name == "write_unanswered":
        return f"User: What of this: {first[:40]}?\n\nAssistant: The texts do not say."
    if name == "write_corrections":
        flawed = first.replace("1", "7").replace("2", "8")
        lines = ("Question", f"What of this: {first[:40]}?"), ("Flawed answer", f"{flawed} So it is.")
        return "\n".join(f"{a}: {b}" for a, b in (*lines, ("Doubt", "Are you sure?"), ("Right answer", first)))
    if "pairs" in name:
        kind = name.split()[0]
        place = sum(kind.encode()) % len(sentences)  # styles ask about different things, as a real model's would
        told = sentences[place]
        pair = f"Question: {_QUESTIONS.get(kind, 'What of this')}: {' '.join(told.split()[:9])}?\nAnswer: {told}"
        more = f"\n\nQuestion: And then, {first.split()[0]}?\nAnswer: {first}" if kind == "followup" else ""
        return pair + more
    return str(asked).split("Facts:", 1)[-1].strip()  # the styles retell the facts


@cache
def _names() -> dict[str, str]:
    """Names of prompts by their system messages; those that want pairs have "pairs" in it, after the style's."""
    import yaml

    names: dict[str, str] = {}
    for path in sorted(_GENERATION.rglob("*.yaml")):
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
        if isinstance(content, dict) and "messages" in content:
            wants_pairs = path.stem in ("write_questions", "reword_question", "ask_about_fact")
            name = f"{path.parent.name} pairs" if wants_pairs else path.stem
            names.setdefault(content["messages"][0]["content"], name)
    return names
