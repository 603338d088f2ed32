"""Does an exported model say what the trained model says?

The trained model answers held-out prompts, always with its likeliest token, and notes how far ahead of the next that
token was. An export is then asked for its likeliest token at each place of those answers, given the trained model's
own words up to there: so one difference does not spoil all that follows. Where the trained model itself was all but
undecided, a difference does not count. Where it stopped, the export must stop.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from finetuning.export.gguf_tensors import GgufFormat
from finetuning.export.llama_cpp import LlamaCpp
from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.parameter_types import Proportion

MODEL = "model"


class LeastAgreement(BaseModel):
    """Share of places at which an export must choose the trained model's token; below it the export fails."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    exact: Proportion = Field(
        default=1.0, description="Weights in the number type of the trained model, and f32, when computed in float32."
    )
    sixteen_bit: Proportion = Field(default=0.99, description="f16 and bf16; on a GPU, which computes in them, all.")
    q8_0: Proportion = Field(default=0.97, description="8 bits a weight.")
    q4_k_m: Proportion = Field(default=0.85, description="4 to 6 bits a weight.")


# Logits between the trained model's best two tokens below which either will do: the size of the rounding errors. They
# are those of 16 bits, whatever the file holds, where the trained model itself was computed in 16 bits.
_UNDECIDED = {"exact": 0.001, "sixteen_bit": 0.1, "q8_0": 0.1, "q4_k_m": 0.3}


class SelfCheckError(AugmentoolkitError):
    """An export does not say what the trained model says."""


@dataclass(frozen=True)
class Answer:
    """What the trained model says to a prompt.

    Attributes:
        prompt: The text.
        prompt_ids: Its tokens.
        ids: Tokens of the answer, a stop token included.
        leads: For each of them, by how many logits it was ahead of the next best.
        stopped: Whether a stop token ended it.
    """

    prompt: str
    prompt_ids: list[int]
    ids: list[int]
    leads: list[float]
    stopped: bool


@dataclass
class Comparison:
    """How an export compares with the trained model."""

    name: str
    by: str
    least: float
    places: int = 0
    agreed: int = 0
    undecided: int = 0
    stops: int = 0
    stopped: int = 0
    first_difference: dict[str, Any] | None = field(default=None)

    @property
    def agreement(self) -> float:
        """Share of places where both choose the same token, or the trained model was undecided."""
        return (self.agreed + self.undecided) / self.places if self.places else 1.0

    @property
    def passed(self) -> bool:
        """Whether it may be handed out."""
        enough_stops = self.stopped >= self.least * self.stops
        return self.agreement >= self.least and enough_stops

    def as_dict(self) -> dict[str, Any]:
        """For self_check.json."""
        return {**asdict(self), "agreement": round(self.agreement, 4), "passed": self.passed}

    def require(self) -> None:
        """Raise SelfCheckError, with the first difference, when it did not pass."""
        if self.passed:
            return
        what = f"it chooses the same token at {self.agreement:.1%} of {self.places} places; {self.least:.1%} are wanted"
        if self.agreement >= self.least:
            what = f"it stops at {self.stopped} of the {self.stops} places where the trained model stops"
        raise SelfCheckError(
            f"The export {self.name} does not say what the trained model says: {what}. It was withdrawn; "
            f"self_check.json has the figures. {_example(self.first_difference)}"
            "A coarse format may suit the model badly: export a finer one, or lower `least_agreement` if you can live "
            "with the difference."
        )


def _example(difference: dict[str, Any] | None) -> str:
    if not difference:
        return ""
    return (
        f"First difference, after {difference['prompt'][-60:]!r} and {difference['after'][-60:]!r}: "
        f"{difference['chosen']!r} instead of {difference['wanted']!r}. "
    )


def trained_answers(
    model: Any, tokenizer: Any, prompts: Sequence[str], tokens: int, stops: Sequence[int]
) -> Iterator[Answer]:
    """What the trained model says to each prompt, in at most so many tokens.

    Raises:
        UsageError: It computes no numbers.
    """
    for prompt in prompts:
        yield _answer(model, tokenizer, prompt, tokens, set(stops))


