"""How well a model predicts a text, token by token.

Every token of a text is scored exactly once, given at least half a window of what comes before it where there is as
much: windows overlap by half. Rows are never packed, so no text sees another.

**Perplexity** is exp(nats / tokens). Models with different tokenizers cut a text into different tokens, so between
those only **bits per byte** compare: nats / ln 2 / bytes of UTF-8. A text's first token follows nothing and is not
scored, nor are its bytes, unless the tokenizer puts a start token before it.

Figures are kept by pieces of a text that are the same for every tokenizer, so that two models can be compared piece by
piece.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from finetuning.evaluate.memory import halving
from finetuning.evaluate.passages import Passage
from generation_functions.errors import AugmentoolkitError, UsageError

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

PIECE_CHARACTERS = 1000
_PASSAGES_AT_ONCE = 64
_ROWS_OF_LOGITS = 512  # positions whose logits are held as float32 at a time


class Piece(NamedTuple):
    """A stretch of a text as a model predicted it."""

    nats: float
    tokens: int
    bytes: int


class _Tokens(NamedTuple):
    ids: list[int]
    starts: list[int]  # character at which each token begins


class _Window(NamedTuple):
    passage: int
    begin: int
    end: int
    scored_from: int


def encode(tokenizer: Any, passage: Passage) -> _Tokens:
    """Ids of a passage, whole, with the place of each.

    Raises:
        UsageError: The tokenizer cannot say which characters a token stands for.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise UsageError(
            f"{getattr(tokenizer, 'name_or_path', '') or type(tokenizer).__name__} has no fast tokenizer "
            "(tokenizer.json), without which bytes cannot be counted. Convert it with transformers' "
            "convert_slow_tokenizer, or leave the texts out."
        )
    backend.no_truncation()
    backend.no_padding()
    encoding = backend.encode(passage.text, add_special_tokens=not passage.rendered)
    ids: list[int] = []
    starts: list[int] = []
    reached = 0
    for number, (start, end), special in zip(encoding.ids, encoding.offsets, encoding.special_tokens_mask, strict=True):
        if special and ids:
            continue  # an end token that the tokenizer adds is no part of the text
        ids.append(number)
        starts.append(-1 if special else min(start, reached))  # some tokenizers leave blanks out of their offsets
        reached = max(reached, end)
    return _Tokens(ids, starts)


def windows(length: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Begin, end and first scored token of each window; from the second token on, each is scored once."""
    scored, begin, stride = 1, 0, max(1, size // 2)
    while scored < length:
        end = min(begin + size, length)
        yield begin, end, scored
        scored, begin = end, begin + stride


class Predictor:
    """Measures passages with one model.

    Args:
        model: A causal language model.
        tokenizer: Its tokenizer.
        window: Tokens that the model sees at once.
        batch_tokens: Tokens in a batch, filling included; halved by itself where memory is short.
    """

    def __init__(self, model: Any, tokenizer: Any, window: int, batch_tokens: int) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._window = max(2, window)
        self._batch_tokens = batch_tokens

    def measure(
        self, passages: Sequence[Passage], tick: Callable[[], None] = lambda: None
    ) -> Iterator[list[tuple[Passage, list[Piece]]]]:
        """Pieces of each passage, a group of passages at a time, the longest first. `tick` is called now and then."""
        ordered = sorted(passages, key=lambda passage: -len(passage.text))
        group: list[Passage] = []
        characters = 0
        for passage in ordered:
            group.append(passage)
            characters += len(passage.text)
            if len(group) >= _PASSAGES_AT_ONCE or characters > 8 * self._batch_tokens:
                yield self._group(group, tick)
                group, characters = [], 0
        if group:
            yield self._group(group, tick)

    def _group(self, passages: list[Passage], tick: Callable[[], None]) -> list[tuple[Passage, list[Piece]]]:
        tokens = [encode(self._tokenizer, passage) for passage in passages]
        cut = [
            _Window(index, *window)
            for index, one in enumerate(tokens)
            for window in windows(len(one.ids), self._window)
        ]
        cut.sort(key=lambda window: window.begin - window.end)
        nats: dict[int, dict[int, float]] = defaultdict(dict)
        while cut:
            longest = cut[0].end - cut[0].begin
            with halving(self, "_batch_tokens", longest, "Lower window.") as attempt:
                batch = cut[: max(1, self._batch_tokens // longest)]
                for window, losses in zip(batch, self._losses(tokens, batch), strict=True):
                    nats[window.passage].update(zip(range(window.scored_from, window.end), losses, strict=True))
            if attempt.done:
                del cut[: len(batch)]
            tick()
        return [
            (passage, pieces(passage, one, nats[index]))
            for index, (passage, one) in enumerate(zip(passages, tokens, strict=True))
        ]

    def _losses(self, tokens: list[_Tokens], batch: list[_Window]) -> list[list[float]]:
        """Nats of each scored token of each window."""
        import numpy
        import torch

        width = max(window.end - window.begin for window in batch)
        ids = numpy.zeros((len(batch), width), dtype=numpy.int64)
        mask = numpy.zeros_like(ids)
        for row, window in enumerate(batch):
            ids[row, : window.end - window.begin] = tokens[window.passage].ids[window.begin : window.end]
            mask[row, : window.end - window.begin] = 1
        device = self._model.device
        inputs = torch.from_numpy(ids).to(device)
        with torch.inference_mode():
            logits = self._model(
                input_ids=inputs, attention_mask=torch.from_numpy(mask).to(device), use_cache=False
            ).logits
            return [self._row_losses(logits[row], inputs[row], window) for row, window in enumerate(batch)]

    @staticmethod
    def _row_losses(logits: Any, ids: Any, window: _Window) -> list[float]:
        from torch.nn.functional import cross_entropy

        losses: list[float] = []
        last = window.end - window.begin
        for first in range(window.scored_from - window.begin, last, _ROWS_OF_LOGITS):
            until = min(first + _ROWS_OF_LOGITS, last)
            wanted = ids[first:until]
            losses += cross_entropy(logits[first - 1 : until - 1].float(), wanted, reduction="none").tolist()
        if any(map(math.isnan, losses)):
            raise AugmentoolkitError(
                "The model computes no numbers (NaN), so there is nothing to compare: its training has diverged. Train "
                "again with a lower learning_rate; or, where it is sound elsewhere, set dtype: float32."
            )
        return losses


def pieces(passage: Passage, tokens: _Tokens, nats: dict[int, float]) -> list[Piece]:
    """The scored tokens of a passage by the piece in which they begin."""
    scored = [
        (start, nats[place])
        for place, start in enumerate(tokens.starts)
        if place in nats and start >= passage.scored_from
    ]
    if not scored:
        return []
    first, made = scored[0][0], []
    totals: dict[int, list[float]] = defaultdict(list)
    for start, loss in scored:
        totals[(start - passage.scored_from) // PIECE_CHARACTERS].append(loss)
    for number in range((len(passage.text) - 1 - passage.scored_from) // PIECE_CHARACTERS + 1):
        begin = passage.scored_from + number * PIECE_CHARACTERS
        text = passage.text[max(first, begin) : begin + PIECE_CHARACTERS]
        losses = totals.get(number, [])
        made.append(Piece(sum(losses), len(losses), len(text.encode("utf-8", "surrogatepass"))))
    return made


def as_arrays(found: Sequence[Piece]) -> tuple[NDArray[numpy.float64], ...]:
    """Nats, tokens and bytes of pieces."""
    import numpy

    table = numpy.asarray(found, dtype=numpy.float64).reshape(-1, 3)
    return table[:, 0], table[:, 1], table[:, 2]
