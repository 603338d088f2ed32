"""Documents to clean text files: extraction, then repair by a model that may not change what is said."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path, PurePosixPath

from generation_functions import (
    Client,
    Count,
    ExistingPath,
    Folder,
    Model,
    Prompt,
    Proportion,
    Record,
    RecordFailedError,
    Run,
    Step,
)

HERE = Path(__file__).parent
_WORD = re.compile(r"\w+")


def pdf_clean_convert_pipeline(
    run: Run,
    input_dir: ExistingPath = Path("inputs/sample"),
    model: Model | None = Model(name="offline"),
    chunk_size: Count = 1000,
    lowest_overlap: Proportion = 0.85,
    highest_growth: float = 1.15,
    default_prompts: Folder = HERE / "prompts",
    prompts: Folder | None = None,
) -> None:
    """Turn documents into clean text files that keep the folder structure.

    Args:
        input_dir: Folder with your documents.
        model: Who repairs hyphenation, headers, footers and columns; null extracts only.
        chunk_size: Tokens repaired at once.
        lowest_overlap: Share of a chunk's words that its repaired text must keep; below it the original stays.
        highest_growth: Repaired words per original word; above it the original stays.
        default_prompts: Folder with this pipeline's prompts.
        prompts: Folder with prompts of yours that replace them, file by file.
    """
    wording = run.prompts(default_prompts, prompts)
    chunks = run.chunks(input_dir, chunk_size=chunk_size, drop_near_duplicates=False)
    if model is not None:
        repair = repair_or_keep(run.client(model), wording["repair_text"], lowest_overlap, highest_growth)
        chunks = run.map(chunks, repair, name="repair")
        _note_kept_originals(run, chunks)
    names = text_file_names(record["source"]["file"] for record in chunks)

    def save(record: Record) -> dict[str, str]:
        run.save(f"texts/{names[record['source']['file']]}", record["text"])
        return {"text": record["text"]}

    run.write("texts", _whole_texts(chunks), save, output_format="text")


def repair_or_keep(client: Client, prompt: Prompt, lowest_overlap: float, highest_growth: float) -> Step:
    """A step that repairs `text`, or keeps it and says why in `kept_original`; no text is ever lost."""

    async def repairing(record: Record) -> Record:
        original = record["text"]
        try:
            answer = await client.answer(prompt, record)
        except RecordFailedError as error:
            return {**record, "kept_original": str(error)}
        calls = [*record.get("calls", ()), *answer.calls]
        kept, growth = word_overlap(original, answer.value)
        if kept < lowest_overlap:
            return {**record, "calls": calls, "kept_original": "the repaired text lost too many words"}
        if growth > highest_growth:
            return {**record, "calls": calls, "kept_original": "the repaired text grew too much"}
        lead = original[: len(original) - len(original.lstrip())]
        tail = original[len(original.rstrip()) :]
        return {**record, "calls": calls, "text": lead + answer.value.strip() + tail}

    repairing.step_name = prompt.name  # type: ignore[attr-defined]
    return repairing


def word_overlap(original: str, repaired: str) -> tuple[float, float]:
    """Share of the original's words that the repaired text still has, and repaired words per original word.

    Words cut by a hyphen at a line's end count as one, so that mending them does not look like loss.
    """
    before = Counter(_WORD.findall(re.sub(r"-\n\s*", "", original).lower()))
    after = Counter(_WORD.findall(re.sub(r"-\n\s*", "", repaired).lower()))
    total = max(1, before.total())
    return (before & after).total() / total, after.total() / total


def text_file_names(files: Iterable[str]) -> dict[str, str]:
    """Where each document's text goes: `sub/a.pdf` to `sub/a.txt`, or `sub/a.pdf.txt` where two would meet."""
    files = sorted(set(files))
    stems = Counter(str(PurePosixPath(file).with_suffix("")) for file in files)
    return {
        file: f"{file}.txt" if stems[stem] > 1 else f"{stem}.txt"
        for file in files
        for stem in [str(PurePosixPath(file).with_suffix(""))]
    }


def _whole_texts(chunks: Iterable[Record]) -> Iterator[Record]:
    for _, group in groupby(chunks, key=lambda record: record["source"]["file"]):
        parts = list(group)
        first = parts[0]
        calls = [key for part in parts for key in part.get("calls", ())]
        source = {**first["source"], "end": parts[-1]["source"]["end"]}
        yield {**first, "text": "".join(part["text"] for part in parts), "source": source, "calls": calls}


def _note_kept_originals(run: Run, chunks: Iterable[Record]) -> None:
    reasons = Counter(record["kept_original"].split("; ")[0] for record in chunks if "kept_original" in record)
    for reason, count in reasons.most_common():
        run.note(f"{count} chunk(s) kept their original text: {reason}")
