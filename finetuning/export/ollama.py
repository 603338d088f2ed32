"""The Modelfile, by which Ollama serves a GGUF file.

Ollama does not run Jinja: it has templates in Go's language. One is written where each message is shown by itself,
between marks that depend on its role alone; those marks are read off what the chat template renders, and what they
give is compared with it, conversation by conversation. Without such proof the Modelfile has no TEMPLATE, and says so.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from finetuning.export.prompts import CONVERSATIONS, rendered
from generation_functions.chat_templates import ChatTemplate

_CONTENT = "\ue000"
_SHORT = 80


@dataclass(frozen=True)
class Marks:
    """What stands before and after a message of each role, and before an answer."""

    around: Mapping[str, tuple[str, str]]
    answer: str

    def render(self, messages: Sequence[Mapping[str, str]]) -> str:
        """A conversation, up to the answer that is due, as the Go template shows it."""
        shown = (self.around[message["role"]] for message in messages)
        return (
            "".join(
                f"{before}{message['content']}{after}" for (before, after), message in zip(shown, messages, strict=True)
            )
            + self.answer
        )


def marks_of(template: ChatTemplate) -> Marks | None:
    """The marks of a template that only has marks; None for any other."""
    question = {"role": "user", "content": _CONTENT}
    alone, with_prompt = _text(template, [question], False), _text(template, [question], True)
    if not alone or not with_prompt or not with_prompt.startswith(alone):
        return None
    around = {"user": _around(alone)}
    for role, before in (("system", []), ("assistant", [question])):
        message = {"role": role, "content": _CONTENT}
        whole, start = _text(template, [*before, message], False), alone if before else ""
        if not whole or not whole.startswith(start) or whole.count(_CONTENT) != len(before) + 1:
            if role == "assistant":
                return None
            continue  # a template without a system prompt
        around[role] = _around(whole[len(start) :])
    marks = Marks(around, with_prompt[len(alone) :])
    return marks if _proven(marks, template) else None


def _text(template: ChatTemplate, messages: list[dict[str, str]], prompt: bool) -> str | None:
    from generation_functions.errors import RecordFailedError

    try:
        return template.render(messages, add_generation_prompt=prompt)
    except RecordFailedError:
        return None


def _around(text: str) -> tuple[str, str]:
    before, _, after = text.partition(_CONTENT)
    return before, after


def _proven(marks: Marks, template: ChatTemplate) -> bool:
    for messages in CONVERSATIONS:
        wanted = rendered(template, messages)
        known = all(message["role"] in marks.around for message in messages)
        if (wanted is not None) != known or (known and marks.render(messages) != wanted):
            return False
    return True


def go_template(marks: Marks) -> str:
    """The marks as a template in Go's language."""
    pieces = ["{{- range .Messages }}"]
    condition = "if"
    for role in ("system", "user", "assistant"):
        if role in marks.around:
            before, after = marks.around[role]
            pieces.append(f'{{{{- {condition} eq .Role "{role}" }}}}{_go(before)}{{{{ .Content }}}}{_go(after)}')
            condition = "else if"
    return "".join([*pieces, "{{- end }}{{- end }}", _go(marks.answer)])


def _go(text: str) -> str:
    """Text as a Go string in braces, since Go's `{{-` would eat the blanks of bare text."""
    if not text:
        return ""
    return '{{ "' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t") + '" }}'


def modelfile(
    file: str,
    template: ChatTemplate | None,
    *,
    system_prompt: str = "",
    context_length: int | None = None,
) -> str:
    """The text of a Modelfile.

    Args:
        file: Path of the GGUF file, from the Modelfile's folder.
        template: The model's chat template; None for one that only goes on with texts.
        system_prompt: Put before every conversation.
        context_length: Tokens that Ollama keeps; None leaves it to Ollama, whose own figure is small.
    """
    lines = ["# ollama create my-model -f Modelfile", f"FROM ./{file}"]
    marks = marks_of(template) if template else None
    if marks:
        lines.append(f"TEMPLATE {_quoted(go_template(marks))}")
    elif template:
        lines.append(
            f"# The chat template {template.name} cannot be said in Ollama's language with proof that both say the "
            "same, so Ollama\n# goes by what it makes of the file's own. Compare an answer, or use llama.cpp's server."
        )
    else:
        lines.append('TEMPLATE "{{ .Prompt }}"')
    lines += [f"PARAMETER stop {_quoted(stop)}" for stop in (template.stops if template else ())]
    if context_length:
        lines.append(f"PARAMETER num_ctx {context_length}")
    if system_prompt:
        lines.append(f"SYSTEM {_quoted(system_prompt)}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A Modelfile knows no escapes: what stands between the quotes is taken as it is, line ends too."""
    mark = '"""' if '"' in text or len(text) > _SHORT else '"'
    return f"{mark}{text}{mark}"
