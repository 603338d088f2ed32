"""Loading a chat template, and trying it out before any row depends on it."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from pathlib import Path
from typing import Any

import orjson

from generation_functions.chat_templates.chat_template import ChatTemplate
from generation_functions.chat_templates.sandbox import RenderingError, check_syntax, render
from generation_functions.errors import UsageError
from generation_functions.names import did_you_mean

HERE = Path(__file__).parent
# Start and end token of the models that a preset is for.
PRESETS: dict[str, tuple[str, str]] = {
    "chatml": ("", ""),
    "llama3": ("<|begin_of_text|>", ""),
    "mistral": ("<s>", "</s>"),
    "gemma": ("<bos>", ""),
    "plain": ("", "<|endoftext|>"),
}
_CONTENTS = ("Be brief.", "Who cast it?", "Ada Finch.", "And when?", "In 1871.")
_ROLES = ("system", "user", "assistant", "user", "assistant")
_SPECIAL_TOKEN = re.compile(r"<[^\s<>]+>|\[/?[A-Z][A-Z_]*\]|\[\|[^\s\[\]]+\|\]")
_SPEAKER = re.compile(r"^[^\s:][^\n:]{0,30}:", re.MULTILINE)
_ARE_CONTENT = {"<think>", "</think>"}  # a template may write them, and an answer may too


def load_template(name_or_path: str | Path, *, bos_token: str = "", eos_token: str = "") -> ChatTemplate:
    """The chat template of a preset's name, or of a Jinja file.

    A file beside a tokenizer_config.json takes its start and end token from there.

    Args:
        name_or_path: One of PRESETS, or the path of a `.jinja` file.
        bos_token: Start token of the model; "" = the preset's, or that of the file's tokenizer.
        eos_token: End token of the model, for templates that write `{{ eos_token }}`; "" likewise.

    Raises:
        UsageError: There is no such template, or it does not suit training; says why.
    """
    path = Path(name_or_path)
    if str(name_or_path) in PRESETS:
        name, tokens = str(name_or_path), PRESETS[str(name_or_path)]
        path = HERE / f"{name}.jinja"
    elif path.suffix == ".jinja" or path.is_file():
        name, tokens = path.name, _tokenizer_tokens(path)
    else:
        raise UsageError(
            f"No chat template {str(name_or_path)!r}{did_you_mean(str(name_or_path), PRESETS) or '.'} "
            f"Presets: {', '.join(PRESETS)}; or give the path of a .jinja file."
        )
    source = _read(path)
    return _tried_out(name, source, bos_token or tokens[0], eos_token or tokens[1])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(f"No chat template at {path}. Presets: {', '.join(PRESETS)}.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"The chat template {path} cannot be read: {error}.") from error


def _tokenizer_tokens(path: Path) -> tuple[str, str]:
    config = path.with_name("tokenizer_config.json")
    try:
        settings = orjson.loads(config.read_bytes()) if config.is_file() else {}
    except (OSError, orjson.JSONDecodeError) as error:
        raise UsageError(f"{config}, beside the chat template, cannot be read: {error}.") from error
    return _token(settings.get("bos_token")), _token(settings.get("eos_token"))


def _token(value: Any) -> str:
    return str(value["content"]) if isinstance(value, dict) else value or ""


def _tried_out(name: str, source: str, bos_token: str, eos_token: str) -> ChatTemplate:
    """The template, after it has shown on two conversations that it does what training needs."""
    try:
        variables = check_syntax(source)
    except RenderingError as error:
        raise UsageError(f"The chat template {name} is not valid Jinja: {error}.") from error
    if "eos_token" in variables and not eos_token:
        raise UsageError(
            f"The chat template {name} writes eos_token, and nothing says what that is. Put the model's "
            "tokenizer_config.json beside the file, or give the token."
        )
    try:
        _check_prefixes(name, source, eos_token, first=1)
        between = _between(name, _rendered(source, 1, 5, eos_token), _CONTENTS[1:])
    except RenderingError as error:
        raise UsageError(f"The chat template {name} refuses an ordinary conversation: {error}.") from error
    try:
        _check_prefixes(name, source, eos_token, first=0)
        between += _between(name, _rendered(source, 0, 5, eos_token), _CONTENTS)
    except RenderingError:
        pass  # it has no place for a system prompt: rows with one will be refused, by its own words
    return ChatTemplate(
        name=name,
        source=source,
        stops=_stops(name, between),
        digest=hashlib.sha256(source.encode()).hexdigest(),
        marks=_marks([*between, bos_token, eos_token]),
        bos_token=bos_token,
        eos_token=eos_token,
        tokens=tuple(_tokens([*between, bos_token, eos_token])),
    )


def _rendered(source: str, first: int, last: int, eos_token: str, prompt: bool = False) -> str:
    messages = [
        {"role": role, "content": content}
        for role, content in zip(_ROLES[first:last], _CONTENTS[first:last], strict=True)
    ]
    return render(source, messages, add_generation_prompt=prompt, bos_token="", eos_token=eos_token)


def _check_prefixes(name: str, source: str, eos_token: str, first: int) -> None:
    """Each further message must only add text: a served model sees the history as it was trained on it."""
    shown = ["" if last == first else _rendered(source, first, last, eos_token) for last in range(first, 6)]
    for last, (before, after) in enumerate(pairwise(shown), first):
        answer = last > first and _ROLES[last] == "assistant"
        before = _rendered(source, first, last, eos_token, prompt=True) if answer else before
        if not after.startswith(before):
            raise UsageError(
                f"The chat template {name} shows a conversation otherwise once a message of {_ROLES[last]} follows, "
                "so what is trained on would not be what is served. Use a template under which a longer conversation "
                f"begins with the text of the shorter one.\n  shorter: {before[-80:]!r}\n  longer:  "
                f"{after[max(0, len(before) - 80) : len(before) + 40]!r}"
            )
        if answer and not after[len(before) :].lstrip().startswith(_CONTENTS[last]):
            raise UsageError(
                f"The chat template {name} does not put all that precedes an answer into its generation prompt, so a "
                f"served model would have to write it: {after[len(before) :].partition(_CONTENTS[last])[0]!r}. "
                "Write it where the template asks for add_generation_prompt."
            )


def _between(name: str, text: str, contents: tuple[str, ...]) -> list[str]:
    """What stands before, between and after the contents."""
    pieces = []
    for content in contents:
        before, found, text = text.partition(content)
        if not found:
            raise UsageError(
                f"The chat template {name} does not show every message as it is ({content!r} was lost), "
                "so its rows would not say what they seem to. Use one that does."
            )
        pieces.append(before)
    return [*pieces, text]


def _stops(name: str, between: list[str]) -> tuple[str, ...]:
    """The end mark after an answer; for templates in plain words also the next speaker."""
    end, speaker = between[4].strip(), _SPEAKER.search(between[2])
    stops = [end] if end else []
    if speaker:
        stops.append(f"\n{speaker[0]}")
    if not stops:
        raise UsageError(
            f"The chat template {name} puts nothing after an answer, so a model trained with it would never stop. "
            "Use one with an end mark, such as eos_token."
        )
    return tuple(stops)


def _tokens(texts: list[str]) -> list[str]:
    return sorted({token for text in texts for token in _SPECIAL_TOKEN.findall(text)} - _ARE_CONTENT)


def _marks(texts: list[str]) -> str:
    speakers = sorted({speaker for text in texts for speaker in _SPEAKER.findall(text)})
    patterns = [*map(re.escape, _tokens(texts)), *(f"(?m:^){re.escape(speaker)}" for speaker in speakers)]
    return "|".join(patterns)
