"""Questions and answers from a chunk and the chunks related to it, in several styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal

from generation.core_components.chunk_filter import suitable_chunks
from generation.core_components.question_checks import question_checks, without_near_duplicates
from generation.core_components.question_index import FOLDER, write_question_index
from generation.core_components.related_chunks import related_chunks
from generation.core_components.several_texts import with_texts
from generation.core_components.system_context import Message, with_system_context
from generation_functions import (
    Client,
    Drop,
    EmptyStageError,
    ExistingPath,
    Model,
    Prompts,
    Record,
    Records,
    Run,
    Step,
    child,
    with_calls,
)

HERE = Path(__file__).parent
Style = Literal["openended", "negative", "hallucination", "vague", "followup", "comparison"]
STYLES: list[Style] = ["openended", "negative", "hallucination", "vague", "followup", "comparison"]
# Which checks make sense: an answer that knows nothing does not give what was asked for, and is not in the texts.
_NOT_RELEVANT = ("negative", "hallucination")
_NOT_GROUNDED = ("hallucination",)
_NOT_REWORDED = ("negative", "hallucination", "vague", "followup")


def recall_multi_source_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    small_model: Model = Model(name="offline"),
    large_model: Model = Model(name="offline"),
    embedding_model: Model | None = None,
    chunk_size: int = 500,
    limit: int | None = None,
    styles: list[Style] = STYLES,
    generations: int = 1,
    related: int = 2,
    votes: int = 3,
    check_questions: bool = True,
    check_relevance: bool = True,
    check_grounding: bool = True,
    cite_sources: bool = False,
    question_index: bool = True,
    system_context: str | None = None,
    output_format: Literal["messages", "sharegpt", "text", "segments"] = "messages",
    parquet: bool = False,
    holdout: float = 0.05,
    language: str | None = None,
    default_prompts: Path = HERE / "prompts",
    prompts: Path | None = None,
    default_styles: Path = HERE / "styles",
    style_prompts: Path | None = None,
) -> dict[str, Records]:
    """Make question-answer rows of several styles from chunks and the chunks related to them.

    Args:
        input_dir: Folder with your documents.
        small_model: Filters chunks and checks pairs: many short calls.
        large_model: Writes questions and answers.
        embedding_model: Finds related chunks by meaning too; null finds them by words alone.
        chunk_size: Longest chunk, in tokens.
        limit: Use only this many chunks; a larger limit contains the smaller one's.
        styles: Kinds of questions.
        generations: Passes of every style over each chunk.
        related: Related chunks, of other documents where there are any, that the writer also sees.
        votes: How often each check is asked; more than half must say yes.
        check_questions: Check that a question is of its kind, and clear without the texts.
        check_relevance: Check that the answer answers the question, in the styles where it should.
        check_grounding: Check that every claim of the answer is in the texts.
        cite_sources: End each answer with the files that it rests on.
        question_index: Also write what the retrieval server searches, to rag_source_data/.
        system_context: Text in front of every system prompt; null leaves rows without one.
        output_format: Layout of the rows.
        parquet: Also write Parquet files.
        holdout: Share of the chunks whose questions go to eval_questions.jsonl and never into training rows.
        language: Language to write in; null follows the documents.
        default_prompts: Folder with the prompts that all styles share.
        prompts: Folder with prompts of yours that replace them, file by file, in every style.
        default_styles: Folder with a folder for each style, which holds only the prompts that differ.
        style_prompts: Folder like that one, with prompts of yours for single styles.
    """
    small, large = run.client(small_model), run.client(large_model)
    chunks = run.chunks(input_dir, chunk_size=chunk_size, limit=limit)
    wording = run.prompts(default_prompts, prompts)
    relate = related_chunks(
        run, chunks, neighbours=related, embedding_model=embedding_model, holdout=holdout
    )  # fmt: skip
    passages = run.map(chunks, suitable_chunks(small, wording), relate, _together, name="related")
    made: dict[str, Records] = {}
    for style in styles:
        own = style_prompts / style if style_prompts and (style_prompts / style).is_dir() else None
        asking = _Asking(small, large, run.prompts(default_prompts, default_styles / style, prompts, own), language)
        checks = question_checks(
            small, large, asking.wording, votes=votes, questions=check_questions,
            relevance=check_relevance and style not in _NOT_RELEVANT,
            grounding=check_grounding and style not in _NOT_GROUNDED,
            reword=style not in _NOT_REWORDED, language=language,
        )  # fmt: skip
        steps = (*asking.steps(style, generations), *checks, *([_resting_on(style)]))
        try:
            pairs = run.map(passages, *steps, name=style)
        except EmptyStageError as error:
            run.note(f"the style {style} made nothing: {error}")
            continue
        made[style] = without_near_duplicates(run, pairs, f"unique {style} questions")
        to_row = partial(_row, context=system_context, cite=cite_sources)
        run.write(style, made[style], to_row, output_format=output_format, parquet=parquet, holdout=holdout)
    if not made:
        raise EmptyStageError("no style made any question: look at the notes above and at failed.jsonl")
    if question_index:
        write_question_index(run, FOLDER, chunks, list(made.values()), holdout=holdout)
    return made


@dataclass(frozen=True)
class _Asking:
    """Who writes and checks the questions of one style, with which prompts."""

    small: Client
    large: Client
    wording: Prompts
    language: str | None

    def steps(self, style: Style, generations: int) -> Sequence[Step]:
        """From a passage to one record for each question."""
        prompt = self.wording["write_questions"]

        def passes(record: Record) -> list[Record]:
            return [child(record, "style", style=style, generation=number) for number in range(generations)]

        async def writing(record: Record) -> list[Record] | Drop:
            answer = await self.large.answer(
                prompt, record, sample=record["generation"], language=self.language, step=f"write_{style}"
            )
            record = with_calls(record, answer.calls)
            if not answer.value:
                return Drop("nothing to ask in this style")
            if style == "followup":
                return [_as_exchanges(record, answer.value)]
            return [child(record, "pair", **pair) for pair in answer.value]

        passes.step_name = f"{generations} pass(es)"  # type: ignore[attr-defined]
        writing.step_name = f"write {style}"  # type: ignore[attr-defined]
        return (passes, writing)


def _together(record: Record) -> Record:
    return with_texts(record, record["related"])


def _as_exchanges(record: Record, pairs: list[dict[str, str]]) -> Record:
    """Both exchanges as one question and one answer for the checks; apart in `exchanges`."""
    question = " Then: ".join(pair["question"] for pair in pairs)
    answer = " ".join(pair["answer"] for pair in pairs)
    return child(record, "exchanges", question=question, answer=answer, exchanges=pairs)


def _resting_on(style: Style) -> Step:
    """Keep of the sources only those that the answer takes words from, the main one always."""
    from generation_functions.offline.languages import content_words, numbers

    def resting(record: Record) -> Record:
        said = content_words(record["answer"]) | numbers(record["answer"])
        main, *others = zip(record["texts"], record["sources"], strict=True)
        known = content_words(main[0]["text"]) | numbers(main[0]["text"])
        sources = [main[1]]
        for text, source in others:
            words = content_words(text["text"]) | numbers(text["text"])
            if style != "hallucination" and len(said & words - known) > 0:
                sources.append(source)
        rest = {key: value for key, value in record.items() if key != "texts"}
        if "exchanges" in record:
            rest |= record["exchanges"][0]
        return {**rest, "sources": sources}

    resting.step_name = "find sources"  # type: ignore[attr-defined]
    return resting


def _row(record: Record, *, context: str | None, cite: bool) -> dict[str, Any]:
    pairs = record.get("exchanges") or [record]
    messages: list[Message] = []
    for pair in pairs:
        messages.append({"role": "user", "content": pair["question"]})
        messages.append({"role": "assistant", "content": pair["answer"]})
    if cite:
        files = ", ".join(dict.fromkeys(source["file"] for source in record["sources"]))
        last = messages[-1]
        messages[-1] = {**last, "content": f"{last['content']}\n\nSources: {files}"}
    return {"messages": with_system_context(messages, context)}
