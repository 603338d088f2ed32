"""A tokenizer as a GGUF file holds it: tokens, merges, and the name of the rule by which llama.cpp cuts words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from finetuning.export.gguf_architectures import WAY_OUT
from generation_functions.errors import UsageError

NORMAL, UNKNOWN, CONTROL, USER_DEFINED, UNUSED, BYTE = 1, 2, 3, 4, 5, 6  # llama.cpp's numbers for kinds of tokens
_CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
_REST = r" ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
_CASED = r"[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_REST_SLASH = r" ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
WORDS = {  # how words are cut, as a tokenizer's file says it -> llama.cpp's name for that
    ("gpt2",): "gpt-2",
    ("digits", "gpt2"): "smollm",
    (rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}|{_REST}",): "qwen2",
    (rf"{_CONTRACTIONS}|[^\r\n\p{{L}}\p{{N}}]?\p{{L}}+|\p{{N}}{{1,3}}|{_REST}",): "llama-bpe",
    (rf"{_CASED}*{_LOWER}+|{_CASED}+{_LOWER}*|\p{{N}}|{_REST_SLASH}",): "tekken",
    (rf"{_CASED}*{_LOWER}+{_CONTRACTIONS}?|{_CASED}+{_LOWER}*{_CONTRACTIONS}?|\p{{N}}{{1,3}}|{_REST_SLASH}",): "gpt-4o",
}
_BLANK = "\u2581"  # SentencePiece's sign for a space


@dataclass(frozen=True)
class Vocabulary:
    """A tokenizer as GGUF has it.

    Attributes:
        model: "gpt2" for byte-level BPE, "llama" for SentencePiece's BPE.
        words: Name of the rule that cuts words.
        tokens: In the order of their ids.
        kinds: NORMAL, CONTROL, ... of each token.
        scores: Of each token, for "llama" only: the higher, the earlier two tokens become that one.
        merges: For "gpt2" only.
        space_first: A space is put before the text.
        special: Names of special tokens -> ids: bos, eos, eot, eom, unk, pad.
        starts, ends: Whether a start and an end token are put around a text.
    """

    model: str
    words: str
    tokens: list[str]
    kinds: list[int]
    scores: list[float]
    merges: list[str]
    space_first: bool
    special: dict[str, int]
    starts: bool
    ends: bool


def read_vocabulary(tokenizer: Any, size: int, stops: list[int]) -> Vocabulary:
    """The vocabulary of a transformers tokenizer.

    Args:
        tokenizer: A fast one.
        size: Rows of the model's embeddings; where there are more than tokens, they are filled up.
        stops: Tokens that end an answer, the one that was trained first.

    Raises:
        UsageError: It is of a kind that cannot be said in GGUF, or that we do not know how to.
    """
    backend = getattr(tokenizer, "backend_tokenizer", None)
    if backend is None:
        raise UsageError(f"This tokenizer has no tokenizer.json, so no GGUF can be written. {WAY_OUT}")
    content = json.loads(backend.to_str())
    model = content["model"]
    if model.get("type", "BPE") != "BPE" or "merges" not in model:
        raise UsageError(f"GGUF files are written for BPE tokenizers; this one is {model.get('type')}. {WAY_OUT}")
    by_bytes = not model.get("byte_fallback")
    tokens, kinds = _tokens(backend, tokenizer, size)
    merges = [pair.split(" ") if isinstance(pair, str) else list(pair) for pair in model["merges"]]
    starts, ends = _around(tokenizer)
    if not by_bytes:
        tokens, kinds = _with_bytes(tokens, kinds, model.get("unk_token"))
    return Vocabulary(
        model="gpt2" if by_bytes else "llama",
        words=_words(content) if by_bytes else "default",
        tokens=tokens,
        kinds=kinds,
        scores=[] if by_bytes else _scores(tokens, merges),
        merges=[" ".join(pair) for pair in merges] if by_bytes else [],
        space_first=not by_bytes and _puts_space_first(content),
        special=_special(tokenizer, stops),
        starts=starts,
        ends=ends,
    )


def write_vocabulary(writer: Any, vocabulary: Vocabulary, template: str | None) -> None:
    """Put a vocabulary, and a chat template if there is one, into a GGUF file's metadata."""
    writer.add_tokenizer_model(vocabulary.model)
    writer.add_tokenizer_pre(vocabulary.words)
    writer.add_token_list(vocabulary.tokens)
    if vocabulary.scores:
        writer.add_token_scores(vocabulary.scores)
        writer.add_add_space_prefix(vocabulary.space_first)
    writer.add_token_types(vocabulary.kinds)
    if vocabulary.merges:
        writer.add_token_merges(vocabulary.merges)
    for name, number in vocabulary.special.items():
        getattr(writer, f"add_{name}_token_id")(number)
    writer.add_add_bos_token(vocabulary.starts)
    writer.add_add_eos_token(vocabulary.ends)
    if template:
        writer.add_chat_template(template)


