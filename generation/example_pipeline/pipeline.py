"""The pipeline to copy: a poem about each chunk of your documents."""

from __future__ import annotations

from pathlib import Path

from generation_functions import Count, ExistingPath, Folder, Model, Record, Run, ask

HERE = Path(__file__).parent


def example_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    model: Model = Model(name="offline"),
    chunk_size: Count = 400,
    limit: Count | None = None,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> None:
    """Write a poem about each chunk of your documents.

    Args:
        input_dir: Folder with your documents.
        model: Who writes the poems.
        chunk_size: Longest chunk, in tokens.
        limit: Use only this many chunks; a larger limit contains the smaller one's.
        default_prompts: Folder with this pipeline's prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
    """
    texts = run.chunks(input_dir, chunk_size=chunk_size, limit=limit)
    wording = run.prompts(default_prompts, prompts)
    poems = run.map(texts, ask(run.client(model), wording["poem"], into="poem"), name="poems")
    run.write("poems", poems, conversation)


def conversation(record: Record) -> dict[str, object]:
    """One training row: somebody asks for a poem and gets it."""
    wish = f"Write a poem about this: {record['title']}"
    return {"messages": [{"role": "user", "content": wish}, {"role": "assistant", "content": record["poem"]}]}
