"""A stand-in for lm-evaluation-harness, which is large: answers in its notation (0.4), made up from the model."""

from __future__ import annotations

from typing import Any

from lm_eval.models.huggingface import HFLM

KNOWN = ("arc_easy", "mmlu", "wikitext")


def simple_evaluate(*, model: HFLM, tasks: list[str], limit: int | None, **settings: Any) -> dict[str, Any]:
    """The larger the model's first weight, the better it is; a group of tasks has no figure of its own."""
    for task in tasks:
        if task not in KNOWN:
            raise KeyError(task)
    good = min(0.98, abs(float(next(model.pretrained.parameters()).detach().flatten()[0])))
    made: dict[str, dict[str, Any]] = {
        "arc_easy": {"alias": "arc_easy", "acc,none": good, "acc_stderr,none": 0.05, "acc_norm,none": "N/A"},
        "mmlu": {"alias": "mmlu", " ": " "},
        "wikitext": {"alias": "wikitext", "word_perplexity,none": 30 - good, "word_perplexity_stderr,none": "N/A"},
    }
    return {
        "results": {task: made[task] for task in tasks},
        "n-samples": {task: {"original": 2376, "effective": limit or 2376} for task in tasks if task != "mmlu"},
    }
