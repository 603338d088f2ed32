"""The evaluation as Markdown, for the model's card."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from finetuning.evaluate.conclusions import Evaluation, chance_text, conclusions, shown
from finetuning.evaluate.figures import Figure

_FOLDERS = re.compile(r"(?<![\w./])/(?:[^/\s,;:]+/)+")  # of a path from the root on: the file's name stays


def card_text(evaluation: Evaluation, figures: Sequence[Figure]) -> str:
    """A section of a model card: conclusions, and a table of all figures."""
    models = evaluation.models
    lines = ["## Evaluation", ""]
    if "before" in models:
        after, before = (_code(_public(models[role]["name"])) for role in ("after", "before"))
        lines += [f"`{after}` against `{before}`.", ""]
    lines += [f"- {_inline(said['text'])}" for said in conclusions(evaluation, figures)]
    lines += ["", "| measure | n | before | after | p | says |", "|---|---|---|---|---|---|"]
    for figure in figures:
        before = shown(figure.before, figure.unit) if figure.before else "-"
        chance = chance_text(figure.p).removeprefix("= ") if figure.p is not None else "-"
        cells = (
            figure.name,
            str(figure.count),
            before,
            shown(figure.after, figure.unit),
            chance,
            figure.verdict or "-",
        )
        lines.append(f"| {' | '.join(map(_inline, cells))} |")
    lines += [
        "",
        "In brackets: 95 % confidence intervals (Wilson for shares, paired bootstrap otherwise). Tests are paired: "
        "McNemar for shares of unrelated questions, sign flips otherwise. Questions count as contaminated when 13 of "
        "their words in a row (all of them, of 5 to 12), or a question nearly the same, are in the training data.",
    ]
    lines += [f"\n{_inline(_FOLDERS.sub('', note))}" for note in evaluation.notes]
    return "\n".join(lines) + "\n"


def _public(name: str) -> str:
    """Without the folders of this machine: the card goes out into the world."""
    return "/".join(Path(name).parts[-2:]) if Path(name).is_absolute() else name


def _inline(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")
