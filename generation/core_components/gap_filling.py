"""A question for each fact that no row teaches yet."""

from __future__ import annotations

from collections.abc import Iterable

from generation.core_components.question_checks import question_checks
from generation_functions import Client, Prompts, Record, Records, Run, ask, split


def fill_gaps(
    run: Run,
    gaps: Iterable[Record],
    small: Client,
    large: Client,
    wording: Prompts,
    *,
    votes: int,
    language: str | None = None,
) -> Records:
    """Checked pairs about the `fact` of each record.

    Uses the prompts ask_about_fact, check_question, reword_question, check_relevance and check_grounding.
    """
    return run.map(
        gaps,
        ask(large, wording["ask_about_fact"], into="pairs", language=language),
        split("pairs"),
        *question_checks(small, large, wording, votes=votes, language=language),
        name="questions about untaught facts",
    )
