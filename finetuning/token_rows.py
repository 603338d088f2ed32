"""Rows as a model is trained on them: token ids, and which of them it must learn to write.

A row's text is tokenised whole, as a server does, and labelled by character offsets. Cutting the text first and
tokenising the pieces gives other tokens at most cuts, so a model would be trained on a spelling that it is never
served.

**A token is trained on when its first character is.** Where a token reaches over the start of what is trained, its
first character is given and the model never chooses that token: it is left out. Where a token reaches over the end,
the model does choose it: it is trained on.

**Where an answer starts, the text is cut if need be.** A server tokenises the prompt without its answer, so no token
can reach from one into the other: "assistant\\n" before an answer in "\\n\\n" is one such place, and for tokenizers in
the manner of GPT-2 every prompt that ends with two line breaks is. There the row gets the prompt's own tokens.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from generation_functions.chat_templates import ChatTemplate
from generation_functions.chat_templates.sandbox import check_syntax
from generation_functions.datasets.row_reading import BrokenRowError, OutputFormat, row_format, row_name
from generation_functions.datasets.rows import convert_row, row_problem
from generation_functions.errors import UsageError
from generation_functions.records import stable_hash

if TYPE_CHECKING:
    import numpy
    from numpy.typing import NDArray

    Ids = NDArray[numpy.int32]
    Flags = NDArray[numpy.bool_]
    Numbers = NDArray[numpy.int64]

NOT_TRAINED = -100
_VERSION = 1  # of what `encode` makes of a row; part of the name of every stored result
_BATCH_CHARACTERS = 1 << 18


class TokenRow(NamedTuple):
    """One row as token ids, and for each the id to learn, or NOT_TRAINED."""

    ids: Ids
    labels: Ids


class _Wanted(NamedTuple):
    """A row's text before it is tokenised. Without spans all of it is trained on."""

    text: str
    spans: tuple[tuple[int, int], ...] | None


class _Tokens(NamedTuple):
    """Token ids, and the character that each begins with."""

    ids: Ids
    starts: Numbers


