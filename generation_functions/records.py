"""Records: the dicts that flow through a pipeline, and the identities derived from them.

A record has an `id` (derived from content and origin, never from a position), usually the `text` it is
about, and a `source` that says where that text came from. Steps add keys.
"""

from __future__ import annotations

import random
from hashlib import blake2b
from typing import Any

import orjson

Record = dict[str, Any]


def stable_hash(*parts: Any) -> str:
    """128-bit hash, as 32 hex digits, of JSON-like values; equal on every machine and in every run."""
    data = orjson.dumps(parts, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS, default=str)
    return blake2b(data, digest_size=16).hexdigest()


def record_id(*parts: Any) -> str:
    """Id of a record made of `parts` (content and origin): 20 hex digits."""
    return stable_hash(*parts)[:20]


def child(parent: Record, kind: str, /, **changes: Any) -> Record:
    """A new record that keeps what `parent` knows, adds `changes`, and gets an id derived from both.

    `kind` keeps apart children of different steps that happen to carry the same content.
    """
    return {**parent, **changes, "id": record_id(parent["id"], kind, changes)}


def stable_share(key: str, salt: str = "") -> float:
    """A number in [0, 1) that depends on `key` and `salt` only; used for holdout and sampling."""
    return int(stable_hash(key, salt)[:13], 16) / 16**13


def seeded(*parts: Any) -> random.Random:
    """A random generator whose sequence depends on `parts` only."""
    return random.Random(stable_hash(*parts))
