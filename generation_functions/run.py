"""A run: one pipeline at work in one output folder.

    with Run(Path("outputs/poems")) as run:
        my_pipeline(run, input_dir=Path("inputs/sample"), model=Model(name="offline"))

A pipeline asks the run for chunks, carries records through steps with `map`, and writes datasets. Running the
same thing again resumes it: a run is a folder, and whatever is in the folder is never paid for twice.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import Any, Self

from generation_functions.call_log import CallLog
from generation_functions.client import Client, Ledger, Retries
from generation_functions.collecting import fewer_collections
from generation_functions.completion import completion, is_complete
from generation_functions.connections import Connections, choose_automatically
from generation_functions.errors import (
    AugmentoolkitError,
    EmptyStageError,
    InterruptedRunError,
    PausedError,
)
from generation_functions.events import EventLog
from generation_functions.interrupts import Interrupts
from generation_functions.loop_thread import LoopThread
from generation_functions.model import AUTO, Model
from generation_functions.money import Budget
from generation_functions.progress import Snapshot, loop_snapshot, stage_snapshot
from generation_functions.prompts import Prompt, Prompts, load_prompts
from generation_functions.records import Record, stable_hash
from generation_functions.run_folder import RunFolder, other_calls, read_json
from generation_functions.run_output import SUMMARY_FILE, RunOutput, ToRow
from generation_functions.sources import Sources, take_sample
from generation_functions.stage import Observer, Stage
from generation_functions.stage_store import Records, StageStore
from generation_functions.steps import Step

_PROGRESS_SECONDS = 0.25
logger = logging.getLogger("augmentoolkit")


class Run:
    """Everything a pipeline needs from the engine. Use as a context manager.

    Args:
        output_dir: The run's folder.
        pipeline: Name of the pipeline, for people and the card.
        description: What the pipeline makes, for the card.
        models: The pipeline's models by parameter, for people and the card.
        config: The resolved config, secrets masked: it is saved and shown.
        fingerprint: Of config and code; finished records are taken over unprocessed while it holds.
        max_cost: Dollars this folder may spend over its whole life.
        max_calls: Calls this folder may make over its whole life.
        reuse_calls: Take replies that other runs on this machine paid for.
        sample: Carry only this many records through, chosen by a stable hash (for estimate and preview).
        work: Subfolder for everything but calls and documents; keeps a sample apart from the run itself.
        retries: Failed records to take up again.
        on_progress: Called with a snapshot about four times a second.
        observe: Called with (stage, step, record before, result after).
    """

    def __init__(
        self,
        output_dir: Path,
        *,
        pipeline: str = "pipeline",
        description: str = "",
        models: Mapping[str, Model] | None = None,
        config: Mapping[str, Any] | None = None,
        fingerprint: str = "",
        max_cost: float | None = None,
        max_calls: int | None = None,
        reuse_calls: bool = True,
        sample: int | None = None,
        work: str = "",
        retries: Retries | None = None,
        on_progress: Callable[[Snapshot], None] | None = None,
        observe: Callable[[str, str, Record, Any], None] | None = None,
    ) -> None:
        self.folder = Path(output_dir)
        self.pipeline = pipeline
        self.description = description
        self.config = dict(config or {})
        self.sample = sample
        self.sampled: tuple[int, int] | None = None  # records taken, records there were
        self.stages: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.models: list[tuple[str, Model]] = []  # parameter, what answers for it
        self._parameters = dict(models or {})
        self.prompts_used: dict[str, Prompt] = {}
        self.output = RunOutput(self, self.folder / work)
        self.summary: dict[str, Any] = {}
        self.finished = False  # an earlier run did all of this, and what it made is still there
        self.work_folder = self.folder / work
        self._caps = (max_cost, max_calls)
        self._reuse_calls = reuse_calls
        self._retries = retries or {}
        self._on_progress = on_progress
        self._observe = observe
        self._chain = stable_hash(fingerprint or os.urandom(8).hex(), sample, sorted(map(str, self._retries.items())))
        self._held = RunFolder(self.folder)
        self._loop = LoopThread()
        self._stage: Stage | None = None
        self._interrupts = Interrupts(self._stop_stage)
        self._progress_at = 0.0
        self._files_used: set[str] = set()

    # -- what pipelines use ------------------------------------------------------------------------------

    def client(self, model: Model) -> Client:
        """Who answers for `model`; give it to `ask` and its kind. `auto` is decided here, once per run folder."""
        parameters = [name for name, value in self._parameters.items() if value == model] or ["model"]
        if model.name == AUTO:
            chosen = self._state.get("auto")
            model = model.model_copy(update=chosen) if chosen else choose_automatically(model)
            if not chosen:
                self._state["auto"] = {"name": model.name, "base_url": model.base_url}
                self._set_state("running")  # so that the choice holds after a kill too
            self.note(f"model auto: {model.name} at {model.base_url}" if model.base_url else "model auto: offline")
        self._chain = stable_hash(self._chain, model.public())
        self.models += [(name, model) for name in parameters if (name, model) not in self.models]
        return self.connections.client(model)

    def prompts(self, default: Path, override: Path | None = None) -> Prompts:
        """The prompts of a folder, file by file replaced by those of `override`."""
        loaded = load_prompts(default, override)
        self.prompts_used.update(loaded)
        self._chain = stable_hash(self._chain, sorted((name, prompt.digest) for name, prompt in loaded.items()))
        return loaded

    def chunks(
        self,
        input_dir: Path,
        *,
        chunk_size: int,
        overlap: int = 0,
        limit: int | None = None,
        drop_near_duplicates: bool = True,
    ) -> Records:
        """Read every document below `input_dir` and cut it into chunk records.

        Unreadable files are named, skipped and counted. With `limit`, that many chunks are chosen by a stable hash,
        so that a larger limit contains the smaller one's.

        Raises:
            EmptyStageError: There was nothing to read.
        """
        self._interrupts.check()
        chunks = self.sources.chunks(
            input_dir,
            self._new_file("chunks"),
            chunk_size=chunk_size,
            overlap=overlap,
            limit=limit,
            drop_near_duplicates=drop_near_duplicates,
        )
        self._chain = stable_hash(self._chain, self.sources.digest)
        self.stages.append(self.sources.stage)
        self.events.add("stage-finished", **self.sources.stage)
        return chunks

    def map(self, records: Iterable[Record], *steps: Step, name: str = "records") -> Records:
        """Carry every record through every step. Returns the results, on disk, in input order.

        Raises:
            EmptyStageError: No record came out; says at which step they went and why.
            PausedError, InterruptedRunError, ModelRefusedError, StorageError: see errors.py.
        """
        self._interrupts.check()
        if self.sample is not None and self.sampled is None:
            records, total = take_sample(records, self.sample)
            self.sampled = (len(records), total)
        self._chain = stable_hash(self._chain, name)
        store = StageStore(self._new_file(name), self._chain)
        stage = Stage(
            name,
            steps,
            store,
            workers=self.connections.workers,
            on_progress=self._report,
            observe=self._observer(name, steps),
        )
        self.events.add("stage-started", stage=name, total=stage.total)
        self._stage = stage
        try:
            with fewer_collections():
                self._loop.run(stage.run(records))
        finally:
            self._stage = None
            results = stage.results()
            self._finish_stage(stage, results)
        self._chain = stable_hash(self._chain, stage.input_digest)
        if not len(results) and self.sample is None:
            raise EmptyStageError(stage.why_empty())
        return results

    def write(
        self,
        name: str,
        records: Iterable[Record],
        to_row: ToRow,
        *,
        output_format: str = "messages",
        parquet: bool = False,
        holdout: float = 0.0,
    ) -> int:
        """Write a dataset, with provenance for each row. Returns the number of rows.

        `to_row(record)` gives a row, several, or None. With `holdout`, records of that share of the chunks go to
        eval_questions.jsonl (those with `question` and `answer`) and never into the dataset.
        """
        self._interrupts.check()
        return self.output.write(name, records, to_row, output_format=output_format, parquet=parquet, holdout=holdout)

    def progress(self, percent: float, message: str = "") -> None:
        """For pipelines that loop by themselves: how far they are. Raises when the run is to stop."""
        self._interrupts.check()
        now = monotonic()
        if now - self._progress_at >= _PROGRESS_SECONDS or percent >= 100:
            self._progress_at = now
            self._show(loop_snapshot(self.pipeline, percent, message))

    def note(self, text: str) -> None:
        """Something a person should know: goes to the log, the report and the screen."""
        if text not in self.notes:
            self.notes.append(text)
        logger.info(text)
        self.events.add("note", text=text)

    # -- life --------------------------------------------------------------------------------------------

    def __enter__(self) -> Self:
        self._held.acquire()
        try:
            self._open()
        except BaseException:
            self._held.release()
            raise
        return self

    def _open(self) -> None:
        self._started = monotonic()
        self.work_folder.mkdir(parents=True, exist_ok=True)
        self._state = self._held.read_state()
        self._identity = self._chain
        if not self._is_a_sample and is_complete(self.folder, self._state, self._identity):
            self.finished = True
            self.summary = read_json(self.folder / SUMMARY_FILE)
        self.events = EventLog(self.work_folder)
        self._log_handler = logging.FileHandler(self.work_folder / "log.txt", encoding="utf-8")
        self._log_handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(self._log_handler)
        logger.setLevel(logging.INFO)
        self.log = CallLog(self.folder / "calls")
        if self.log.damaged_lines:
            self.note(f"{self.log.damaged_lines} damaged line(s) at the end of the call log were left out")
        others = [CallLog(calls, writable=False) for calls in other_calls(self.folder)] if self._reuse_calls else []
        budget = Budget(self.log, *self._caps)
        self.ledger = Ledger(
            self.log,
            budget,
            others,
            retries=self._retries,
            before_call=self._check_stage,
            before_send=self._check_sending,
        )
        self.connections = Connections(self.ledger, self._loop)
        self.ledger.client_for = self.connections.client
        for retry in self._retries.values():
            for _, instead in retry.replacements:
                self.connections.client(instead)  # now: a step, inside the event loop, could not open it
        self.sources = Sources(self.folder / "documents", self.note)
        if not self._is_a_sample:
            self._held.register()
        if not self.finished:
            self._set_state("running")
        self._interrupts.catch()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        status, message = _outcome(error)
        untouched = self.finished and not self.stages and error is None
        try:
            self.output.close(error)
            if not untouched:
                self.summary = self.output.finish(status, message, monotonic() - self._started)
        except BaseException as failure:
            error = failure
            status, message = _outcome(failure)
            raise
        finally:
            self._interrupts.release()
            self.connections.close()
            self._loop.close()
            self.log.close()
            for other in self.ledger.others:
                other.close()
            if error is not None and not isinstance(error, AugmentoolkitError):
                logger.error("the pipeline raised", exc_info=error)
            self.events.add("run-ended", status=status, message=message)
            self.events.close()
            logger.removeHandler(self._log_handler)
            self._log_handler.close()
            if not untouched:
                facts = completion(self.folder, self._identity, self.sources.folders) if error is None else {}
                self._set_state(status, message=message, **facts)
            self._held.release()

    @property
    def _is_a_sample(self) -> bool:
        return self.work_folder != self.folder

    def _set_state(self, status: str, **facts: Any) -> None:
        if self._is_a_sample:
            return
        keep = {name: self._state[name] for name in ("auto",) if name in self._state}
        state = {"pipeline": self.pipeline, "status": status, "pid": os.getpid(), **keep, **facts}
        self._state = {**self._state, **state}
        self._held.write_state({**state, "config": self.config})

    # -- stopping ----------------------------------------------------------------------------------------

    def _stop_stage(self, reason: InterruptedRunError) -> bool:
        if self._stage is None:
            return False
        self._loop.call_soon(self._stage.stop, reason)
        return True

    def _check_stage(self) -> None:
        if self._stage is not None:
            self._stage.check()

    def _check_sending(self) -> None:
        self.log.check()
        if self._stage is not None:
            self._stage.check_sending()

    # -- stages ------------------------------------------------------------------------------------------

    def _new_file(self, name: str) -> Path:
        stem = f"{len(self._files_used) + 1:02d}-{_file_name(name)}"
        self._files_used.add(stem)
        return self.work_folder / "stages" / f"{stem}.jsonl"

    def _observer(self, stage: str, steps: tuple[Step, ...]) -> Observer | None:
        if self._observe is None:
            return None
        from generation_functions.steps import step_name

        names, observe = [step_name(step) for step in steps], self._observe
        return lambda index, record, result: observe(stage, names[index], record, result)

    def _finish_stage(self, stage: Stage, results: Records) -> None:
        if stage.skipped:
            logger.info("%s: %d finished records taken over", stage.name, stage.skipped)
        summary = {
            "name": stage.name,
            "records_in": stage.done,
            "records_out": len(results),
            "seconds": round(monotonic() - stage.started, 3),
            "steps": [tally.as_dict() for tally in stage.tallies],
        }
        self.stages.append(summary)
        self.output.stage_finished(results)
        self.events.add("stage-finished", **summary)

    def _report(self, stage: Stage) -> None:
        self._show(stage_snapshot(stage, self.ledger, self.connections))

    def _show(self, snapshot: Snapshot) -> None:
        self.events.add("progress", **snapshot)
        if self._on_progress:
            self._on_progress(snapshot)


def _outcome(error: BaseException | None) -> tuple[str, str]:
    if error is None:
        return "completed", ""
    if isinstance(error, PausedError):
        return "paused", str(error)
    if isinstance(error, InterruptedRunError):
        return "interrupted", str(error)
    return "failed", str(error) or type(error).__name__


def _file_name(name: str) -> str:
    return "".join(letter if letter.isalnum() else "-" for letter in name.lower()).strip("-") or "stage"