class RowEncoder:
    """Turns rows of any format into TokenRows.

    Conversations (messages, sharegpt, alpaca, and segments in ChatML) are shown by the template: trained are the
    answers with their stop token. Segments are trained where their label is true. Of text everything is trained; it
    gets the start token that the tokenizer gives texts, and its end token.

    Args:
        tokenizer: A fast tokenizer of transformers.
        template: How conversations are shown; without one only text and segments can be read.

    Raises:
        UsageError: The tokenizer cannot say which characters a token stands for.
    """

    def __init__(self, tokenizer: Any, template: ChatTemplate | None = None) -> None:
        backend = getattr(tokenizer, "backend_tokenizer", None)
        if not getattr(tokenizer, "is_fast", False) or backend is None:
            raise UsageError(
                f"{getattr(tokenizer, 'name_or_path', '') or type(tokenizer).__name__} has no fast tokenizer, and only "
                "a fast one says which characters a token stands for, which decides what is trained on. Choose a model "
                "that has a tokenizer.json, or make one with transformers' convert_slow_tokenizer."
            )
        backend.no_truncation()
        backend.no_padding()
        self.tokenizer = tokenizer
        self.template = template and served_template(template, tokenizer)
        self._backend = backend
        self._end: int | None = tokenizer.eos_token_id
        self._prompt = _generation_prompt(self.template)
        self._prompt_ids = self._tokens([self._prompt])[0].ids

    @property
    def digest(self) -> str:
        """Of all that decides what a row becomes."""
        vocabulary = hashlib.sha256(self._backend.to_str().encode()).hexdigest()
        shown = self.template and (self.template.source, self.template.bos_token, self.template.eos_token)
        return stable_hash(_VERSION, vocabulary, self._end, shown)

    @property
    def largest_id(self) -> int:
        """No token has a larger id."""
        return int(max(len(self.tokenizer), self._backend.get_vocab_size(with_added_tokens=True))) - 1

    def encode(self, row: Mapping[str, Any], format: OutputFormat | None = None) -> TokenRow:
        """One row; `format` refuses rows of any other.

        Raises:
            BrokenRowError: The row cannot be used; says why.
        """
        problem = row_problem(row)
        if problem:
            raise BrokenRowError(row_name(row), problem)
        ids, trained = self._encoded([self._wanted(row, format)])[0]
        return self._checked(row, ids, trained)

    def encode_all(
        self, rows: Iterable[Mapping[str, Any]], format: OutputFormat | None = None
    ) -> Iterator[TokenRow | BrokenRowError]:
        """Many rows that `row_problem` has nothing against, in order, a batch at a time.

        A row that cannot be used all the same gives the error instead.
        """
        batch: list[tuple[Mapping[str, Any], _Wanted | BrokenRowError]] = []
        characters = 0
        for row in rows:
            try:
                wanted = self._wanted(row, format)
                characters += len(wanted.text)
                batch.append((row, wanted))
            except BrokenRowError as error:
                batch.append((row, error))
            if characters >= _BATCH_CHARACTERS or len(batch) >= _BATCH_CHARACTERS >> 6:
                yield from self._batch(batch)
                batch, characters = [], 0
        yield from self._batch(batch)

    def _batch(
        self, batch: Sequence[tuple[Mapping[str, Any], _Wanted | BrokenRowError]]
    ) -> Iterator[TokenRow | BrokenRowError]:
        encoded = iter(self._encoded([wanted for _, wanted in batch if isinstance(wanted, _Wanted)]))
        for row, wanted in batch:
            if isinstance(wanted, BrokenRowError):
                yield wanted
                continue
            try:
                yield self._checked(row, *next(encoded))
            except BrokenRowError as error:
                yield error

    def _wanted(self, row: Mapping[str, Any], format: OutputFormat | None) -> _Wanted:
        present = row_format(row)
        if format is not None and present != format:
            raise BrokenRowError(row_name(row), f"it is {present}, and the data's format is given as {format}")
        if present == "text":
            return _Wanted(self._without_start(row["text"]), None)
        if present != "segments" and self.template is None:
            raise BrokenRowError(row_name(row), "it is a conversation, and no chat_template says how to show it")
        try:
            segments = convert_row(row, "segments", self.template)["segments"]
        except BrokenRowError:
            raise
        except UsageError as error:  # what segments cannot say, such as calls of tools
            raise BrokenRowError(row_name(row), str(error)) from error
        spans, position = [], 0
        for segment in segments:
            end = position + len(segment["text"])
            if segment["label"]:
                spans.append((position, end))
            position = end
        return _Wanted("".join(segment["text"] for segment in segments), tuple(spans))

    def _without_start(self, text: str) -> str:
        """A rendered conversation has its start token already, and the tokenizer is about to add one."""
        start = self.tokenizer.bos_token
        if start and text.startswith(start) and self._backend.num_special_tokens_to_add(False):
            return text[len(start) :]
        return text

    def _encoded(self, wanted: Sequence[_Wanted]) -> list[tuple[Ids, Flags]]:
        """Ids, and which are trained on. Texts need no offsets, which is half of the work."""
        self._backend.encode_special_tokens = False
        whole = iter(self._backend.encode_batch_fast([one.text for one in wanted if one.spans is None]))
        labelled = iter(self._tokens([one.text for one in wanted if one.spans is not None]))
        return [
            self._text_row(next(whole)) if one.spans is None else self._labelled(next(labelled), one.text, one.spans)
            for one in wanted
        ]

    def _tokens(self, texts: Sequence[str]) -> list[_Tokens]:
        return [_tokens(encoding) for encoding in self._backend.encode_batch(list(texts), add_special_tokens=False)]

    def _labelled(self, tokens: _Tokens, text: str, spans: Sequence[tuple[int, int]]) -> tuple[Ids, Flags]:
        import numpy

        inside = numpy.zeros(len(text) + 1, dtype=numpy.bool_)
        for start, end in spans:
            inside[start:end] = True
        merged = [start for start, _ in spans if self._answers_at(text, start) and not self._served(tokens, start)]
        if merged:
            tokens = self._cut(tokens, text, merged)
        return tokens.ids, inside[tokens.starts]

    def _answers_at(self, text: str, start: int) -> bool:
        return bool(self._prompt) and text.endswith(self._prompt, 0, start)

    def _served(self, tokens: _Tokens, start: int) -> bool:
        """Whether the tokens before `start` are those that a server ends its prompt with."""
        end = int(tokens.starts.searchsorted(start))
        return bool(tokens.ids[max(0, end - len(self._prompt_ids)) : end].tolist() == self._prompt_ids.tolist())

    def _cut(self, tokens: _Tokens, text: str, places: list[int]) -> _Tokens:
        """The text tokenised with cuts at `places`; whole, where a cut would change what it says.

        A tokenizer that puts a blank before every text would put one before the answer.
        """
        import numpy

        limits = [0, *places, len(text)]
        pieces = self._tokens([text[start:end] for start, end in pairwise(limits)])
        ids = numpy.concatenate([piece.ids for piece in pieces])
        if self._said(ids) != self._said(tokens.ids):
            return tokens
        starts = [piece.starts + start for piece, start in zip(pieces, limits, strict=False)]
        return _Tokens(ids, numpy.concatenate(starts))

    def _said(self, ids: Ids) -> str:
        return str(self._backend.decode(ids.tolist(), skip_special_tokens=False))

    def _text_row(self, encoding: Any) -> tuple[Ids, Flags]:
        import numpy

        ids = encoding.ids
        if self._end is not None and (not ids or ids[-1] != self._end):
            ids = [*ids, self._end]
        return numpy.array(ids, dtype=numpy.int32), numpy.ones(len(ids), dtype=numpy.bool_)

    def _checked(self, row: Mapping[str, Any], ids: Ids, trained: Flags) -> TokenRow:
        import numpy

        if not trained[1:].any():  # the first token follows nothing, so nothing learns to write it
            raise BrokenRowError(row_name(row), "none of its tokens can be trained on")
        return TokenRow(ids, numpy.where(trained, ids, numpy.int32(NOT_TRAINED)))


