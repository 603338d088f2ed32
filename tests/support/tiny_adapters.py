"""LoRA adapters made on the spot, with random weights that change what the model says."""

from __future__ import annotations

from pathlib import Path

from finetuning.model_folder import (
    TrainingRecord,
    fit_embeddings,
    load_model,
    load_tokenizer,
    new_token_ids,
    save_model,
)
from generation_functions.chat_templates import load_template


def tiny_adapter(folder: Path, base: Path, seed: int = 0) -> Path:
    """A saved adapter folder on a base model, which learns the marks of ChatML where the base lacks them."""
    import torch
    from peft import LoraConfig, get_peft_model

    chat = load_template("chatml")
    model, tokenizer = load_model(base), load_tokenizer(base, chat)
    fit_embeddings(model, tokenizer)
    lora = LoraConfig(task_type="CAUSAL_LM", r=4, target_modules="all-linear")
    if marks := new_token_ids(tokenizer):
        lora.trainable_token_indices = {"embed_tokens": marks}
    adapted = get_peft_model(model, lora)
    generator = torch.Generator().manual_seed(seed)
    for name, weight in adapted.named_parameters():
        if "lora_" in name or "trainable_tokens_delta" in name:
            weight.data.copy_(torch.randn(weight.shape, generator=generator) * 0.3)
    record = TrainingRecord(base_model=str(base), adapter=True, chat_template=chat.name, stops=chat.stops)
    save_model(adapted, tokenizer, folder, record)
    return folder
