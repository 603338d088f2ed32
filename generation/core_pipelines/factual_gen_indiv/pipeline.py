"""Questions and answers, each from one chunk of one document, checked against it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Literal

from generation.core_components.chunk_filter import suitable_chunks
from generation.core_components.conversations import conversation_step, group_pairs
from generation.core_components.question_checks import question_checks, without_near_duplicates
from generation.core_components.retrieval_rows import RetrievalRows
from generation.core_components.system_context import Message, with_system_context
from generation_functions import Count, ExistingPath, Folder, LongText, Model, Proportion, Record, Run, ask, split

HERE = Path(__file__).parent


def factual_gen_indiv_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    small_model: Model = Model(name="offline"),
    large_model: Model = Model(name="offline"),
    chunk_size: Count = 500,
    limit: Count | None = None,
    votes: Count = 3,
    check_questions: bool = True,
    check_relevance: bool = True,
    check_grounding: bool = True,
    conversations: bool = True,
    retrieval: bool = True,
    wrong_document_share: Proportion = 0.15,
    system_context: LongText | None = None,
    output_format: Literal["messages", "sharegpt", "alpaca", "text", "segments"] = "messages",
    parquet: bool = False,
    holdout: Proportion = 0.05,
    language: str | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> None:
    """Make question-answer rows, conversations and retrieval rows from documents.

    Args:
        input_dir: Folder with your documents.
        small_model: Filters chunks and checks pairs: many short calls.
        large_model: Writes questions, answers and conversations.
        chunk_size: Longest chunk, in tokens.
        limit: Use only this many chunks; a larger limit contains the smaller one's.
        votes: How often each check is asked; more than half must say yes.
        check_questions: Check that a question is answerable and clear without the text; reword or drop it.
        check_relevance: Check that the answer answers the question.
        check_grounding: Check that every claim of the answer is in the text.
        conversations: Also write a multi-turn conversation per chunk.
        retrieval: Also write rows with the text in the system prompt.
        wrong_document_share: Share of the retrieval rows that get the wrong text, and an answer that says so.
        system_context: Text in front of every system prompt; null leaves them as they are.
        output_format: Layout of the rows. Alpaca holds no conversations: those stay messages.
        parquet: Also write Parquet files.
        holdout: Share of the chunks whose questions go to eval_questions.jsonl and never into training rows.
        language: Language to write in; null follows the documents.
        default_prompts: Folder with this pipeline's prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
    """
    wording = run.prompts(default_prompts, prompts)
    small, large = run.client(small_model), run.client(large_model)
    chunks = run.chunks(input_dir, chunk_size=chunk_size, limit=limit)
    checks = question_checks(
        small, large, wording, votes=votes, questions=check_questions, relevance=check_relevance,
        grounding=check_grounding, language=language,
    )  # fmt: skip
    pairs = run.map(
        chunks,
        suitable_chunks(small, wording),
        ask(large, wording["write_questions"], into="pairs", language=language),
        split("pairs"),
        *checks,
        name="questions",
    )
    pairs = without_near_duplicates(run, pairs)
    write = partial(run.write, parquet=parquet, holdout=holdout)
    in_context = partial(_in_context, system_context)
    write("pairs", pairs, lambda record: in_context(pair(record)), output_format=output_format)
    chat_format = "messages" if output_format == "alpaca" else output_format
    if conversations:
        step = conversation_step(large, wording["write_conversation"], language=language)
        talks = run.map(group_pairs(pairs), step, name="conversations")
        write("conversations", talks, lambda record: in_context(record["turns"]), output_format=chat_format)
    if retrieval:
        rows = RetrievalRows(chunks, wrong_share=wrong_document_share, holdout=holdout)
        write("retrieval", pairs, lambda record: in_context(rows.row(record)["messages"]), output_format=chat_format)


def pair(record: Record) -> list[Message]:
    """One question with its answer, and nothing else."""
    return [{"role": "user", "content": record["question"]}, {"role": "assistant", "content": record["answer"]}]


def _in_context(system_context: str | None, messages: list[Message]) -> dict[str, object]:
    return {"messages": with_system_context(messages, system_context)}
