"""Opens what a run's model calls need: its call log, those of other runs, the budget."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from generation_functions.call_log import CallLog
from generation_functions.client import Ledger, Retries
from generation_functions.money import Budget
from generation_functions.run_folder import other_calls


def open_ledger(
    folder: Path,
    caps: tuple[float | None, int | None],
    *,
    reuse: bool,
    retries: Retries,
    before_call: Callable[[], None],
    before_send: Callable[[], None],
) -> Ledger:
    """The ledger of the run in `folder`.

    Args:
        folder: The run's output folder.
        caps: Most dollars and most calls over the folder's whole life.
        reuse: Take replies that other runs on this machine paid for.
        retries: Failed records to take up again.
        before_call: Raises when the run is stopping.
        before_send: Raises when not even a call within the budget is to go out.
    """
    log = CallLog(folder / "calls")
    others = [CallLog(calls, writable=False) for calls in other_calls(folder)] if reuse else []

    def check_sending() -> None:
        log.check()
        before_send()

    budget = Budget(log, *caps)
    return Ledger(log, budget, others, retries=retries, before_call=before_call, before_send=check_sending)


def close_ledger(ledger: Ledger) -> None:
    """Close all logs."""
    ledger.log.close()
    for other in ledger.others:
        other.close()
