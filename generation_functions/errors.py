"""Every error this software raises on purpose, on one page.

A message says what happened, where (file, line, key or record) and what to do next.
`exit_code` is what the command line returns when the error ends a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


class AugmentoolkitError(Exception):
    """Ends a run as FAILED."""

    exit_code = 1


@dataclass(frozen=True)
class Problem:
    """One thing wrong in a config or prompt file."""

    message: str
    file: str = ""
    line: int = 0
    key: str = ""

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return ": ".join(part for part in (where, self.key, self.message) if part)


class UsageError(AugmentoolkitError):
    """The command or its arguments are wrong."""

    exit_code = 2


class ConfigError(AugmentoolkitError):
    """A config or prompt file cannot be used. Carries every problem found, not just the first."""

    exit_code = 2

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = problems
        super().__init__("\n".join(str(problem) for problem in problems))


class RunLockedError(AugmentoolkitError):
    """Another living process is working in the same output folder."""

    exit_code = 2


class PausedError(AugmentoolkitError):
    """The run stopped cleanly and running the same command again goes on from here."""

    exit_code = 3


class EndpointDownError(PausedError):
    """A model endpoint stayed in trouble for longer than its patience."""


class BudgetReachedError(PausedError):
    """`max_cost` or `max_calls` was reached."""


class InterruptedRunError(AugmentoolkitError):
    """SIGINT or SIGTERM."""

    exit_code = 130


class StoppingError(AugmentoolkitError):
    """The run is stopping and sends nothing more; the stage knows why."""


class ModelRefusedError(AugmentoolkitError):
    """The provider's answer can never become a good one: wrong key, unknown model, no quota."""


class StorageError(AugmentoolkitError):
    """The disk is full or a run folder cannot be written."""


class EmptyStageError(AugmentoolkitError):
    """No record was left after a stage; the message says at which step they went and why."""


class UnreadableDocumentError(AugmentoolkitError):
    """A document cannot be read. The run names it, skips it and goes on."""


class UnusableReplyError(AugmentoolkitError):
    """A reply cannot be used. The message is sent back to the model when it is asked again."""


class RecordFailedError(AugmentoolkitError):
    """One record cannot be finished. It goes to failed.jsonl with this message; the run goes on.

    Attributes:
        answers: What a model said before it was given up: {"attempt", "reason", "answer"} each.
        asked: Record id and step of the call that failed, which `retry-failed` makes again.
    """

    def __init__(self, message: str, answers: list[dict[str, Any]] | None = None) -> None:
        self.answers = answers or []
        self.asked: tuple[str, str] | None = None
        super().__init__(message)
