"""Models made from nothing, and their tokenizers."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from finetuning.model_folder import load_model, load_tokenizer
from finetuning.new_model import NewModel, new_model, new_tokenizer
from generation_functions.chat_templates import PRESETS, load_template
from tests.support.tiny_models import TEXTS

SMALL = NewModel(layers=1, width=32, heads=2, vocabulary_size=300, context=64)


@pytest.mark.parametrize("preset", PRESETS)
def test_every_mark_of_the_template_is_one_token(preset: str) -> None:
    template = load_template(preset)
    tokenizer = new_tokenizer(SMALL, TEXTS, template)
    for mark in template.tokens:
        assert len(tokenizer.encode(mark, add_special_tokens=False)) == 1
    assert tokenizer.encode(template.stops[0], add_special_tokens=False) == [tokenizer.eos_token_id]
    assert tokenizer.bos_token == (template.bos_token or None)
    if template.bos_token:
        assert tokenizer.encode("x")[0] == tokenizer.bos_token_id


@pytest.mark.parametrize("preset", PRESETS)
def test_the_tokenizer_renders_as_the_template_does(preset: str) -> None:
    template = load_template(preset)
    tokenizer = new_tokenizer(SMALL, TEXTS, template)
    messages = [{"role": "user", "content": "When?"}, {"role": "assistant", "content": "In 1871."}]
    rendered = tokenizer.apply_chat_template(messages, tokenize=False)
    assert rendered.removeprefix(template.bos_token) == template.render(messages)


def test_the_same_seed_gives_the_same_model_and_another_one_does_not(tiny_model: Path) -> None:
    import torch

    torch.manual_seed(1)
    first, _ = new_model(SMALL, TEXTS, seed=3)
    torch.manual_seed(2)
    before = torch.random.get_rng_state()
    second, _ = new_model(SMALL, TEXTS, seed=3)
    assert torch.equal(before, torch.random.get_rng_state()), "somebody else's random numbers changed"
    other, _ = new_model(SMALL, TEXTS, seed=4)
    for (name, weight), (_, same) in zip(first.named_parameters(), second.named_parameters(), strict=True):
        assert torch.equal(weight, same), name
    assert not torch.equal(first.get_input_embeddings().weight, other.get_input_embeddings().weight)


TOKENIZER = []


@settings(max_examples=50)
@given(st.text())
def test_any_text_comes_back_as_it_was(text: str) -> None:
    if not TOKENIZER:
        TOKENIZER.append(new_tokenizer(SMALL, TEXTS, load_template("chatml")))
    ids = TOKENIZER[0].encode(text, add_special_tokens=False)
    assert TOKENIZER[0].decode(ids) == text


def test_small_texts_have_a_smaller_vocabulary_and_the_model_fits_it() -> None:
    model, tokenizer = new_model(NewModel(layers=1, width=32, heads=2, vocabulary_size=5000), ["only this"])
    assert len(tokenizer) < 400
    assert model.get_input_embeddings().weight.shape[0] == len(tokenizer)


def test_a_shape_that_cannot_be_is_refused() -> None:
    with pytest.raises(ValidationError, match="width 30 is no multiple of twice the heads"):
        NewModel(width=30, heads=4)
    with pytest.raises(ValidationError, match="key_value_heads"):
        NewModel(width=32, heads=4, key_value_heads=3)


def test_a_saved_model_computes_what_it_computed_before(tiny_model: Path) -> None:
    import torch

    tokenizer = load_tokenizer(tiny_model)
    ids = torch.tensor([tokenizer.encode("The bridge at Verrano")])
    once = load_model(tiny_model)(ids).logits
    assert torch.equal(once, load_model(tiny_model)(ids).logits)
    assert once.shape == (1, ids.shape[1], len(tokenizer))
