"""How fast the train pipeline's loop is, against the least that a PyTorch loop can do, in one run.

    OMP_NUM_THREADS=1 python -m benchmarks.training_speed                  14 M parameters on the CPU
    python -m benchmarks.training_speed --device cuda --size 0.6b          tokens/s, MFU and peak memory of a GPU

Both train the same model on the same packed sequences with the same optimiser; the bare loop has no data on disk, no
curve, no checks and no checkpoints. They take turns, so that a machine that slows down slows down both.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from finetuning.checkpoints import Checkpoints
from finetuning.distributed import Group
from finetuning.new_model import NewModel
from finetuning.packages import require
from finetuning.packing import PackedCollator
from finetuning.stages import TrainingStage
from finetuning.step_order import StepOrder
from finetuning.token_rows import TokenRow
from finetuning.trainer import StepFacts, Then, TrainerSettings, build_trainer

SIZES = {
    "14m": NewModel(layers=6, width=384, heads=6, vocabulary_size=8192, context=2048),
    "0.6b": NewModel(layers=24, width=1280, heads=20, vocabulary_size=64_000, context=4096),
    "1b": NewModel(layers=24, width=1792, heads=28, vocabulary_size=64_000, context=4096),
}
PEAK_TERAFLOPS = {"H200": 989, "H100": 989, "A100": 312, "L40S": 362, "4090": 165, "3090": 71}  # bf16, dense, as sold
RATE = 3e-4


@dataclass
class Ticks:
    """Wall and CPU seconds of each step."""

    device: str
    wall: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    _last: tuple[float, float] = (0.0, 0.0)

    def start(self) -> None:
        """Before the first step."""
        self._wait()
        self._last = (time.perf_counter(), time.process_time())

    def tick(self) -> None:
        """After a step."""
        self._wait()
        now = (time.perf_counter(), time.process_time())
        self.wall.append(now[0] - self._last[0])
        self.cpu.append(now[1] - self._last[1])
        self._last = now

    def _wait(self) -> None:
        if self.device != "cpu":
            import torch

            torch.accelerator.synchronize()


@dataclass(frozen=True)
class Workload:
    """What is trained, and how."""

    shape: NewModel
    device: str
    length: int
    per_step: int
    steps: int

    def model(self) -> Any:
        """With random weights, the same each time."""
        import torch
        from transformers import LlamaForCausalLM

        torch.manual_seed(0)
        return LlamaForCausalLM(self.shape.config()).to(self.device)

    def sequences(self) -> list[list[TokenRow]]:
        """Each of two rows, of random tokens."""
        import numpy

        random = numpy.random.default_rng(0)
        cut = self.length // 3
        made = []
        for _ in range(self.per_step * self.steps):
            ids = random.integers(0, self.shape.vocabulary_size, self.length, dtype=numpy.int32)
            made.append([TokenRow(part, part) for part in (ids[:cut], ids[cut:])])
        return made


def bare(work: Workload, model: Any, sequences: list[list[TokenRow]]) -> Ticks:
    """Forward, backward, clip, AdamW: the loop of a tutorial."""
    import torch

    model.train()
    collator, ticks = PackedCollator(0), Ticks(work.device)
    weights = [weight for weight in model.parameters() if weight.ndim > 1]
    norms = [weight for weight in model.parameters() if weight.ndim <= 1]
    groups = [{"params": weights, "weight_decay": 0.01}, {"params": norms, "weight_decay": 0.0}]
    optimiser = torch.optim.AdamW(groups, lr=RATE, fused=work.device != "cpu")
    ticks.start()
    for step in range(work.steps):
        batches = [collator([one]) for one in sequences[step * work.per_step :][: work.per_step]]
        learned = sum(int((batch["labels"][:, 1:] != -100).sum()) for batch in batches)
        for batch in batches:
            inputs = {key: value.to(work.device) if hasattr(value, "to") else value for key, value in batch.items()}
            with torch.autocast(work.device, torch.bfloat16, enabled=work.device != "cpu"):
                loss = model(**inputs, num_items_in_batch=learned).loss
            loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimiser.step()
        optimiser.zero_grad()
        ticks.tick()
    return ticks


def ours(work: Workload, model: Any, sequences: list[list[TokenRow]], folder: Path) -> Ticks:
    """The same through `build_trainer`."""
    ticks, group = Ticks(work.device), Group(device=work.device if work.device == "cpu" else f"{work.device}:0")
    settings = TrainerSettings(
        stage=TrainingStage.model_validate({"data": [{"file": "none"}], "schedule": "constant", "warmup_share": 0}),
        order=StepOrder(len(sequences), 0, work.per_step),
        rate=RATE,
        seed=0,
        group=group,
        checkpoints=Checkpoints(folder, "1 supervised", "", 1, group),
        autocast=work.device != "cpu",
        optimiser="adamw_torch" if work.device == "cpu" else "adamw_torch_fused",
    )

    def after_step(facts: StepFacts) -> Then:
        ticks.tick()
        return Then()

    trainer = build_trainer(model, sequences, PackedCollator(0), settings, after_step)
    ticks.start()
    trainer.train()
    return ticks


def rounds(work: Workload, number: int) -> Iterator[tuple[Ticks, Ticks]]:
    """Bare and ours, in turns."""
    sequences = work.sequences()
    for _ in range(number):
        with tempfile.TemporaryDirectory() as folder:
            yield bare(work, work.model(), sequences), ours(work, work.model(), sequences, Path(folder))


def main() -> None:
    parser = argparse.ArgumentParser(description="The train pipeline's loop against a bare PyTorch loop.")
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--size", choices=list(SIZES), help="default: 14m on a CPU, 0.6b on a GPU")
    parser.add_argument("--sequence-length", type=int, help="default: 256 on a CPU, 2048 on a GPU")
    parser.add_argument("--per-step", type=int, default=4, help="sequences in an optimiser step")
    parser.add_argument("--steps", type=int, help="in each turn; default: 8 on a CPU, 30 on a GPU")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--peak-teraflops", type=float, help="of the GPU in bfloat16; default: by its name")
    options = parser.parse_args()
    require("torch", "transformers", "accelerate")
    on_cpu = options.device == "cpu"
    work = Workload(
        SIZES[options.size or ("14m" if on_cpu else "0.6b")],
        options.device,
        options.sequence_length or (256 if on_cpu else 2048),
        options.per_step,
        options.steps or (8 if on_cpu else 30),
    )
    turns = list(rounds(work, options.rounds))
    parameters = work.model().num_parameters()
    print(f"{parameters / 1e6:.1f} M parameters, {work.per_step} x {work.length} tokens a step, {options.device}\n")
    _report(work, turns)
    if not on_cpu:
        _report_gpu(work, turns, parameters, options.peak_teraflops)


def _report(work: Workload, turns: list[tuple[Ticks, Ticks]]) -> None:
    print("| loop | ms a step | CPU ms a step | tokens/s |\n|---|---|---|---|")
    for name, which in (("bare loop", 0), ("train pipeline", 1)):
        wall = _typical([turn[which].wall for turn in turns])
        cpu = _typical([turn[which].cpu for turn in turns])
        speed = work.per_step * work.length / wall
        print(f"| {name} | {wall * 1000:.0f} | {cpu * 1000:.0f} | {speed:,.0f} |")
    print()
    for name, attribute in (("wall", "wall"), ("CPU", "cpu")):
        ratios = [_typical([getattr(one, attribute)]) / _typical([getattr(least, attribute)]) for least, one in turns]
        each = ", ".join(f"{ratio:.3f}" for ratio in ratios)
        print(f"{name} time against the bare loop: {statistics.median(ratios):.3f} (turns: {each})")


def _report_gpu(work: Workload, turns: list[tuple[Ticks, Ticks]], parameters: int, peak: float | None) -> None:
    import torch

    name = torch.cuda.get_device_name()
    known = peak or next((value for key, value in PEAK_TERAFLOPS.items() if key in name), None)
    speed = work.per_step * work.length / _typical([turn[1].wall for turn in turns])
    # Kaplan et al. (2020): 6 operations a parameter and token; Chowdhery et al. (2022) add those of attention.
    operations = 6 * parameters + 12 * work.shape.layers * work.shape.width * work.length
    share = f"{speed * operations / known / 1e12:.1%} of {known:g} TFLOP/s" if known else "give --peak-teraflops"
    print(
        f"{name}: {speed:,.0f} tokens/s, MFU {share}, peak memory {torch.cuda.max_memory_allocated() / 2**30:.1f} GiB"
    )


def _typical(runs: list[list[float]]) -> float:
    """The median step, without the first of each turn, which makes buffers."""
    return statistics.median(step for run in runs for step in run[1:])


if __name__ == "__main__":
    main()
