"""`ReplyFormat`: what a prompt file's `reply:` says about how the reply is read."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from generation_functions.names import did_you_mean
from generation_functions.replies.json_schema import check_schema

ReplyKind = Literal["text", "tag", "verdict", "pairs", "list", "json"]
KINDS: tuple[ReplyKind, ...] = get_args(ReplyKind)

_KEYS = ("kind", "tag", "verdicts", "schema", "minimum", "maximum", "none")
_ONLY_FOR = {
    "verdicts": ("verdict",),
    "schema": ("json",),
    "minimum": ("pairs", "list"),
    "maximum": ("pairs", "list"),
    "none": ("pairs", "list"),
}
_TAG_NAME = re.compile(r"[^\W\d][\w.-]{0,63}$")

Report = Callable[[str, str], None]
"""Takes a key ("" for the whole) and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class ReplyFormat:
    """How one prompt's replies are read.

    Attributes:
        kind: What the reply holds, and so the type of its value: str (text, tag, verdict), list of str (list),
            list of {"question", "answer"} (pairs), or a JSON value (json).
        tag: The tag around the value. With a kind other than `tag`, the value is looked for inside this
            tag when the reply has it.
        verdicts: The verdicts to choose from, as they are returned.
        schema: JSON Schema (the subset in json_schema.py) that the value must satisfy.
        minimum: Fewest items of a list or pairs.
        maximum: Most items; further ones are left out.
        none: What the model writes, alone on a line, when there are no items; the value is then empty.
    """

    kind: ReplyKind = "text"
    tag: str = ""
    verdicts: tuple[str, ...] = ()
    schema: dict[str, Any] = field(default_factory=dict, hash=False)
    minimum: int = 1
    maximum: int | None = None
    none: str = ""


def parse_reply_format(raw: object, report: Report) -> ReplyFormat:
    """Check what stands under `reply:` (a mapping, or just the kind); each mistake goes to `report`."""
    if raw is None:
        return ReplyFormat()
    if isinstance(raw, str):
        raw = {"kind": raw}
    if not isinstance(raw, Mapping):
        report("", f"must be a mapping such as {{kind: tag, tag: poem}}, not {_kind_of(raw)}")
        return ReplyFormat()
    for key in raw:
        if key not in _KEYS:
            report(str(key), f"unknown key{did_you_mean(str(key), _KEYS) or '; known: ' + ', '.join(_KEYS)}")
    kind = _parse_kind(raw, report)
    if kind is None:
        return ReplyFormat()
    for key, kinds in _ONLY_FOR.items():
        if key in raw and kind not in kinds:
            report(key, f"means nothing for replies of kind {kind}, only for {' and '.join(kinds)}")
    minimum, maximum = _parse_counts(raw, report)
    return ReplyFormat(
        kind=kind,
        tag=_parse_tag(raw, kind, report),
        verdicts=_parse_verdicts(raw, report) if kind == "verdict" else (),
        schema=_parse_schema(raw, report) if kind == "json" else {},
        minimum=minimum,
        maximum=maximum,
        none=_parse_none(raw, report),
    )


def _parse_kind(raw: Mapping[Any, Any], report: Report) -> ReplyKind | None:
    stated = raw.get("kind")
    if stated is None:
        for key, implied in (("verdicts", "verdict"), ("schema", "json"), ("tag", "tag")):
            if key in raw:
                stated = implied
                break
        else:
            report("", f"needs a kind: one of {', '.join(KINDS)}")
    for kind in KINDS:
        if kind == stated:
            return kind
    if stated is not None:
        near = did_you_mean(str(stated), KINDS)
        report("kind", f"unknown kind {stated!r}{near or '; known: ' + ', '.join(KINDS)}")
    return None


def _parse_tag(raw: Mapping[Any, Any], kind: ReplyKind, report: Report) -> str:
    tag = raw.get("tag")
    if tag is None:
        if kind == "tag":
            report("tag", "missing: name the tag that the value stands in, such as tag: poem")
        return ""
    if not isinstance(tag, str) or not _TAG_NAME.match(tag):
        report("tag", f"{tag!r} cannot be a tag: use a plain name such as poem, without brackets")
        return ""
    return tag


def _parse_verdicts(raw: Mapping[Any, Any], report: Report) -> tuple[str, ...]:
    stated = raw.get("verdicts")
    if stated is None:
        report("verdicts", "missing: list the verdicts to choose from, such as [suitable, not suitable]")
        return ()
    if not isinstance(stated, list | tuple) or any(isinstance(item, list | Mapping) for item in stated):
        report("verdicts", "must be a list of words or phrases")
        return ()
    verdicts = tuple(_words(item) for item in stated)
    folded = [verdict.casefold() for verdict in verdicts]
    if len(set(folded)) < 2:
        report("verdicts", "needs at least two different verdicts")
    elif len(set(folded)) < len(folded):
        twice = next(verdict for verdict in verdicts if folded.count(verdict.casefold()) > 1)
        report("verdicts", f"{twice!r} is there twice")
    if any(not any(map(str.isalnum, verdict)) for verdict in verdicts):
        report("verdicts", "a verdict needs at least one letter or digit")
    return verdicts


def _parse_schema(raw: Mapping[Any, Any], report: Report) -> dict[str, Any]:
    schema = raw.get("schema")
    if schema is None:
        return {}
    if not isinstance(schema, Mapping):
        report("schema", f"must be a mapping such as {{type: object}}, not {_kind_of(schema)}")
        return {}
    for path, message in check_schema(schema):
        report(".".join(("schema", *path)), message)
    return dict(schema)


def _parse_counts(raw: Mapping[Any, Any], report: Report) -> tuple[int, int | None]:
    counts: dict[str, int] = {}
    for key in ("minimum", "maximum"):
        value = raw.get(key)
        if value is None:
            continue
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            report(key, f"must be a whole number from 1 up, not {value!r}")
        else:
            counts[key] = value
    minimum, maximum = counts.get("minimum", 1), counts.get("maximum")
    if maximum is not None and maximum < minimum:
        report("maximum", f"is smaller than minimum ({minimum})")
    return minimum, maximum


def _parse_none(raw: Mapping[Any, Any], report: Report) -> str:
    stated = raw.get("none")
    if stated is None:
        return ""
    if not isinstance(stated, str) or not any(map(str.isalnum, stated)):
        report("none", f"must be the words that say there is nothing, such as NO QUESTIONS, not {stated!r}")
        return ""
    return stated


def _words(item: object) -> str:
    """A verdict as text; YAML reads some of them (true, 4) as other things."""
    return str(item).lower() if isinstance(item, bool) else "null" if item is None else " ".join(str(item).split())


def _kind_of(value: object) -> str:
    names = {list: "a list", str: "text", bool: "a truth value", int: "a number", float: "a number"}
    return names.get(type(value), "a mapping")
