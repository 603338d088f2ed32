"""Trainings that fail: the message says why and what to change, and the last good checkpoint is gone on from."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from finetuning.checkpoints import Checkpoints
from finetuning.distributed import Group
from finetuning.training_failures import TrainingFailedError, explained_failures
from generation_functions.errors import StorageError
from tests.conftest import PROJECT
from tests.support.small_disk import files_no_larger_than
from tests.support.small_run import state
from tests.support.training import conversations, facts, stage, train, weights, write_rows


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl", conversations(facts()))


def checkpoints(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "checkpoints").iterdir())


def test_a_loss_that_explodes_fails_the_run_and_keeps_the_last_good_checkpoint(
    tmp_path: Path, tiny_model: Path, rows: Path
) -> None:
    wild = stage(rows, max_steps=60, learning_rate=1e5, warmup_share=0.9)
    with pytest.raises(TrainingFailedError, match=r"The (loss|gradient) .* Lower learning_rate .* checkpoint is kept"):
        train(tmp_path / "run", wild, tiny_model, save_every_steps=1)
    assert state(tmp_path / "run")["status"] == "failed"
    assert len(checkpoints(tmp_path / "run")) == 2
    assert not (tmp_path / "run/model").exists()
    run = train(tmp_path / "run", stage(rows, max_steps=2, learning_rate=1e-3), tiny_model)
    assert state(tmp_path / "run")["status"] == "completed"
    assert any("1 supervised: begins anew, for what it learns is not what it was" in note for note in run.notes)


def test_a_full_disk_fails_the_run_and_it_goes_on_when_there_is_room(
    tmp_path: Path, tiny_model: Path, rows: Path
) -> None:
    wanted = stage(rows, max_steps=6, learning_rate=1e-3)
    train(tmp_path / "unbroken", wanted, tiny_model)
    size = (tiny_model / "model.safetensors").stat().st_size
    with files_no_larger_than(size + 10_000):  # room for weights, but not for an optimiser
        with pytest.raises(StorageError, match=r"the checkpoint of step 4 cannot be written: .* Make room on the disk"):
            train(tmp_path / "run", wanted, tiny_model, save_every_steps=4)
    assert state(tmp_path / "run")["status"] == "failed"
    assert checkpoints(tmp_path / "run") == []
    train(tmp_path / "run", wanted, tiny_model)
    assert weights(tmp_path / "run/model") == weights(tmp_path / "unbroken/model")


def test_a_checkpoint_that_cannot_be_written_leaves_the_one_before(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, "1 supervised", "digest", 2, Group())
    with kept.writing(3, {}) as folder:
        (folder / "weights").write_bytes(b"x" * 50)
    with files_no_larger_than(100), pytest.raises(StorageError, match="The checkpoint of step 3 is kept"):
        with kept.writing(6, {}) as folder:
            (folder / "weights").write_bytes(b"x" * 500)
    newest = kept.newest()
    assert newest is not None
    assert newest.step == 3
    assert [path.name for path in tmp_path.iterdir()] == ["1-supervised-step-000003"]


def test_checkpoints_of_other_settings_are_not_gone_on_from(tmp_path: Path) -> None:
    with Checkpoints(tmp_path, "1 supervised", "old", 2, Group()).writing(3, {}):
        pass
    assert Checkpoints(tmp_path, "1 supervised", "new", 2, Group()).newest() is None


def test_what_is_kept_is_looked_up_when_memory_has_run_out(tmp_path: Path) -> None:
    kept = Checkpoints(tmp_path, "1 supervised", "digest", 2, Group())

    def learn(error: Exception) -> None:
        with explained_failures("1 supervised", ["lora_rank: 32", "a smaller base_model"], kept.kept):
            with kept.writing(3, {}):
                pass
            raise error

    with pytest.raises(
        TrainingFailedError, match=r"memory .* lora_rank: 32, .* checkpoint of step 3 is kept"
    ) as raised:
        learn(MemoryError())
    assert str(raised.value).endswith("Change the config, and run the same command again.")
    with pytest.raises(RuntimeError, match="another matter"):
        learn(RuntimeError("another matter"))


_STARVED = """
import sys
from pathlib import Path
from finetuning.stages import TrainingStage
from finetuning.training_failures import TrainingFailedError
from tests.support.small_memory import memory_left
from tests.support.training import train

folder, base, wanted = Path(sys.argv[1]), Path(sys.argv[2]), TrainingStage.model_validate_json(sys.argv[3])
small = wanted.model_copy(update={"sequence_length": 64, "max_steps": 1})
train(folder / "warm", small, base)  # libraries are loaded
with memory_left(200_000_000):
    try:
        train(folder / "run", wanted, base)
    except TrainingFailedError as error:
        print(error)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="needs a limit of the address space")
def test_too_little_memory_fails_at_the_first_step_and_says_what_to_change(tmp_path: Path, tiny_model: Path) -> None:
    from tests.support.tiny_models import tiny_model_folder

    base = tiny_model_folder(tmp_path / "base", context=16_384)
    rows = write_rows(tmp_path / "rows.jsonl", [{"text": "A bell. "}, {"text": "A bell has a tongue of iron. " * 1500}])
    wanted = stage(rows, kind="pretraining", sequence_length=16_384, max_steps=3)
    # In a process of its own: one that was refused memory is not to be trusted with other tests.
    arguments = [str(tmp_path), str(base), wanted.model_dump_json()]
    done = subprocess.run(
        [sys.executable, "-c", _STARVED, *arguments], cwd=PROJECT, capture_output=True, text=True, timeout=300
    )
    assert re.search(r"1 pretraining ran out of memory .* sequence_length: 8192 \(now", done.stdout), done.stderr[
        -2000:
    ]
    assert state(tmp_path / "run")["status"] == "failed"
    assert not (tmp_path / "run/curves.jsonl").read_bytes()  # the longest sequence came first
