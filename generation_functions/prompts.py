"""Prompts: YAML files of messages with placeholders, checked when they are loaded and filled for each record.

`{name}` is filled when it is a plain identifier; every other brace is literal text, doubled ones included. What may
be filled in is the `variables` list of the file in the pipeline's own folder, and an override may use no others.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import orjson

from generation_functions.errors import ConfigError, Problem, RecordFailedError
from generation_functions.names import did_you_mean
from generation_functions.records import stable_hash
from generation_functions.replies import ReplyFormat

PLACEHOLDER = re.compile(r"(?:(?<!\{)\{([^\W\d]\w*)\}|\{([^\W\d]\w*)\}(?!\}))")
"""A placeholder: a name in braces that are not doubled on both sides."""

_FROM_SOURCE = frozenset({"file", "page"})

_Part = tuple[str, str, tuple[str, ...]]  # role, %-template, the names that fill it in order


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt, ready to be filled.

    Attributes:
        name: The file's name without `.yaml`.
        path: The file its messages come from.
        messages: (role, template) pairs.
        reply: How replies are read.
        sampling: Sampling settings of this prompt; the model's own settings win.
        offline: The offline writer that stands in for a model.
        shorten: Variables that may be cut, first one first, when the prompt does not fit the model's context.
        variables: What the step supplies, used in the messages or not.
        digest: 32 hex digits that change with the messages, the reply format or the sampling.
    """

    name: str
    path: Path
    messages: tuple[tuple[str, str], ...]
    reply: ReplyFormat = field(default_factory=ReplyFormat)
    sampling: Mapping[str, Any] = field(default_factory=dict)
    offline: str | None = None
    shorten: tuple[str, ...] = ()
    variables: frozenset[str] = frozenset()
    digest: str = field(init=False)
    _parts: tuple[_Part, ...] = field(init=False, repr=False, compare=False)
    _needs_source: bool = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        digest = stable_hash(self.messages, asdict(self.reply), dict(self.sampling))
        parts = tuple(_compile(role, content) for role, content in self.messages)
        object.__setattr__(self, "digest", digest)
        object.__setattr__(self, "_parts", parts)
        object.__setattr__(self, "_needs_source", any(_FROM_SOURCE & set(names) for _, _, names in parts))

    @property
    def placeholders(self) -> frozenset[str]:
        """The variables that the messages use."""
        return frozenset(name for _, _, names in self._parts for name in names)

    def render(self, values: Mapping[str, Any]) -> list[dict[str, str]]:
        """The messages with `values` filled in, literally: braces in a value stay what they are.

        `file` and `page` are taken from `values["source"]`. Numbers are written as they are, lists and
        mappings as JSON.

        Raises:
            RecordFailedError: A value is missing or None.
        """
        if self._needs_source:
            values = _with_source(values)
        rendered = []
        for role, template, names in self._parts:
            if names:
                filled = []
                for name in names:
                    value = values.get(name)
                    filled.append(value if type(value) is str else self._as_text(name, value, values))
                template %= tuple(filled)
            rendered.append({"role": role, "content": template})
        return rendered

    def _as_text(self, name: str, value: object, values: Mapping[str, Any]) -> str:
        if value is None:
            which = f"record {values['id']}" if "id" in values else "the record"
            raise RecordFailedError(
                f"the prompt {self.name} ({self.path}) needs {{{name}}}, and {which} has none; "
                f"it has: {', '.join(sorted(key for key, other in values.items() if other is not None))}"
            )
        if isinstance(value, str | int | float):
            return str(value)
        return orjson.dumps(value, option=orjson.OPT_INDENT_2, default=str).decode()


class Prompts(dict[str, Prompt]):
    """The prompts of a pipeline by name."""

    def __missing__(self, name: str) -> Prompt:
        folder = str(next(iter(self.values())).path.parent) if self else ""
        raise ConfigError([Problem(f"there is no prompt {name!r}{did_you_mean(name, self)}", folder)])


def load_prompts(default: Path, *overrides: Path | None) -> Prompts:
    """The prompts in a folder, file by file replaced by those of each of `overrides`, the last one winning.

    Raises:
        ConfigError: With every problem of every file.
    """
    from generation_functions.prompt_files import read_prompt_files

    files, problems = read_prompt_files(Path(default), [Path(folder) for folder in overrides if folder is not None])
    if problems:
        raise ConfigError(problems)
    return Prompts(
        (
            file.name,
            Prompt(
                name=file.name,
                path=file.path,
                messages=tuple(file.messages or ()),
                reply=file.reply or ReplyFormat(),
                sampling=file.sampling or {},
                offline=file.offline,
                shorten=tuple(file.shorten or ()),
                variables=frozenset(file.variables or ()),
            ),
        )
        for file in files
    )


def placeholder_names(content: str) -> list[str]:
    """The names in the placeholders of a message, in order and as often as they occur."""
    return [single or double for single, double in PLACEHOLDER.findall(content)]


def _compile(role: str, content: str) -> _Part:
    """A message as a %-template, which fills in C and never looks at what it has filled in."""
    names = tuple(placeholder_names(content))
    if not names:
        return role, content, ()
    return role, PLACEHOLDER.sub("%s", content.replace("%", "%%")), names


def _with_source(values: Mapping[str, Any]) -> dict[str, Any]:
    source = values.get("source")
    if not isinstance(source, Mapping):
        return dict(values)
    page = source.get("page")
    return {"file": source.get("file"), "page": "" if page is None else page, **values}
