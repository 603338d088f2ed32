"""`preview`: a few records, shown before and after each step."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json, add_set, chosen_config, overrides_of, positive

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.commands.sampling import Observation, Sample
    from generation_functions.records import Record

NAME = "preview"
HELP = "really run a few records and show them before and after each step"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py preview configs/mine.yaml -n 5
  python run_augmentoolkit.py preview example-pipeline -n 1 --json

The replies are kept, so the run proper does not pay for them again.
"""
_QUIET_KEYS = ("id", "source", "calls")
_LONGEST = 400


def add_arguments(parser: ArgumentParser) -> None:
    """What `preview` takes."""
    parser.add_argument("config", metavar="CONFIG", help="a config file or the name of a pipeline")
    parser.add_argument("-n", type=positive, default=5, metavar="RECORDS", help="records to show (default 5)")
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Run the sample and print what each step did."""
    from generation_functions.commands.sampling import run_sample
    from generation_functions.errors import AugmentoolkitError

    config = chosen_config(args.config, overrides_of(args), console)
    sample = run_sample(config, args.n, console)
    if not sample.seen:
        raise AugmentoolkitError("nothing to show: the pipeline carried no record through run.map")
    records = previewed(sample)
    if args.json:
        console.json({"records": records})
    else:
        for number, record in enumerate(records, start=1):
            _print(number, record, console)
    return 0


def previewed(sample: Sample) -> list[dict[str, Any]]:
    """One entry per sampled record: where it comes from, and what each step made of it."""
    from generation_functions.commands.sampling import origin

    by_origin: dict[str, list[Observation]] = {}
    for seen in sample.seen:
        by_origin.setdefault(origin(seen.before), []).append(seen)
    return [
        {
            "id": key,
            "source": observations[0].before.get("source"),
            "before": _shown(observations[0].before),
            "steps": [_step(observation) for observation in observations],
        }
        for key, observations in sorted(by_origin.items())
    ]


def _shown(record: Record) -> dict[str, Any]:
    return {key: value for key, value in record.items() if key not in _QUIET_KEYS}


def _step(seen: Observation) -> dict[str, Any]:
    from generation_functions.steps import Drop

    entry: dict[str, Any] = {"stage": seen.stage, "step": seen.step}
    if isinstance(seen.after, Drop):
        return {**entry, "dropped": seen.after.reason}
    made = seen.after if isinstance(seen.after, list) else [seen.after]
    return {**entry, "before": _shown(seen.before), "after": [_shown(record) for record in made]}


def _print(number: int, record: dict[str, Any], console: Console) -> None:
    source = record["source"] or {}
    where = ", page ".join(str(source[key]) for key in ("file", "page") if source.get(key))
    console.say(f"=== {number}. {where or record['id']}")
    for key, value in record["before"].items():
        _print_value("  ", key, value, console)
    for step in record["steps"]:
        console.say(f"--- {step['stage']} / {step['step']}")
        if "dropped" in step:
            console.say(f"  dropped: {step['dropped']}")
            continue
        if len(step["after"]) != 1:
            console.say(f"  became {len(step['after'])} records")
        for after in step["after"]:
            for key, value in after.items():
                if step["before"].get(key) != value:
                    _print_value("  + ", key, value, console)
    console.say()


def _print_value(prefix: str, key: str, value: Any, console: Console) -> None:
    import json

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}... ({len(text)} characters)"
    text = text.replace("\n", "\n" + " " * (len(prefix) + 2))
    console.say(f"{prefix}{key}: {text}")
