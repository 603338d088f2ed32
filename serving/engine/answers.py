"""One answer being written: its tokens, the text of them that may be shown, and when it ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from serving.engine.detokenising import Detokeniser
from serving.engine.pieces import Piece, TokenLogprob
from serving.engine.sampling import USUAL_SAMPLING, Chosen, Drawing, Sampling
from serving.engine.stop_strings import StopStrings

STOP, LENGTH = "stop", "length"


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What a served model's tokenizer says about ids.

    Attributes:
        size: Ids from this one on stand for nothing.
        decode: Text of ids, special tokens left out.
        token: Text of one id as it is, and its bytes.
    """

    size: int
    decode: Callable[[Sequence[int]], str]
    token: Callable[[int], tuple[str, bytes]]


@dataclass(frozen=True, slots=True)
class Generation:
    """What is to be generated.

    Attributes:
        prompt: Token ids, one at least.
        choices: How many answers.
        most_tokens: The longest answer.
        stops: Texts that end it, and are not part of it.
        stop_ids: Tokens that do.
        top_count: Likely tokens to give beside each; None = no logprobs.
        adapter: Whose weights are put on the base model; "" = none.
        first_choice: Number of the first answer within its request.
    """

    prompt: Sequence[int]
    vocabulary: Vocabulary
    most_tokens: int
    sampling: Sampling = USUAL_SAMPLING
    stops: tuple[str, ...] = ()
    stop_ids: frozenset[int] = frozenset()
    top_count: int | None = None
    adapter: str = ""
    choices: int = 1
    first_choice: int = 0


class Answer:
    """One choice of a generation."""

    def __init__(self, wanted: Generation, choice: int) -> None:
        self.wanted = wanted
        self.choice = wanted.first_choice + choice
        self.drawing = Drawing(wanted.sampling, choice, wanted.top_count, wanted.vocabulary.size)
        self.tokens: list[int] = []
        self.finish = ""
        self._text = Detokeniser(wanted.vocabulary.decode)
        self._stops = StopStrings(wanted.stops)
        self._shown = self._read = 0  # characters
        self._pending: list[tuple[int, TokenLogprob]] = []  # where each token's text begins

    def add(self, chosen: Chosen) -> Piece | None:
        """Take the next token. Returns what can be shown now, if anything; `finish` says whether it was the last."""
        self.tokens.append(chosen.token)
        self.drawing.written(chosen.token)
        if chosen.token in self.wanted.stop_ids:
            return self._end(STOP)
        if self.wanted.top_count is not None:
            self._pending.append((self._read, self._logprob(chosen)))
        shown = self._feed(self._text.add(chosen.token))
        if self._stops.stopped:
            return self._end(STOP, shown)
        if len(self.tokens) >= self.wanted.most_tokens:
            return self._end(LENGTH, shown)
        return self._piece(shown) if shown else None

    def _feed(self, text: str) -> str:
        self._read += len(text)
        return self._stops.feed(text)

    def _end(self, finish: str, shown: str = "") -> Piece:
        if not self._stops.stopped:
            shown += self._feed(self._text.flush())
        if self._stops.stopped:
            finish = STOP
        else:
            shown += self._stops.flush()
            self._shown += 1  # so that tokens without text of their own are told, too
        self.finish = finish
        return self._piece(shown, finish)

    def _piece(self, shown: str, finish: str = "") -> Piece:
        self._shown += len(shown)
        ready = [entry for start, entry in self._pending if start < self._shown]
        self._pending = self._pending[len(ready) :]
        return Piece(shown, self.choice, tuple(ready), finish)

    def _logprob(self, chosen: Chosen) -> TokenLogprob:
        def told(token: int, logprob: float, top: tuple[TokenLogprob, ...] = ()) -> TokenLogprob:
            text, raw = self.wanted.vocabulary.token(token)
            return TokenLogprob(text, logprob, raw, top)

        return told(chosen.token, chosen.logprob, tuple(told(*one) for one in chosen.top))
