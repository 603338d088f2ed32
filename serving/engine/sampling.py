"""From the numbers that a model gives every token to the token that is written next."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is drawn. In this order: penalties and bias, temperature, top_k, top_p, min_p.

    `top_p` keeps the likeliest tokens that together reach it (Holtzman et al., 2019), `min_p` those at least that share
    as likely as the likeliest (Nguyen et al., 2024). A temperature of 0 takes the likeliest. Penalties count the tokens
    written so far.
    """

    temperature: float = 1.0
    top_p: float = 1.0
    top_k: int = 0
    min_p: float = 0.0
    seed: int | None = None
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    logit_bias: Mapping[int, float] = field(default_factory=dict)


USUAL_SAMPLING = Sampling()


@dataclass(frozen=True, slots=True)
class Chosen:
    """A drawn token. `logprob` and `top` (id and logprob, likeliest first) are the model's own, if asked for."""

    token: int
    logprob: float = 0.0
    top: tuple[tuple[int, float], ...] = ()


class Drawing:
    """One answer's settings, chance and history.

    The same seed gives the same answer to the same prompt, whoever else is being answered.

    Args:
        top_count: Likely tokens to give beside each; None = no logprobs.
        vocabulary: Ids from this one on are never drawn.
    """

    def __init__(self, sampling: Sampling, choice: int, top_count: int | None, vocabulary: int) -> None:
        self.sampling, self.top_count, self.vocabulary = sampling, top_count, vocabulary
        seed = sampling.seed
        self._random = random.Random(None if seed is None else f"{seed} {choice}")
        self._written: Counter[int] = Counter()

    @property
    def is_greedy(self) -> bool:
        """Whether the likeliest token is taken."""
        return self.sampling.temperature < 1e-4 or self.sampling.top_k == 1

    @property
    def filters(self) -> bool:
        """Whether unlikely tokens are left out."""
        chosen = self.sampling
        return chosen.top_p < 1 or chosen.top_k > 0 or chosen.min_p > 0

    def draw(self) -> float:
        """The next chance, 0 to 1."""
        return self._random.random()

    def written(self, token: int) -> None:
        """Note a token, for the penalties."""
        if self.sampling.frequency_penalty or self.sampling.presence_penalty:
            self._written[token] += 1

    def changes(self) -> dict[int, float]:
        """What is added to the logit of which token."""
        chosen = self.sampling
        added = {token: bias for token, bias in chosen.logit_bias.items() if token < self.vocabulary}
        for token, count in self._written.items():
            penalty = chosen.presence_penalty + chosen.frequency_penalty * count
            added[token] = added.get(token, 0.0) - penalty
        return added


def choose(logits: Any, drawings: Sequence[Drawing]) -> list[Chosen | None]:
    """The next token of each answer.

    Args:
        logits: Tensor [answers, vocabulary]; is changed.

    Returns:
        In the order of `drawings`; None where the model gave something that is no number.
    """
    import torch

    logits = logits.float()
    for row, drawing in enumerate(drawings):
        if drawing.vocabulary < logits.shape[-1]:
            logits[row, drawing.vocabulary :] = -torch.inf
    broken = torch.isnan(logits).any(-1)
    likely = _logprobs(logits, drawings)
    for row, drawing in enumerate(drawings):
        if added := drawing.changes():
            ids = torch.tensor([*added], device=logits.device)
            logits[row, ids] += torch.tensor([*added.values()], device=logits.device)
    tokens = logits.argmax(-1)
    drawn = [row for row, drawing in enumerate(drawings) if not drawing.is_greedy]
    if drawn:
        tokens[drawn] = _drawn(logits[drawn], [drawings[row] for row in drawn])
    ids = tokens.tolist()
    bad = broken.tolist()
    return [None if bad[row] else _chosen(ids[row], likely.get(row)) for row in range(len(drawings))]


def _logprobs(logits: Any, drawings: Sequence[Drawing]) -> dict[int, tuple[Any, list[tuple[int, float]]]]:
    """For rows that want them: all log-probabilities, and the likeliest tokens."""
    import torch

    found = {}
    for row, drawing in enumerate(drawings):
        if drawing.top_count is not None:
            all_of_them = torch.log_softmax(logits[row], -1)
            top = torch.topk(all_of_them, min(drawing.top_count, drawing.vocabulary, len(all_of_them)))
            found[row] = (all_of_them, list(zip(top.indices.tolist(), top.values.tolist(), strict=True)))
    return found


def _chosen(token: int, likely: tuple[Any, list[tuple[int, float]]] | None) -> Chosen:
    if likely is None:
        return Chosen(token)
    return Chosen(token, float(likely[0][token]), tuple(likely[1]))


def _drawn(logits: Any, drawings: Sequence[Drawing]) -> Any:
    """One draw per row, by inverting the distribution function at a number from 0 to 1."""
    import torch

    exact = torch.float32 if logits.device.type == "mps" else torch.float64

    def column(values: Sequence[float], dtype: Any = torch.float32) -> Any:
        return torch.tensor(values, dtype=dtype, device=logits.device).unsqueeze(-1)

    scaled = logits / column([drawing.sampling.temperature for drawing in drawings])
    order = None
    probabilities = torch.softmax(scaled, -1).to(exact)
    if any(drawing.filters for drawing in drawings):
        probabilities, order = torch.sort(probabilities, dim=-1, descending=True, stable=True)
        ranks = torch.arange(probabilities.shape[-1], device=logits.device)
        width = probabilities.shape[-1]
        keep = ranks < column([drawing.sampling.top_k if drawing.sampling.top_k > 0 else width for drawing in drawings])
        probabilities = probabilities * keep
        probabilities = probabilities / probabilities.sum(-1, keepdim=True)
        before = probabilities.cumsum(-1) - probabilities
        keep = before < column([drawing.sampling.top_p for drawing in drawings], exact)
        keep &= probabilities >= probabilities[:, :1] * column([drawing.sampling.min_p for drawing in drawings], exact)
        keep[:, 0] = True
        probabilities = probabilities * keep
    reached = probabilities.cumsum(-1)
    wanted = column([drawing.draw() for drawing in drawings], exact) * reached[:, -1:]
    places = torch.searchsorted(reached, wanted, right=True).clamp_(max=reached.shape[-1] - 1)
    return (places if order is None else order.gather(-1, places)).squeeze(-1)
