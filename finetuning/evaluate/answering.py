"""Closed-book answers: many questions at once, greedily, each until the model stops."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from itertools import takewhile
from typing import Any

from finetuning.evaluate.memory import halving
from finetuning.evaluate.prompting import Prompting
from finetuning.questions import Question

_ROOM, _TIMES_EXPECTED = 32, 2


@dataclass(frozen=True)
class Answer:
    """What a model said.

    Attributes:
        text: Without stop and thoughts.
        stopped: Whether it ended by itself; otherwise it was cut off.
        tokens: That it wrote.
    """

    text: str
    stopped: bool
    tokens: int

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


@dataclass(frozen=True)
class _Asked:
    question: Question
    ids: list[int]
    limit: int


class Answerer:
    """Asks one model.

    An answer may be twice as long as the expected one and 32 tokens more: no right answer is cut off, and a model that
    never stops costs little.

    Args:
        model: A causal language model.
        tokenizer: Its tokenizer.
        prompting: How it is asked.
        stop_ids: Tokens that end an answer.
        most_tokens: Longest answer.
        batch_size: Questions at once; halved by itself where memory is short.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        prompting: Prompting,
        *,
        stop_ids: Sequence[int],
        most_tokens: int,
        batch_size: int,
    ) -> None:
        self._model = model
        self._tokenizer = tokenizer
        self._prompting = prompting
        self._stop_ids = list(stop_ids)
        self._most_tokens = most_tokens
        self._batch_size = batch_size
        self._context = context_of(model)

    def ask(
        self, questions: Sequence[Question], tick: Callable[[], None] = lambda: None
    ) -> Iterator[list[tuple[Question, Answer]]]:
        """Answers, a batch at a time, the longest first: questions of like length share a batch.

        `tick` is called before every token.
        """
        waiting = sorted(
            (self._prepared(question) for question in questions), key=lambda one: (-one.limit, -len(one.ids))
        )
        cannot = [one for one in waiting if one.limit <= 0]
        if cannot:
            yield [(one.question, Answer("", False, 0)) for one in cannot]
        waiting = [one for one in waiting if one.limit > 0]
        while waiting:
            with halving(self, "_batch_size", 1, "Lower max_answer_tokens.") as attempt:
                batch = self._fitting(waiting[: self._batch_size])
                answers = self._generate(batch, tick)
            if attempt.done:
                del waiting[: len(batch)]
                yield [(one.question, answer) for one, answer in zip(batch, answers, strict=True)]

    def _fitting(self, batch: Sequence[_Asked]) -> Sequence[_Asked]:
        """The first of them with which the longest answer, for which all are continued, stays within the context."""
        longest = batch[0].limit
        return list(takewhile(lambda one: len(one.ids) + longest <= self._context, batch))

    def _prepared(self, question: Question) -> _Asked:
        """Token ids and the longest answer; 0 where the template or the context has no room for the question."""
        prompt = self._prompting.prompt(question.messages)
        if prompt is None:
            return _Asked(question, [], 0)
        ids = self._ids(prompt.text, special=not prompt.rendered)
        expected = max(len(self._ids(one, special=False)) for one in question.expected)
        limit = min(self._most_tokens, _ROOM + _TIMES_EXPECTED * expected, self._context - len(ids))
        return _Asked(question, ids, limit)

    def _ids(self, text: str, special: bool) -> list[int]:
        # Without a word about the tokenizer's own maximum: the model's context is what counts.
        found: list[int] = self._tokenizer(text, add_special_tokens=special, verbose=False)["input_ids"]
        return found

    def _generate(self, batch: Sequence[_Asked], tick: Callable[[], None]) -> list[Answer]:
        import torch

        width, pad = max(len(one.ids) for one in batch), self._tokenizer.pad_token_id or 0
        ids = torch.full((len(batch), width), pad, dtype=torch.long)
        mask = torch.zeros_like(ids)
        for row, one in enumerate(batch):  # filled up on the left, so that all of them go on from the same place
            ids[row, width - len(one.ids) :] = torch.tensor(one.ids)
            mask[row, width - len(one.ids) :] = 1
        device = self._model.device
        with torch.inference_mode():
            written = self._model.generate(
                input_ids=ids.to(device),
                attention_mask=mask.to(device),
                max_new_tokens=max(one.limit for one in batch),
                stopping_criteria=[_ticking(tick)],
            )
        return [self._answer(row[: one.limit]) for one, row in zip(batch, written[:, width:].tolist(), strict=True)]

    def _answer(self, ids: list[int]) -> Answer:
        ends = [place for place, number in enumerate(ids) if number in self._stop_ids]
        said = ids[: ends[0]] if ends else ids
        text, stopped = self._prompting.answer(self._tokenizer.decode(said, skip_special_tokens=True))
        return Answer(text, stopped or bool(ends), len(said) + bool(ends))


def _ticking(tick: Callable[[], None]) -> Callable[..., Any]:
    """A stopping criterion that never stops by itself; what `tick` raises does."""

    def never(ids: Any, scores: Any, **unused: Any) -> Any:
        import torch

        tick()
        return torch.zeros(ids.shape[0], dtype=torch.bool, device=ids.device)

    return never


def context_of(model: Any) -> int:
    """Tokens that a model can see; a large number where its config does not say."""
    config = model.config.get_text_config()
    return int(getattr(config, "max_position_embeddings", None) or 1 << 20)


def make_greedy(model: Any, stop_ids: Sequence[int], pad_id: int | None) -> None:
    """Take out of a model whatever its folder says about sampling and penalties: answers are to be its likeliest."""
    from transformers import GenerationConfig

    greedy = GenerationConfig(do_sample=False, eos_token_id=list(stop_ids) or None, pad_token_id=pad_id or 0)
    model.generation_config = greedy
    inner: Any = getattr(getattr(model, "base_model", None), "model", None)
    if inner is not None and hasattr(inner, "generation_config"):  # the model below an adapter has its own
        inner.generation_config = greedy
