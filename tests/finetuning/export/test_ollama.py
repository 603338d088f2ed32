"""The Modelfile: its template in Go's language says what the chat template says, or there is none."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from finetuning.export.ollama import go_template, marks_of, modelfile
from finetuning.export.prompts import CONVERSATIONS, rendered
from generation_functions.chat_templates import PRESETS, load_template

ACTION = re.compile(r"\{\{-? *(.*?) *\}\}")


def run_go(template: str, messages: Sequence[Mapping[str, str]]) -> str:
    """What Go's text/template makes of the few actions that we write; nothing else is taken."""
    head, body, tail = re.fullmatch(r"(.*?)\{\{- range \.Messages \}\}(.*)\{\{- end \}\}(.*)", template).groups()  # type: ignore[union-attr]
    shown = [_actions(head, {}), *(_actions(body, message) for message in messages), _actions(tail, {})]
    return "".join(shown)


def _actions(template: str, message: Mapping[str, str]) -> str:
    assert ACTION.sub("", template) == "", "text outside of actions, whose blanks Go may eat"
    text, taken, active = "", False, True
    for action in ACTION.findall(template):
        condition = re.fullmatch(r'(?:else )?if eq \.Role "(\w+)"', action)
        if condition:
            active = not taken and message["role"] == condition[1]
            taken = taken or active
        elif action == "end":
            taken, active = False, True
        elif active:
            text += message["content"] if action == ".Content" else json.loads(action)
    return text


@pytest.mark.parametrize("name", [name for name in PRESETS if name != "gemma"])
def test_the_go_template_says_what_the_chat_template_says(name: str) -> None:
    template = load_template(name)
    marks = marks_of(template)
    assert marks
    for messages in CONVERSATIONS:
        assert run_go(go_template(marks), messages) == rendered(template, messages)


def test_a_template_that_moves_messages_about_gets_none_and_the_file_says_so() -> None:
    text = modelfile("gguf/a-q8_0.gguf", load_template("gemma"))
    assert marks_of(load_template("gemma")) is None
    assert "TEMPLATE" not in text
    assert "# The chat template gemma cannot be said in Ollama's language" in text
    assert 'PARAMETER stop "<end_of_turn>"' in text


def test_a_template_that_trims_messages_gets_none(tmp_path: Path) -> None:
    path = tmp_path / "trims.jinja"
    path.write_text(
        "{%- for m in messages -%}{{ '<|' + m.role + '|>' + m.content | replace('  ', ' ') + '<|end|>' }}"
        "{%- endfor -%}{%- if add_generation_prompt -%}{{ '<|assistant|>' }}{%- endif -%}"
    )
    assert marks_of(load_template(path)) is None


def test_stops_stand_as_they_are_since_a_modelfile_knows_no_escapes() -> None:
    text = modelfile("gguf/a-q8_0.gguf", load_template("plain"), context_length=2048, system_prompt='Say "yes".')
    assert 'PARAMETER stop "<|endoftext|>"\nPARAMETER stop "\nUser:"\n' in text
    assert "PARAMETER num_ctx 2048\n" in text
    assert 'SYSTEM """Say "yes"."""' in text
    assert text.splitlines()[1] == "FROM ./gguf/a-q8_0.gguf"


def test_a_model_of_plain_text_is_given_the_prompt_alone() -> None:
    assert 'TEMPLATE "{{ .Prompt }}"' in modelfile("gguf/a-q8_0.gguf", None)
