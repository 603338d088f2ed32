"""The same facts in many forms: text for continued pretraining."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from generation.core_components.atomic_facts import facts_of_chunks, numbered
from generation.core_pipelines.repvar.retelling import Retelling, load_styles, retell
from generation.core_pipelines.repvar.surface import surface_variations_of
from generation_functions import Count, ExistingPath, Folder, Model, Proportion, Record, Records, Run, child

HERE = Path(__file__).parent


def repvar_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    small_model: Model = Model(name="offline"),
    large_model: Model = Model(name="offline"),
    chunk_size: Count = 500,
    limit: Count | None = None,
    variations: int = 4,
    target_tokens: Count | None = None,
    only_styles: list[str] | None = None,
    include_original: bool = True,
    include_facts: bool = True,
    inferred_facts: bool = True,
    surface_variations: int = 0,
    about: str = "",
    headings: bool = True,
    parquet: bool = False,
    holdout: Proportion = 0.0,
    language: str | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
    default_styles: Folder = HERE / "styles",
    styles: Folder | None = None,
) -> Records:
    """Tell the facts of documents again in many forms, for continued pretraining.

    Args:
        input_dir: Folder with your documents.
        small_model: Filters chunks: one short call each.
        large_model: Takes the texts apart into facts, and tells them again.
        chunk_size: Longest chunk, in tokens.
        limit: Use only this many chunks; a larger limit contains the smaller one's.
        variations: Rewrites of each chunk, each in another style.
        target_tokens: Tokens of rewrites to make in all, instead of a number of variations.
        only_styles: Use only these styles; null uses all in the folder.
        include_original: Also write the chunks as they are.
        include_facts: Also write each chunk's facts as a list.
        inferred_facts: Also write what follows from the facts, one step beyond the text and marked as such.
        surface_variations: Cheap copies of each chunk with other letter case and spelling noise, made without a model.
        about: What the documents are about, in a few words; heads every text.
        headings: Head every text with what it is about and where it is from.
        parquet: Also write Parquet files.
        holdout: Share of the chunks that is left out. At 0 all texts are taught, also those that questions for the
            evaluation are made of, because such a question asks what was in the documents.
        language: Language to write in; null follows the documents.
        default_prompts: Folder with this pipeline's prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
        default_styles: Folder with the styles: one prompt file each.
        styles: Folder with styles of yours, which are added; one of the same name replaces ours.
    """
    wording = run.prompts(default_prompts, prompts)
    small, large = run.client(small_model), run.client(large_model)
    chunks = run.chunks(input_dir, chunk_size=chunk_size, limit=limit)
    facts = facts_of_chunks(run, chunks, small, large, wording, inferred=inferred_facts, language=language)
    retelling = Retelling(large, load_styles(run, default_styles, styles, only_styles), language)
    retold = retell(run, facts, retelling, variations=variations, target_tokens=target_tokens)

    def texts() -> Iterator[Record]:
        if include_original:
            yield from (child(record, "original", body=record["text"]) for record in facts)
        if surface_variations:
            yield from surface_variations_of(facts, surface_variations)
        if include_facts:
            yield from _as_lists(facts, "facts")
        if inferred_facts:
            yield from _as_lists(facts, "inferred")
        yield from retold

    to_row = partial(_text_row, about=about, headings=headings)
    run.write("texts", texts(), to_row, output_format="text", parquet=parquet, holdout=holdout)
    return facts


def _as_lists(facts: Iterable[Record], key: str) -> Iterator[Record]:
    for record in facts:
        if record[key]:
            yield child(record, key, body=numbered(record[key]))


def _text_row(record: Record, *, about: str, headings: bool) -> dict[str, str]:
    heading = " | ".join(filter(None, (about, record["title"], record["source"]["file"]))) if headings else ""
    return {"text": f"{heading}\n\n{record['body'].strip()}" if heading else record["body"]}
