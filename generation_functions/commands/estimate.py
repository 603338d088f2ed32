"""`estimate`: what a run would take, from really running a few records."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from math import sqrt
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json, add_set, chosen_config, overrides_of, positive

if TYPE_CHECKING:
    from collections.abc import Sequence

    from generation_functions.commands.console import Console
    from generation_functions.commands.sampling import Sample

NAME = "estimate"
HELP = "estimate calls, tokens, dollars and time by running a few records"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py estimate configs/mine.yaml
  python run_augmentoolkit.py estimate configs/mine.yaml -n 30     narrower ranges

The records are really run; their replies are kept, so the run proper does not pay for them again.
"""
_QUANTITIES = ("calls", "input_tokens", "output_tokens", "cost", "seconds")


def add_arguments(parser: ArgumentParser) -> None:
    """What `estimate` takes."""
    parser.add_argument("config", metavar="CONFIG", help="a config file or the name of a pipeline")
    parser.add_argument("-n", type=positive, default=10, metavar="RECORDS", help="records to run (default 10)")
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Run the sample and print the estimate."""
    from generation_functions.commands.sampling import run_sample
    from generation_functions.errors import AugmentoolkitError

    config = chosen_config(args.config, overrides_of(args), console)
    sample = run_sample(config, args.n, console)
    if not sample.taken and sample.notes:  # a pipeline that asks no model and says by itself what it will take
        if args.json:
            console.json({"notes": sample.notes})
        return 0
    if not sample.taken:
        raise AugmentoolkitError("nothing to estimate: the pipeline carried no record through run.map")
    result = estimate(sample)
    if args.json:
        console.json(result)
    else:
        _print(result, console)
    return 0


def estimate(sample: Sample) -> dict[str, Any]:
    """Expected totals, each with the range that 95 % of such samples would put around the truth."""
    spent = list(sample.spent.values())
    idle = max(0, sample.taken - len(spent))  # records that needed no call, such as those dropped by a rule
    totals = {
        name: _scaled([*(getattr(one, name) for one in spent), *([0.0] * idle)], sample.available)
        for name in _QUANTITIES
    }
    waiting = totals.pop("seconds")
    return {
        "sampled": sample.taken,
        "records": sample.available,
        **totals,
        "seconds": {key: round(value / sample.parallel, 1) for key, value in waiting.items()},
        "calls_at_once": sample.parallel,
        "offline": sample.offline,
        "notes": sample.notes,
    }


def _scaled(values: Sequence[float], population: int) -> dict[str, float]:
    """Mean times population, with a 95 % range (normal approximation, finite population correction)."""
    count = len(values)
    mean = sum(values) / count
    spread = 0.0
    if count > 1:
        variance = sum((value - mean) ** 2 for value in values) / (count - 1)
        unseen = max(0.0, 1 - count / population) if population else 0.0
        spread = 1.96 * sqrt(variance / count * unseen)
    expected = mean * population
    # What was already seen is the least that it can come to.
    low = max(sum(values), expected - spread * population)
    return {"expected": round(expected, 6), "low": round(low, 6), "high": round(expected + spread * population, 6)}


def _print(result: dict[str, Any], console: Console) -> None:
    from generation_functions.commands.funnel import dollars, duration

    console.say(f"from {result['sampled']} of {result['records']} records, really run and kept:\n")

    def whole(value: float) -> str:
        return f"{round(value):,}"

    rows = [("", "expected", "from", "to")]
    forms = (
        ("calls", "calls", whole),
        ("tokens in", "input_tokens", whole),
        ("tokens out", "output_tokens", whole),
        ("cost", "cost", dollars),
        ("time", "seconds", duration),
    )
    for label, name, form in forms:
        numbers = result[name]
        rows.append((label, form(numbers["expected"]), form(numbers["low"]), form(numbers["high"])))
    console.table(rows)
    console.say()
    if result["offline"]:
        console.say("the offline model is free and instant: name a real model for real figures")
    else:
        console.say(f"time: with {result['calls_at_once']} calls at once, each as slow as those of the sample")