def _tokens(backend: Any, tokenizer: Any, size: int) -> tuple[list[str], list[int]]:
    vocabulary = backend.get_vocab(with_added_tokens=True)
    if vocabulary and max(vocabulary.values()) >= size:
        raise UsageError(
            f"The tokenizer has tokens up to id {max(vocabulary.values())}, and the model has {size} rows for them: "
            "they do not belong together."
        )
    tokens = [f"[PAD{number}]" for number in range(size)]
    kinds = [UNUSED] * size
    for token, number in vocabulary.items():
        tokens[number], kinds[number] = token, NORMAL
    for number, added in backend.get_added_tokens_decoder().items():
        tokens[number] = added.content
        kinds[number] = CONTROL if added.special else USER_DEFINED
    return tokens, kinds


def _with_bytes(tokens: list[str], kinds: list[int], unknown: str | None) -> tuple[list[str], list[int]]:
    """As SentencePiece has it: tokens for single bytes, and one for what is unknown, are kinds of their own."""
    single = {f"<0x{byte:02X}>" for byte in range(256)}
    kinds = [
        BYTE if token in single else UNKNOWN if token == unknown else kind
        for token, kind in zip(tokens, kinds, strict=True)
    ]
    tokens = [
        token.replace(" ", _BLANK) if kind == USER_DEFINED else token for token, kind in zip(tokens, kinds, strict=True)
    ]
    return tokens, kinds


def _scores(tokens: list[str], merges: list[list[str]]) -> list[float]:
    """SentencePiece merges what has the highest score first: the rank of the merge that makes a token, negated."""
    rank: dict[str, int] = {}
    for number, pair in enumerate(merges):
        rank.setdefault("".join(pair), number)
    return [-float(rank.get(token, len(merges))) for token in tokens]


def _special(tokenizer: Any, stops: list[int]) -> dict[str, int]:
    found = {
        "bos": tokenizer.bos_token_id,
        "unk": tokenizer.unk_token_id,
        "pad": tokenizer.pad_token_id,
        **dict(zip(("eos", "eot", "eom"), stops, strict=False)),
    }
    return {name: number for name, number in found.items() if number is not None}


def _around(tokenizer: Any) -> tuple[bool, bool]:
    """Whether the tokenizer puts its start token before a text, and its end token behind."""
    ids = tokenizer("a")["input_ids"]
    start, end = tokenizer.bos_token_id, tokenizer.eos_token_id
    return start is not None and ids[0] == start, end is not None and len(ids) > 1 and ids[-1] == end


def _puts_space_first(content: dict[str, Any]) -> bool:
    steps = [*_flat(content.get("normalizer"), "normalizers"), *_flat(content.get("pre_tokenizer"), "pretokenizers")]
    return any(
        step["type"] == "Prepend" or (step["type"] == "Metaspace" and step.get("prepend_scheme", "always") != "never")
        for step in steps
    )


def _flat(step: dict[str, Any] | None, inside: str) -> list[dict[str, Any]]:
    if not step:
        return []
    return list(step[inside]) if step["type"] == "Sequence" else [step]


def _words(content: dict[str, Any]) -> str:
    """llama.cpp's name for how a byte-level tokenizer cuts words."""
    rules = tuple(filter(None, map(_rule, _flat(content.get("pre_tokenizer"), "pretokenizers"))))
    name = WORDS.get(rules)
    if name is None:
        raise UsageError(
            f"llama.cpp has no name, that we know of, for how this tokenizer cuts words: {rules}. {WAY_OUT}"
        )
    ignores = bool(content["model"].get("ignore_merges"))
    return "dbrx" if name == "llama-bpe" and not ignores else name


def _rule(step: dict[str, Any]) -> str:
    if step["type"] == "ByteLevel":
        return "gpt2" if step.get("use_regex", True) else ""
    if step["type"] == "Digits" and step.get("individual_digits"):
        return "digits"
    pattern = step.get("pattern", {}) if step["type"] == "Split" else {}
    return str(pattern.get("Regex") or step["type"])
