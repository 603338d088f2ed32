"""From messages, texts and gaps to the token ids that a model reads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from serving.protocol_errors import RefusedError, not_supported


@dataclass(frozen=True, slots=True)
class GapMarks:
    """The special tokens of a model that fills in the middle (Bavarian et al., 2022), and their order."""

    prefix: str
    suffix: str
    middle: str  # "" = the model goes on by itself after the prefix
    suffix_first: bool = False


_GAP_MARKS = (
    GapMarks("<|fim_prefix|>", "<|fim_suffix|>", "<|fim_middle|>"),  # Qwen, CodeGemma, Granite 4
    GapMarks("<fim_prefix>", "<fim_suffix>", "<fim_middle>"),  # StarCoder, Granite
    GapMarks("<fim-prefix>", "<fim-suffix>", "<fim-middle>"),  # SantaCoder
    GapMarks("<｜fim▁begin｜>", "<｜fim▁hole｜>", "<｜fim▁end｜>"),  # DeepSeek
    GapMarks("▁<PRE>", "▁<SUF>", "▁<MID>"),  # Code Llama
    GapMarks("[PREFIX]", "[SUFFIX]", "", suffix_first=True),  # Codestral
)
# What such models write when the gap is filled, besides their end token.
_GAP_ENDS = (
    "<|fim_pad|>",
    "<fim_pad>",
    "<|file_sep|>",
    "<file_sep>",
    "<|repo_name|>",
    "<EOT>",
    "▁<EOT>",
    "<|endoftext|>",
)


class Prompts:
    """Makes prompts for one model.

    Args:
        tokenizer: Of transformers.
    """

    def __init__(self, tokenizer: Any) -> None:
        self.tokenizer = tokenizer
        self._special = {str(added) for added in tokenizer.added_tokens_decoder.values() if added.special}
        vocabulary = tokenizer.get_vocab()
        self._gap = next((marks for marks in _GAP_MARKS if _has(vocabulary, marks)), None)
        self.gap_ends = frozenset(vocabulary[name] for name in _GAP_ENDS if name in vocabulary)

    @property
    def fills_gaps(self) -> bool:
        """Whether the model knows marks for the text before and after a gap."""
        return self._gap is not None

    def of_text(self, text: str | Sequence[int]) -> list[int]:
        """A text as it stands, with the start token that the tokenizer gives texts; or ids, checked.

        Raises:
            RefusedError: An id stands for no token.
        """
        if isinstance(text, str):
            return list(self.tokenizer.encode(text, verbose=False)) or self._start()
        size = len(self.tokenizer)
        if not all(0 <= token < size for token in text):
            raise RefusedError(f"prompt: token ids go from 0 to {size - 1}.", code="invalid_value", param="prompt")
        return list(text) or self._start()

    def of_messages(self, messages: Sequence[Mapping[str, Any]]) -> list[int]:
        """A conversation as the model's chat template shows it, up to where the answer begins.

        Raises:
            RefusedError: The model has no template, the template refuses the messages, or a message forges a turn.
        """
        from jinja2 import TemplateError

        if not self.tokenizer.chat_template:
            raise not_supported("This model has no chat template: ask it by /v1/completions.", "messages")
        for number, message in enumerate(messages):
            forged = next((mark for mark in self._special if mark in message["content"]), None)
            if forged:
                raise RefusedError(
                    f"messages.{number} holds {forged}, a special token of this model, which would forge a turn.",
                    code="invalid_value",
                    param=f"messages.{number}",
                )
        try:
            text = self.tokenizer.apply_chat_template(list(messages), tokenize=False, add_generation_prompt=True)
        except (TemplateError, ValueError, TypeError, LookupError) as error:
            raise RefusedError(
                f"The chat template of this model refuses these messages: {error}.",
                code="invalid_value",
                param="messages",
            ) from error
        # The template has written the start token, where there is one.
        return list(self.tokenizer.encode(text, add_special_tokens=False, verbose=False)) or self._start()

    def of_gap(self, before: str | Sequence[int], after: str) -> list[int]:
        """What comes before and after a gap, marked so that the model writes what belongs between.

        Raises:
            RefusedError: The model does not know how.
        """
        marks = self._gap
        if marks is None:
            raise not_supported(
                "This model cannot fill in the middle: its tokenizer has no tokens for that (such as <|fim_prefix|>, "
                "<|fim_suffix|>, <|fim_middle|>). Leave out suffix, or use a model trained for it.",
                "suffix",
            )
        vocabulary = self.tokenizer.get_vocab()
        first = [vocabulary[marks.prefix], *self._plain(before)]
        second = [vocabulary[marks.suffix], *self._plain(after)]
        end = [vocabulary[marks.middle]] if marks.middle else []
        start = self._start_of_texts()
        return [*start, *second, *first, *end] if marks.suffix_first else [*start, *first, *second, *end]

    def _plain(self, text: str | Sequence[int]) -> list[int]:
        if not isinstance(text, str):
            return self.of_text(text) if text else []
        return list(self.tokenizer.encode(text, add_special_tokens=False, verbose=False))

    def _start_of_texts(self) -> list[int]:
        """The start token, if this tokenizer begins texts with one."""
        start = self.tokenizer.bos_token_id
        return [start] if start is not None and self.tokenizer.encode("a")[:1] == [start] else []

    def _start(self) -> list[int]:
        """What an empty prompt is read as: a model has to read something."""
        for token in (self.tokenizer.bos_token_id, self.tokenizer.eos_token_id):
            if token is not None:
                return [token]
        return [0]


def _has(vocabulary: Mapping[str, int], marks: GapMarks) -> bool:
    return all(name in vocabulary for name in (marks.prefix, marks.suffix, marks.middle) if name)


_BYTES = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]


def byte_alphabet() -> dict[str, int]:
    """What each character of a byte-level token (Radford et al., 2019) stands for: 256 characters, one a byte."""
    alphabet = {chr(byte): byte for byte in _BYTES}
    for number, byte in enumerate(byte for byte in range(256) if byte not in _BYTES):
        alphabet[chr(256 + number)] = byte
    return alphabet


class TokenTexts:
    """Single tokens as text and as bytes, for log-probabilities."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer
        backend = getattr(tokenizer, "backend_tokenizer", None)
        self._alphabet = byte_alphabet() if "ByteLevel" in str(getattr(backend, "decoder", "")) else {}
        self._added = set(tokenizer.added_tokens_decoder)

    def __call__(self, token: int) -> tuple[str, bytes]:
        text = self._tokenizer.decode([token])
        name = self._tokenizer.convert_ids_to_tokens(token) or ""
        if token in self._added:
            return text, text.encode()
        if self._alphabet and all(character in self._alphabet for character in name):
            return text, bytes(self._alphabet[character] for character in name)
        if len(name) == 6 and name.startswith("<0x") and name.endswith(">"):
            return text, bytes.fromhex(name[3:5])
        return text, text.encode()
