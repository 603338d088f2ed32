"""From the rows of all folders to training folders: deduplicated, joined, mixed, described."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Literal

from generation.core_components.joining import join_pairs
from generation.core_components.mixing import Interleaved, Selection, Share, mix_in
from generation.core_components.training_folders import TrainingFile, TrainingSettings, write_training_folder
from generation.core_composition.factual_datagen.corpora import CorpusRows
from generation.core_composition.factual_datagen.questions import kept_questions, unique_pairs
from generation_functions import EmptyStageError, Run
from generation_functions.chat_templates import ChatTemplate
from generation_functions.datasets.rows import row_format
from generation_functions.stage import Tally

PRETRAINING, SUPERVISED = "pretraining_run", "sft_run"
Kind = Literal["messages", "text", "segments"]
_ROOM = 0.9  # of the sequence length: the template writes marks of its own, and our token counts are estimates
_KINDS = ("texts", "pairs", "conversations", "labelled")
_FILES: dict[Kind, str] = {"messages": "chat", "segments": "segments", "text": "text"}


@dataclass(frozen=True)
class Mix:
    """How the rows become training files; see the arguments of the pipeline."""

    pairs_per_conversation: int
    general_chat: Sequence[Share]
    general_text: Sequence[Share]
    text_share: float
    training: TrainingSettings
    parquet: bool


def write_training_data(run: Run, made: Sequence[CorpusRows], mix: Mix) -> None:
    """Write both training folders, and the questions for the evaluation.

    Raises:
        EmptyStageError: No part has made a row.
    """
    if not any(len(selection.rows) for kind in _KINDS for selection in _selections(made, kind)):
        raise EmptyStageError("no part has made a single row: the notes of the run say why for each of them")
    template = mix.training.template()
    if (file := Path(mix.training.chat_template)).is_file():
        run.reads(file)
    _write_pretraining(run, made, mix, template)
    _write_supervised(run, made, mix, template)


def _write_pretraining(run: Run, made: Sequence[CorpusRows], mix: Mix, template: ChatTemplate) -> None:
    own = _selections(made, "texts")
    if not any(len(selection.rows) for selection in own):
        return
    general = mix_in(run, own, mix.general_text, salt=PRETRAINING)
    files = [_write(run, PRETRAINING, "text", [*own, *general], mix, template)]
    write_training_folder(run, PRETRAINING, "pretraining", files, template, mix.training)


def _write_supervised(run: Run, made: Sequence[CorpusRows], mix: Mix, template: ChatTemplate) -> None:
    pairs = unique_pairs(run, made)
    joined = [
        Selection(
            corpus.corpus,
            join_pairs(
                rows,
                run.work_folder / "mix" / f"joined-{corpus.corpus}.jsonl",
                pairs_per_conversation=mix.pairs_per_conversation,
                most_tokens=int(_ROOM * (mix.training.sequence_length or mix.training.max_sequence_length)),
                salt=SUPERVISED,
            ),
        )
        for corpus, rows in zip(made, pairs, strict=True)
    ]
    singles, talks = sum(len(rows) for sets in pairs for rows in sets), sum(len(one.rows) for one in joined)
    run.count("single questions joined", Tally("join", entered=singles, kept=singles, made=talks))
    own = [*joined, *_selections(made, "conversations"), *_selections(made, "labelled")]
    if not any(len(selection.rows) for selection in own):
        return
    run.keep_for_evaluation(kept_questions(run, made, [selection.rows for selection in own]))
    shares = [*mix.general_chat]
    texts = _selections(made, "texts")
    if mix.text_share and texts:
        # The text share is spread over the folders as their texts are.
        tokens = max(1, sum(selection.tokens for selection in texts))
        shares += [
            Share(selection.name, selection.rows, mix.text_share * selection.tokens / tokens)
            for selection in texts
            if selection.tokens
        ]
    chosen = [*own, *mix_in(run, own, shares, salt=SUPERVISED)]
    by_kind: dict[Kind, list[Selection]] = {}
    for selection in chosen:
        if len(selection.rows):
            by_kind.setdefault(_kind(selection), []).append(selection)
    files = [
        _write(run, SUPERVISED, kind, by_kind[kind], mix, template) for kind in _FILES if kind in by_kind
    ]  # fmt: skip
    write_training_folder(run, SUPERVISED, "supervised", files, template, mix.training)


def _selections(made: Iterable[CorpusRows], attribute: str) -> list[Selection]:
    return [Selection(corpus.corpus, rows) for corpus in made for rows in getattr(corpus, attribute) if len(rows)]


def _kind(selection: Selection) -> Kind:
    """Where rows of this kind go; all rows of a selection are alike."""
    row = selection.rows.read(0)["row"]
    if row_format(row) == "text":
        return "text"
    labelled = "segments" in row or any("label" in message for message in row.get("messages", ()))
    return "segments" if labelled else "messages"


def _write(
    run: Run, folder: str, kind: Kind, selections: Sequence[Selection], mix: Mix, template: ChatTemplate
) -> TrainingFile:
    name = _FILES[kind]
    run.write(
        f"{folder}/{name}",
        Interleaved(selections, f"{folder} {kind}"),
        lambda line: {"id": line["id"], **line["row"]},
        output_format=kind,
        parquet=mix.parquet,
        folder="",
        template=template if kind == "segments" else None,
    )
    contents: dict[str, list[int]] = {}
    for selection in selections:
        counts = contents.setdefault(selection.name, [0, 0])
        counts[0] += len(selection.rows)
        counts[1] += selection.tokens
    composition = [{"name": name, "rows": rows, "tokens": tokens} for name, (rows, tokens) in contents.items()]
    run.tell(f"{folder}/{name}.jsonl", composition=composition)
    return TrainingFile.of(name, f"{name}.jsonl", kind, _lengths(selections))


def _lengths(selections: Sequence[Selection]) -> array[int]:
    return array("I", chain.from_iterable(_tokens(selections)))


def _tokens(selections: Sequence[Selection]) -> Iterator[array[int]]:
    return (selection.rows.tokens for selection in selections)
