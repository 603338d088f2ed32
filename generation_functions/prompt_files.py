"""Reads prompt files and says everything that is wrong with them, each with its file and line."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from generation_functions.config_yaml import KeyPath, YamlContent, dotted, read_yaml
from generation_functions.errors import Problem
from generation_functions.names import closest, did_you_mean
from generation_functions.prompts import placeholder_names
from generation_functions.replies import ReplyFormat, ReplyKind, parse_reply_format

CHUNK_VARIABLES = ("text", "title", "file", "page", "id")
"""What a step supplies when the prompt file does not say: the fields of a chunk."""

INCLUDE_FILE = "include.yaml"
"""Lists the prompt files of other folders that are used as if they stood in this one."""

_KEYS = ("messages", "variables", "reply", "sampling", "offline", "shorten")
_ROLES = ("system", "user", "assistant")
_NOT_SAMPLING = {
    "model": "the model is chosen in the config",
    "messages": "the messages stand beside it",
    "prompt": "the messages stand beside it",
    "stream": "replies are never streamed",
    "n": "a step asks as often as it needs to",
    "response_format": "say how the reply is read under reply:",
}
_SAMPLING_NAMES = (
    "temperature", "top_p", "max_tokens", "stop", "top_k", "min_p", "seed", "presence_penalty", "frequency_penalty",
    "repetition_penalty", "logit_bias", "reasoning_effort", "max_completion_tokens",
)  # fmt: skip
_VALUE_TYPES: dict[ReplyKind, str] = {
    "text": "text",
    "tag": "text",
    "verdict": "a verdict",
    "list": "a list",
    "json": "a JSON value",
}


@dataclass(slots=True)
class PromptFile:
    """One prompt file. A part is None where the file does not have it or where it cannot be used."""

    name: str
    path: Path
    content: YamlContent
    messages: list[tuple[str, str]] | None = None
    variables: list[str] | None = None
    reply: ReplyFormat | None = None
    sampling: dict[str, Any] | None = None
    offline: str | None = None
    shorten: list[str] | None = None
    has_messages: bool = True
    """False for an override that changes other things only."""
    prefix: KeyPath = ()
    """Where the messages stand: at the top of a plain list, otherwise under `messages`."""
    problems: list[Problem] = field(default_factory=list)

    def report(self, path: KeyPath, message: str, line: int = 0) -> None:
        """Note that something is wrong at `path`."""
        where = line or self.content.line(path)
        self.problems.append(Problem(message, str(self.path), where, dotted(path)))


def read_prompt_files(default: Path, overrides: Sequence[Path]) -> tuple[list[PromptFile], list[Problem]]:
    """The prompts of `default` with those of each of `overrides` laid over them, and all problems of all files."""
    problems: list[Problem] = []
    originals = _read_folder(default, problems)
    if not originals and not problems:
        problems.append(Problem("no prompts (*.yaml) in this folder", str(default)))
    for original in originals.values():
        if not original.has_messages:
            original.report((), "missing: messages, a list of messages with role and content")
        if original.variables is None and ("variables",) not in original.content.reported:
            original.variables = list(CHUNK_VARIABLES)
        _check_names(original, original)
    files = dict(originals)
    every = [*originals.values()]
    for override in overrides:
        for name, file in _read_folder(override, problems).items():
            if name in files:
                every.append(file)
                _inherit(file, files[name])
                _check_names(file, files[name])
                files[name] = file
            else:
                known = did_you_mean(name, files) or f"; it has: {', '.join(files)}"
                problems.append(Problem(f"{default} has no prompt {name} to override{known}", str(file.path)))
    for file in every:
        problems += sorted(file.problems, key=lambda problem: problem.line)
    return list(files.values()), problems


def _read_folder(folder: Path, problems: list[Problem]) -> dict[str, PromptFile]:
    if not folder.is_dir():
        what = "is a file, not a folder of prompts" if folder.exists() else "there is no such folder of prompts"
        problems.append(Problem(what, str(folder)))
        return {}
    files: dict[str, PromptFile] = {}
    for path in sorted(folder.iterdir()):
        if path.name.startswith("."):
            continue
        if path.is_dir() and any(path.glob("*.yaml")):
            problems.append(
                Problem("prompts in a folder inside a prompts folder are not read; move them up", str(path))
            )
        elif path.suffix.lower() == ".yml" or (path.suffix != ".yaml" and path.suffix.lower() == ".yaml"):
            problems.append(Problem(f"rename it to {path.stem}.yaml", str(path)))
        elif path.name == INCLUDE_FILE:
            files = {**{shared.stem: _read_file(shared) for shared in _included(path, problems)}, **files}
        elif path.suffix == ".yaml":
            files[path.stem] = _read_file(path)
    return dict(sorted(files.items()))


def _included(path: Path, problems: list[Problem]) -> list[Path]:
    """The prompt files that a folder shares with others, as its `include.yaml` lists them."""
    content = read_yaml(path)
    problems += content.problems
    listed = content.values
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        if not content.problems:
            problems.append(Problem("must be a list of paths of prompt files, relative to this folder", str(path)))
        return []
    found = []
    for number, entry in enumerate(listed):
        shared = (path.parent / entry).resolve()
        if shared.is_file():
            found.append(shared)
            continue
        siblings = [other.name for other in shared.parent.glob("*.yaml")]
        told = f"{entry} is not there{did_you_mean(shared.name, siblings)}"
        problems.append(Problem(told, str(path), content.line((number,))))
    return found


def _read_file(path: Path) -> PromptFile:
    content = read_yaml(path)
    file = PromptFile(path.stem, path, content, problems=list(content.problems))
    values = content.values
    if isinstance(values, list):
        _read_messages(file, values)
    elif isinstance(values, Mapping):
        file.prefix = ("messages",)
        _read_mapping(file, values)
    elif not content.problems:
        file.report((), "must be a list of messages, each with role and content, or a mapping with messages")
    return file


def _read_mapping(file: PromptFile, values: Mapping[Any, Any]) -> None:
    for key in values:
        if key not in _KEYS:
            known = did_you_mean(str(key), _KEYS) or f"; known: {', '.join(_KEYS)}"
            file.report((key,), f"unknown key{known}")
    file.has_messages = "messages" in values or ("messages",) in file.content.reported
    if "messages" in values:
        _read_messages(file, values["messages"])
    if "variables" in values:
        file.variables = _read_names(file, "variables", values["variables"])
    if "shorten" in values:
        file.shorten = _read_names(file, "shorten", values["shorten"])
    if "reply" in values:
        file.reply = parse_reply_format(values["reply"], lambda key, told: file.report(_path_to("reply", key), told))
    if "sampling" in values:
        file.sampling = _read_sampling(file, values["sampling"])
    if "offline" in values:
        file.offline = _read_offline(file, values["offline"])


def _path_to(section: str, key: str) -> KeyPath:
    return (section, *(key.split(".") if key else ()))


def _read_messages(file: PromptFile, raw: Any) -> None:
    if not isinstance(raw, list) or not raw:
        file.report(file.prefix, "must be a list of messages, each with role and content")
        return
    read = [_read_message(file, (*file.prefix, index), message) for index, message in enumerate(raw)]
    messages = [message for message in read if message is not None]
    if len(messages) == len(raw):
        file.messages = messages
        _check_order(file, [role for role, _ in messages])


def _read_message(file: PromptFile, path: KeyPath, raw: Any) -> tuple[str, str] | None:
    if not isinstance(raw, Mapping):
        file.report(path, "a message needs a role and a content")
        return None
    for key in raw:
        if key not in ("role", "content"):
            hint = (
                f": write role: {key} and content: ..."
                if key in _ROLES
                else did_you_mean(str(key), ("role", "content"))
            )
            file.report((*path, key), f"unknown key{hint or '; a message has role and content'}")
    role, content = raw.get("role"), raw.get("content")
    seen = {key for key in ("role", "content") if (*path, key) in file.content.reported}
    if role not in _ROLES and "role" not in seen:
        near = did_you_mean(str(role), _ROLES) or f"; known: {', '.join(_ROLES)}"
        file.report((*path, "role"), f"unknown role {role!r}{near}" if "role" in raw else "missing")
    if (not isinstance(content, str) or not content.strip()) and "content" not in seen:
        what = "is empty" if content is None or isinstance(content, str) else "must be text; put it in quotes"
        file.report((*path, "content"), what if "content" in raw else "missing")
    return (role, content) if role in _ROLES and isinstance(content, str) and content.strip() else None


def _check_order(file: PromptFile, roles: list[str]) -> None:
    if "user" not in roles:
        file.report(file.prefix, "needs at least one message with role: user")
        return
    for index, role in enumerate(roles[1:], start=1):
        path = (*file.prefix, index, "role")
        if role == "system":
            file.report(path, "only the first message may be the system's")
        elif role == roles[index - 1]:
            other = "an assistant message (an example's answer)" if role == "user" else "a user message"
            file.report(path, f"two {role} messages in a row: make them one, or put {other} between them")
        elif role == "assistant" and roles[index - 1] == "system":
            file.report(path, "an example starts with a user message; its assistant message is the answer")
    if roles[-1] != "user":
        file.report((*file.prefix, len(roles) - 1, "role"), "the last message must be the user's")


def _read_names(file: PromptFile, key: str, raw: Any) -> list[str] | None:
    raw = [] if raw is None else [raw] if isinstance(raw, str) else raw
    if not isinstance(raw, list):
        file.report((key,), "must be a list of variables, such as [text, title]")
        return None
    for index, name in enumerate(raw):
        if not isinstance(name, str) or not name.isidentifier():
            file.report((key, index), f"{name!r} cannot be a variable: use letters, digits and underscores")
    return [name for name in raw if isinstance(name, str)]


def _read_sampling(file: PromptFile, raw: Any) -> dict[str, Any] | None:
    from pydantic import ValidationError

    from generation_functions.model import Sampling

    if raw is None:
        return {}
    if not isinstance(raw, Mapping):
        file.report(("sampling",), "must be a mapping such as {temperature: 0.2}")
        return None
    for key in raw:
        if key in _NOT_SAMPLING:
            file.report(("sampling", key), f"does not belong here: {_NOT_SAMPLING[key]}")
        elif key not in _SAMPLING_NAMES and closest(str(key), _SAMPLING_NAMES):
            file.report(("sampling", key), f"unknown setting{did_you_mean(str(key), _SAMPLING_NAMES)}")
    try:
        Sampling.model_validate(dict(raw))
    except ValidationError as error:
        for detail in error.errors():
            file.report(("sampling", *detail["loc"][:1]), f"{detail['msg']}, not {detail['input']!r}")
    return dict(raw)


def _read_offline(file: PromptFile, raw: Any) -> str | None:
    from generation_functions.offline import check_writer

    if raw is None:
        return None
    if not isinstance(raw, str):
        file.report(("offline",), "must be the name of an offline writer")
        return None
    problem = check_writer(raw)
    if problem:
        file.report(("offline",), problem)
    return raw


def _inherit(file: PromptFile, original: PromptFile) -> None:
    """Take over from the original what the override leaves out, and check that it keeps to the original's bounds."""
    supplied = original.variables
    for index, name in enumerate(file.variables or ()):
        if supplied is not None and name not in supplied:
            file.report(("variables", index), _not_supplied(name, supplied))
    file.variables = supplied
    if file.reply is None:
        file.reply = original.reply
    elif not any(problem.key.startswith("reply") for problem in (*file.problems, *original.problems)):
        _check_reply_change(file, file.reply, original.reply or ReplyFormat())
    if file.sampling is None:
        file.sampling = original.sampling
    if file.shorten is None:
        file.shorten = [name for name in original.shorten or () if _uses(file, name)]
    if "offline" not in (file.content.values if isinstance(file.content.values, Mapping) else ()):
        file.offline = original.offline
    if not file.has_messages:
        file.messages = original.messages


