"""The loss on rows that are not trained on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from finetuning.distributed import Group
from finetuning.token_rows import NOT_TRAINED
from finetuning.training_data import Sequences


def held_out_loss(trainer: Any, rows: Sequences, collator: Callable[..., dict[str, Any]], group: Group) -> float:
    """Mean loss, in nats a token, over all tokens of `rows` that would be learned."""
    import torch

    model = trainer.model_wrapped
    model.eval()
    total = counted = 0.0
    rounds = -(-len(rows) // group.size)  # every process computes as often, for a sharded model needs all of them
    with torch.no_grad():
        for number in range(rounds):
            place = number * group.size + group.number
            batch = collator([rows[min(place, len(rows) - 1)]])
            learned = int((batch["labels"][:, 1:] != NOT_TRAINED).sum())
            inputs = trainer._prepare_inputs(batch)
            with trainer.accelerator.autocast():
                loss = model(**inputs).loss
            if place < len(rows) and learned:
                total += float(loss) * learned
                counted += learned
    model.train()
    total, counted = group.sums([total, counted])
    return total / max(1.0, counted)
