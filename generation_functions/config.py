"""A pipeline's config: read, checked as a whole, and ready to run.

Every problem is found before the first model call and reported together. Relative paths, in a config as on
the command line, are relative to the current directory.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from generation_functions.config_values import as_written, hidden_texts, literal_secrets, unusable_paths
from generation_functions.config_yaml import KeyPath, YamlContent, dotted, parse_yaml, read_yaml
from generation_functions.errors import ConfigError, Problem, UsageError
from generation_functions.masking import secret_values
from generation_functions.names import closest
from generation_functions.overrides import SET, apply_overrides
from generation_functions.references import ReferenceFiller, environment, fill_here
from generation_functions.schema import CONFIG_KEYS, plain
from generation_functions.schema_words import alternatives, masked_values, nodes_at
from generation_functions.sections import Lifted, lift
from generation_functions.validation import unknown_key, validate

if TYPE_CHECKING:
    from generation_functions.registry import Pipeline, Registry
    from generation_functions.run_options import RunOptions

MASK = "***"


@dataclass(frozen=True)
class Config:
    """A checked config."""

    pipeline: Pipeline
    file: str
    written: dict[str, Any]
    """What the config sets, without headings, with `--set` applied and `${NAME}` references as they stand."""
    arguments: dict[str, Any]
    """Every parameter and run option with its value."""
    warnings: tuple[Problem, ...] = ()
    secrets: tuple[str, ...] = field(default=(), repr=False)
    """Values that nothing may show."""

    @property
    def options(self) -> RunOptions:
        """Where the run is kept and what it may spend."""
        return self.pipeline.schema.run_options(self.arguments)

    def masked(self) -> dict[str, Any]:
        """The whole config with defaults, fit to be saved, shown, and loaded again: no secret in it."""
        schema = self.pipeline.schema
        values: dict[str, Any] = {"pipeline": self.pipeline.reference}
        for name, parameter in schema.all_parameters.items():
            if name in self.written:
                values[name] = self.written[name]
            elif not parameter.required and not is_code_path(parameter.default):
                values[name] = plain(parameter.default)
        values |= {name: value for name, value in self.written.items() if name not in values}
        masked: dict[str, Any] = masked_values(schema.json_schema, values)
        return masked


def is_code_path(default: object) -> bool:
    """`HERE / "prompts"`, or a list of such, is where the code lies on this machine: not worth saving."""
    paths = default if isinstance(default, list | tuple) else [default]
    return bool(paths) and all(isinstance(path, Path) and path.is_absolute() for path in paths)


@dataclass(frozen=True)
class Changes:
    """Values that replace those of a config, and where they were asked for."""

    values: Mapping[str, Any]
    file: str
    line: int = 0


@dataclass
class _Check:
    """A config on its way to being checked."""

    content: YamlContent
    registry: Registry
    overrides: Sequence[str] = ()
    changes: Changes | None = None
    to_come: Sequence[Path] = ()
    lifted: Lifted = field(default_factory=Lifted)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    overridden: set[KeyPath] = field(default_factory=set)
    unusable: set[KeyPath] = field(default_factory=set)
    literal_secrets: list[Problem] = field(default_factory=list)

    def report(self, path: KeyPath, message: str) -> None:
        self.problems.append(self.problem(path, message))

    def problem(self, path: KeyPath, message: str) -> Problem:
        if any(path[: len(place)] == place for place in self.overridden):
            return Problem(message, SET, 0, dotted(path))
        if path and self.changes and path[0] in self.changes.values:
            return Problem(message, self.changes.file, self.changes.line, dotted(path))
        origin = self.lifted.origins.get(str(path[0]), ()) if path else ()
        place = (*origin, *path[1:]) if origin else path
        return Problem(message, self.content.file, self.content.line(place), dotted(path))


def load_config(
    file: Path,
    registry: Registry,
    overrides: Sequence[str] = (),
    *,
    pipeline: str = "",
    changes: Changes | None = None,
    to_come: Sequence[Path] = (),
) -> Config:
    """Read and check a config file. Raises ConfigError with every problem.

    Args:
        file: The YAML file.
        registry: Where its `pipeline:` is looked up.
        overrides: `--set` arguments, `key=value` or `key.inner=value`.
        pipeline: The pipeline to use, whatever the file says.
        changes: Values that replace the file's.
        to_come: Folders that do not exist yet but will when this config runs.
    """
    check = _Check(read_yaml(file), registry, overrides, changes, to_come)
    return _checked(check, pipeline)


def parse_config(
    text: str, file: str, registry: Registry, overrides: Sequence[str] = (), *, pipeline: str = ""
) -> Config:
    """Check a config given as text; `file` is the name that problems carry."""
    return _checked(_Check(parse_yaml(text, file), registry, overrides), pipeline)


@dataclass(frozen=True)
class Examined:
    """All that can be said about a config, good or not."""

    config: Config | None
    """None when it has mistakes."""
    mistakes: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    literal_secrets: tuple[Problem, ...]
    """Secrets that are written out instead of referred to, each with its key and line."""


def examine_config(text: str | None, file: str, registry: Registry, overrides: Sequence[str] = ()) -> Examined:
    """Check a config, given as text or else read from `file`, without raising ConfigError."""
    check = _Check(read_yaml(Path(file)) if text is None else parse_yaml(text, file), registry, overrides)
    config: Config | None = None
    mistakes: tuple[Problem, ...] = ()
    try:
        config = _checked(check, "")
    except ConfigError as error:
        mistakes = tuple(error.problems)
    warnings = check.warnings or check.content.warnings  # the latter, when the pipeline is not known
    return Examined(config, mistakes, tuple(warnings), tuple(check.literal_secrets))


def saved_config(
    values: Mapping[str, Any],
    file: str,
    registry: Registry,
    overrides: Sequence[str],
    changes: Changes | None = None,
) -> Config:
    """Check a config that a run has saved (`Config.masked`)."""
    return _checked(_Check(YamlContent(file, values=dict(values)), registry, overrides, changes), "")


def default_config(
    pipeline: Pipeline,
    registry: Registry,
    overrides: Sequence[str] = (),
    *,
    changes: Changes | None = None,
    to_come: Sequence[Path] = (),
) -> Config:
    """The config of a pipeline run without one: its defaults and `overrides`."""
    check = _Check(YamlContent(pipeline.reference, values={}), registry, overrides, changes, to_come)
    return _check_values(check, pipeline)


def _checked(check: _Check, pipeline_name: str) -> Config:
    content = check.content
    check.unusable |= content.reported
    if content.values is None and not content.problems:
        content.values = {}
    if not isinstance(content.values, dict):
        if not content.problems:
            check.report((), "a config is a mapping: lines of `key: value`")
        raise ConfigError([*content.problems, *check.problems])
    pipeline = _find_pipeline(check, pipeline_name)
    if pipeline is None:
        raise ConfigError([*content.problems, *check.problems])
    return _check_values(check, pipeline)


def _find_pipeline(check: _Check, name: str) -> Pipeline | None:
    path: KeyPath = ("pipeline",)
    if not name:
        written = check.content.values.get("pipeline")
        beside = Path(check.content.file).parent / "pipeline.py"
        if isinstance(written, str):
            name = written
        elif path in check.unusable:
            return None
        elif written is None and beside.is_file() and check.registry.bounds is None:
            name = str(beside)
        else:
            known = ", ".join(check.registry.names)
            hint = f" ({known})" if known else ""
            check.report(path, f"missing: add `pipeline: NAME`, the pipeline this config is for{hint}")
            return None
    try:
        return check.registry.find(name, Path(check.content.file).parent)
    except UsageError as error:
        check.report(path, str(error))
        return None


def _check_values(check: _Check, pipeline: Pipeline) -> Config:
    schema = pipeline.schema
    names = {*schema.all_parameters, *CONFIG_KEYS}
    mappings = {name for name in schema.all_parameters if _may_be_mapping(schema.json_schema, name)}
    check.lifted = lift(check.content.values, names, mappings)
    check.problems += [_without_headings(problem, check, names) for problem in check.content.problems]
    check.warnings += [_without_headings(warning, check, names) for warning in check.content.warnings]
    for key, first, second in check.lifted.clashes:
        message = (
            f"set twice: as {dotted(first)} on line {check.content.line(first)} and as {dotted(second)} here; keep one"
        )
        check.problems.append(Problem(message, check.content.file, check.content.line(second), key))
    written = {key: value for key, value in check.lifted.values.items() if key not in CONFIG_KEYS}
    written |= check.changes.values if check.changes else {}
    _apply_sets(check, written, pipeline)
    _check_unknown(check, written, pipeline)
    for path in literal_secrets(schema.json_schema, written):
        check.literal_secrets.append(check.problem(path, "a secret in plain text"))
    written = fill_here(written, check.content.file)
    usable = _fill_references(check, written)
    hidden = hidden_texts(written, usable)
    for path, message in unusable_paths(schema.json_schema, usable, check.registry.bounds):
        check.report(path, message)
        check.unusable.add(path)
        usable.pop(str(path[0]), None)
    arguments, mistakes = validate(schema, usable, written, check.to_come)
    for mistake in mistakes:
        if not _already_reported(check, mistake.path) and not (
            check.content.keys_lost and mistake.message.startswith("missing")
        ):
            check.report(mistake.path, mistake.message)
    _check_prompts(check, pipeline, {**_usable_paths(schema.all_parameters, usable), **arguments})
    if check.problems:
        problems = [replace(problem, message=as_written(problem.message, hidden)) for problem in check.problems]
        raise ConfigError(sorted(problems, key=lambda problem: (problem.file, problem.line)))
    secrets = tuple(secret_values(schema.json_schema, written, usable))
    return Config(pipeline, check.content.file, written, arguments, tuple(check.warnings), secrets)


def _without_headings(problem: Problem, check: _Check, names: Collection[str]) -> Problem:
    """The same problem, its key as the pipeline knows it."""
    parts = problem.key.split(".")
    while len(parts) > 1 and parts[0] in check.lifted.headings and parts[0] not in names:
        del parts[0]
    return replace(problem, key=".".join(parts))


def _may_be_mapping(json_schema: dict[str, Any], name: str) -> bool:
    nodes = [found for node in nodes_at(json_schema, (name,)) for found in alternatives(json_schema, node)]
    return any(node.get("type") == "object" or not node.get("type") for node in nodes)


def _apply_sets(check: _Check, written: dict[str, Any], pipeline: Pipeline) -> None:
    problems = apply_overrides(written, check.overrides, pipeline.schema, check.lifted.headings, check.overridden)
    for path, message in problems:
        check.problems.append(Problem(message, SET, 0, dotted(path)))
        check.unusable.add(path)


def _check_unknown(check: _Check, written: dict[str, Any], pipeline: Pipeline) -> None:
    """Unknown keys: an error, or for a function that takes anything a warning that lists them."""
    schema = pipeline.schema
    unknown = [key for key in written if key not in schema.all_parameters]
    if schema.takes_anything:
        if unknown:
            listed = [key + _maybe(key, schema.all_parameters) for key in unknown]
            message = f"not parameters of {schema.name}, handed to its **kwargs: {', '.join(listed)}"
            check.warnings.append(check.problem((unknown[0],), message))
        return
    for key in unknown:
        check.report((key,), unknown_key(key, [*schema.all_parameters, "pipeline"]))
        check.unusable.add((key,))
        del written[key]


def _maybe(key: str, known: Collection[str]) -> str:
    near = closest(key, known)
    return f" (did you mean {near}?)" if near else ""


def _fill_references(check: _Check, written: dict[str, Any]) -> dict[str, Any]:
    filler = ReferenceFiller(environment())
    filled: dict[str, Any] = filler.fill(written)
    for path, message in filler.missing:
        check.report(path, message)
        check.unusable.add(path)
    for path in _masked_paths(written):
        message = "was not saved because it is secret: give it again with --set, or write ${VARIABLE}"
        check.report(path, message)
        check.unusable.add(path)
    return filled


def _masked_paths(value: Any, path: KeyPath = ()) -> list[KeyPath]:
    if isinstance(value, dict):
        return [found for key, item in value.items() for found in _masked_paths(item, (*path, key))]
    if isinstance(value, list):
        return [found for index, item in enumerate(value) for found in _masked_paths(item, (*path, index))]
    return [path] if value == MASK else []


def _already_reported(check: _Check, path: KeyPath) -> bool:
    """Whether a mistake only follows from something in or around it that was reported before."""
    origin = check.lifted.origins.get(str(path[0]), path[:1]) if path else ()
    for place in ((*origin, *path[1:]), path):
        for bad in check.unusable:
            shorter = min(len(bad), len(place))
            if shorter and bad[:shorter] == place[:shorter]:
                return True
    return any(bad[-1:] == path[-1:] for bad in check.content.reported) if path else False


def _usable_paths(parameters: Mapping[str, Any], usable: dict[str, Any]) -> dict[str, Any]:
    """Prompt folders even of a config with mistakes, so that prompts are checked in the same go."""
    folders: dict[str, Any] = {}
    for name in ("default_prompts", "prompts"):
        value = usable.get(name, parameters[name].default if name in parameters else None)
        if isinstance(value, str | Path) and value:
            folders[name] = Path(value)
    return folders


def _check_prompts(check: _Check, pipeline: Pipeline, arguments: dict[str, Any]) -> None:
    default = arguments.get("default_prompts")
    if "default_prompts" not in pipeline.schema.all_parameters or not isinstance(default, Path):
        return
    override = arguments.get("prompts")
    override = override.expanduser() if isinstance(override, Path) else None
    if override is not None and not override.is_dir():
        check.report(("prompts",), f"the folder {override} does not exist (looked in {Path.cwd()})")
        override = None
    from generation_functions.prompts import load_prompts

    try:
        load_prompts(default, override)
    except ConfigError as error:
        check.problems += error.problems


def to_yaml(values: Mapping[str, Any]) -> str:
    """Config values as YAML that reads back to the same values."""
    import yaml

    return yaml.safe_dump(dict(values), sort_keys=False, allow_unicode=True, width=110)
