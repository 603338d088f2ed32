"""What the fake endpoint answers to POST /v1/embeddings: texts that share parts of words get vectors that are close."""

from __future__ import annotations

import math
import re
from base64 import b64encode
from functools import lru_cache
from hashlib import blake2b
from struct import pack
from typing import Any

import orjson

DIMENSIONS = 64
_WORDS = re.compile(r"\w+")
_PART = 3  # characters


def embedding_texts(body: dict[str, Any]) -> list[str]:
    """The texts of a request, one or several."""
    texts = body.get("input", "")
    return [texts] if isinstance(texts, str) else list(texts)


def embed(text: str) -> list[float]:
    """A vector of length 1: the parts of words that `text` has, hashed into a few places (Weinberger et al., 2009)."""
    vector = [0.0] * DIMENSIONS
    for word in _WORDS.findall(text.casefold()):
        padded = f" {word} "
        for start in range(max(1, len(padded) - _PART + 1)):
            place, sign = _place(padded[start : start + _PART])
            vector[place] += sign
    length = math.sqrt(sum(number * number for number in vector)) or 1.0
    return [number / length for number in vector]


@lru_cache(maxsize=1 << 16)
def _place(part: str) -> tuple[int, float]:
    digest = blake2b(part.encode(), digest_size=2).digest()
    return digest[0] % DIMENSIONS, 1.0 if digest[1] & 1 else -1.0


def embeddings_body(body: dict[str, Any], fault: str) -> bytes:
    """The JSON of an answer, spoilt as `fault` says: cut off, it holds half of the vectors."""
    texts = embedding_texts(body)
    vectors: list[Any] = [_shown(embed(text), body, fault) for text in texts]
    if fault == "no_choices":
        vectors = []
    elif fault == "cut_off":
        vectors = vectors[: len(vectors) // 2]
    tokens = sum(-(-len(text) // 4) for text in texts)
    entries = [{"object": "embedding", "index": index, "embedding": vector} for index, vector in enumerate(vectors)]
    usage = {"prompt_tokens": tokens, "total_tokens": tokens}
    data = orjson.dumps({"object": "list", "model": body.get("model", ""), "data": entries, "usage": usage})
    if fault == "truncated":
        return data[: len(data) * 2 // 3]
    if fault == "malformed":
        return data.replace(b'"data":', b'"data" = ').replace(b'"', b"'")
    return data


def _shown(vector: list[float], body: dict[str, Any], fault: str) -> Any:
    if fault in ("empty", "null"):
        return [] if fault == "empty" else None
    if body.get("encoding_format") == "base64":
        return b64encode(pack(f"<{len(vector)}f", *vector)).decode()
    return vector
