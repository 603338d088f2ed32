"""Perplexity equals what one works out by hand from the logits."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import pytest
import torch

from finetuning.evaluate.passages import Passage
from finetuning.evaluate.perplexity import Piece, Predictor, windows
from finetuning.evaluate.prompting import Prompting
from finetuning.model_folder import load_model, load_tokenizer
from finetuning.questions import Question
from generation_functions import AugmentoolkitError
from tests.support.tiny_models import TEXTS, tiny_model_folder


@pytest.fixture(scope="module")
def model(tiny_model: Path) -> Any:
    return load_model(tiny_model, device="cpu")


@pytest.fixture(scope="module")
def tokenizer(tiny_model: Path) -> Any:
    return load_tokenizer(tiny_model)


def nats_by_hand(model: Any, ids: list[int], window: int) -> list[float]:
    """Of every token but the first: minus the log of the softmax of the logits before it, in plain arithmetic."""
    found = []
    for place in range(1, len(ids)):
        begin = 0
        while place >= begin + window:  # the first window that reaches as far
            begin += window // 2
        with torch.no_grad():
            logits = model(torch.tensor([ids[begin:place]]), use_cache=False).logits[0, -1].tolist()
        top = max(logits)
        found.append(top + math.log(sum(math.exp(value - top) for value in logits)) - logits[ids[place]])
    return found


def measured(predictor: Predictor, *passages: Passage) -> dict[str, list[Piece]]:
    return {passage.id: found for group in predictor.measure(passages) for passage, found in group}


def total(pieces: list[Piece]) -> tuple[float, int, int]:
    return sum(piece.nats for piece in pieces), sum(piece.tokens for piece in pieces), sum(p.bytes for p in pieces)


@pytest.mark.parametrize("window", [16, 64, 256])
def test_every_token_but_the_first_is_scored_once_whatever_the_window(model: Any, tokenizer: Any, window: int) -> None:
    text = TEXTS[0] + " Schöne Grüße – 東京."
    ids = tokenizer(text)["input_ids"]
    nats, tokens, size = total(measured(Predictor(model, tokenizer, window, 64), Passage("a", text))["a"])
    by_hand = nats_by_hand(model, ids, window)
    assert tokens == len(ids) - 1
    assert nats == pytest.approx(sum(by_hand), rel=1e-4)
    assert math.exp(nats / tokens) == pytest.approx(math.exp(sum(by_hand) / len(by_hand)), rel=1e-4)
    assert size == len(text.encode()) - len(tokenizer.decode(ids[:1]).encode())


def test_texts_in_one_batch_do_not_see_each_other(model: Any, tokenizer: Any) -> None:
    passages = [Passage(str(place), text) for place, text in enumerate(TEXTS)]
    together = measured(Predictor(model, tokenizer, 256, 100_000), *passages)
    for passage in passages:
        alone = measured(Predictor(model, tokenizer, 256, 64), passage)[passage.id]
        assert total(together[passage.id])[0] == pytest.approx(total(alone)[0], rel=1e-4)


def test_of_a_conversation_only_the_answer_is_scored(model: Any, tokenizer: Any) -> None:
    prompting = Prompting(tokenizer)
    question = Question("a", ({"role": "user", "content": "Who built the bridge?"},), ("Ada Finch.",), "a")
    passage = prompting.passage(question)
    assert passage is not None
    nats, tokens, size = total(measured(Predictor(model, tokenizer, 256, 512), passage)[passage.id])
    answer = tokenizer("Ada Finch.")["input_ids"]
    ids = tokenizer(passage.text)["input_ids"]
    assert ids[-len(answer) :] == answer
    assert (tokens, size) == (len(answer), len(b"Ada Finch."))
    assert nats == pytest.approx(sum(nats_by_hand(model, ids, 256)[-len(answer) :]), rel=1e-4)


def test_a_start_token_lets_the_first_token_be_scored(tmp_path: Path) -> None:
    folder = tiny_model_folder(tmp_path / "llama", template="llama3")
    model, tokenizer = load_model(folder, device="cpu"), load_tokenizer(folder)
    ids = tokenizer(TEXTS[1])["input_ids"]
    assert ids[0] == tokenizer.bos_token_id
    nats, tokens, size = total(measured(Predictor(model, tokenizer, 256, 512), Passage("a", TEXTS[1]))["a"])
    assert (tokens, size) == (len(ids) - 1, len(TEXTS[1].encode()))
    assert nats == pytest.approx(sum(nats_by_hand(model, ids, 256)), rel=1e-4)


def test_long_texts_are_kept_in_pieces_that_lose_no_byte(model: Any, tokenizer: Any) -> None:
    text = " ".join(TEXTS * 6)
    found = measured(Predictor(model, tokenizer, 128, 2048), Passage("a", text))["a"]
    assert len(found) == -(-len(text) // 1000)
    _, tokens, size = total(found)
    ids = tokenizer(text)["input_ids"]
    assert tokens == len(ids) - 1
    assert size == len(text.encode()) - len(tokenizer.decode(ids[:1]).encode())


def test_a_model_that_computes_no_numbers_is_an_error_and_no_result(tiny_model: Path, tokenizer: Any) -> None:
    diverged = load_model(tiny_model, device="cpu")
    with torch.no_grad():
        next(diverged.parameters()).fill_(math.nan)
    with pytest.raises(AugmentoolkitError, match=r"no numbers \(NaN\).* lower learning_rate"):
        measured(Predictor(diverged, tokenizer, 64, 512), Passage("a", TEXTS[0]))


def test_windows_cover_everything_once() -> None:
    for length in (1, 2, 7, 8, 9, 50):
        scored = [place for begin, end, first in windows(length, 8) for place in range(first, end)]
        assert scored == list(range(1, length))
        assert all(end - begin <= 8 for begin, end, _ in windows(length, 8))


class SmallDevice:
    """A model on a device that holds few tokens at a time."""

    def __init__(self, model: Any, most_tokens: int) -> None:
        self.model, self.device, self.most_tokens = model, model.device, most_tokens
        self.batches: list[int] = []

    def __call__(self, input_ids: Any, **rest: Any) -> Any:
        self.batches.append(input_ids.numel())
        if input_ids.numel() > self.most_tokens:
            raise torch.OutOfMemoryError("out of memory")
        return self.model(input_ids=input_ids, **rest)


def test_where_memory_is_short_batches_shrink_and_the_figures_stay(model: Any, tokenizer: Any) -> None:
    passages = [Passage(str(place), text) for place, text in enumerate(TEXTS)]
    small = SmallDevice(model, 150)
    found = measured(Predictor(small, tokenizer, 64, 2048), *passages)
    whole = measured(Predictor(model, tokenizer, 64, 2048), *passages)
    assert max(small.batches) > 150
    for passage in passages:
        assert total(found[passage.id])[0] == pytest.approx(total(whole[passage.id])[0], rel=1e-4)
    with pytest.raises(AugmentoolkitError, match=r"does not even hold one sequence .* Lower window"):
        measured(Predictor(SmallDevice(model, 10), tokenizer, 64, 2048), *passages)
