"""The child process that imports pipelines for the service: one line of JSON per request, one per answer.

Started by `host`. Pipelines are anybody's code: it may print, read its input, exit, crash or never end, and
none of that may reach the service. So this process imports nothing of the service itself.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

from generation_functions.commands.new import commented_config
from generation_functions.commands.order import step_config
from generation_functions.commands.reference import default, description, type_words
from generation_functions.config import Config, Examined, default_config, examine_config, is_code_path
from generation_functions.config_yaml import attention_message, parse_yaml, placeholder_message
from generation_functions.errors import AugmentoolkitError, ConfigError, Problem
from generation_functions.model import Model
from generation_functions.overrides import SET
from generation_functions.registry import IMPORT_TROUBLE, Bounds, Pipeline, Registry, load_registry, unregistered
from generation_functions.super_config import PROJECT, Step

Facts = dict[str, Any]
READY = b"ready\n"
_LARGEST_CONFIG = 256 * 1024
_LARGEST_TEXT = 512 * 1024
_AFTER_THE_LIMIT = 5.0
"""Seconds after which it ends itself, should the service have died without killing it."""
_SECRET_ADVICE = "written in plain text: store it in the vault and write secret://NAME"


def main(settings: Facts) -> None:
    """Answer until the service goes away, or asks nothing for `idle` seconds."""
    asked, answers = _taken_pipes()
    requests: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(asked, requests), daemon=True).start()
    answers.write(READY)
    answers.flush()
    serve(requests, answers, settings)
    os._exit(0)  # the listening thread still holds its pipe


def serve(requests: queue.SimpleQueue[bytes], answers: IO[bytes], settings: Facts) -> None:
    """Answer each request with a line."""
    folders = settings["folders"]
    bounds = Bounds(None if folders is None else tuple(Path(folder) for folder in folders))
    registry = load_registry(bounds=bounds)
    while True:
        try:
            line = requests.get(timeout=settings["idle"])
        except queue.Empty:
            return
        signal.setitimer(signal.ITIMER_REAL, settings["limit"] + _AFTER_THE_LIMIT)
        reply = _reply(registry, json.loads(line))
        signal.setitimer(signal.ITIMER_REAL, 0)
        answers.write(json.dumps(reply, ensure_ascii=False, default=str).encode("utf-8", "replace") + b"\n")
        answers.flush()


def _taken_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """The pipes to the service, out of reach of pipelines that read or print, and of processes that they start."""
    asked, answers = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    os.close(nothing)
    os.dup2(2, 1)
    return asked, answers


def _listen(asked: IO[bytes], requests: queue.SimpleQueue[bytes]) -> None:
    """Hand requests on; when the service is gone, so is this process, whatever it is doing."""
    for line in asked:
        requests.put(line)
    os._exit(0)


def _reply(registry: Registry, asked: Facts) -> Facts:
    try:
        return {"answer": _REQUESTS[asked["request"]](registry, **asked["facts"])}
    except ConfigError as error:
        return {"error": "config", "detail": str(error), "mistakes": _problems(error.problems)}
    except _RefusedError as error:
        return {"error": error.kind, "detail": str(error), "mistakes": _problems(error.problems)}
    except AugmentoolkitError as error:
        return {"error": "pipeline", "detail": str(error), "mistakes": []}
    except IMPORT_TROUBLE as error:
        return {"error": "pipeline", "detail": f"{type(error).__name__}: {error}", "mistakes": []}


class _RefusedError(Exception):
    """A request that is not carried out."""

    def __init__(self, kind: str, message: str, problems: tuple[Problem, ...] = ()) -> None:
        super().__init__(message)
        self.kind = kind
        self.problems = problems


def _registered(registry: Registry, name: str) -> Pipeline:
    if name not in registry.super_config.aliases:
        raise _RefusedError("unknown", unregistered(name, registry.names))
    return registry.find(name)


def names(registry: Registry) -> Facts:
    """Every registered pipeline, and what is wrong with super_config.yaml."""
    return {"names": registry.names, "mistakes": _problems(registry.super_config.problems)}


def summary(registry: Registry, name: str) -> Facts:
    """One pipeline in a list."""
    pipeline = _registered(registry, name)
    return {
        "name": pipeline.name,
        "summary": pipeline.schema.summary,
        "description": pipeline.schema.description,
        "config": _shown(pipeline.own_config) if pipeline.own_config else None,
        "error": None,
    }


def show(registry: Registry, name: str) -> Facts:
    """Everything about one pipeline."""
    pipeline = _registered(registry, name)
    schema, own = pipeline.schema, pipeline.own_config
    parts = {"parameters": schema.parameters, "run_options": schema.options}
    facts = description(pipeline)
    for title, parameters in parts.items():
        facts[title] = [
            {
                "name": parameter.name,
                "type": type_words(schema, parameter.name),
                "required": parameter.required,
                "default": facts["defaults"].get(parameter.name),
                "default_text": "" if parameter.required else default(parameter),
                "description": parameter.description,
            }
            for parameter in parameters
        ]
    readme = _text(pipeline.folder / "README.md") if pipeline.file.name == "pipeline.py" else ""
    example = _text(own) if own else ""
    places = {"file": _shown(pipeline.file), "config": _shown(own) if own else None}
    return {**facts, **places, "readme": readme, "example": example}


def new_config(registry: Registry, name: str) -> Facts:
    """A config with every parameter of a pipeline, commented."""
    return {"text": commented_config(_registered(registry, name))}


def check(registry: Registry, text: str | None = None, file: str = "", overrides: Facts | None = None) -> Facts:
    """What is wrong with a config, as the command line says it."""
    try:
        examined = _examine(registry, text, file, overrides)
    except (AugmentoolkitError, *IMPORT_TROUBLE) as error:
        plain = isinstance(error, AugmentoolkitError)
        message = str(error) if plain else f"cannot be checked: {type(error).__name__}: {error}"
        examined = Examined(None, (Problem(message, file, 0, "pipeline" if plain else ""),), (), ())
    secrets = [Problem(f"{secret.key} is {_SECRET_ADVICE}", *_place(secret)) for secret in examined.literal_secrets]
    return {
        "ok": not examined.mistakes,
        "mistakes": _problems(examined.mistakes),
        "warnings": _problems([*examined.warnings, *secrets]),
        "placeholders": _places(examined.mistakes, placeholder_message("")),
        "attention": _problems(w for w in examined.warnings if w.message.startswith(attention_message(""))),
    }


def resolve(
    registry: Registry,
    text: str | None = None,
    file: str = "",
    pipeline: str = "",
    overrides: Facts | None = None,
) -> Facts:
    """What a run of a config would be made of."""
    if pipeline:
        found = _registered(registry, pipeline)
        if found.own_config is None:
            return _resolved(default_config(found, registry, _sets(overrides)), ())
        file, text = str(found.own_config), None
    examined = _examine(registry, text, file, overrides)
    if examined.config is None:
        unknown = _unregistered_name(registry, text, file)
        if unknown is not None:
            raise _RefusedError("unregistered", unregistered(unknown, registry.names), examined.mistakes)
        raise ConfigError([*examined.mistakes])
    return _resolved(examined.config, examined.literal_secrets)


def order(registry: Registry) -> Facts:
    """What `pipeline_order` would run, each entry checked as if those before it had run."""
    entries: list[Facts] = []
    to_come: list[Path] = []
    for step in registry.super_config.order:
        entry = _order_entry(registry, step, to_come)
        entries.append(entry)
        if entry["output_dir"]:
            to_come.append(Path(entry["output_dir"]))
    return {
        "file": registry.super_config.shown,
        "entries": entries,
        "mistakes": _problems(registry.super_config.problems),
    }


def _order_entry(registry: Registry, step: Step, to_come: list[Path]) -> Facts:
    config, problems = None, []
    try:
        config = step_config(registry, step, to_come)
    except ConfigError as error:
        problems = error.problems
    except (AugmentoolkitError, *IMPORT_TROUBLE) as error:
        problems = [Problem(str(error), registry.super_config.shown, step.line)]
    return {
        "line": step.line,
        "pipeline": config.pipeline.name if config else step.node,
        "config": str(step.config) if step.config else None,
        "changes": [*step.overrides],
        "output_dir": str(config.options.output_dir) if config else "",
        "ok": config is not None,
        "mistakes": _problems(problems),
        "warnings": _problems(config.warnings if config else ()),
    }


def _examine(registry: Registry, text: str | None, file: str, overrides: Facts | None) -> Examined:
    try:
        size = Path(file).stat().st_size if text is None else len(text)
    except (OSError, ValueError):
        size = 0  # what is wrong with it, reading it will say
    if size > _LARGEST_CONFIG:
        message = f"larger than {_LARGEST_CONFIG >> 10} KB: a config is not the place for data"
        return Examined(None, (Problem(message, file),), (), ())
    text = text.removeprefix("\ufeff") if text else text
    return examine_config(text, file or "config.yaml", registry, _sets(overrides))


def _unregistered_name(registry: Registry, text: str | None, file: str) -> str | None:
    content = parse_yaml(_text(Path(file)) if text is None else text, file)
    written = content.values.get("pipeline") if isinstance(content.values, dict) else None
    return written if isinstance(written, str) and written not in registry.super_config.aliases else None


def _resolved(config: Config, secrets: tuple[Problem, ...]) -> Facts:
    output_dir, masked = config.options.output_dir, config.masked()
    if Path(str(config.written.get("output_dir", output_dir))) != Path(config.arguments["output_dir"]):
        message = "write the folder itself here, without references: it says where the run is kept"
        raise ConfigError([Problem(message, config.file, 0, "output_dir")])
    inputs: Facts = {}
    models: Facts = {}
    for name, value in _flat(config.arguments, ""):
        if isinstance(value, Path) and name != "output_dir" and not _of_the_code(config, name):
            inputs[name] = str(_absolute(value))
        elif isinstance(value, Model):
            models[name] = _public(value, masked, name)
    return {
        "pipeline": config.pipeline.name,
        "config": masked,
        "output_dir": str(output_dir),
        "output_dir_absolute": str(_absolute(output_dir)),
        "input_paths": inputs,
        "models": models,
        "warnings": _problems(config.warnings),
        "literal_secrets": [{"key": secret.key, "line": secret.line} for secret in secrets],
    }


def _public(model: Model, masked: Any, name: str) -> Facts:
    """What may be shown of a model: as it is written, where it is, or else its defaults."""
    for part in name.split("."):
        masked = masked.get(part) if isinstance(masked, dict) else None
    if isinstance(masked, str):
        return {"name": masked}
    if isinstance(masked, dict):
        return {key: value for key, value in masked.items() if key not in ("api_key", "headers")}
    return model.public()


def _of_the_code(config: Config, name: str) -> bool:
    """Whether a path is the pipeline's own, such as the folder of its prompts, and not the config's."""
    setting = name.partition(".")[0]
    parameter = config.pipeline.schema.all_parameters.get(setting)
    return setting not in config.written and parameter is not None and is_code_path(parameter.default)


def _flat(value: Any, name: str) -> list[tuple[str, Any]]:
    """Values that hold no others, with their dotted names."""
    if not isinstance(value, dict | list | tuple):
        return [(name, value)]
    items = value.items() if isinstance(value, dict) else enumerate(value)
    return [found for key, item in items for found in _flat(item, f"{name}.{key}" if name else str(key))]


def _absolute(path: Path) -> Path:
    return (Path.cwd() / path.expanduser()).resolve()


def _sets(overrides: Facts | None) -> list[str]:
    wrong = [key for key in overrides or () if "=" in key]
    if wrong:
        raise ConfigError([Problem(f"{key!r} is no key of a config", SET) for key in wrong])
    return [f"{key}={value}" for key, value in (overrides or {}).items()]


def _shown(path: Path) -> str:
    """A path as people know it: relative to the project."""
    for folder in (Path.cwd(), PROJECT):
        if path.is_relative_to(folder):
            return path.relative_to(folder).as_posix()
    return str(path)


def _text(file: Path) -> str:
    try:
        with file.open("rb") as opened:
            return opened.read(_LARGEST_TEXT).decode("utf-8-sig", "replace")
    except OSError:
        return ""


def _problems(problems: Any) -> list[Facts]:
    return [
        {"message": problem.message, "file": problem.file, "line": problem.line, "key": problem.key}
        for problem in problems
    ]


def _place(problem: Problem) -> tuple[str, int, str]:
    return problem.file, problem.line, problem.key


def _places(problems: tuple[Problem, ...], beginning: str) -> list[Facts]:
    found = (problem for problem in problems if problem.message.startswith(beginning))
    return [{"key": problem.key, "line": problem.line} for problem in found]


_REQUESTS: dict[str, Callable[..., Facts]] = {
    "names": names,
    "summary": summary,
    "show": show,
    "new_config": new_config,
    "check": check,
    "resolve": resolve,
    "order": order,
}
