"""Rewards by rule: what a completion is worth, without asking anybody."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Unit = Literal["characters", "words"]
_WORD = re.compile(r"\w+")


class Reward(BaseModel):
    """One thing that is rewarded, from 0 (not there) to 1, times its weight."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: Literal["length", "format", "regex", "exact", "judge"] = Field(
        description="length (`least` to `most`), format (all of it matches `pattern`), regex (`pattern` is in it), "
        "exact (it is the expected answer), judge (a model grades it)."
    )
    weight: float = Field(default=1.0, description="What 1 is worth; a negative weight punishes.")
    name: str = Field(default="", max_length=40, description="In curves and completions; default: its kind.")
    pattern: str | None = Field(
        default=None,
        description="Of format and regex; for exact: what to take from the completion, by its first group or whole.",
    )
    least: int = Field(default=0, ge=0, description="Of length.")
    most: int | None = Field(default=None, ge=1, description="Of length; default: no limit.")
    unit: Unit = Field(default="words", description="Of length.")

    @model_validator(mode="after")
    def _complete(self) -> Reward:
        if self.kind in ("format", "regex") and not self.pattern:
            raise ValueError(f"a reward of kind {self.kind} needs a pattern")
        if self.kind == "length" and not self.least and self.most is None:
            raise ValueError("a reward of kind length needs least or most")
        if self.most is not None and self.most < self.least:
            raise ValueError(f"most ({self.most}) is smaller than least ({self.least})")
        if self.pattern:
            try:
                re.compile(self.pattern)
            except re.error as error:
                raise ValueError(f"pattern is no regular expression: {error}") from error
        return self

    @property
    def label(self) -> str:
        """What people see."""
        return self.name or self.kind


@dataclass(frozen=True)
class Completion:
    """What a model wrote, to be rewarded.

    Attributes:
        prompt: The messages it answers.
        text: Its words, without the stop token.
        expected: The answer that the row has; "" when it has none.
        prompt_id: Of the row.
    """

    prompt: Sequence[Mapping[str, str]]
    text: str
    expected: str
    prompt_id: str


def score_by_rule(reward: Reward, completion: Completion) -> float | None:
    """From 0 to 1; None when the rule cannot say: exact, where the row has no answer."""
    match reward.kind:
        case "length":
            return _length(reward, completion.text)
        case "format":
            return float(re.fullmatch(reward.pattern or "", completion.text.strip(), re.DOTALL) is not None)
        case "regex":
            return float(re.search(reward.pattern or "", completion.text, re.DOTALL) is not None)
        case "exact":
            return _exact(reward, completion)
    raise ValueError(f"{reward.kind} is not scored by rule")


def _length(reward: Reward, text: str) -> float:
    """1 inside the limits; outside it falls in proportion, so that there is always a way to get better."""
    long = len(text) if reward.unit == "characters" else len(_WORD.findall(text))
    if long < reward.least:
        return long / reward.least
    if reward.most is not None and long > reward.most:
        return reward.most / long
    return 1.0


def _exact(reward: Reward, completion: Completion) -> float | None:
    if not completion.expected:
        return None
    text = completion.text
    if reward.pattern:
        found = re.search(reward.pattern, text, re.DOTALL)
        if found is None:
            return 0.0
        text = found[1] if found.re.groups else found[0]
    return float(_WORD.findall(text.casefold()) == _WORD.findall(completion.expected.casefold()))
