"""A chat template, and the exact split of what it renders into what is trained on and what is not."""

from __future__ import annotations

import re
from dataclasses import dataclass

from generation_functions.chat_templates.sandbox import Messages, RenderingError, render
from generation_functions.datasets.chatml import Part
from generation_functions.errors import RecordFailedError

_PLACEHOLDER = "\ue000"


@dataclass(frozen=True)
class ChatTemplate:
    """A Jinja template that is known to suit training; `load_template` gives one.

    Attributes:
        name: The preset's, or the file's.
        source: The Jinja text, as in the file.
        stops: What a server stops at; the first one is trained on at the end of every answer.
        digest: SHA-256 of the source, as `sha256sum` prints it.
        marks: Regular expression of what inside a message would forge a turn.
        bos_token: The start token of the models that use the template. Left out when rendering, since tokenizers
            add it themselves.
        eos_token: What `{{ eos_token }}` stands for.
        tokens: The marks that have to be one token each, start and end token included.
    """

    name: str
    source: str
    stops: tuple[str, ...]
    digest: str
    marks: str
    bos_token: str = ""
    eos_token: str = ""
    tokens: tuple[str, ...] = ()

    def render(self, messages: Messages, add_generation_prompt: bool = False) -> str:
        """The text of `messages`, as transformers' apply_chat_template gives it without a start token.

        Raises:
            RecordFailedError: The template has no place for one of the messages.
        """
        try:
            return render(
                self.source,
                [{key: value for key, value in message.items() if key != "label"} for message in messages],
                add_generation_prompt=add_generation_prompt,
                bos_token="",
                eos_token=self.eos_token,
            )
        except RenderingError as error:
            raise RecordFailedError(f"the chat template {self.name} refuses its messages: {error}") from error

    def parts(self, messages: Messages) -> list[Part]:
        """What `render` gives, in pieces that are trained on or not.

        Trained on is what the model has to write for a trained message: all from the end of the generation prompt
        to the end mark, which is included, because a model must learn to stop. A message's own `label` goes before
        its role.

        Raises:
            RecordFailedError: A message forges a turn, or the template does not show it as it is.
        """
        for message in messages:
            forged = re.search(self.marks, message["content"]) if self.marks else None
            if forged:
                raise RecordFailedError(
                    f"it has {forged[0]} inside a message, a mark of the chat template {self.name}, "
                    "which would forge a turn"
                )
        text, position, parts = self.render(messages), 0, []
        for index, message in enumerate(messages):
            if message.get("label", message["role"] == "assistant"):
                start, end = self._trained_span(text, messages, index)
                parts += [Part(False, text[position:start]), Part(True, text[start:end])]
                position = end
        parts.append(Part(False, text[position:]))
        return [part for part in parts if part.text]

    def _trained_span(self, text: str, messages: Messages, index: int) -> tuple[int, int]:
        """From where the model goes on by itself to behind the end mark."""
        message = messages[index]
        start = self._start(text, messages, index)
        through = text if index == len(messages) - 1 else self.render(messages[: index + 1])
        content = message["content"].strip()
        blanks = len(through) - start - len(through[start:].lstrip())
        if not (text.startswith(through) and through.startswith(content, start + blanks)):
            raise RecordFailedError(
                f"the chat template {self.name} shows message {index + 1} ({message['role']}) otherwise than it is, "
                "or otherwise once more messages follow, so what is trained on would not be what is served. "
                "Use a template that shows every message as it is"
            )
        shown = through.rstrip()
        # An end mark of nothing but blanks cannot be told from those that separate messages; all of them are kept.
        return start, len(through) if len(shown) == start + blanks + len(content) else len(shown)

    def _start(self, text: str, messages: Messages, index: int) -> int:
        if messages[index]["role"] == "assistant":
            before = self.render(messages[:index], add_generation_prompt=True)
            if not text.startswith(before):
                raise RecordFailedError(
                    f"the chat template {self.name} prompts for message {index + 1} with other text than it puts "
                    "before that message, so what is trained on would not be what is served"
                )
            return len(before)
        before = self.render(messages[:index]) if index else ""
        shown = self.render([*messages[:index], {**messages[index], "content": _PLACEHOLDER}])
        return shown.index(_PLACEHOLDER, len(before))
