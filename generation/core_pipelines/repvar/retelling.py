"""Telling a chunk's facts again in several styles, which ones depending on its id alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from generation.core_components.atomic_facts import numbered
from generation_functions import (
    Client,
    Drop,
    Prompt,
    Prompts,
    Record,
    RecordFailedError,
    Records,
    Run,
    Step,
    UnusableReplyError,
    UsageError,
    child,
    stable_hash,
    stable_share,
    with_calls,
)
from generation_functions.names import did_you_mean
from generation_functions.tokens import count_tokens

_KEEPS = 0.75  # share of the names and numbers in the facts that a text must still have
_ROUNDS = 4
_CLOSE_ENOUGH = 0.05
_TELLING = re.compile(r"\d[\d.,:/-]*\d|\d|(?<![.!?:] )(?<!^)\b[A-Z][\w'’-]{2,}", re.MULTILINE)


@dataclass(frozen=True)
class Retelling:
    """Who retells, in which styles, in which language."""

    client: Client
    styles: Mapping[str, Prompt]
    language: str | None = None


def load_styles(run: Run, default: Path, own: Path | None, only: list[str] | None) -> dict[str, Prompt]:
    """The styles of `default` with those of `own` added, by name.

    Raises:
        UsageError: `only` names a style that neither folder has.
    """
    found: dict[str, Prompt] = {**run.prompts(default), **(run.prompts(own) if own else Prompts())}
    for name in only or ():
        if name not in found:
            raise UsageError(f"only_styles: there is no style {name}{did_you_mean(name, found)}; {own or default}")
    return {name: prompt for name, prompt in sorted(found.items()) if only is None or name in only}


def retell(
    run: Run, facts: Records, retelling: Retelling, *, variations: int, target_tokens: int | None
) -> Iterable[Record]:
    """Records with a retold text in `body`: `variations` of each chunk, or `target_tokens` in all."""
    if target_tokens is not None:
        return _Budgeted(run, facts, retelling, target_tokens)
    if variations <= 0:
        return ()

    def first(record: Record) -> list[str]:
        order = sorted(retelling.styles, key=lambda name: stable_hash(record["id"], name))
        return order[:variations]

    return run.map(facts, _splitting(first), _retelling(retelling), name="retold")


class _Budgeted:
    """Retold texts up to a number of tokens, to iterate as often as you like.

    A chunk's text in a style is made when a hash of both is below a bound that rises until there are enough tokens.
    So they are spread over all chunks, and a larger budget contains the smaller one's.
    """

    def __init__(self, run: Run, facts: Records, retelling: Retelling, target: int) -> None:
        self._made: list[Records] = []
        self._bound = 1.0
        expected = sum(count_tokens(record["text"]) for record in facts) * len(retelling.styles)
        low, ratio = 0.0, 1.0
        for turn in range(_ROUNDS):
            missing = target - self._tokens()
            if missing <= target * _CLOSE_ENOUGH or low >= 1:
                break
            high = min(1.0, low + missing / max(1, expected * ratio) * (1.0 if turn else 1.1))
            places = (_place(record["id"], style) for record in facts if record["facts"] for style in retelling.styles)
            if any(low <= place < high for place in places):
                self._made.append(self._round(run, facts, retelling, low, high, turn))
            low = high
            ratio = self._tokens() / max(1.0, expected * low)
        self._bound = self._cut(target)
        reached = sum(count_tokens(record["body"]) for record in self)
        if reached < target * (1 - _CLOSE_ENOUGH):
            run.note(
                f"target_tokens: {reached:,} of {target:,} tokens were made, one text of every chunk in every style. "
                "For more, add styles or documents, or make chunk_size smaller"
            )

    @staticmethod
    def _round(run: Run, facts: Records, retelling: Retelling, low: float, high: float, turn: int) -> Records:
        def between(record: Record) -> list[str]:
            return [name for name in retelling.styles if low <= _place(record["id"], name) < high]

        name = f"retold {turn + 1}" if turn else "retold"
        return run.map(facts, _splitting(between), _retelling(retelling), name=name)

    def _everything(self) -> Iterator[tuple[float, Record]]:
        for records in self._made:
            for record in records:
                yield record["place"], record

    def _tokens(self) -> int:
        return sum(count_tokens(record["body"]) for _, record in self._everything())

    def _cut(self, target: int) -> float:
        """The bound at which the tokens come closest to the target."""
        total, bound = 0, 1.0
        for place, tokens in sorted((place, count_tokens(record["body"])) for place, record in self._everything()):
            if total + tokens / 2 > target:
                return place
            total, bound = total + tokens, 1.0
        return bound

    def __iter__(self) -> Iterator[Record]:
        return (record for place, record in self._everything() if place < self._bound)


def _place(identity: str, style: str) -> float:
    return stable_share(identity, f"style {style}")


def _splitting(choose: Any) -> Step:
    def splitting(record: Record) -> list[Record] | Drop:
        if not record["facts"]:
            return Drop("no facts to tell again")
        names = choose(record)
        made = [child(record, "style", style=name, place=_place(record["id"], name)) for name in names]
        return made or Drop("no style for it within target_tokens")

    splitting.step_name = "choose styles"  # type: ignore[attr-defined]
    return splitting


def _retelling(retelling: Retelling) -> Step:
    async def telling(record: Record) -> Record:
        prompt = retelling.styles[record["style"]]
        values = {**record, "facts": numbered(record["facts"])}
        step = f"retold_{prompt.name}"
        try:
            answer = await retelling.client.answer(
                prompt, record, values=values, validate=_as_told, language=retelling.language, step=step
            )
        except RecordFailedError as error:
            error.args = (f"{prompt.name}: {error}",)
            raise
        rest = {key: value for key, value in record.items() if key not in ("facts", "inferred")}
        return with_calls(rest, answer.calls, body=answer.value)

    telling.step_name = "tell again"  # type: ignore[attr-defined]
    return telling


def _as_told(value: Any, record: Record) -> str:
    """The text, when it still has the facts' names and numbers and, as XML or JSON, can be read."""
    if isinstance(value, str):
        told = value.strip()
    else:
        import orjson

        told = orjson.dumps(value, option=orjson.OPT_INDENT_2).decode()
    if record["style"] == "xml":
        told = _xml(told)
    missing = missing_details(record["facts"], told)
    wanted = sum(len(set(_TELLING.findall(fact))) for fact in record["facts"])
    if len(missing) > (1 - _KEEPS) * wanted:
        raise UnusableReplyError(f"These names and numbers of the facts are missing: {', '.join(missing[:12])}.")
    return told


def _xml(told: str) -> str:
    inside = re.search(r"<(\w[\w.-]*)[\s>].*</\1\s*>", told, re.DOTALL)
    try:
        ElementTree.fromstring(inside[0] if inside else told)
    except ElementTree.ParseError as error:
        raise UnusableReplyError(f"That is not well-formed XML ({error}). Write one XML element.") from error
    return inside[0] if inside else told


def missing_details(facts: Iterable[str], told: str) -> list[str]:
    """The names and numbers in `facts` that `told` has not."""
    low = told.casefold()
    details = dict.fromkeys(detail for fact in facts for detail in _TELLING.findall(fact))
    return [detail for detail in details if detail.casefold() not in low]
