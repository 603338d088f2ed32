"""Plans for repvar-pipeline: so many tokens of text, from these documents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from generation.core_components.planning import Amounts, Rates, solve
from generation_functions.planning import Goal, Plan, ReadCorpus, StagePlan


def plan(arguments: Mapping[str, Any], read: ReadCorpus, goal: Goal) -> Plan:
    """What the config gives, and what to set for the goal; one epoch, batches of 16,384 tokens."""
    folder = arguments["input_dir"]
    corpus = read(folder.name, folder, arguments["chunk_size"], arguments["limit"])
    rates, styles = Rates(), len(arguments["only_styles"] or list(arguments["default_styles"].glob("*.yaml")))
    now = Amounts(variations=arguments["variations"], generations=0, epochs=1, styles=0)
    wanted = goal.tokens or (goal.steps or 0) * now.batch_tokens
    planned = solve(now, rates, corpus.tokens, corpus.chunks, (wanted, 0), styles, more_epochs=False)
    tokens, then = (one.pretraining_tokens(corpus.tokens, rates) for one in (now, planned))
    stage = StagePlan("pretraining", tokens, now.steps(tokens), then, planned.steps(then))
    settings = (("variations", planned.variations),) if planned != now else ()
    warnings = []
    if wanted and then < 0.95 * wanted:
        warnings.append(
            f"these documents give about {then:,} tokens with one rewrite in each of {styles} styles, not {wanted:,}. "
            "Add documents, or styles (`styles`: a folder with a prompt file each)."
        )
    calls = corpus.chunks * (3 + planned.variations)  # filter, facts, inferred facts
    return Plan((corpus,), (stage,), calls, settings, tuple(warnings), rates.origin)
