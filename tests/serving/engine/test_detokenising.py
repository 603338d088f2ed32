"""Tokens to text, one at a time: never half a character, and in the end what decoding all at once gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as some

from finetuning.new_model import NewModel, new_tokenizer
from generation_functions.chat_templates import load_template
from serving.engine.detokenising import REPLACEMENT, Detokeniser
from tests.support.tiny_models import TEXTS


@cache
def byte_level() -> Any:
    """Few merges, so that most characters beyond ASCII are spread over several tokens."""
    return new_tokenizer(NewModel(vocabulary_size=300), TEXTS, load_template("chatml"))


@cache
def with_byte_fallback() -> Any:
    """As SentencePiece tokenizers are: ▁ for blanks, and bytes for what has no token."""
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers

    known = [f"<0x{byte:02X}>" for byte in range(256)] + ["▁", *"abcdefghijklmnopqrstuvwxyz", "▁the", "the"]
    vocabulary = {token: number for number, token in enumerate(dict.fromkeys(known))}
    backend = Tokenizer(models.BPE(vocab=vocabulary, merges=[], byte_fallback=True))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse(), decoders.Strip(" ", 1, 0)]
    )
    return backend


def pieces(decode: Callable[[Sequence[int]], str], ids: Sequence[int]) -> list[str]:
    growing = Detokeniser(decode)
    return [*(growing.add(token) for token in ids), growing.flush()]


@settings(max_examples=60)
@given(some.text(max_size=30))
@example("€😀é naïve 東京 👩‍👩‍👧")
def test_any_text_comes_back_and_no_piece_has_half_a_character(text: str) -> None:
    tokenizer = byte_level()
    said = pieces(tokenizer.decode, tokenizer.encode(text))
    assert "".join(said) == text
    assert not any(REPLACEMENT in piece for piece in said) or REPLACEMENT in text


@settings(max_examples=100)
@given(some.lists(some.integers(4, 299), max_size=60))
def test_tokens_that_are_no_text_give_what_decoding_them_all_gives(ids: list[int]) -> None:
    tokenizer = byte_level()
    assert "".join(pieces(tokenizer.decode, ids)) == tokenizer.decode(ids)


def test_a_long_run_of_broken_bytes_is_shown_as_it_comes() -> None:
    tokenizer = byte_level()
    broken = tokenizer.encode("€", add_special_tokens=False)[0]
    said = pieces(tokenizer.decode, [broken] * 200)
    assert "".join(said) == tokenizer.decode([broken] * 200)
    assert len("".join(said[:100])) > 80


@settings(max_examples=60)
@given(some.text(alphabet="abthe é€😀", max_size=20))
def test_a_tokenizer_with_byte_fallback_gives_its_text_too(text: str) -> None:
    backend = with_byte_fallback()
    ids = backend.encode(text).ids
    assert "".join(pieces(backend.decode, ids)) == backend.decode(ids)
