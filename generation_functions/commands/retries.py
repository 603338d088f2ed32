"""Failed records taken up again: remembered in the run's folder, so that every later run agrees on them.

`retries.json` holds rounds; each names the records (with the step that failed) and the `--set` arguments that
changed a model for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import orjson

from generation_functions.errors import UsageError
from generation_functions.run_folder import STATE_FILE, read_json, write_atomically

if TYPE_CHECKING:
    from generation_functions.client import Retry
    from generation_functions.config import Config
    from generation_functions.model import Model

FILE_NAME = "retries.json"
FailedKey = tuple[str, str]


def failed_records(output_dir: Path) -> list[FailedKey]:
    """The records in failed.jsonl, each with the step that failed."""
    file = output_dir / "failed.jsonl"
    if not file.is_file():
        raise UsageError(f"{file} does not exist: nothing was run there, or not to its end")
    entries = [orjson.loads(line) for line in file.read_bytes().splitlines() if line.strip()]
    # Rows that could not be written have no call behind them that could be made again.
    return [_key(entry) for entry in entries if not entry["stage"].startswith("write ")]


def _key(entry: dict[str, Any]) -> FailedKey:
    asked = entry.get("asked")
    return (asked[0], asked[1]) if asked else (entry["id"], entry["step"])


def add_round(output_dir: Path, records: Sequence[FailedKey], overrides: Sequence[str]) -> int:
    """Remember that `records` are to be tried again with `overrides`; returns the round's number."""
    rounds = read_json(output_dir / FILE_NAME).get("rounds", [])
    rounds.append({"records": [list(key) for key in records], "set": list(overrides)})
    write_atomically(output_dir / FILE_NAME, orjson.dumps({"rounds": rounds}, option=orjson.OPT_INDENT_2))
    return len(rounds)


def load_retries(config: Config) -> dict[FailedKey, Retry]:
    """What the folder of `config` says should be tried again, the latest round for each record."""
    from generation_functions.client import Retry

    rounds = read_json(config.options.output_dir / FILE_NAME).get("rounds", [])
    retries: dict[FailedKey, Retry] = {}
    for number, entry in enumerate(rounds, start=1):
        replaced = replacements(config, entry["set"])
        retries.update({(record, step): Retry(number, replaced) for record, step in entry["records"]})
    return retries


def replacements(config: Config, overrides: Sequence[str]) -> tuple[tuple[Model, Model], ...]:
    """Which model answers instead of which under `overrides`.

    Raises UsageError when they change anything but models: the rest of the run would no longer fit.
    """
    from generation_functions.connections import choose_automatically
    from generation_functions.model import Model

    if not overrides:
        return ()
    changed = changed_config(config, overrides)
    pairs: list[tuple[Model, Model]] = []
    for name, value in config.arguments.items():
        other = changed.arguments[name]
        if value == other:
            continue
        if not (isinstance(value, Model) and isinstance(other, Model)):
            raise UsageError(
                f"retry-failed can change models only, not {name}; change it in the config and run that instead"
            )
        pairs.append((_as_chosen(value, config.options.output_dir), choose_automatically(other)))
    return tuple(pairs)


def _as_chosen(model: Model, output_dir: Path) -> Model:
    """What `auto` stood for in this run."""
    from generation_functions.model import AUTO

    chosen = read_json(output_dir / STATE_FILE).get("auto") if model.name == AUTO else None
    return type(model).model_validate(chosen) if chosen else model


def changed_config(config: Config, overrides: Sequence[str]) -> Config:
    """The same config with `overrides` on top."""
    from generation_functions.config import saved_config
    from generation_functions.registry import load_registry

    values = {"pipeline": config.pipeline.reference, **config.written}
    return saved_config(values, config.file, load_registry(), overrides)


def split_overrides(overrides: Sequence[str]) -> tuple[list[str], list[str]]:
    """Overrides for the whole run (its caps), and those for the models of this round."""
    from generation_functions.run_options import RunOptions

    whole = [text for text in overrides if text.partition("=")[0].strip() in RunOptions.model_fields]
    return whole, [text for text in overrides if text not in whole]


def refuse_secrets(config: Config, overrides: Sequence[str]) -> None:
    """Overrides are remembered in the folder, so a key must be a reference in them."""
    from generation_functions.schema_words import is_secret

    for text in overrides:
        name, _, value = text.partition("=")
        path = tuple(part.strip() for part in name.split("."))
        if is_secret(config.pipeline.schema.json_schema, path) and "${" not in value and "secret://" not in value:
            raise UsageError(f"{name} would be saved in the run's folder: write --set '{name}=${{YOUR_VARIABLE}}'")
