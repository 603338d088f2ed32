"""What a part of a composition makes: rows collected on disk, for the composition to mix into training files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from generation_functions.datasets.collected import Collected, RowCollector
from generation_functions.datasets.holdout import record_sources
from generation_functions.datasets.offered import Offered
from generation_functions.datasets.rows import BrokenRowError, Row, row_name, row_problem, row_texts
from generation_functions.errors import RecordFailedError
from generation_functions.records import Record, record_id
from generation_functions.run_output import Layout, RunOutput, ToRow, rows_of
from generation_functions.run_scope import as_file_name
from generation_functions.stage import Tally
from generation_functions.stage_store import Records
from generation_functions.tokens import count_tokens

if TYPE_CHECKING:
    from generation_functions.run import Run


class PartOutput:
    """Stands where a run has its `RunOutput`; what is not rows goes to that one."""

    def __init__(self, part: Run, whole: RunOutput) -> None:
        self._part = part
        self._whole = whole

    def stage_finished(self, results: Records) -> None:
        """Note the records that failed in a stage."""
        self._whole.stage_finished(results)

    def save(self, path: str, content: str | Iterable[Mapping[str, Any]]) -> None:
        """See `Run.save`; the part has a folder of its own."""
        folder = self._part.work_folder.relative_to(self._whole.folder)
        self._whole.save(f"{folder.as_posix()}/{path}", content)

    def write(self, name: str, records: Iterable[Record], to_row: ToRow, layout: Layout, *, holdout: float) -> int:
        """Collect rows as they are; their layout is up to whoever writes the training files."""
        folder = self._part.work_folder / "rows"
        path = folder / f"{as_file_name(name)}.jsonl"
        with RowCollector(path) as rows, RowCollector(path.with_suffix(".held-out.jsonl")) as held_out:
            collecting = _Collecting(self._part, name, rows, held_out, holdout)
            for record in records:
                collecting.take(record, to_row, self._whole)
            collected = Collected(rows.finish(), held_out.finish())
        self._part.collected[name] = collected
        self._part.count(f"rows of {name}", collecting.records, collecting.made)
        return len(collected.rows)


class _Collecting:
    """One dataset of a part under way, with its place in the funnel."""

    def __init__(self, part: Run, dataset: str, rows: RowCollector, held_out: RowCollector, holdout: float) -> None:
        self._part, self._dataset = part, dataset
        self._rows, self._held_out = rows, held_out
        self._offered = Offered(dataset, holdout)
        self.records = Tally("make rows")
        self.made = Tally("check rows")

    def take(self, record: Record, to_row: ToRow, whole: RunOutput) -> None:
        if not self._offered.is_for_training(record):
            self._hold_out(record)
            return
        try:
            rows = rows_of(record, to_row(record))
        except RecordFailedError as error:
            whole.note_failed(self._offered.failed_line(record, "row", error))
            self.records.count("failed", str(error).split("\n", 1)[0])
            return
        if not rows:
            self.records.count("dropped", "gave no row")
            return
        self.records.count("kept", len(rows))
        for row in rows:
            problem = row_problem(row)
            if problem is None:
                self._add(row, record)
                self.made.count("kept", 1)
            else:
                broken = BrokenRowError(f"dataset {self._dataset}, {row_name(row)}", problem)
                whole.note_failed(self._offered.failed_line(record, "row", broken))
                self.made.count("failed", problem)

    def _add(self, row: Row, record: Record) -> None:
        # Ids of two parts, or of two datasets of one part, must not meet in one training file.
        identity = record_id(self._part.scope.part, self._dataset, row["id"])
        content = {key: value for key, value in row.items() if key != "id"}
        tokens = sum(map(count_tokens, row_texts(row)))
        sources, calls = record_sources(record), record.get("calls", ())
        self._rows.add(content, identity=identity, tokens=tokens, sources=sources, calls=calls)

    def _hold_out(self, record: Record) -> None:
        question, answer = record.get("question"), record.get("answer")
        asks = isinstance(question, str) and isinstance(answer, str) and question.strip() and answer.strip()
        self.records.count("dropped", "held out for the evaluation" if asks else "held out, without a question")
        if asks:
            identity = record_id(self._part.scope.part, self._dataset, record["id"])
            row = {"question": question, "answer": answer}
            sources, calls = record_sources(record), record.get("calls", ())
            self._held_out.add(row, identity=identity, tokens=0, sources=sources, calls=calls)


def start_part(run: Run, name: str, corpus: str) -> Run:
    """See `Run.part`."""
    import copy

    from generation_functions.run_scope import Scope

    part = copy.copy(run)  # shares log, clients, prompts, notes, stages and lock
    part.scope = Scope(run.scope.digest, name, corpus or run.scope.corpus)
    part.scope.depends_on("part", name, corpus)
    part.work_folder = run.work_folder.joinpath("parts", *map(as_file_name, name.split("/")))
    part.work_folder.mkdir(parents=True, exist_ok=True)
    part.collected = {}
    part.output = PartOutput(part, run.whole_output)
    return part
