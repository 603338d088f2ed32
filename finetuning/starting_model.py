"""What training starts from: a model of the hub or of a folder, or one made from nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from finetuning.data_files import files_of
from finetuning.distributed import Group
from finetuning.forecast import Setup
from finetuning.model_folder import (
    TrainingRecord,
    check_source,
    is_model_folder,
    load_model,
    load_tokenizer,
    read_record,
    save_model,
    template_of,
)
from finetuning.model_sources import base_of, explained, is_adapter
from finetuning.new_model import NEW, NewModel, new_model
from finetuning.packages import is_path
from finetuning.stages import TrainingStage
from generation_functions import Run
from generation_functions.chat_templates import ChatTemplate, load_template
from generation_functions.completion import Reads
from generation_functions.datasets.row_files import read_rows
from generation_functions.datasets.rows import row_problem, row_texts
from generation_functions.errors import UsageError
from generation_functions.records import stable_hash

BASE_FOLDER = "base"
DEFAULT_TEMPLATE = "chatml"


@dataclass(frozen=True)
class StartingModel:
    """The model before the first stage.

    Attributes:
        source: Hub name, or folder.
        given: What the config says.
        tokenizer: With every mark of the template.
        template: How conversations become text, in every stage.
        digest: Of the model.
    """

    source: str
    given: str
    tokenizer: Any
    template: ChatTemplate
    digest: str

    @property
    def from_nothing(self) -> bool:
        return self.given == NEW


def starting_model(
    run: Run,
    group: Group,
    given: str,
    shape: NewModel | None,
    stages: Sequence[TrainingStage],
    seed: int,
) -> StartingModel:
    """Find the model, or make it.

    Args:
        given: Hub name, folder, or `new`.
        shape: Of a new one.
        stages: All of them; the texts of a new model's tokenizer are theirs.

    Raises:
        UsageError: There is no such model, or the stages do not agree on a chat template.
    """
    if given == NEW:
        template, _ = _template(stages, None)
        folder = group.main_folder(run.folder) / BASE_FOLDER
        made = _with_room(shape or NewModel(), stages)
        digest = stable_hash(made.model_dump(), template.digest, seed, _data_names(stages))
        if group.writes:
            _make(folder, made, stages, template, seed, digest)
        group.wait()
        return StartingModel(str(folder), given, load_tokenizer(folder, template), template, digest)
    if shape is not None:
        raise UsageError(f"new_model is set, and base_model is {given}: write base_model: new, or take new_model out.")
    source = check_source(given)
    template, why = _template(stages, source)
    if why and group.writes and any(stage.kind == "supervised" for stage in stages):
        run.note(f"Conversations are shown in the manner of {template.name}: {why}")
    digest = stable_hash(Reads.listing(Path(source))) if is_path(given) else source
    return StartingModel(source, given, load_tokenizer(source, template), template, digest)


def _template(stages: Sequence[TrainingStage], source: str | None) -> tuple[ChatTemplate, str]:
    """The one template of all stages: as they say, the base model's own, or ChatML; and why not the model's own."""
    named = {str(_template_path(stage)): stage for stage in stages if stage.chat_template}
    found = {template.source: template for template in map(load_template, named)}
    if len(found) > 1:
        raise UsageError(
            f"The stages name different chat templates ({', '.join(sorted(named))}). A model has one: name the same in "
            "every stage, or only in one of them."
        )
    if found:
        return next(iter(found.values())), ""
    if source is None:
        return load_template(DEFAULT_TEMPLATE), ""
    try:
        return template_of(source), ""
    except UsageError as error:
        return load_template(DEFAULT_TEMPLATE), str(error)


def _template_path(stage: TrainingStage) -> str | Path:
    name = stage.chat_template or DEFAULT_TEMPLATE
    inside = stage.file(name).expanduser()
    return inside if name.endswith(".jinja") and inside.is_file() else name


def _with_room(shape: NewModel, stages: Sequence[TrainingStage]) -> NewModel:
    """The shape, with room for the longest sequence of the stages where nobody has said how long they may be."""
    if "context" in shape.model_fields_set:
        return shape
    return shape.model_copy(update={"context": max([shape.context, *(stage.sequence_length or 0 for stage in stages)])})


def _make(
    folder: Path, shape: NewModel, stages: Sequence[TrainingStage], template: ChatTemplate, seed: int, digest: str
) -> None:
    """Make the new model, unless it is there from an earlier try."""
    if is_model_folder(folder) and (read_record(folder).model_extra or {}).get("digest") == digest:
        return
    model, tokenizer = new_model(shape, _texts(stages), template, seed)
    record = {
        "base_model": NEW,
        "chat_template": template.name,
        "stops": template.stops,
        "parameters": model.num_parameters(),
        "digest": digest,
    }
    save_model(model, tokenizer, folder, TrainingRecord.model_validate(record))


def _texts(stages: Sequence[TrainingStage]) -> Iterator[str]:
    for stage in stages:
        for entry in stage.data:
            for file in files_of(entry, stage.folder):
                for row, _ in read_rows(file, on_skip=lambda *_: None, split=entry.split, subset=entry.subset):
                    if not row_problem(row):
                        yield from row_texts(row)


def _data_names(stages: Sequence[TrainingStage]) -> list[Any]:
    """What stands for the texts that the tokenizer is trained on: their files, as they are now.

    What lies on the hub is taken to stay as it is.
    """
    return [
        (entry.file, entry.split, entry.subset, Reads.listing(stage.file(entry.file).expanduser()))
        for stage in stages
        for entry in stage.data
    ]


def load_for_training(source: str | Path, group: Group, setup: Setup) -> Any:
    """The model of a folder or of the hub, with weights of the type and on the device that training wants."""
    frozen_half = setup.lora_rank is not None and setup.precision != "float32"
    alone = group.size == 1 and group.device != "cpu"
    return load_model(
        source,
        device=group.device if alone or setup.quantised else "cpu",
        dtype="bfloat16" if frozen_half or setup.precision == "bfloat16" else "float32",
        attention=setup.attention,
        quantised=setup.quantised,
    )


def context_of(source: str) -> int | None:
    """The longest sequence that a model reads, in tokens; None where it does not say."""
    from transformers import AutoConfig

    while is_path(source) and is_adapter(Path(source)):
        source = base_of(Path(source))
    with explained(source, "configuration"):
        config = AutoConfig.from_pretrained(source, local_files_only=is_path(source))
    return getattr(config.get_text_config(), "max_position_embeddings", None)
