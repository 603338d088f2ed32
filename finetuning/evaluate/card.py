"""The evaluation as Markdown, for the model's card."""

from __future__ import annotations

from collections.abc import Sequence

from finetuning.evaluate.conclusions import Evaluation, chance_text, conclusions, shown
from finetuning.evaluate.figures import Figure


def card_text(evaluation: Evaluation, figures: Sequence[Figure]) -> str:
    """A section of a model card: conclusions, and a table of all figures."""
    models = evaluation.models
    lines = ["## Evaluation", ""]
    if "before" in models:
        lines += [f"`{_code(models['after']['name'])}` against `{_code(models['before']['name'])}`.", ""]
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
        "McNemar for shares, sign flips otherwise. Questions count as contaminated when 13 of their words in a row, or "
        "a question nearly the same, are in the training data.",
    ]
    lines += [f"\n{_inline(note)}" for note in evaluation.notes]
    return "\n".join(lines) + "\n"


def _inline(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", " ")
