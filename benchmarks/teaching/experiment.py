"""The experiment: data once, then arm after arm, and a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

from benchmarks.teaching.arms import Outcome, Size, first_model, train_arm
from benchmarks.teaching.data import TeachingData, make_data
from benchmarks.teaching.facts import make_entities
from finetuning.evaluate.significance import mcnemar, wilson
from finetuning.new_model import NewModel
from generation_functions import Model
from generation_functions.datasets.figures import duration, short_number

SIZES = {
    "smoke": Size(
        entities=90,
        variations=8,
        model=NewModel(layers=2, width=96, heads=4, vocabulary_size=1024, context=512),
        sequence_length=256,
        batch_tokens=512,
        steps=650,
        question_steps=100,
        rate=5e-3,
        question_rate=1e-3,
        arms=("raw text only", "everything"),
    ),
    "cpu": Size(
        entities=360,
        variations=8,
        model=NewModel(layers=3, width=128, heads=4, vocabulary_size=1536, context=256),
        sequence_length=256,
        batch_tokens=1024,
        steps=1600,
        question_steps=300,
        rate=3e-3,
        question_rate=1e-3,
    ),
    "gpu": Size(
        entities=12_000,
        variations=11,
        model=NewModel(layers=8, width=512, heads=8, vocabulary_size=8192, context=512),
        sequence_length=512,
        batch_tokens=65_536,
        steps=6000,
        question_steps=400,
        rate=1e-3,
        question_rate=3e-4,
    ),
}


@dataclass(frozen=True)
class Result:
    """All arms of one experiment, asked the same questions."""

    size: Size
    data: TeachingData
    parameters: int
    outcomes: list[Outcome]


def experiment(
    size: Size,
    folder: Path,
    *,
    arms: Sequence[str] | None = None,
    seed: int = 0,
    model: Model | None = None,
    say: Callable[[str], None] = lambda text: None,
) -> Result:
    """Makes the data, trains and asks every arm. Run again on the same folder, it goes on where it stopped.

    Args:
        size: How large.
        folder: Where everything goes.
        arms: Which; default: those of the size.
        seed: Of facts, first weights and order.
        model: Who writes the data; default: the offline model.
        say: Told what is done.
    """
    began = monotonic()

    def done(text: str) -> None:
        say(f"{duration(monotonic() - began)}: {text}")

    entities = make_entities(size.entities, seed)
    data = make_data(entities, folder, model=model or Model(name="offline"), variations=size.variations)
    done(f"data made of {len(entities)} documents; {len(data.held)} questions are kept back")
    start, parameters = first_model(data, size, seed)
    outcomes = []
    for arm in arms or size.arms:
        outcomes.append(train_arm(arm, data, size, start, seed))
        done(f"{arm}: {sum(outcomes[-1].right)} of {len(data.held)} right")
    return Result(size, data, parameters, outcomes)


def use_threads(number: int) -> None:
    """How many threads a calculation may use; on a busy machine more than one are slower."""
    import torch

    torch.set_num_threads(number)


def table(result: Result) -> str:
    """The outcome as Markdown."""
    data, first = result.data, result.outcomes[0]
    lines = [
        f"{result.size.entities} entities, {len(data.held)} questions about the half of which no question was trained "
        f"on; {short_number(result.parameters)} parameters, trained from nothing. Always giving an attribute's most "
        f"frequent value: {data.guessing / len(data.held):.1%}.",
        "",
        "| trained on | right | 95 % interval | of those trained on | steps | tokens seen | p, against the first |",
        "|---|---|---|---|---|---|---|",
    ]
    for outcome in result.outcomes:
        found = wilson(sum(outcome.right), len(outcome.right))
        steps = " + ".join(str(stage["steps"]) for stage in outcome.stages)
        tokens = " + ".join(short_number(int(str(stage["tokens"]))) for stage in outcome.stages)
        chance = "-" if outcome is first else _chance(mcnemar(_numbers(first), _numbers(outcome)))
        lines.append(
            f"| {outcome.arm} | {found.value:.1%} | {found.low:.1%} to {found.high:.1%} | {outcome.shown:.0%} "
            f"| {steps} | {tokens} | {chance} |"
        )
    return "\n".join(lines)


def _numbers(outcome: Outcome) -> list[float]:
    return [float(right) for right in outcome.right]


def _chance(p: float) -> str:
    return f"{p:.2g}" if p >= 1e-6 else "under 0.000001"
