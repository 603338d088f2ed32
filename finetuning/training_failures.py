"""What goes wrong while a model is trained, as errors that say why and what to change."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from generation_functions.errors import AugmentoolkitError, StorageError

_NO_MEMORY = ("out of memory", "can't allocate memory", "alloc_failed", "cannot allocate memory", "not enough memory")
_NO_ROOM = ("no space left", "file too large", "disk quota", "file write failed", "failed writing", "unexpected pos")


class TrainingFailedError(AugmentoolkitError):
    """The training cannot go on as it is set; the checkpoints so far are kept."""


@contextmanager
def explained_failures(stage: str, smaller: Sequence[str], kept: Callable[[], str]) -> Iterator[None]:
    """Turn what torch raises where memory does not suffice into an error that says what to change.

    Args:
        stage: What people call the stage.
        smaller: Settings that need less memory, the most effective first.
        kept: Says what is kept, when it has failed.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        raise TrainingFailedError(
            f"Stage {stage} ran out of memory ({_first_line(error)}). What needs less, the most effective first: "
            f"{', '.join(smaller)}. {kept()} Change the config, and run the same command again."
        ) from error


@contextmanager
def explained_writing(what: str, kept: str) -> Iterator[None]:
    """Turn what libraries raise when the disk takes no more into a StorageError."""
    from safetensors import SafetensorError

    try:
        yield
    except (OSError, SafetensorError, RuntimeError) as error:
        text = str(error).lower()
        if isinstance(error, RuntimeError) and not any(sign in text for sign in _NO_ROOM):
            raise
        raise StorageError(
            f"{what} cannot be written: {_first_line(error)}. {kept} Make room on the disk (or lower "
            "keep_checkpoints), and run the same command again to go on."
        ) from error


def is_out_of_memory(error: BaseException) -> bool:
    """Whether memory, of the GPU or of the machine, did not suffice."""
    if isinstance(error, MemoryError):
        return True
    text = f"{type(error).__name__} {error}".lower()
    return "outofmemory" in text or any(sign in text for sign in _NO_MEMORY)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return (lines[0] if lines else type(error).__name__).removesuffix(".")[:200]
