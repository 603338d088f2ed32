"""Does llama.cpp cut texts into the same tokens, and conversations into the same text, as training did?

Asked of a file with the vocabulary and the chat template alone, before the weights are written.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetuning.export.gguf_architectures import WAY_OUT
from finetuning.export.gguf_file import write_probe
from finetuning.export.gguf_vocabulary import Vocabulary
from finetuning.export.llama_cpp import LlamaCpp, LlamaCppError
from finetuning.export.prompts import AWKWARD, CONVERSATIONS, TEXTS, Render
from generation_functions.errors import StorageError, UsageError

_CONTEXT = 256
_NO_START = "{%- set bos_token = '' -%}"


@dataclass(frozen=True)
class Probed:
    """What the probe found.

    Attributes:
        template: The chat template to write; None where llama.cpp renders it otherwise.
        note: Why there is none; "" if there is, or if the model has none.
        texts: How many texts were cut alike.
        conversations: How many conversations were rendered alike.
    """

    template: str | None
    note: str
    texts: int
    conversations: int


def probe(vocabulary: Vocabulary, tokenizer: Any, prompts: Sequence[str], render: Render | None) -> Probed:
    """Try a vocabulary, and the tokenizer's chat template, in llama.cpp.

    Args:
        vocabulary: Of `tokenizer`.
        tokenizer: Of transformers.
        prompts: Held-out prompts, as text.
        render: A conversation as text, None where the template has no place for it; None without a template.

    Raises:
        UsageError: llama.cpp cuts a text into other tokens.
        StorageError: The folder for temporary files is full.
    """
    template = _file_template(tokenizer) if render else None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "probe.gguf"
        try:
            write_probe(path, vocabulary, template)
        except OSError as error:
            raise StorageError(
                f"{folder} took no more while the tokenizer was to be tried: {error.strerror or error}. Make space "
                "there, or name another folder in TMPDIR, and run the same command again."
            ) from error
        with LlamaCpp(path, _CONTEXT) as server:
            texts = [*prompts, *TEXTS, *AWKWARD]
            for text in texts:
                _check_tokens(server, tokenizer, text)
            if not template or not render:
                return Probed(None, "", len(texts), 0)
            note, same = _compare_rendering(server, render)
    return Probed(None if note else template, note, len(texts), same)


def _file_template(tokenizer: Any) -> str | None:
    """The chat template for the file: where a model has no start token, llama.cpp would show one of its own choice."""
    template = tokenizer.chat_template
    if not isinstance(template, str):
        return None
    return _NO_START + template if "bos_token" in template and not tokenizer.bos_token else template


def _check_tokens(server: LlamaCpp, tokenizer: Any, text: str) -> None:
    wanted, made = list(tokenizer(text)["input_ids"]), server.tokenise(text)
    if wanted != made:
        raise UsageError(
            f"llama.cpp cuts {text!r} into other tokens than this model was trained with: "
            f"{tokenizer.convert_ids_to_tokens(made)} instead of {tokenizer.convert_ids_to_tokens(wanted)}. A GGUF "
            f"file of it would behave otherwise. {WAY_OUT}"
        )


def _compare_rendering(server: LlamaCpp, render: Render) -> tuple[str, int]:
    """Why the template is not to be written, "" if it may be; and how many conversations were rendered alike."""
    same = 0
    for messages in CONVERSATIONS:
        wanted = render(messages)
        if wanted is None:
            continue
        try:
            made = server.render(messages)
        except LlamaCppError as error:
            return f"llama.cpp cannot render the chat template ({error})", same
        if made != wanted:
            return f"llama.cpp renders the chat template as {made!r} instead of {wanted!r}", same
        same += 1
    return ("" if same else "the chat template refuses every conversation that was tried"), same
