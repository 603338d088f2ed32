"""Models made on the spot: nothing is downloaded, and a folder takes less than a second."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from finetuning.model_folder import TrainingRecord, save_model
from finetuning.new_model import NewModel, new_model
from generation_functions.chat_templates import load_template

TEXTS = (
    "The bridge at Verrano was built in 1871 by Ada Finch, who had learned her trade in the shipyards of Port Ellis.",
    "A lantern of the Orrin type burns whale oil for nine hours; its wick is trimmed twice, at dusk and at midnight.",
    "The river rises every spring. Farmers move their cattle to the hills and bring them back in the month of May.",
    "What did the inspector find? He found three bolts, a letter and the plans of a second bridge, never built.",
    "user assistant system: Who built the bridge? When was it built? How long does a lantern burn?",
)


def tiny_model_folder(
    folder: Path,
    *,
    layers: int = 2,
    width: int = 64,
    heads: int = 4,
    vocabulary_size: int = 400,
    context: int = 256,
    texts: Iterable[str] | None = None,
    template: str = "chatml",
    extra_tokens: tuple[str, ...] = (),
    seed: int = 0,
) -> Path:
    """A saved model folder with random weights (about 0.13 million of them) and a tokenizer of its own."""
    shape = NewModel(
        layers=layers,
        width=width,
        heads=heads,
        vocabulary_size=vocabulary_size,
        context=context,
        extra_tokens=extra_tokens,
    )
    chat = load_template(template)
    model, tokenizer = new_model(shape, TEXTS if texts is None else texts, chat, seed)
    record = TrainingRecord(
        base_model="new",
        chat_template=chat.name,
        stops=chat.stops,
        created="2026-01-01T00:00:00+00:00",
        parameters=model.num_parameters(),
    )
    save_model(model, tokenizer, folder, record)
    return folder
