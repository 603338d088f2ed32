"""Finds an offline writer by its name and lets it write."""

from __future__ import annotations

import inspect
import random
from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from generation_functions.errors import ConfigError, Problem
from generation_functions.names import did_you_mean
from generation_functions.records import seeded, stable_hash

Writer = Callable[[Mapping[str, Any], random.Random], str]

_PACKAGE = "generation_functions.offline"
# Writer -> the module of this package that holds a function of that name.
_MODULES = {
    "answerable_verdict": "question_verdicts",
    "asked_openly_verdict": "recall_verdicts",
    "comparison_questions": "recall_comparison",
    "conversation": "conversations",
    "correction_verdict": "recall_verdicts",
    "corrections": "retrieving",
    "echo": "lifting",
    "facts": "lifting",
    "false_premise_verdict": "recall_verdicts",
    "flaw_verdict": "retrieving",
    "followup_questions": "recall_followup",
    "grounded_verdict": "answer_verdicts",
    "inferred_facts": "retelling",
    "negative_questions": "recall_negative",
    "not_answered_verdict": "retrieving",
    "nothing_invented_verdict": "recall_verdicts",
    "open_questions": "recall_openended",
    "poem": "poems",
    "question_about_fact": "gap_questions",
    "question_answer_pairs": "question_answer_pairs",
    "recognisable_verdict": "recall_verdicts",
    "relevance_verdict": "answer_verdicts",
    "repaired_text": "repairing",
    "retold_essay": "retelling",
    "retold_faq": "retelling",
    "retold_json": "retelling",
    "retold_list": "retelling",
    "retold_logic_chain": "retelling",
    "retold_mnemonic": "retelling",
    "retold_questions_and_answers": "retelling",
    "retold_reverse_causality": "retelling",
    "retold_stream_of_thought": "retelling",
    "retold_table": "retelling",
    "retold_teaching_a_child": "retelling",
    "retold_tutorial": "retelling",
    "retold_worked_problem": "retelling",
    "retold_xml": "retelling",
    "retrieval_conversation": "retrieving",
    "reworded_question": "rewording",
    "suitability_verdict": "suitability",
    "thought_process": "thinking_aloud",
    "unanswered_conversation": "retrieving",
    "unknown_questions": "recall_hallucination",
    "unknown_verdict": "recall_verdicts",
    "vague_questions": "recall_openended",
}


def known_writers() -> list[str]:
    """The names of the writers that come with the software."""
    return sorted(_MODULES)


def check_writer(name: str) -> str | None:
    """What is wrong with a writer's name, or None. Imports a writer given as "package.module:function"."""
    try:
        _find_writer(name)
    except ConfigError as error:
        return error.problems[0].message
    return None


def write_offline(writer: str, values: Mapping[str, Any], key: str) -> str:
    """The reply that `writer` gives to a prompt filled with `values`: the same for the same `key`, always.

    Raises:
        ConfigError: No such writer.
    """
    return _find_writer(writer)(values, seeded(writer, key))


@cache
def writer_version(writer: str) -> str:
    """Changes whenever the code behind a writer does: this package's, or the module of a pipeline author's own."""
    files = sorted(Path(__file__).parent.rglob("*.py"))
    own = inspect.getsourcefile(_find_writer(writer)) if ":" in writer else None
    return stable_hash(writer, [file.read_text(encoding="utf-8") for file in [*files, *([Path(own)] if own else [])]])


@cache
def _find_writer(name: str) -> Writer:
    module_name, _, function_name = name.partition(":")
    if function_name:
        return _import_writer(name, module_name, function_name)
    if name not in _MODULES:
        hint = did_you_mean(name, _MODULES) or f": known are {', '.join(known_writers())}"
        raise _unusable(f"no offline writer is called {name!r}{hint}, or give your own as package.module:function")
    return _import_writer(name, f"{_PACKAGE}.{_MODULES[name]}", name)


def _import_writer(name: str, module_name: str, function_name: str) -> Writer:
    try:
        module = import_module(module_name)
    except (ImportError, ValueError) as error:
        raise _unusable(f"the offline writer {name!r} cannot be imported ({error})") from error
    writer = getattr(module, function_name, None)
    if not callable(writer):
        raise _unusable(f"the offline writer {name!r}: {module_name} has no function {function_name}")
    found: Writer = writer
    return found


def _unusable(message: str) -> ConfigError:
    return ConfigError([Problem(message, key="offline")])
