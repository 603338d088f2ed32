"""From folders of documents to two training folders that make a model an expert on them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from generation.core_components.mixing import MixSource, collect_sources
from generation.core_components.training_folders import TrainingSettings
from generation.core_composition.factual_datagen.corpora import Recipe, make_rows, read_documents
from generation.core_composition.factual_datagen.gaps import cover
from generation.core_composition.factual_datagen.settings import InputFolder, Parts, Style
from generation.core_composition.factual_datagen.training_data import Mix, write_training_data
from generation.core_pipelines.correction.pipeline import correction_pipeline
from generation.core_pipelines.factual_gen_indiv.pipeline import factual_gen_indiv_pipeline
from generation.core_pipelines.pdf_clean_convert.pipeline import pdf_clean_convert_pipeline
from generation.core_pipelines.rag_data.pipeline import rag_data_pipeline
from generation.core_pipelines.recall_multi_source.pipeline import recall_multi_source_pipeline
from generation.core_pipelines.repvar.pipeline import repvar_pipeline
from generation_functions import Count, Folder, Model, OverridesOf, Proportion, Run, UsageError

HERE = Path(__file__).parent
_OF_THE_WHOLE = ("input_dir", "chunk_size", "holdout")
_INSTEAD = {"input_dir": "inputs", "holdout": "holdout (and teach_held_out_text)"}
SAMPLE = [InputFolder.model_construct(path=Path("inputs/sample"))]  # not looked for at import
STYLES: list[Style] = ["openended", "negative", "hallucination", "vague", "followup", "comparison"]
ALL_PARTS = Parts()
TRAINING = TrainingSettings()


def factual_datagen_pipeline(
    run: Run,
    inputs: list[InputFolder] = SAMPLE,
    small_model: Model = Model(name="offline"),
    large_model: Model = Model(name="offline"),
    embedding_model: Model | None = None,
    parts: Parts = ALL_PARTS,
    chunk_size: Count = 500,
    limit: Count | None = None,
    variations: int = 4,
    target_tokens: Count | None = None,
    generations: Count = 1,
    styles: list[Style] = STYLES,
    votes: Count = 3,
    clean: Annotated[dict[str, Any], OverridesOf(pdf_clean_convert_pipeline)] | None = None,
    variation: Annotated[dict[str, Any], OverridesOf(repvar_pipeline)] | None = None,
    single_source: Annotated[dict[str, Any], OverridesOf(factual_gen_indiv_pipeline)] | None = None,
    questions: Annotated[dict[str, Any], OverridesOf(recall_multi_source_pipeline)] | None = None,
    retrieval: Annotated[dict[str, Any], OverridesOf(rag_data_pipeline)] | None = None,
    corrections: Annotated[dict[str, Any], OverridesOf(correction_pipeline)] | None = None,
    coverage: bool = True,
    fill_gaps: bool = True,
    pairs_per_conversation: Count = 3,
    general_chat: list[MixSource] | None = None,
    general_text: list[MixSource] | None = None,
    text_share_in_chat: Proportion = 0.1,
    training: TrainingSettings = TRAINING,
    parquet: bool = False,
    holdout: Proportion = 0.05,
    teach_held_out_text: bool = True,
    language: str | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> None:
    """Make everything that turns a model into an expert on your documents.

    Writes pretraining_run/ (texts), sft_run/ (chat, rows of which only some answers are trained on, and some text),
    rag_source_data/ (for the retrieval server), eval_questions.jsonl, a dataset card and a report.

    Args:
        inputs: Folders with documents. No text of one folder reaches rows about another.
        small_model: Filters and checks: many short calls.
        large_model: Writes.
        embedding_model: Finds related texts by meaning too; null finds them by words alone.
        parts: Which kinds of data are made.
        chunk_size: Longest chunk, in tokens.
        limit: Use only this many chunks of each folder; a larger limit contains the smaller one's.
        variations: Rewrites of each chunk for continued pretraining.
        target_tokens: Tokens of rewrites to make of each folder, instead of a number of variations.
        generations: Passes of every question style over each chunk.
        styles: Kinds of questions over several documents.
        votes: How often each check is asked; more than half must say yes.
        clean: Settings of pdf-clean-convert-pipeline for this part.
        variation: Settings of repvar-pipeline for this part.
        single_source: Settings of factual-gen-indiv-pipeline for this part.
        questions: Settings of recall-multi-source-pipeline for this part.
        retrieval: Settings of rag-data-pipeline for this part.
        corrections: Settings of correction-pipeline for this part.
        coverage: Find out which facts of the documents no row teaches, and report it.
        fill_gaps: Make a question for each of those facts.
        pairs_per_conversation: Single questions joined into one conversation, on average; 1 joins none.
        general_chat: Chat data about other things, so that the model stays general.
        general_text: The same for the pretraining texts.
        text_share_in_chat: Share of the chat stage's tokens that are pretraining texts.
        training: What the training folders' configs say.
        parquet: Also write Parquet files.
        holdout: Share of the chunks whose questions go to eval_questions.jsonl and into no chat row.
        teach_held_out_text: Whether those chunks are taught as text, so that the questions can be answered at all.
        language: Language to write in; null follows the documents.
        default_prompts: Folder with this pipeline's own prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
    """
    own = {
        "clean": clean, "variation": variation, "single_source": single_source, "questions": questions,
        "retrieval": retrieval, "corrections": corrections,
    }  # fmt: skip
    _check(inputs, own)
    # Before anything is paid for: a file of general rows that is missing or broken shows here.
    chat = collect_sources(run, general_chat or [])
    text = collect_sources(run, general_text or [], output_format="text")
    shared = {"chunk_size": chunk_size, "limit": limit, "holdout": holdout, "language": language, "votes": votes}
    recipe = Recipe(
        parts=parts, small=small_model, large=large_model, embedding_model=embedding_model, shared=shared,
        own={name: settings or {} for name, settings in own.items()}, variations=variations,
        target_tokens=target_tokens, generations=generations, styles=styles,
        text_holdout=0.0 if teach_held_out_text else holdout,
    )  # fmt: skip
    wording = run.prompts(default_prompts, prompts)
    for folder in inputs:
        read_documents(run, folder, recipe)
    made = [make_rows(run, folder, recipe, wording) for folder in inputs]
    if coverage or fill_gaps:
        cover(run, made, recipe, wording, fill=fill_gaps)
    mix = Mix(
        pairs_per_conversation=pairs_per_conversation,
        general_chat=chat,
        general_text=text,
        text_share=text_share_in_chat,
        training=training,
        parquet=parquet,
    )
    write_training_data(run, made, mix)


def _check(inputs: list[InputFolder], own: Mapping[str, Mapping[str, Any] | None]) -> None:
    """Two folders of one name would share files, and so texts; parts that cut or hold out differently would leak."""
    for part, settings in own.items():
        for key in _OF_THE_WHOLE if part != "clean" else ("input_dir",):
            if key in (settings or {}):
                raise UsageError(
                    f"{part}.{key}: all parts have the same {key}, or what one holds out for the evaluation another "
                    f"would train on. Set {_INSTEAD.get(key, key)} for the whole pipeline."
                )
    names = [folder.corpus for folder in inputs]
    if not names:
        raise UsageError("inputs is empty: name at least one folder with documents")
    for name in names:
        if names.count(name) > 1:
            raise UsageError(f"inputs: two folders are called {name!r}; give one of them another `name`")
