"""What a run leaves behind: datasets with provenance, failed records, summary, card and report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any, TypeVar

import orjson

from generation_functions.errors import EmptyStageError, RecordFailedError
from generation_functions.records import Record, record_id
from generation_functions.run_folder import write_atomically
from generation_functions.stage_store import Records

if TYPE_CHECKING:
    from generation_functions.chat_templates import ChatTemplate
    from generation_functions.datasets.holdout import EvalQuestionWriter
    from generation_functions.datasets.jsonl import AtomicJsonLines
    from generation_functions.datasets.offered import Offered
    from generation_functions.datasets.provenance import ProvenanceWriter
    from generation_functions.datasets.writer import DatasetWriter
    from generation_functions.run import Run

Row = dict[str, Any]
T = TypeVar("T")
ToRow = Callable[[Record], Row | list[Row] | None]
DATASETS = "datasets"
SUMMARY_FILE = "summary.json"
FAILED_FILE = "failed.jsonl"
REPORT_FILE = "report.html"


@dataclass(frozen=True)
class Layout:
    """How a dataset's rows are laid out, and in which folder below the output folder; see `Run.write`."""

    output_format: str = "messages"
    parquet: bool = False
    folder: str = DATASETS
    template: ChatTemplate | None = None


class RunOutput:
    """Writes into a run's folder; files appear whole, and only when the run has completed them."""

    def __init__(self, run: Run, folder: Path) -> None:
        self.folder = folder
        self.datasets: list[dict[str, Any]] = []
        self.folders: set[str] = set()  # below the output folder, that this run wrote to
        self._saved: set[str] = set()  # files that the pipeline wrote itself
        self._run = run
        self._open = ExitStack()
        self._failed: AtomicJsonLines | None = None
        self._failed_count = 0
        self._provenance: ProvenanceWriter | None = None
        self._questions: EvalQuestionWriter | None = None

    def keep_open(self, context: AbstractContextManager[T]) -> T:
        """Enter `context`; it is left when the run ends."""
        return self._open.enter_context(context)

    def stage_finished(self, results: Records) -> None:
        """Note the records that failed in a stage."""
        for line in results.lines(special=True):
            for failed in line.get("failed", ()):
                self.note_failed(failed)

    def write(self, name: str, records: Iterable[Record], to_row: ToRow, layout: Layout, *, holdout: float) -> int:
        """See `Run.write`."""
        from generation_functions.datasets.offered import Offered
        from generation_functions.datasets.writer import DatasetWriter

        offered = Offered(name, holdout)
        target = self.folder / layout.folder
        with DatasetWriter(target, name, layout.output_format, layout.parquet, layout.template) as writer:
            for record in records:
                if offered.is_for_training(record):
                    self._write_rows(writer, offered, record, to_row)
                else:
                    self._keep_for_evaluation(offered, record)
            if not writer.rows and self._run.sample is None:
                self._note_dataset(writer, offered, layout.folder)
                raise EmptyStageError(offered.why_empty())
        self._note_dataset(writer, offered, layout.folder)
        return writer.rows

    def _note_dataset(self, writer: DatasetWriter, offered: Offered, folder: str) -> None:
        file = str(PurePosixPath(folder, writer.file))
        self.folders.add(file.partition("/")[0])
        self.datasets.append({**writer.summary(), "file": file, **offered.as_dict()})

    def save(self, path: str, content: str | Iterable[Mapping[str, Any]]) -> None:
        """See `Run.save`."""
        from generation_functions.datasets.jsonl import AtomicJsonLines, write_text

        self.folders.update(Path(path).parts[:-1][:1])
        self._saved.add(path)
        if isinstance(content, str):
            write_text(self.folder / path, content)
            return
        with AtomicJsonLines(self.folder / path) as lines:
            for line in content:
                lines.write(line)

    def keep_for_evaluation(self, records: Iterable[Record]) -> int:
        """See `Run.keep_for_evaluation`."""
        for record in records:
            self._ask_later(record, record["question"], record["answer"])
        return self._questions.rows if self._questions else 0

    def _write_rows(self, writer: DatasetWriter, offered: Offered, record: Record, to_row: ToRow) -> None:
        provenance = self._provenance_writer()
        try:
            rows = rows_of(record, to_row(record))
        except RecordFailedError as error:
            self.note_failed(offered.failed_line(record, "row", error))
            return
        offered.without_row += not rows
        for row in rows:
            try:
                identity = writer.write(row)
            except RecordFailedError as error:
                self.note_failed(offered.failed_line(record, "row", error))
            else:
                provenance.write(writer.name, identity, record)

    def _keep_for_evaluation(self, offered: Offered, record: Record) -> None:
        question, answer = record.get("question"), record.get("answer")
        if not isinstance(question, str) or not isinstance(answer, str):
            offered.without_question += 1
            return
        try:
            self._ask_later(record, question, answer)
        except RecordFailedError as error:
            self.note_failed(offered.failed_line(record, "evaluation question", error))

    def _ask_later(self, record: Record, question: str, answer: str) -> None:
        from generation_functions.datasets.holdout import EvalQuestionWriter

        if self._questions is None:
            self._questions = self._open.enter_context(EvalQuestionWriter(self.folder))
        self._questions.write(record, question, answer)

    def note_failed(self, failed: dict[str, Any]) -> None:
        """Add a line to failed.jsonl."""
        if self._failed is None:
            from generation_functions.datasets.jsonl import AtomicJsonLines

            self._failed = AtomicJsonLines(self.folder / FAILED_FILE)
        self._failed.write({**failed, "reason": self._run.mask(str(failed["reason"]))})
        self._failed_count += 1

    def _provenance_writer(self) -> ProvenanceWriter:
        from generation_functions.datasets.provenance import ProvenanceWriter

        if self._provenance is None:
            self._provenance = self._open.enter_context(ProvenanceWriter(self.folder, self._call_facts))
        return self._provenance

    def _call_facts(self, key: str) -> dict[str, Any] | None:
        entry = self._run.log.get(key)
        if entry is None:
            return None
        prompt = self._run.prompts_used.get(entry.get("prompt", ""))
        return {
            "step": entry["step"],
            "prompt": prompt.name if prompt else None,
            "prompt_digest": prompt.digest if prompt else None,
            "model": entry["model"],
            "attempts": entry.get("attempt", 0) + 1,
            "input_tokens": entry["input_tokens"],
            "output_tokens": entry["output_tokens"],
            "cost": entry["cost"],
        }

    def close(self, error: BaseException | None) -> None:
        """Publish provenance and held-out questions, or, after an error, leave the earlier ones as they were."""
        if error is not None:
            self._open.__exit__(type(error), error, error.__traceback__)
            return
        self._open.close()
        if self.datasets and self._questions is None:
            from generation_functions.datasets.holdout import EVAL_QUESTIONS_FILE

            # Those of an earlier run with another holdout: they are in the training data now.
            (self.folder / EVAL_QUESTIONS_FILE).unlink(missing_ok=True)

    def finish(self, status: str, message: str, seconds: float) -> dict[str, Any]:
        """Write failed.jsonl, summary.json and the report; after success also the card. Returns the summary."""
        self._publish_failed()
        summary = self._summary(status, message, seconds)
        summary = {**self._run.mask.inside(summary), "config": summary["config"]}  # that is masked key by key
        write_atomically(self.folder / "summary.json", orjson.dumps(summary, option=orjson.OPT_INDENT_2, default=str))
        if status == "completed" and self.datasets:
            from generation_functions.datasets.card import write_card

            write_card(self.folder, summary)
        of_its_own = REPORT_FILE in self._saved
        if status != "completed" or (self._run.stages and not of_its_own):
            from generation_functions.datasets.report import write_report

            write_report(self.folder, summary)
        return summary

    def _publish_failed(self) -> None:
        from generation_functions.datasets.jsonl import AtomicJsonLines

        if self._failed is None:  # an empty file, so that one of an earlier run does not stay
            self._failed = AtomicJsonLines(self.folder / FAILED_FILE)
        self._failed.close()

    def _summary(self, status: str, message: str, seconds: float) -> dict[str, Any]:
        run, totals = self._run, self._run.log.totals
        by_step = {
            step: {"calls": int(calls), "input_tokens": int(read), "output_tokens": int(written), "cost": cost}
            for step, (calls, read, written, cost) in totals.by_step.items()
        }
        rows_by_file: Counter[str] = self._provenance.rows_by_file if self._provenance else Counter()
        return {
            "pipeline": run.pipeline,
            "title": run.pipeline,
            "description": run.description,
            "status": status,
            "message": message,
            "offline": any(model.is_offline for _, model in run.models),
            "config": run.config,
            "models": [{"parameter": parameter, "base_url": "", **model.public()} for parameter, model in run.models],
            "prompts": [
                {"name": prompt.name, "file": prompt.path.name, "digest": prompt.digest}
                for prompt in sorted(run.prompts_used.values(), key=lambda prompt: (prompt.name, prompt.digest))
            ],
            "documents": {
                "read": [{**read, "rows": rows_by_file[read["file"]]} for read in run.sources.read],
                "skipped": run.sources.skipped,
            },
            "stages": run.stages,
            "calls": {
                "made": totals.calls,
                "reused": totals.reused + run.ledger.served,
                "rejected": totals.rejected,
                "input_tokens": totals.input_tokens,
                "output_tokens": totals.output_tokens,
                "cost": round(totals.cost, 6),
                "by_step": by_step,
                "troubles": run.connections.troubles(),
            },
            "datasets": [{**dataset, **run.told.get(dataset["file"], {})} for dataset in self.datasets],
            **run.told.get("", {}),
            "failed": self._failed_count,
            "seconds": round(seconds, 2),
            "notes": run.notes,
        }


def rows_of(record: Record, made: Row | list[Row] | None) -> list[Row]:
    """What a `to_row` made of `record`, as a list of rows with ids."""
    if made is None:
        return []
    if isinstance(made, dict):
        return [made if "id" in made else {"id": record["id"], **made}]
    return [row if "id" in row else {"id": record_id(record["id"], row), **row} for row in made]
