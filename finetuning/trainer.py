"""The one place that knows transformers' Trainer: `build_trainer` gives one that is ready to train a stage.

The Trainer gives the loop, the optimiser, mixed precision, and how a model is spread over processes. Ours decides which
sequences a step learns from (`StepOrder`), looks at each step (`AfterStep`), and writes checkpoints that are whole or
not there. TRL's SFTTrainer is not used: it tokenises, masks and packs by itself, and our data is already all three.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Literal, NamedTuple, Protocol

from finetuning.checkpoints import Checkpoints
from finetuning.distributed import Group
from finetuning.model_folder import save_weights
from finetuning.packages import require
from finetuning.stages import TrainingStage
from finetuning.step_order import NOTHING, StepOrder
from finetuning.token_rows import NOT_TRAINED, TokenRow
from finetuning.training_failures import TrainingFailedError

Devices = Literal["replicate", "shard"]
MOST_GRADIENT = 1.0


class Rows(Protocol):
    """Sequences of rows, by number."""

    def __len__(self) -> int: ...

    def __getitem__(self, number: int, /) -> Sequence[TokenRow]: ...


class StepFacts(NamedTuple):
    """What a step came to, over all processes."""

    step: int
    loss: float
    gradient_norm: float
    learning_rate: float


class Then(NamedTuple):
    """What to do after a step."""

    save: bool = False
    stop: bool = False


AfterStep = Callable[[StepFacts], Then]


@dataclass(frozen=True)
class TrainerSettings:
    """How a stage is trained on this machine.

    Attributes:
        rate: Learning rate at its highest.
        devices: With several processes: whether each has the whole model (DDP) or a part of it (FSDP2).
        autocast: Compute in bfloat16, whatever the weights are in.
        recompute: Compute activations again instead of keeping them (gradient checkpointing): less memory, slower.
        optimiser: transformers' name of it.
        facts: For a checkpoint, asked for when one is written.
    """

    stage: TrainingStage
    order: StepOrder
    rate: float
    seed: int
    group: Group
    checkpoints: Checkpoints
    devices: Devices = "replicate"
    autocast: bool = False
    recompute: bool = False
    optimiser: str = "adamw_torch"
    facts: Callable[[], dict[str, Any]] = field(default=dict)


def build_trainer(
    model: Any,
    sequences: Rows,
    collator: Callable[..., dict[str, Any]],
    settings: TrainerSettings,
    after_step: AfterStep,
) -> Any:
    """A transformers Trainer for one stage; `train(resume_from_checkpoint=...)` trains it.

    Args:
        model: The model, or a model of PEFT's with an adapter.
        sequences: What is learned; the settings' order says when.
        collator: Makes a batch of some of them.
        settings: How.
        after_step: Told what each optimiser step came to; raises to end the training.
    """
    require("torch", "transformers", "accelerate")
    from transformers import PrinterCallback
    from transformers.utils import logging

    logging.set_verbosity_error()
    logging.disable_progress_bar()
    trainer = _trainer_class()(
        model=model, args=_arguments(settings), data_collator=collator, train_dataset=_WithNothing(sequences)
    )
    trainer.remove_callback(PrinterCallback)
    trainer.settings, trainer.after_step, trainer.shown_step = settings, after_step, -1
    return trainer


class _WithNothing:
    """The sequences, and the one that nothing is learned from."""

    def __init__(self, sequences: Rows) -> None:
        self._sequences = sequences

    def __len__(self) -> int:
        return len(self._sequences)

    def __getitem__(self, number: int) -> Sequence[TokenRow]:
        if number != NOTHING:
            return self._sequences[number]
        import numpy

        return [TokenRow(numpy.zeros(2, dtype=numpy.int32), numpy.full(2, NOT_TRAINED, dtype=numpy.int32))]


def _arguments(settings: TrainerSettings) -> Any:
    from transformers import TrainingArguments

    stage, on_cpu = settings.stage, settings.group.device == "cpu"
    shard = settings.group.size > 1 and settings.devices == "shard"
    arguments = TrainingArguments(
        output_dir=str(settings.checkpoints.folder),
        num_train_epochs=1,  # the order has all epochs in it
        per_device_train_batch_size=settings.order.micro,
        gradient_accumulation_steps=settings.order.accumulation,
        learning_rate=settings.rate,
        lr_scheduler_type="constant_with_warmup" if stage.schedule == "constant" else stage.schedule,
        warmup_steps=round(stage.warmup_share * settings.order.total_steps),
        weight_decay=stage.weight_decay,
        max_grad_norm=MOST_GRADIENT,
        optim=settings.optimiser,
        bf16=settings.autocast,
        activation_checkpointing=settings.recompute and not shard,
        activation_checkpointing_kwargs={"use_reentrant": False} if settings.recompute and not shard else None,
        use_cpu=on_cpu,
        ddp_backend="gloo" if on_cpu and settings.group.size > 1 else None,
        ddp_find_unused_parameters=False,
        fsdp="full_shard" if shard else None,
        fsdp_config={"version": 2, "activation_checkpointing": settings.recompute} if shard else None,
        seed=settings.seed,
        dataloader_pin_memory=not on_cpu,
        remove_unused_columns=False,
        save_strategy="no",  # by `Then`
        logging_strategy="no",
        logging_nan_inf_filter=False,  # it would show another loss than there is
        report_to="none",
        disable_tqdm=True,
        log_level="error",
        log_level_replica="error",
    )
    if arguments.n_gpu > 1:  # one process drives one GPU; the others are torchrun's to use
        arguments._n_gpu = 1
    return arguments


@lru_cache(maxsize=1)
def _trainer_class() -> Any:
    from torch.utils.data import DataLoader
    from transformers import Trainer

    class StageTrainer(Trainer):  # type: ignore[misc]
        """Trains one stage; see the module."""

        settings: TrainerSettings
        after_step: AfterStep
        shown_step: int

        def get_train_dataloader(self) -> Any:
            """The micro-batches of this process, in their order."""
            return DataLoader(
                self.train_dataset,
                batch_sampler=self.settings.order,
                collate_fn=self.data_collator,
                pin_memory=self.args.dataloader_pin_memory,
            )

        def floating_point_ops(self, inputs: Any) -> int:
            """Not counted: it costs a pass over all parameters for each micro-batch."""
            return 0

        def _prepare_for_training(self, *args: Any, **kwargs: Any) -> Any:
            prepared = super()._prepare_for_training(*args, **kwargs)
            check_spread(prepared[0], self.settings)
            return prepared

        def _maybe_log_save_evaluate(
            self,
            tr_loss: Any,
            grad_norm: Any,
            model: Any,
            trial: Any,
            *args: Any,
            learning_rate: Any = None,
            **kwargs: Any,
        ) -> None:
            """Called after each step, and once more at the end."""
            if self.shown_step == self.state.global_step or grad_norm is None:
                return
            self.shown_step = self.state.global_step
            loss, norm = _numbers(tr_loss, grad_norm)
            tr_loss -= tr_loss
            mean = self.settings.group.sums([loss])[0] / self.settings.group.size
            then = self.after_step(StepFacts(self.state.global_step, mean, norm, learning_rate))
            if then.save:
                self._save_checkpoint(model, trial)
            self.control.should_training_stop |= then.stop

        def _save_checkpoint(self, model: Any, trial: Any) -> None:
            _write_checkpoint(self, self.settings)

    return StageTrainer


def _write_checkpoint(trainer: Any, settings: TrainerSettings) -> None:
    """All that training needs to go on; with FSDP the weights are written with the optimiser."""
    with settings.checkpoints.writing(trainer.state.global_step, settings.facts()) as folder:
        if settings.group.writes and not trainer.is_fsdp_enabled:
            save_weights(trainer.model, folder)
        trainer._save_optimizer_and_scheduler(str(folder))
        trainer._save_scaler(str(folder))
        trainer._save_rng_state(str(folder))
        if settings.group.writes:
            trainer.state.save_to_json(str(folder / "trainer_state.json"))


def _numbers(loss: Any, norm: Any) -> list[float]:
    """Both as floats, with one wait for the device."""
    import torch

    norm = norm.full_tensor() if hasattr(norm, "full_tensor") else norm
    numbers: list[float] = torch.stack([loss.float(), torch.as_tensor(norm, device=loss.device).float()]).tolist()
    return numbers


def check_spread(model: Any, settings: TrainerSettings) -> None:
    """Several processes must really share the model: where FSDP cannot work, libraries quietly do something else."""
    if settings.group.size == 1:
        return
    from torch.distributed.fsdp import FSDPModule
    from torch.nn.parallel import DistributedDataParallel

    wanted = FSDPModule if settings.devices == "shard" else DistributedDataParallel
    if not isinstance(model, wanted):
        raise TrainingFailedError(
            f"devices: {settings.devices} was asked for, and the model was wrapped as {type(model).__name__}. "
            "Use devices: replicate, or report this with the versions of torch, accelerate and transformers."
        )
