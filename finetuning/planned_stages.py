"""What each stage will do, known before the first one starts: its data as tokens, its settings, its steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from finetuning.distributed import Group
from finetuning.forecast import Forecast, forecast
from finetuning.hardware import Choice, Hardware, Wishes, choose
from finetuning.model_shape import ModelShape
from finetuning.stages import TrainingStage, stage_name
from finetuning.starting_model import StartingModel
from finetuning.step_order import StepOrder, sequences_per_step
from finetuning.training_data import RowEncoder, Sequences, TrainingData, read_training_data
from generation_functions import Run
from generation_functions.errors import UsageError
from generation_functions.records import stable_hash

TOKENS_FOLDER = "tokens"
ANY_LENGTH = 1 << 30
_NOT_LEARNED = {"folder", "data", "held_out", "chat_template"}
_VERSION = 1  # of what training makes of a stage


@dataclass(frozen=True)
class Setting:
    """What all stages share.

    Attributes:
        start: The model before the first one.
        shape: Its sizes.
        context: The longest sequence that it reads; None where it does not say.
        hardware: What it is trained on.
        seed: Of order and new weights.
    """

    run: Run
    group: Group
    start: StartingModel
    shape: ModelShape
    context: int | None
    hardware: Hardware
    seed: int


@dataclass(frozen=True)
class PlannedStage:
    """A stage with all that is known of it.

    Attributes:
        number: From 1.
        stage: Its settings, with what the preset has chosen.
        choice: How it fits the hardware.
        data: Its rows.
        held_out: Rows that are only measured.
        sequences: What is learned, in order.
        order: Which of them each step learns from.
        digest: Of all that decides the model that it makes.
    """

    number: int
    stage: TrainingStage
    choice: Choice
    data: TrainingData
    held_out: TrainingData | None
    sequences: Sequences
    order: StepOrder
    digest: str

    @property
    def name(self) -> str:
        """What people call it."""
        return stage_name(self.number, self.stage)

    @property
    def tokens(self) -> int:
        """That it learns from, every epoch counted."""
        places = range(min(self.order.total_steps * self.order.per_step, len(self.sequences)))
        return sum(int(self.sequences.lengths[self.order.at(place)]) for place in places)

    def forecast(self, setting: Setting) -> Forecast:
        """What it will take."""
        return forecast(
            setting.shape,
            self.choice.setup,
            tokens=self.data.tokens,
            batch_tokens=self.stage.batch_tokens,
            steps=self.order.total_steps,
            available=setting.hardware.available,
            devices=setting.group.size,
        )


def planned_stages(setting: Setting, stages: Sequence[TrainingStage]) -> list[PlannedStage]:
    """Read the data of all stages, so that a mistake in the last one shows before the first one is trained.

    Raises:
        UsageError: A file is missing or of no use, or a sequence is longer than the model can read.
    """
    planned, before = [], setting.start.digest
    for number, stage in enumerate(stages, 1):
        one = _planned(setting, number, stage, before)
        planned.append(one)
        before = one.digest
    return planned


def _planned(setting: Setting, number: int, stage: TrainingStage, before: str) -> PlannedStage:
    group = setting.group
    if not group.writes:
        group.wait()  # until process 0 has tokenised the data
    longest = _read(setting, stage, stage.data, ANY_LENGTH).longest
    choice = _chosen(setting, number, stage, longest)
    length, micro = choice.setup.sequence_length, choice.setup.micro_batch
    data = _read(setting, stage, stage.data, length, setting.seed + number)
    held_out = _read(setting, stage, stage.held_out, length) if stage.held_out else None
    if group.writes:
        group.wait()
        for note in data.notes:
            setting.run.note(note)
    per_step = sequences_per_step(stage.batch_tokens, length, group.size)
    sequences = _sequences(data, stage, per_step)
    order = StepOrder(len(sequences), sequences.longest, per_step, micro, group.size, group.number, stage.max_steps)
    stage = _with_choice(stage, choice)
    learned = {key: value for key, value in stage.model_dump().items() if key not in _NOT_LEARNED}
    precision = choice.setup.precision
    digest = stable_hash(_VERSION, before, number, learned, data.digest, per_step, setting.seed, precision)
    return PlannedStage(number, stage, choice, data, held_out, sequences, order, digest)


def _chosen(setting: Setting, number: int, stage: TrainingStage, longest_row: int) -> Choice:
    """What the preset makes of the stage's settings."""
    context, name = setting.context, stage_name(number, stage)
    if context and stage.sequence_length and stage.sequence_length > context:
        raise UsageError(
            f"Stage {name}: sequence_length is {stage.sequence_length}, and the model reads {context} tokens at most. "
            "Lower it, or choose a model that reads more (new_model: context)."
        )
    whole = setting.start.from_nothing and not stage.lora_rank and not stage.quantised
    length = stage.sequence_length
    wishes = Wishes(
        sequence_length=length,
        longest_row=min(longest_row, context or longest_row),
        batch_tokens=max(1, stage.batch_tokens // setting.group.size),
        lora_rank=0 if whole else stage.lora_rank,
        quantised=stage.quantised,
    )
    choice = choose(setting.hardware, setting.shape, wishes)
    if context and choice.setup.sequence_length > context:
        choice = choose(setting.hardware, setting.shape, replace(wishes, sequence_length=context))
    return choice


def _with_choice(stage: TrainingStage, choice: Choice) -> TrainingStage:
    setup = choice.setup
    chosen = {
        "sequence_length": setup.sequence_length,
        "lora_rank": setup.lora_rank,
        "quantised": setup.quantised,
    }
    return stage.model_copy(update=chosen)


def _read(
    setting: Setting, stage: TrainingStage, entries: Sequence[Any], sequence_length: int, seed: int = 0
) -> TrainingData:
    run, group = setting.run, setting.group

    def progress(_: float, message: str) -> None:
        if group.writes:
            run.progress(0, message)
        run.interrupts.check()

    for entry in entries:
        path = stage.file(entry.file).expanduser()
        if path.exists():
            run.reads(path)
    return read_training_data(
        entries,
        RowEncoder(setting.start.tokenizer, setting.start.template),
        sequence_length=sequence_length,
        store=group.main_folder(run.folder) / TOKENS_FOLDER,
        folder=stage.folder,
        seed=seed,
        progress=progress,
    )


def _sequences(data: TrainingData, stage: TrainingStage, per_step: int) -> Sequences:
    """Of as many epochs as are asked for, or as the steps need."""
    if not stage.max_steps:
        return data.sequences(stage.epochs)
    wanted = stage.max_steps * per_step
    sequences = data.sequences(1)
    while len(sequences) < wanted:
        epochs = len(sequences.epoch_ends)
        sequences = data.sequences(max(epochs + 1, -(-wanted * epochs // len(sequences))))
    return sequences
