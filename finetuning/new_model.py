"""A model from nothing: small, of a well-known architecture, with a tokenizer trained on the texts at hand.

For experiments and tests without a download, and for people who want to train from scratch. `base_model: new` in a
config asks for one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, model_validator

from finetuning.packages import require
from generation_functions.chat_templates import ChatTemplate, load_template

NEW = "new"
END_OF_TEXT = "<|endoftext|>"
BYTES = 256  # a byte-level vocabulary begins with every byte


class NewModel(BaseModel):
    """The shape of a model that is made instead of loaded (Llama's architecture)."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    layers: int = Field(default=4, ge=1, description="Transformer blocks.")
    width: int = Field(default=256, ge=8, description="Numbers that stand for a token between the blocks.")
    heads: int = Field(default=4, ge=1, description="Attention heads; width must be a multiple of twice as many.")
    key_value_heads: int | None = Field(default=None, ge=1, description="Heads of keys and values; default: heads.")
    hidden_width: int | None = Field(
        default=None, ge=8, description="Width inside the feed-forward layers; default: 8/3 of width, rounded up."
    )
    vocabulary_size: int = Field(
        default=4096, gt=BYTES, description="Tokens in the vocabulary, at most: small texts have fewer."
    )
    context: int = Field(
        default=1024,
        ge=16,
        description="Longest sequence, in tokens; unless given, at least the stages' sequence_length.",
    )
    shared_embeddings: bool = Field(
        default=True, description="One matrix reads tokens and writes them: fewer parameters in a small model."
    )
    extra_tokens: tuple[str, ...] = Field(default=(), description="Further special tokens, each one token.")

    @model_validator(mode="after")
    def _divides(self) -> NewModel:
        if self.width % (2 * self.heads):
            raise ValueError(f"width {self.width} is no multiple of twice the heads ({self.heads})")
        if self.heads % (self.key_value_heads or self.heads):
            raise ValueError(f"heads {self.heads} is no multiple of key_value_heads ({self.key_value_heads})")
        return self

    @property
    def inner(self) -> int:
        """Width inside the feed-forward layers: 8/3 of the width, for they have three matrices (Shazeer, 2020)."""
        return self.hidden_width or -(-self.width * 8 // 3 // 16) * 16

    def config(self, **known: Any) -> Any:
        """The model's config, as transformers has it; `known` is what only the tokenizer tells."""
        from transformers import LlamaConfig

        return LlamaConfig(
            hidden_size=self.width,
            intermediate_size=self.inner,
            num_hidden_layers=self.layers,
            num_attention_heads=self.heads,
            num_key_value_heads=self.key_value_heads or self.heads,
            max_position_embeddings=self.context,
            tie_word_embeddings=self.shared_embeddings,
            **{"vocab_size": self.vocabulary_size, "bos_token_id": None, "eos_token_id": None, **known},
        )


def new_model(
    settings: NewModel, texts: Iterable[str], template: ChatTemplate | None = None, seed: int = 0
) -> tuple[Any, Any]:
    """A randomly initialised causal language model and its tokenizer.

    The same settings, texts and seed give the same model, bit by bit. Weights are float32 and on the CPU.

    Args:
        settings: Its shape.
        texts: What the tokenizer is trained on.
        template: Its marks become one token each, and an answer's end mark the model's stop; default: ChatML.
        seed: Of the weights.

    Returns:
        A transformers model and tokenizer.
    """
    require("torch", "transformers", "tokenizers")
    import torch
    from transformers import LlamaForCausalLM

    tokenizer = new_tokenizer(settings, texts, template or load_template("chatml"))
    config = settings.config(
        vocab_size=len(tokenizer),
        bos_token_id=tokenizer.bos_token_id,
        eos_token_id=tokenizer.eos_token_id,
        pad_token_id=tokenizer.pad_token_id,
    )
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = LlamaForCausalLM(config)
    return model.to(torch.float32), tokenizer


def new_tokenizer(settings: NewModel, texts: Iterable[str], template: ChatTemplate) -> Any:
    """A byte-level BPE tokenizer (Sennrich et al., 2016; Radford et al., 2019) trained on `texts`.

    Any text comes back as it was. Words are cut as GPT-2 cut them, which llama.cpp knows too.
    """
    require("transformers", "tokenizers")
    from tokenizers import Tokenizer, decoders, models, pre_tokenizers, processors, trainers
    from transformers import PreTrainedTokenizerFast

    special = list(dict.fromkeys([END_OF_TEXT, *template.tokens, *settings.extra_tokens]))
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    trainer = trainers.BpeTrainer(
        vocab_size=max(settings.vocabulary_size, BYTES + len(special)),
        special_tokens=special,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        min_frequency=2,
        show_progress=False,
    )
    backend.train_from_iterator(texts, trainer)
    start = template.bos_token
    if start:
        backend.post_processor = processors.TemplateProcessing(
            single=f"{start} $A",
            pair=f"{start} $A {start} $B",
            special_tokens=[(start, backend.token_to_id(start))],
        )
    stop = template.stops[0]
    return PreTrainedTokenizerFast(
        tokenizer_object=backend,
        bos_token=start or None,
        eos_token=template.eos_token or (stop if stop in special else END_OF_TEXT),
        pad_token=END_OF_TEXT,
        additional_special_tokens=special[1:],
        model_max_length=settings.context,
        clean_up_tokenization_spaces=False,
        chat_template=template.source,
    )
