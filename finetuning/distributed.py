"""The processes that train one model together, as torchrun started them; one alone without it.

    torchrun --nproc-per-node 4 run_augmentoolkit.py run my-config.yaml

Process 0 writes the run's folder. What the others note lies in <output_dir>/processes/N.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from generation_functions.errors import UsageError

_VARIABLES = (("WORLD_SIZE", "1"), ("RANK", "0"), ("LOCAL_RANK", "0"))


@dataclass(frozen=True)
class Group:
    """This process among those that train together."""

    number: int = 0
    size: int = 1
    on_this_machine: int = 0
    """Its number among those of this machine: which GPU it has."""
    device: str = "cpu"

    @property
    def writes(self) -> bool:
        """Whether this process writes the run's folder."""
        return self.number == 0

    def sums(self, values: Sequence[float]) -> list[float]:
        """The sum of each value over all processes."""
        if self.size == 1:
            return list(values)
        import torch

        together = torch.tensor(list(values), dtype=torch.float64, device=self.device)
        torch.distributed.all_reduce(together)
        return [float(value) for value in together.tolist()]

    def wait(self) -> None:
        """Until all processes are here."""
        if self.size > 1:
            import torch

            torch.distributed.barrier()

    def told(self, value: Any) -> Any:
        """What process 0 gave for `value`, on every process."""
        if self.size == 1:
            return value
        import torch

        box = [value]
        torch.distributed.broadcast_object_list(box, src=0)
        return box[0]

    def main_folder(self, folder: Path) -> Path:
        """The run's folder, from that of this process's own run."""
        return folder if self.number == 0 else folder.parent.parent


def join(device: str) -> Group:
    """Find the other processes, if torchrun started any. Call it once, before anything else.

    Args:
        device: cpu, or a kind of accelerator (cuda).

    Raises:
        UsageError: What torchrun has set makes no sense, or there are fewer GPUs than processes.
    """
    try:
        size, number, local = (int(os.environ.get(name, default)) for name, default in _VARIABLES)
    except ValueError as error:
        raise UsageError(f"WORLD_SIZE, RANK and LOCAL_RANK must be numbers, as torchrun sets them: {error}") from error
    kind = device.split(":")[0]
    import torch

    if size == 1:
        found = _only(device) if kind == "cuda" else device
        if kind == "cuda" and not torch.cuda.is_available():
            raise UsageError(f"device: {device} is asked for, and torch finds no GPU here. Take cpu or auto.")
        return Group(device=found)
    from accelerate import PartialState

    if kind != "cpu" and torch.accelerator.device_count() <= local:
        raise UsageError(
            f"This machine has {torch.accelerator.device_count()} GPU(s), and torchrun started process {local + 1} on "
            "it. Give --nproc-per-node no more than there are GPUs."
        )
    PartialState(cpu=kind == "cpu", **({"backend": "gloo"} if kind == "cpu" else {}))
    return Group(number, size, local, "cpu" if kind == "cpu" else f"{kind}:{local}")


def _only(device: str) -> str:
    """A GPU as the only one that this process sees: the Trainer takes the first, or all of them.

    Raises:
        UsageError: This process was given fewer GPUs.
    """
    number = device.partition(":")[2] or "0"
    if number != "0":
        given = os.environ.get("CUDA_VISIBLE_DEVICES", "")
        seen = given.split(",")
        if given and int(number) >= len(seen):
            raise UsageError(
                f"device: {device} is asked for, and CUDA_VISIBLE_DEVICES={given} leaves {len(seen)} GPU(s), of which "
                "the first is cuda:0."
            )
        os.environ["CUDA_VISIBLE_DEVICES"] = seen[int(number)] if given else number
    return "cuda:0"