def _check_reply_change(file: PromptFile, reply: ReplyFormat, original: ReplyFormat) -> None:
    """The pipeline is written for one type of value and for verdicts spelt in one way."""
    before, after = (_VALUE_TYPES.get(kind, kind) for kind in (original.kind, reply.kind))
    if before != after:
        told = f"the pipeline works with {before} ({original.kind}); an override cannot make it {after} ({reply.kind})"
        file.report(("reply", "kind"), told)
    elif set(reply.verdicts) != set(original.verdicts):
        told = f"the pipeline knows these verdicts: {', '.join(original.verdicts)}; an override must keep them"
        file.report(("reply", "verdicts"), told)


def _check_names(file: PromptFile, original: PromptFile) -> None:
    """Report placeholders and `shorten` entries that nobody supplies."""
    supplied = original.variables
    if supplied is None:
        return
    if file.messages is not None and file.has_messages:
        for path, name in _placeholders(file, file.messages):
            if name not in supplied:
                told = (
                    f"{{{name}}}: {_not_supplied(name, supplied)}. If it is literal text, put spaces inside the braces"
                )
                file.report(path, told.replace("?. If", "? If"), _line_of(file, path, f"{{{name}}}"))
        _check_doubled(file, file.messages, supplied)
    if file.messages is None:
        return
    for index, name in enumerate(file.shorten or ()):
        if not _uses(file, name):
            used = sorted({name for _, name in _placeholders(file, file.messages)})
            file.report(("shorten", index), f"the messages do not use {{{name}}}{did_you_mean(name, used)}")


