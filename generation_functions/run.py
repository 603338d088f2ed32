"""A run: one pipeline at work in one output folder.

    with Run(Path("outputs/poems")) as run:
        my_pipeline(run, input_dir=Path("inputs/sample"), model=Model(name="offline"))

A pipeline asks the run for chunks, carries records through steps with `map`, and writes datasets. Running the
same thing again resumes it: a run is a folder, and whatever is in the folder is never paid for twice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from time import monotonic
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from generation_functions.client import PROMPT_DIGITS, Client, Retries
from generation_functions.collecting import fewer_collections
from generation_functions.completion import Reads, completion, is_complete, outcome_of
from generation_functions.connections import Connections, choose_automatically
from generation_functions.errors import EmptyStageError
from generation_functions.events import EventLog
from generation_functions.interrupts import Interrupts
from generation_functions.loop_thread import LoopThread
from generation_functions.masking import Mask
from generation_functions.model import AUTO, Model
from generation_functions.progress import Snapshot, loop_snapshot, stage_snapshot
from generation_functions.prompts import Prompt, Prompts, load_prompts
from generation_functions.records import Record, stable_hash
from generation_functions.run_calls import close_ledger, open_ledger
from generation_functions.run_folder import RunFolder, read_json
from generation_functions.run_log import RunLog, logger
from generation_functions.run_output import DATASETS, SUMMARY_FILE, Layout, RunOutput, ToRow
from generation_functions.run_scope import Scope
from generation_functions.sources import Cut, Sources, take_sample
from generation_functions.stage import Stage, Tally, stage_summary
from generation_functions.stage_store import Records, StageStore
from generation_functions.steps import Step, step_name
from generation_functions.under_way import UnderWay

if TYPE_CHECKING:
    from generation_functions.chat_templates import ChatTemplate
    from generation_functions.datasets.collected import Collected
    from generation_functions.part_output import PartOutput

_PROGRESS_SECONDS = 0.25


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
        self.mask = Mask()  # takes keys out of all that is written; learns those of models by itself
        self.sample = sample
        self.stages: list[dict[str, Any]] = []
        self.notes: list[str] = []
        self.models: list[tuple[str, Model]] = []  # parameter, what answers for it
        self._parameters = dict(models or {})
        self.prompts_used: dict[str, Prompt] = {}  # by the first digits of their digests
        self.whole_output = RunOutput(self, self.folder / work)
        self.output: RunOutput | PartOutput = self.whole_output
        self.collected: dict[str, Collected] = {}  # of a part: what it made
        self.told: dict[str, dict[str, Any]] = {}  # see tell
        self.summary: dict[str, Any] = {}
        self.finished = False  # an earlier run did all of this, and what it made is still there
        self.work_folder = self.folder / work
        self._caps = (max_cost, max_calls)
        self._reuse_calls = reuse_calls
        self._retries = retries or {}
        self._on_progress = on_progress
        self._observe = observe
        self.identity = stable_hash(fingerprint or os.urandom(8).hex(), sample, sorted(map(str, self._retries.items())))
        self.scope = Scope(self.identity)
        self._held = RunFolder(self.folder)
        self.loop = LoopThread()
        self._is_a_sample = bool(work)
        self._now = UnderWay(self.loop)
        self._samples: dict[str, tuple[int, int]] = {}
        self._reads = Reads()
        self.interrupts = Interrupts(self._now.stop)

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
        self.scope.depends_on(model.public())
        self.models += [(name, model) for name in parameters if (name, model) not in self.models]
        return self.connections.client(model)

    def prompts(self, default: Path, *overrides: Path | None) -> Prompts:
        """The prompts of a folder, file by file replaced by those of each of `overrides`, the last one winning."""
        loaded = load_prompts(default, *overrides)
        self.prompts_used.update((prompt.digest[:PROMPT_DIGITS], prompt) for prompt in loaded.values())
        self.scope.depends_on(self._reads.prompts(loaded, default, *overrides))
        return loaded

    def reads(self, path: Path) -> None:
        """Note a file or folder that the run depends on besides its documents: a finished run notices an edit."""
        self._reads.paths.add(Path(path))
        self.scope.depends_on(self._reads.listing(Path(path)))

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
        so that a larger limit contains the smaller one's. Parts that ask for the same chunks share them.

        Raises:
            EmptyStageError: There was nothing to read.
        """
        self.interrupts.check()
        cut = Cut(Path(input_dir), chunk_size, overlap, limit, drop_near_duplicates, self.scope.corpus)
        known = self.sources.known(cut)
        if known is None:
            known = self.sources.chunks(cut, self._new_file("chunks"))
            stage = {**known.stage, "name": self.scope.named("chunks")}
            self.stages.append(stage)
            self.events.add("stage-finished", **stage)
        self._reads.paths.add(cut.input_dir)
        self.scope.depends_on(known.digest)
        return known.records

    def map(self, records: Iterable[Record], *steps: Step, name: str = "records") -> Records:
        """Carry every record through every step. Returns the results, on disk, in input order.

        Raises:
            EmptyStageError: No record came out; says at which step they went and why.
            PausedError, InterruptedRunError, ModelRefusedError, StorageError: see errors.py.
        """
        self.interrupts.check()
        records = self._sampled(records)
        name = self.scope.named(name)
        self.scope.depends_on(name, list(map(step_name, steps)))
        store = StageStore(self._new_file(name.removeprefix(f"{self.scope.part}: ")), self.scope.digest)
        stage = Stage(
            name,
            steps,
            store,
            workers=self.connections.workers,
            on_progress=self._report,
            observe=self._observe,
            mask=self.mask,
        )
        self.events.add("stage-started", stage=name, total=stage.total)
        self._now.stage = stage
        try:
            with fewer_collections():
                self.loop.run(stage.run(records))
        finally:
            self._now.stage = None
            results = stage.results()
            self._finish_stage(stage, results)
        self.scope.depends_on(stage.input_digest)
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
        folder: str = DATASETS,
        template: ChatTemplate | None = None,
    ) -> int:
        """Write a dataset, with provenance for each row. Returns the number of rows.

        `to_row(record)` gives a row, several, or None. With `holdout`, records of that share of the chunks go to
        eval_questions.jsonl (those with `question` and `answer`) and never into the dataset. `folder` is below the
        output folder. Where chat becomes text or segments, `template` says how; ChatML without one.

        A part writes nothing: it collects rows as they are, in `collected`.
        """
        self.interrupts.check()
        layout = Layout(output_format, parquet, folder, template)
        return self.output.write(name, records, to_row, layout, holdout=holdout)

    def keep_for_evaluation(self, records: Iterable[Record]) -> int:
        """Write records with `question` and `answer` to eval_questions.jsonl. Returns how many there were."""
        return self.whole_output.keep_for_evaluation(records)

    def save(self, path: str, content: str | Iterable[Mapping[str, Any]]) -> None:
        """Write a text file, or JSON lines, to `path` below the output folder: whole, or not at all."""
        self.interrupts.check()
        self.output.save(path, content)

    def tell(self, dataset: str = "", **facts: Any) -> None:
        """Add facts to the summary, or to what it says of the dataset in a file, for the card and the report."""
        self.told.setdefault(dataset, {}).update(facts)

    def count(self, stage: str, *tallies: Tally) -> None:
        """Add a stage that was not a `map` to the funnel."""
        summary = stage_summary(self.scope.named(stage), tallies, tallies[0].entered, tallies[-1].made)
        self.stages.append(summary)
        self.events.add("stage-finished", **summary)

    def part(self, name: str, *, corpus: str = "") -> Run:
        """A run inside this one, for a pipeline that calls another: same folder, models, log and caps.

        It has stage files and a place in the funnel of its own, under `name`, and hands what its pipeline writes to
        `collected` instead of into datasets. `corpus` keeps the documents of several input folders apart.
        """
        from generation_functions.part_output import start_part

        return start_part(self, name, corpus)

    def progress(self, percent: float, message: str = "") -> None:
        """For pipelines that loop by themselves: how far they are. Raises when the run is to stop."""
        self.interrupts.check()
        now = monotonic()
        if now - self._now.progress_at >= _PROGRESS_SECONDS or percent >= 100:
            self._now.progress_at = now
            self._show(loop_snapshot(self.pipeline, percent, message))

    def note(self, text: str) -> None:
        """Something a person should know: goes to the log, the report and the screen."""
        text = self.scope.named(text)
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
        if not self._is_a_sample and is_complete(self.folder, self._state, self.identity):
            self.finished = True
            self.summary = read_json(self.folder / SUMMARY_FILE)
        self.events = EventLog(self.work_folder, self.mask)
        self.events.add("run-started", pipeline=self.pipeline, finished=self.finished)
        self._messages = RunLog(self.work_folder, self.mask)
        self.ledger = open_ledger(
            self.folder,
            self._caps,
            reuse=self._reuse_calls,
            retries=self._retries,
            before_call=self._now.check,
            before_send=self._now.check_sending,
        )
        self.log = self.ledger.log
        if self.log.damaged_lines:
            self.note(f"{self.log.damaged_lines} damaged line(s) at the end of the call log were left out")
        self.connections = Connections(self.ledger, self.loop, self.mask)
        self.ledger.client_for = self.connections.client
        for retry in self._retries.values():
            for _, instead in retry.replacements:
                self.connections.client(instead)  # now: a step, inside the event loop, could not open it
        self.sources = Sources(self.folder / "documents", self.note)
        if not self._is_a_sample:
            self._held.register()
        if not self.finished:
            self._set_state("running")
        self.interrupts.catch()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        status, message = outcome_of(error)
        untouched = self.finished and not self.stages and error is None
        try:
            self.whole_output.close(error)
            if not untouched:
                self.summary = self.whole_output.finish(status, message, monotonic() - self._started)
        except BaseException as failure:
            error = failure
            status, message = outcome_of(failure)
            raise
        finally:
            self.interrupts.release()
            self.connections.close()
            self.loop.close()
            close_ledger(self.ledger)
            self.events.add("run-ended", status=status, message=message)
            self.events.close()
            self._messages.close(status, error, message)
            if not untouched:
                made = self.whole_output.folders
                facts = completion(self.folder, self.identity, self._reads, made) if error is None else {}
                self._set_state(status, message=message, **facts)
            self._held.release()

    def _set_state(self, status: str, **facts: Any) -> None:
        if self._is_a_sample:
            return
        keep = {name: self._state[name] for name in ("auto",) if name in self._state}
        state = {"pipeline": self.pipeline, "status": status, "pid": os.getpid(), **keep, **facts}
        self._state = {**self._state, **state}
        self._held.write_state({**self.mask.inside(state), "config": self.config})

    # -- stages ------------------------------------------------------------------------------------------

    @property
    def sampled(self) -> tuple[int, int] | None:
        """Records that estimate or preview took, and how many there were; None without a sample."""
        counts = self._samples.values()
        return (sum(taken for taken, _ in counts), sum(total for _, total in counts)) if counts else None

    def _sampled(self, records: Iterable[Record]) -> Iterable[Record]:
        if self.sample is None or self.scope.sampled:
            return records
        self.scope.sampled = True
        chosen, total = take_sample(records, self.sample)
        self._samples[str(getattr(records, "path", self.scope.part))] = (len(chosen), total)
        return chosen

    def _new_file(self, name: str) -> Path:
        return self.scope.new_file(self.whole_output.folder / "stages", name)

    def _finish_stage(self, stage: Stage, results: Records) -> None:
        if stage.skipped:
            logger.info("%s: %d finished records taken over", stage.name, stage.skipped)
        summary = stage.summary(len(results))
        self.stages.append(summary)
        self.output.stage_finished(results)
        self.events.add("stage-finished", **summary)

    def _report(self, stage: Stage) -> None:
        self._show(stage_snapshot(stage, self.ledger, self.connections))

    def _show(self, snapshot: Snapshot) -> None:
        self.events.add("progress", **snapshot)
        if self._on_progress:
            self._on_progress(snapshot)