def served_template(template: ChatTemplate, tokenizer: Any) -> ChatTemplate:
    """`template` with the start and end token that a server puts into it: those of the tokenizer.

    A template that does not write a start token gets none, whatever the tokenizer has.
    """
    variables = check_syntax(template.source)
    start = (tokenizer.bos_token or "") if "bos_token" in variables else ""
    old, new = template.eos_token, tokenizer.eos_token or ""
    if "eos_token" not in variables or not old or not new or old == new:
        return replace(template, bos_token=start)
    import re

    return replace(
        template,
        bos_token=start,
        eos_token=new,
        stops=tuple(stop.replace(old, new) for stop in template.stops),
        marks=f"{template.marks}|{re.escape(new)}",
    )


def _generation_prompt(template: ChatTemplate | None) -> str:
    """What a template writes before every answer, for a server to prompt with."""
    if template is None:
        return ""
    asked = [{"role": "user", "content": "?"}]
    return template.render(asked, add_generation_prompt=True)[len(template.render(asked)) :]


def _tokens(encoding: Any) -> _Tokens:
    import numpy

    ids = numpy.array(encoding.ids, dtype=numpy.int32)
    flat = numpy.fromiter(chain.from_iterable(encoding.offsets), dtype=numpy.int64, count=2 * len(ids))
    starts, ends = flat[0::2], flat[1::2]
    if not len(ids):
        return _Tokens(ids, starts)
    # Some tokenizers leave blanks out of the offsets (trim_offsets): a token begins where those before it end.
    before = numpy.concatenate([[0], numpy.maximum.accumulate(ends)[:-1]])
    return _Tokens(ids, numpy.minimum(starts, before))
