"""How a model is asked: by its own chat template, or, where it has none, in plain words."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from finetuning.evaluate.passages import Passage
from finetuning.questions import Question
from generation_functions.records import record_id

_THOUGHT = re.compile(r"<think>.*?(?:</think>|\Z)", re.DOTALL)
_SPEAKERS = {"system": "", "user": "Question: ", "assistant": "Answer: "}
_PLAIN_STOP = "\n"


class Prompt(NamedTuple):
    """What a model goes on from; `rendered` when its special tokens are in the text already."""

    text: str
    rendered: bool


class Prompting:
    """Asks in the way that one model knows.

    Args:
        tokenizer: The model's.
        stops: What ends an answer besides the model's stop tokens.
    """

    def __init__(self, tokenizer: Any, stops: Sequence[str] = ()) -> None:
        self._tokenizer = tokenizer
        self.templated = isinstance(tokenizer.chat_template, str | dict)
        self.stops = tuple(stops) if self.templated else (_PLAIN_STOP,)

    @property
    def description(self) -> str:
        """For the report."""
        return "its chat template" if self.templated else 'plain words ("Question: ... Answer:"): it has no template'

    def prompt(self, messages: Sequence[Mapping[str, str]]) -> Prompt | None:
        """What stands before the answer to the last message; None where the template has no place for one of them."""
        if not self.templated:
            lines = [f"{_SPEAKERS.get(message['role'], '')}{message['content']}" for message in messages]
            return Prompt("\n".join([*lines, "Answer:"]), False)
        from jinja2 import TemplateError

        try:
            text = self._tokenizer.apply_chat_template(
                [dict(message) for message in messages],
                tokenize=False,
                add_generation_prompt=True,
                enable_thinking=False,  # templates of thinking models leave the thoughts out; others know no such thing
            )
        except TemplateError:
            return None
        return Prompt(text, True)

    def passage(self, question: Question) -> Passage | None:
        """The question as given, its expected answer to be predicted."""
        prompt = self.prompt(question.messages)
        if prompt is None:
            return None
        blank = "" if prompt.rendered else " "
        text = f"{prompt.text}{blank}{question.expected[0].strip()}"
        # From the blank on: it belongs to the answer's first token.
        return Passage(record_id(text), text, len(prompt.text), prompt.rendered)

    def answer(self, written: str) -> tuple[str, bool]:
        """What counts of a model's words, and whether they ended with a stop."""
        text = _THOUGHT.sub("", written)
        if not self.templated:
            text = text.lstrip()
        ends = [place for stop in self.stops if (place := text.find(stop)) >= 0]
        return (text[: min(ends)] if ends else text).strip(), bool(ends)
