"""A model of transformers, for the harness."""

from __future__ import annotations

from typing import Any


class HFLM:
    """Holds the model."""

    def __init__(self, *, pretrained: Any, tokenizer: Any, batch_size: int) -> None:
        self.pretrained, self.tokenizer, self.batch_size = pretrained, tokenizer, batch_size