def _check_doubled(file: PromptFile, messages: list[tuple[str, str]], supplied: list[str]) -> None:
    """`{{text}}` is literal text. Where the text is never filled in, that was surely not meant."""
    for index, (_, content) in enumerate(messages):
        for name in supplied:
            if f"{{{{{name}}}}}" in content and not _uses(file, name):
                path = (*file.prefix, index, "content")
                told = f"{{{{{name}}}}} is literal text; write {{{name}}} to have it filled in"
                file.report(path, told, _line_of(file, path, f"{{{{{name}}}}}"))


def _placeholders(file: PromptFile, messages: list[tuple[str, str]]) -> Iterator[tuple[KeyPath, str]]:
    for index, (_, content) in enumerate(messages):
        for name in dict.fromkeys(placeholder_names(content)):
            yield (*file.prefix, index, "content"), name


def _uses(file: PromptFile, name: str) -> bool:
    return any(name in placeholder_names(content) for _, content in file.messages or ())


def _not_supplied(name: str, supplied: list[str]) -> str:
    near = did_you_mean(name, supplied)
    return (
        f"the step does not supply it{near}" if near else f"the step supplies only {', '.join(supplied) or 'nothing'}"
    )


def _line_of(file: PromptFile, path: KeyPath, words: str) -> int:
    """The line of `words` in the value at `path`, which may span many lines."""
    start = file.content.line(path)
    lines = file.path.read_text(encoding="utf-8-sig").splitlines()
    return next((number for number in range(start, len(lines) + 1) if words in lines[number - 1]), start)
