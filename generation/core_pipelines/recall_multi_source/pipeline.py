"""Questions and answers from a chunk and the chunks related to it, in several styles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Literal, NamedTuple

from generation.core_components.chunk_filter import suitable_chunks
from generation.core_components.question_checks import question_checks, without_near_duplicates
from generation.core_components.question_index import FOLDER, write_question_index
from generation.core_components.related_chunks import related_chunks
from generation.core_components.several_texts import sources_behind, with_texts, without_texts
from generation.core_components.system_context import Message, with_system_context
from generation_functions import (
    Client,
    Count,
    Drop,
    EmptyStageError,
    ExistingPath,
    Folder,
    LongText,
    Model,
    Prompts,
    Proportion,
    Record,
    Records,
    Run,
    Step,
    UnusableReplyError,
    UsageError,
    child,
    with_calls,
)

HERE = Path(__file__).parent
Style = Literal["openended", "negative", "hallucination", "vague", "followup", "comparison"]
STYLES: list[Style] = ["openended", "negative", "hallucination", "vague", "followup", "comparison"]


class _Checks(NamedTuple):
    """Which checks suit a style, beside check_question.

    An answer that puts a mistake right or does not know does not give what was asked for: there check_question looks
    at the answer too. Rewording would take away what makes the question one of its style.
    """

    relevance: bool = True
    reword: bool = True


_CHECKS: dict[Style, _Checks] = {
    "openended": _Checks(),
    "negative": _Checks(relevance=False, reword=False),
    "hallucination": _Checks(relevance=False, reword=False),
    "vague": _Checks(relevance=False, reword=False),
    "followup": _Checks(reword=False),
    "comparison": _Checks(),
}


def recall_multi_source_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    small_model: Model = Model(name="offline"),
    large_model: Model = Model(name="offline"),
    embedding_model: Model | None = None,
    chunk_size: Count = 500,
    limit: Count | None = None,
    styles: list[Style] = STYLES,
    generations: Count = 1,
    related: int = 2,
    votes: Count = 3,
    check_questions: bool = True,
    check_relevance: bool = True,
    check_grounding: bool = True,
    cite_sources: bool = False,
    question_index: bool = True,
    system_context: LongText | None = None,
    output_format: Literal["messages", "sharegpt", "text", "segments"] = "messages",
    parquet: bool = False,
    holdout: Proportion = 0.05,
    language: str | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
    default_styles: Folder = HERE / "styles",
    style_prompts: Folder | None = None,
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
        generations: Passes of every style over each chunk, each asked anew.
        related: Related chunks, of other documents where there are any, that the writer also sees.
        votes: How often each check is asked; more than half must say yes.
        check_questions: Check that a question is of its kind, and clear without the texts.
        check_relevance: Check that the answer answers the question, in the styles where it should: open-ended,
            follow-up, comparison.
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
    _check_styles(styles, style_prompts)
    small, large = run.client(small_model), run.client(large_model)
    wording = run.prompts(default_prompts, prompts)
    chunks = run.chunks(input_dir, chunk_size=chunk_size, limit=limit)
    suitable = run.map(chunks, suitable_chunks(small, wording), name="suitable")  # the others are related to nothing
    relate = related_chunks(run, suitable, neighbours=related, embedding_model=embedding_model, holdout=holdout)
    passages = run.map(suitable, relate, name="related")
    made: dict[str, Records] = {}
    for style in dict.fromkeys(styles):
        own = style_prompts / style if style_prompts and (style_prompts / style).is_dir() else None
        wording = run.prompts(default_prompts, default_styles / style, prompts, own)
        asking = _Asking(large, wording, style, generations, language)
        checks = question_checks(
            small, large, wording, votes=votes, questions=check_questions,
            relevance=check_relevance and _CHECKS[style].relevance, grounding=check_grounding,
            reword=_CHECKS[style].reword, language=language,
        )  # fmt: skip
        to_row = partial(_row, context=system_context, cite=cite_sources)
        try:
            pairs = run.map(passages, *asking.steps(), *checks, _find_sources, name=style)
            made[style] = without_near_duplicates(run, pairs, f"unique {style} questions")
            run.write(style, made[style], to_row, output_format=output_format, parquet=parquet, holdout=holdout)
        except EmptyStageError as error:  # must not cost the other styles what they make
            run.note(f"the style {style} made nothing: {error}")
    if not made:
        raise EmptyStageError(f"no style made any question ({', '.join(styles)}); the notes in the report say why")
    if question_index:
        write_question_index(run, FOLDER, suitable, list(made.values()), holdout=holdout)
    return made


def _check_styles(styles: Sequence[Style], style_prompts: Path | None) -> None:
    if not styles:
        raise UsageError(f"styles is empty; choose some of: {', '.join(STYLES)}")
    if style_prompts is None:
        return
    if not style_prompts.is_dir():
        raise UsageError(f"style_prompts: there is no folder {style_prompts}")
    for folder in sorted(path.name for path in style_prompts.iterdir() if path.is_dir()):
        if folder not in STYLES and not folder.startswith("."):
            raise UsageError(f"style_prompts: {style_prompts / folder} is not a style; they are: {', '.join(STYLES)}")


@dataclass(frozen=True)
class _Asking:
    """Who writes the questions of one style, with which prompts, and how often."""

    large: Client
    wording: Prompts
    style: Style
    generations: int
    language: str | None

    def steps(self) -> tuple[Step, Step]:
        """From a chunk with its related ones to one record for each question."""

        def passes(record: Record) -> list[Record]:
            shown = with_texts(record, record["related"])
            return [child(shown, "pass", style=self.style, generation=number) for number in range(self.generations)]

        async def writing(record: Record) -> list[Record] | Drop:
            answer = await self.large.answer(
                self.wording["write_questions"], record, validate=_in_twos if self.style == "followup" else None,
                sample=record["generation"], language=self.language,
            )  # fmt: skip
            if not answer.value:
                return Drop("nothing to ask in this style")
            known = with_calls(record, answer.calls)
            return [child(known, "pair", **pair) for pair in answer.value]

        writing.step_name = "write_questions"  # type: ignore[attr-defined]
        return passes, writing


def _in_twos(pairs: list[dict[str, str]], record: Record) -> list[dict[str, Any]]:
    """Every two pairs as one: for the checks in one question and one answer, and apart in `exchanges`."""
    if len(pairs) == 1:
        raise UnusableReplyError("The follow-up is missing: write the second question with its answer.")
    joined = []
    for first, second in zip(pairs[::2], pairs[1::2], strict=False):
        question = f"First: {first['question']}\nThen: {second['question']}"
        answer = f"First: {first['answer']}\nThen: {second['answer']}"
        joined.append({"question": question, "answer": answer, "exchanges": [first, second]})
    return joined


def _find_sources(record: Record) -> Record:
    """Show the chunk's own text alone again, and keep the sources that the answer rests on."""
    alone = without_texts(record)
    if "exchanges" not in record:
        return alone
    exchanges = [
        {**pair, "sources": sources_behind(pair["question"], pair["answer"], record)} for pair in record["exchanges"]
    ]
    return {**alone, **record["exchanges"][0], "exchanges": exchanges}


_find_sources.step_name = "find sources"  # type: ignore[attr-defined]


def _row(record: Record, *, context: str | None, cite: bool) -> dict[str, Any]:
    messages: list[Message] = []
    for pair in record.get("exchanges") or [record]:
        answer = pair["answer"]
        if cite:
            answer += f"\n\nSources: {', '.join(dict.fromkeys(source['file'] for source in pair['sources']))}"
        messages += [{"role": "user", "content": pair["question"]}, {"role": "assistant", "content": answer}]
    return {"messages": with_system_context(messages, context)}
