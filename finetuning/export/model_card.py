"""The model's card: README.md as the Hugging Face hub shows it, metadata in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
import yaml

from finetuning.new_model import NEW
from finetuning.packages import is_path
from finetuning.training_record import TrainingRecord
from generation_functions.errors import UsageError

_KINDS = {"pretraining": "continued pretraining", "supervised": "supervised training", "grpo": "GRPO"}
_SHOWN = ("steps", "epochs", "tokens", "learning_rate", "lora_rank", "final_loss")


@dataclass(frozen=True)
class Card:
    """What the card says.

    Attributes:
        name: Of the model.
        record: How it came to be.
        base_model: What it was trained from: hub name, folder, or new.
        data_card: Link to the card of the data, or its path.
        licence: Identifier, as the hub writes it (apache-2.0); "" leaves it open, and says so.
        languages: Codes, such as en.
        description: In the user's words.
        evaluation: The section that evaluate-pipeline wrote, or a table of its figures; "" without one.
        files: Of each exported file: name, size, and how it did in the self-check.
        template: Name of the chat template; "" for a model of plain text.
        stops: What an answer ends with.
        context: Longest sequence, in tokens.
        parameters: How many.
        prompts: How many the self-check asked.
    """

    name: str
    record: TrainingRecord
    base_model: str
    data_card: str = ""
    licence: str = ""
    languages: Sequence[str] = ()
    description: str = ""
    evaluation: str = ""
    files: Sequence[Mapping[str, Any]] = field(default_factory=tuple)
    template: str = ""
    stops: Sequence[str] = ()
    context: int = 0
    parameters: int = 0
    prompts: int = 0

    def text(self) -> str:
        """The whole card."""
        metadata = yaml.safe_dump(self._metadata(), sort_keys=False, allow_unicode=True, width=1000)
        sections = [
            f"# {_inline(self.name)}",
            self.description.strip(),
            self._facts(),
            self._use(),
            self._training(),
            self.evaluation.strip() or "## Evaluation\n\nNone was given. Run evaluate-pipeline before relying on it.",
            self._files(),
            self._limits(),
        ]
        return f"---\n{metadata}---\n\n" + "\n\n".join(filter(None, sections)) + "\n"

    def _metadata(self) -> dict[str, Any]:
        found: dict[str, Any] = {"library_name": "transformers", "pipeline_tag": "text-generation"}
        if self.licence:
            found["license"] = self.licence
        if self.languages:
            found["language"] = list(self.languages)
        if _on_hub(self.base_model):
            found["base_model"] = self.base_model
            found["base_model_relation"] = "finetune"
        if _is_dataset(self.data_card):
            found["datasets"] = [self.data_card.removeprefix("https://huggingface.co/datasets/")]
        found["tags"] = [
            "augmentoolkit",
            *(["gguf"] if any(file["file"].endswith(".gguf") for file in self.files) else []),
        ]
        return found

    def _facts(self) -> str:
        lines = [
            f"- Trained from: {_origin(self.base_model)}",
            f"- Parameters: {self.parameters:,}" if self.parameters else "",
            f"- Longest sequence: {self.context:,} tokens" if self.context else "",
            f"- Data: {self.data_card or 'not named'}",
            f"- Licence: {self.licence or 'not stated. The base model and the data have theirs'}",
        ]
        return "\n".join(filter(None, lines))

    def _use(self) -> str:
        if not self.template:
            return "## Use\n\nIt goes on with a text; it was not trained on conversations."
        stops = ", ".join(f"`{_code(stop)}`" for stop in self.stops)
        return (
            f"## Use\n\nChat template: {_inline(self.template)}, in the tokenizer and in each GGUF file that has one. "
            f"An answer ends with {stops}."
        )

    def _training(self) -> str:
        if not self.record.stages:
            return ""
        present = [name for name in _SHOWN if any(name in stage for stage in self.record.stages)]
        lines = ["## Training", "", f"| stage | {' | '.join(name.replace('_', ' ') for name in present)} |"]
        lines.append("|---" * (len(present) + 1) + "|")
        for number, stage in enumerate(self.record.stages, 1):
            kind = str(stage.get("kind", "training"))
            cells = [f"{number} {_KINDS.get(kind, kind)}", *(_number(stage.get(name, "")) for name in present)]
            lines.append(f"| {' | '.join(map(_inline, cells))} |")
        return "\n".join(lines)

    def _files(self) -> str:
        lines = [
            "## Files",
            "",
            f"Each was compared with the trained model on {self.prompts} prompts: the share of places at which it "
            "chooses the same token, given the same text so far, and how many of its stops it kept.",
            "",
            "| file | size | same token | same stop |",
            "|---|---|---|---|",
        ]
        for file in self.files:
            stops = f"{file['stopped']} of {file['stops']}" if file["stops"] else "none was due"
            lines.append(f"| {file['file']} | {file['size']} | {file['agreement']:.1%} | {stops} |")
        return "\n".join(lines)

    def _limits(self) -> str:
        return (
            "## Limits\n\nIt can be wrong, and sound sure of it: it has no access to its sources when it answers. What "
            "the base model gets wrong or is biased in, it may be too. It was trained on data that a language model "
            "wrote from documents; errors of either went in. Check what matters."
        )


def evaluation_section(path: Path | None) -> str:
    """What a card says of an evaluation: the section that evaluate-pipeline put beside its figures, or the figures.

    Raises:
        UsageError: It is no evaluation.json.
    """
    if path is None:
        return ""
    beside = path.with_name("card.md")
    try:
        figures = orjson.loads(path.read_bytes())["figures"]
        if beside.is_file():
            return beside.read_text(encoding="utf-8")
        rows = [[figure["name"], *map(_number, (figure.get("before", ""), figure["after"]))] for figure in figures]
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError) as error:
        raise UsageError(f"{path} is no evaluation.json: {error}. Give what evaluate-pipeline wrote.") from error
    lines = ["## Evaluation", "", "| figure | before | after |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {' | '.join(map(_inline, row))} |" for row in rows)])


def evaluated_model(path: Path) -> str:
    """What an evaluation calls the model that it is of; "" where it does not say."""
    models = orjson.loads(path.read_bytes()).get("models", {})
    return str(models.get("after", {}).get("name", ""))


def _number(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    return f"{value:,}" if isinstance(value, int) else "" if value is None else str(value)


def _origin(name: str) -> str:
    """The base model for others: where a folder lies on this machine is nobody's business."""
    if name == NEW:
        return "nothing (random weights)"
    return name if _on_hub(name) else f"{Path(name).name}, not on the hub" if name else "not known"


def _on_hub(name: str) -> bool:
    return "/" in name and not is_path(name)


def _is_dataset(link: str) -> bool:
    return link.startswith("https://huggingface.co/datasets/") or (link.count("/") == 1 and _on_hub(link))


def _inline(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ").replace("<", "&lt;")


def _code(text: str) -> str:
    return text.replace("`", "'").replace("\n", "\\n")