def _answer(model: Any, tokenizer: Any, prompt: str, tokens: int, stops: set[int]) -> Answer:
    import torch

    prompt_ids = list(tokenizer(prompt)["input_ids"])
    ids: list[int] = []
    leads: list[float] = []
    past, step = None, prompt_ids
    with torch.no_grad():
        while len(ids) < tokens and not (ids and ids[-1] in stops):
            made = model(torch.tensor([step], device=model.device), past_key_values=past, use_cache=True)
            best = made.logits[0, -1].float().topk(2)
            if best.values.isnan().any():
                raise UsageError(
                    "The trained model computes no numbers (NaN): its training has diverged, and there is nothing to "
                    "export. Train again with a lower learning_rate."
                )
            ids.append(int(best.indices[0]))
            leads.append(float(best.values[0] - best.values[1]))
            past, step = made.past_key_values, ids[-1:]
    return Answer(prompt, prompt_ids, ids, leads, bool(ids) and ids[-1] in stops)


def compare_model(
    model: Any, tokenizer: Any, answers: Iterable[Answer], least: LeastAgreement, *, exact: bool
) -> Comparison:
    """Compare a model of transformers with the trained one.

    Args:
        exact: False where merged weights were rounded to 16 bits, or both models are computed in 16 bits, which may
            move an answer by that much.
    """
    import torch

    kind = "exact" if exact else "sixteen_bit"
    found = Comparison(MODEL, "transformers", getattr(least, kind))
    for answer in answers:
        whole = torch.tensor([[*answer.prompt_ids, *answer.ids]], device=model.device)
        with torch.no_grad():
            logits = model(whole).logits[0, len(answer.prompt_ids) - 1 : -1]
        _count(found, answer, logits.argmax(-1).tolist(), _UNDECIDED[kind], tokenizer)
    return found


def compare_gguf(
    server: LlamaCpp,
    file_format: GgufFormat,
    tokenizer: Any,
    answers: Iterable[Answer],
    least: LeastAgreement,
    *,
    exact: bool = True,
) -> Comparison:
    """Compare a GGUF file, as llama.cpp runs it, with the trained model.

    Args:
        exact: False where the trained model was computed in 16 bits.
    """
    full = "exact" if exact else "sixteen_bit"
    kind = {"f32": full, "f16": "sixteen_bit", "bf16": "sixteen_bit"}.get(file_format, file_format)
    found = Comparison(server.path.name, "llama.cpp", getattr(least, kind))
    for answer in answers:
        chosen = list(_chosen(server, answer))
        _count(found, answer, chosen, _UNDECIDED[kind], tokenizer)
    return found


def _chosen(server: LlamaCpp, answer: Answer) -> Iterator[int]:
    """llama.cpp's choice at each place; it is only asked anew where it goes another way."""
    place = 0
    while place < len(answer.ids):
        made = server.go_on([*answer.prompt_ids, *answer.ids[:place]], len(answer.ids) - place)
        ends = answer.stopped and made.stopped  # only a stop that llama.cpp takes for one is one
        for number in made.ids or [-1]:
            last = place == len(answer.ids) - 1
            yield -1 if last and number == answer.ids[place] and answer.stopped and not ends else number
            place += 1
            if place == len(answer.ids) or number != answer.ids[place - 1]:
                break


def _count(found: Comparison, answer: Answer, chosen: Sequence[int], undecided: float, tokenizer: Any) -> None:
    for place, (wanted, number, lead) in enumerate(zip(answer.ids, chosen, answer.leads, strict=True)):
        found.places += 1
        is_stop = answer.stopped and place == len(answer.ids) - 1
        found.stops += is_stop
        if number == wanted:
            found.agreed += 1
        elif lead < undecided:
            found.undecided += 1
        elif found.first_difference is None:
            found.first_difference = {
                "prompt": answer.prompt,
                "after": tokenizer.decode(answer.ids[:place]),
                "wanted": tokenizer.decode([wanted]),
                "chosen": tokenizer.decode([number]) if number >= 0 else "nothing",
                "lead": round(lead, 4),
            }
        found.stopped += is_stop and (number == wanted or lead < undecided)
