"""LoRA adapters made on the spot, with random weights that change what the model says."""

from __future__ import annotations

from pathlib import Path

from finetuning.model_folder import TrainingRecord, load_model, load_tokenizer, save_model
from generation_functions.chat_templates import load_template


def tiny_adapter(folder: Path, base: Path, seed: int = 0) -> Path:
    """A saved adapter folder on a base model."""
    import torch
    from peft import LoraConfig, get_peft_model

    adapted = get_peft_model(load_model(base), LoraConfig(task_type="CAUSAL_LM", r=4, target_modules="all-linear"))
    generator = torch.Generator().manual_seed(seed)
    for name, weight in adapted.named_parameters():
        if "lora_" in name:
            weight.data.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
    chat = load_template("chatml")
    record = TrainingRecord(base_model=str(base), adapter=True, chat_template=chat.name, stops=chat.stops)
    save_model(adapted, load_tokenizer(base), folder, record)
    return folder
