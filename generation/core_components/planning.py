"""How much the factual suite makes of documents: the arithmetic behind `plan`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from pathlib import Path
from typing import Any

from generation_functions.run_folder import read_json

MOST_GENERATIONS = 5
"""Further passes over a chunk ask what was asked before, and near-duplicates are dropped."""


@dataclass(frozen=True)
class Rates:
    """What is made of a token or a chunk.

    Attributes:
        extra: Tokens of facts and of what follows from them, per token of the source.
        rewrite: Tokens of one rewrite, per token of the source.
        single: Tokens of questions and conversations about single chunks, per chunk.
        style: Tokens of one pass of one question style, per chunk.
        labelled: Tokens of retrieval rows and corrections, per chunk.
        pairs: Question-answer pairs of one pass of one style, per chunk.
        origin: Where these figures are from, in words.
    """

    extra: float = 0.7
    rewrite: float = 1.0
    single: float = 450.0
    style: float = 160.0
    labelled: float = 1300.0
    pairs: float = 2.0
    origin: str = "defaults, which suit models of 7B and up; a finished run in output_dir would give better ones"


@dataclass(frozen=True)
class Amounts:
    """Settings that decide how much is made."""

    variations: int
    generations: int
    epochs: int
    styles: int = 6
    votes: int = 3
    batch_tokens: int = 16_384
    pretraining_share: float = 1.0
    """Share of the pretraining stage's tokens that is ours, not general data."""
    chat_share: float = 1.0
    """The same for the chat stage."""

    def pretraining_tokens(self, tokens: int, rates: Rates) -> int:
        """Of the pretraining stage, general data included."""
        return round(tokens * (1 + rates.extra + rates.rewrite * self.variations) / self.pretraining_share)

    def chat_tokens(self, chunks: int, rates: Rates) -> int:
        """Of the chat stage, general data and texts included."""
        of_chunk = rates.single + rates.labelled + rates.style * self.styles * self.generations
        return round(chunks * of_chunk / self.chat_share)

    def steps(self, tokens: int) -> int:
        """Optimiser steps on so many tokens."""
        return ceil(tokens * self.epochs / self.batch_tokens)

    def calls(self, chunks: int, rates: Rates) -> int:
        """Model calls, with every check on."""
        needed = self.votes // 2 + 1
        per_pair = 3 * needed
        of_chunk: float = 3 + self.variations  # filter, facts, inferred facts
        of_chunk += 2 + rates.pairs * 1.5 * per_pair  # questions about it, a conversation
        of_chunk += self.styles * self.generations * (1 + rates.pairs * per_pair)
        of_chunk += 2 + 2 * needed + 1  # retrieval, corrections
        return round(chunks * of_chunk)


def measured_rates(output_dir: Path, chunks: int, tokens: int, amounts: Amounts) -> Rates:
    """Rates of the finished run in `output_dir`; the defaults when there is none."""
    summary = read_json(output_dir / "summary.json")
    made: dict[str, int] = {
        dataset["file"]: sum(part["tokens"] for part in dataset.get("composition", []) if "/" not in part["name"])
        for dataset in summary.get("datasets", [])
    }
    read = sum(document["chunks"] for document in summary.get("documents", {}).get("read", []))
    config = summary.get("config") or {}
    then = replace(
        amounts,
        variations=int(config.get("variations") or amounts.variations),
        generations=int(config.get("generations") or amounts.generations),
    )
    rates = Rates()
    if summary.get("status") != "completed" or not made or not read or not then.variations:
        return rates
    of_text = made.get("pretraining_run/text.jsonl", 0) / max(1, tokens * read / max(1, chunks))
    own_chat = made.get("sft_run/chat.jsonl", 0) / read
    scale = own_chat / (rates.single + rates.style * then.styles * then.generations)
    return replace(
        rates,
        rewrite=max(0.1, (of_text - 1 - rates.extra) / then.variations) if of_text else rates.rewrite,
        single=rates.single * scale or rates.single,
        style=rates.style * scale or rates.style,
        labelled=made.get("sft_run/segments.jsonl", 0) / read or rates.labelled,
        origin=f"the finished run in {output_dir}",
    )


def solve(
    amounts: Amounts,
    rates: Rates,
    tokens: int,
    chunks: int,
    wanted: tuple[int, int],
    styles: int,
    *,
    more_epochs: bool,
) -> Amounts:
    """Settings for so many tokens in the pretraining and in the chat stage; what is there already is never lowered.

    First more rewrites (at most one in each style) and more passes; then, where rows may be shown again, more epochs.
    """
    pretraining, chat = wanted
    bare = replace(amounts, variations=0, generations=0)
    missing = pretraining - bare.pretraining_tokens(tokens, rates)
    variations = ceil(missing * amounts.pretraining_share / max(1.0, tokens * rates.rewrite))
    missing = chat - bare.chat_tokens(chunks, rates)
    generations = ceil(missing * amounts.chat_share / max(1.0, chunks * rates.style * amounts.styles))
    solved = replace(
        amounts,
        variations=max(amounts.variations, min(variations, max(styles, amounts.variations))),
        generations=max(amounts.generations, min(generations, max(MOST_GENERATIONS, amounts.generations))),
    )
    if not more_epochs:
        return solved
    lacking = max(
        pretraining / max(1, solved.pretraining_tokens(tokens, rates)), chat / max(1, solved.chat_tokens(chunks, rates))
    )
    return replace(solved, epochs=ceil(solved.epochs * max(1.0, lacking) - 1e-9))


def share_of_ours(arguments: Mapping[str, Any], *names: str) -> float:
    """What is left of the mix for our own rows."""
    shares: list[float] = [source.share for name in names for source in arguments.get(name) or ()]
    return max(0.01, 1 - sum(shares))
