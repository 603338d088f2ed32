"""Plans for factual-datagen-pipeline: so many tokens or steps, from these folders."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from generation.core_components.planning import (
    MOST_GENERATIONS,
    Amounts,
    Rates,
    measured_rates,
    share_of_ours,
    solve,
)
from generation.core_components.training_steps import FEW_STEPS
from generation_functions.planning import Goal, Plan, ReadCorpus, StagePlan

_STYLES_FOLDER = Path(__file__).parent.parent.parent / "core_pipelines" / "repvar" / "styles"


def plan(arguments: Mapping[str, Any], read: ReadCorpus, goal: Goal) -> Plan:
    """What the config gives, and what to set for the goal."""
    corpora = tuple(
        read(one.corpus, one.path, arguments["chunk_size"], one.limit or arguments["limit"])
        for one in arguments["inputs"]
    )
    tokens, chunks = sum(one.tokens for one in corpora), sum(one.chunks for one in corpora)
    now = _amounts(arguments)
    rates = measured_rates(Path(arguments["output_dir"]), chunks, tokens, now)
    styles = _rewriting_styles(arguments)
    planned, texts, chat = now, now.pretraining_tokens(tokens, rates), now.chat_tokens(chunks, rates)
    wanted = _wanted(goal, now, texts, chat)
    if wanted != (0, 0):
        planned = solve(now, rates, tokens, chunks, wanted, styles, more_epochs=goal.steps is not None)
    stages = (
        _stage("pretraining", now, planned, texts, planned.pretraining_tokens(tokens, rates)),
        _stage("supervised", now, planned, chat, planned.chat_tokens(chunks, rates)),
    )
    settings = tuple(
        (key, getattr(planned, name))
        for key, name in (("variations", "variations"), ("generations", "generations"), ("training.epochs", "epochs"))
        if getattr(planned, name) != getattr(now, name)
    )
    warnings = tuple(_warnings(goal, planned, stages, styles, rates))
    return Plan(corpora, stages, planned.calls(chunks, rates), settings, warnings, rates.origin)


def _amounts(arguments: Mapping[str, Any]) -> Amounts:
    training = arguments["training"]
    return Amounts(
        variations=arguments["variations"],
        generations=arguments["generations"],
        epochs=training.epochs,
        styles=len(arguments["styles"]),
        votes=arguments["votes"],
        batch_tokens=training.batch_tokens,
        pretraining_share=share_of_ours(arguments, "general_text"),
        chat_share=max(0.01, share_of_ours(arguments, "general_chat") - arguments["text_share_in_chat"]),
    )


def _rewriting_styles(arguments: Mapping[str, Any]) -> int:
    own = arguments.get("variation") or {}
    return len(own.get("only_styles") or list(_STYLES_FOLDER.glob("*.yaml")))


def _wanted(goal: Goal, now: Amounts, texts: int, chat: int) -> tuple[int, int]:
    """Tokens wanted in both stages; more tokens keep their proportion."""
    if goal.steps:
        needed = goal.steps * now.batch_tokens // now.epochs
        return needed, needed
    if goal.tokens:
        return round(goal.tokens * texts / max(1, texts + chat)), round(goal.tokens * chat / max(1, texts + chat))
    return 0, 0


def _stage(name: str, now: Amounts, planned: Amounts, tokens: int, planned_tokens: int) -> StagePlan:
    return StagePlan(name, tokens, now.steps(tokens), planned_tokens, planned.steps(planned_tokens))


def _warnings(goal: Goal, planned: Amounts, stages: tuple[StagePlan, ...], styles: int, rates: Rates) -> list[str]:
    found = []
    for stage in stages:
        if stage.planned_steps < FEW_STEPS:
            smaller = replace(planned, batch_tokens=max(1024, planned.batch_tokens // 4))
            found.append(
                f"the {stage.name} stage comes to {stage.planned_steps} optimiser steps; below about {FEW_STEPS} a "
                "model learns little, however good the rows are. Add documents, or raise variations, generations or "
                f"training.epochs; with training.batch_tokens={smaller.batch_tokens} the same rows give "
                f"{smaller.steps(stage.planned_tokens)} steps."
            )
    if planned.variations > styles:
        found.append(
            f"{planned.variations} variations, but there are {styles} styles: no chunk gets more rewrites than that. "
            "Add styles (a prompt file each, variation.styles) or documents."
        )
    reached = sum(stage.planned_tokens for stage in stages)
    if goal.tokens and reached < 0.95 * goal.tokens:
        found.append(
            f"these documents give about {reached:,} tokens without repeating themselves, not {goal.tokens:,}: every "
            f"style is used once on every chunk, in {MOST_GENERATIONS} passes. Add documents or styles; more epochs "
            "show the same rows again."
        )
    if planned.epochs > 10:
        found.append(f"{planned.epochs} epochs over the same rows teach their wording by heart. Add documents instead.")
    return found
