"""Folders as finished runs leave them, written by hand: quick, and as odd as a test wants them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import orjson

from generation_functions.run_folder import run_id

FINETUNE = """\
# Training on this folder
pipeline: train-pipeline
base_model: Some/Base-0.6B
stages:
- kind: {kind}
  folder: ${{HERE}}
  chat_template: ${{HERE}}/chat_template.jinja
  batch_tokens: 100
  epochs: 3
  data:
  - {{file: {file}, format: {format}}}
"""


def conversation(question: str, answer: str) -> list[dict[str, str]]:
    """Messages of a question and its answer."""
    return [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]


class FinishedRun:
    """A run folder below a project's outputs/."""

    def __init__(self, project: Path, name: str = "facts", pipeline: str = "factual-datagen-pipeline") -> None:
        self.folder = project / "outputs" / name
        self.folder.mkdir(parents=True)
        self.id = run_id(self.folder)
        self.datasets: list[dict[str, Any]] = []
        self.write(
            "run.json", {"status": "completed", "pipeline": pipeline, "config": {"output_dir": f"outputs/{name}"}}
        )

    def write(self, file: str, content: Any) -> Path:
        """A file: text as it is, anything else as JSON."""
        path = self.folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else orjson.dumps(content))
        return path

    def rows(self, file: str, rows: list[dict[str, Any]], layout: str, tokens: int = 0) -> None:
        """A file of rows, listed in the summary."""
        self.write(file, "".join(orjson.dumps(row).decode() + "\n" for row in rows))
        name = file.removeprefix("datasets/").removesuffix(".jsonl")
        lengths = [[0, 16, len(rows)]]
        listed = {"name": name, "file": file, "format": layout, "rows": len(rows), "tokens": tokens, "lengths": lengths}
        self.datasets.append(listed)
        self.write("summary.json", {"datasets": self.datasets})

    def chat_folder(self, name: str = "sft_run", tokens: int = 1000) -> None:
        """A training folder with two conversations."""
        rows = [{"id": f"c{number}", "messages": conversation(f"Who is {number}?", "The keeper.")} for number in (1, 2)]
        self.rows(f"{name}/chat.jsonl", rows, "messages", tokens)
        self.write(f"{name}/finetune.yaml", FINETUNE.format(kind="supervised", file="chat.jsonl", format="messages"))

    def text_folder(self, name: str = "pretraining_run", tokens: int = 5000) -> None:
        """A training folder with a text."""
        self.rows(f"{name}/text.jsonl", [{"id": "t1", "text": "The lamp is lit."}], "text", tokens)
        self.write(f"{name}/finetune.yaml", FINETUNE.format(kind="pretraining", file="text.jsonl", format="text"))

    def questions(self) -> None:
        """Questions to evaluate with."""
        self.write("eval_questions.jsonl", '{"question": "Who?", "answer": "The keeper."}\n')
