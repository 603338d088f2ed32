"""All that runs have made to train on and to evaluate with, run by run."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generation.core_components.training_steps import few_steps_note
from generation_functions.run_folder import read_json
from generation_functions.run_output import DATASETS, SUMMARY_FILE
from web.datasets.schemas import DatasetEntry, DatasetKind
from web.datasets.training_folders import TrainingFolder, folders_with, training_folders
from web.reading.caches import Caches
from web.reading.datasets import datasets_of, format_of
from web.reading.files import file_in, stamp_at
from web.settings import Settings
from web.tables import Work
from web.tolerant import objects_of, text_of, whole_of
from web.watching import shown

QUESTIONS_FILE = "eval_questions.jsonl"


class RunDatasets:
    """What one run has made."""

    def __init__(self, settings: Settings, caches: Caches, work: Work) -> None:
        self.folder = Path(work.folder)
        self._settings, self._caches, self._work = settings, caches, work
        self._summarised = stamp_at(self.folder / SUMMARY_FILE)
        listed = objects_of(read_json(self.folder / SUMMARY_FILE).get("datasets"))
        self.listed = {text_of(entry.get("file")): entry for entry in listed}
        """What the summary says of each file of rows."""

    def entries(self) -> Iterator[DatasetEntry]:
        """Training folders first: they are what most people want."""
        folders = training_folders(self.folder)
        for one in folders:
            yield self._training(one)
        inside = tuple(f"{one.name}/" for one in folders if one.name)
        for dataset in datasets_of(self.folder).values():
            if not dataset.file.startswith(inside) and Path(dataset.file).name != QUESTIONS_FILE:
                yield self._file(DatasetKind.DATASET, dataset.file, dataset.name)
        yield from self._other_parquet()
        for below in folders_with(self.folder, QUESTIONS_FILE):
            file = f"{below}/{QUESTIONS_FILE}" if below else QUESTIONS_FILE
            yield self._file(DatasetKind.QUESTIONS, file, below or "eval_questions")

    def entry(self, file: str) -> DatasetEntry | None:
        """The one at this path below the run's folder, also a file in a training folder."""
        found = next((one for one in self.entries() if one.file == file), None)
        if found is None and file in {name for one in training_folders(self.folder) for name in one.files}:
            return self._file(DatasetKind.DATASET, file, file.removesuffix(".jsonl"))
        return found

    def rows_of(self, file: str) -> tuple[int, int, int]:
        """Rows, tokens and bytes of a file of rows."""
        path = file_in(self.folder, file)
        stamp = stamp_at(path) if path else None
        if path is None or stamp is None:
            return 0, 0, 0
        listed = self.listed.get(file, {})
        rows, tokens = whole_of(listed.get("rows")), whole_of(listed.get("tokens"))
        is_current = self._summarised is not None and stamp.changed <= self._summarised.changed
        if path.suffix == ".jsonl" and not (rows and is_current):
            try:
                with self._caches.index(path).open(path) as lines:
                    counted = lines.count()
            except OSError:  # gone in this moment
                return 0, 0, 0
            if counted != rows:  # somebody has changed it since the run: what it had says nothing any more
                rows, tokens = counted, 0
        return rows, tokens, stamp.size

    def _training(self, one: TrainingFolder) -> DatasetEntry:
        counts = {file: self.rows_of(file) for file in one.files}
        steps = sum(stage.steps(sum(counts[file][1] for file, _ in stage.files)) for stage in one.stages)
        formats = dict.fromkeys(name for stage in one.stages for _, name in stage.files if name)
        rows, tokens, size = (sum(count[part] for count in counts.values()) for part in range(3))
        return self._entry(
            DatasetKind.TRAINING,
            one.name or ".",
            one.name or "training",
            format=", ".join(formats),
            rows=rows,
            tokens=tokens,
            size=size,
            stage=one.kind,
            expected_steps=steps,
            base_model=one.base_model,
            note=few_steps_note(tokens, steps) if steps else "",
        )

    def _file(self, kind: DatasetKind, file: str, name: str) -> DatasetEntry:
        rows, tokens, size = self.rows_of(file)
        listed = text_of(self.listed.get(file, {}).get("format"))
        path = file_in(self.folder, file)
        layout = listed or (format_of(path) if path is not None and kind == DatasetKind.DATASET else "")
        parquet = file_in(self.folder, str(Path(file).with_suffix(".parquet"))) is not None
        return self._entry(kind, file, name, format=layout, rows=rows, tokens=tokens, size=size, parquet=parquet)

    def _other_parquet(self) -> Iterator[DatasetEntry]:
        """Parquet files without the JSON lines that our own lie beside."""
        base = self.folder / DATASETS
        for path in sorted(base.rglob("*.parquet")) if base.is_dir() else []:
            file = path.relative_to(self.folder).as_posix()
            if not path.with_suffix(".jsonl").exists() and file_in(self.folder, file) is not None:
                stamp = stamp_at(path)
                yield self._entry(DatasetKind.DATASET, file, path.stem, format="", size=stamp.size if stamp else 0)

    def _entry(self, kind: DatasetKind, file: str, name: str, **facts: Any) -> DatasetEntry:
        work, where = self._work, self.folder if file == "." else self.folder / file
        return DatasetEntry(
            **{"rows": 0, "tokens": 0, **facts},
            kind=kind,
            run=work.id,
            run_name=work.name or self.folder.name,
            pipeline=work.pipeline,
            name=name,
            file=file,
            path=shown(self._settings, where),
            created=work.ended or work.created,
        )
