"""Running a pipeline on a handful of records, as `estimate` and `preview` do. The replies are kept for the run."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generation_functions.call_log import Entry
    from generation_functions.commands.console import Console
    from generation_functions.config import Config
    from generation_functions.records import Record
    from generation_functions.run import Run

WORK = "sample"


@dataclass
class Spent:
    """What the calls for one sampled record came to, paid now or before."""

    calls: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    seconds: float = 0.0

    def add(self, entry: Entry) -> None:
        self.calls += 1
        self.input_tokens += entry.get("input_tokens", 0)
        self.output_tokens += entry.get("output_tokens", 0)
        self.cost += entry.get("cost", 0.0)
        self.seconds += entry.get("ms", 0) / 1000


@dataclass
class Observation:
    """One record at one step."""

    stage: str
    step: str
    before: Record
    after: Any


@dataclass
class Sample:
    """What running on a sample has shown."""

    taken: int = 0
    available: int = 0
    parallel: int = 1
    offline: bool = False
    spent: dict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    seen: list[Observation] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def run_sample(config: Config, size: int, console: Console) -> Sample:
    """Carry `size` records (chosen by a stable hash) through the whole pipeline."""
    from generation_functions.commands.execute import Watch, execute
    from generation_functions.commands.progress_display import ProgressDisplay

    sample = Sample()
    runs: list[Run] = []

    def on_reply(record: Record, entry: Entry) -> None:
        sample.spent[origin(record)].add(entry)

    def on_start(run: Run) -> None:
        runs.append(run)
        console.mask = run.mask
        run.ledger.on_reply = on_reply

    def observe(stage: str, step: str, before: Record, after: Any) -> None:
        sample.seen.append(Observation(stage, step, before, after))

    with ProgressDisplay(console.err) as display:
        summary = execute(config, Watch(display.update, observe, on_start), sample=size, work=WORK)
    run = runs[0]
    sample.taken, sample.available = run.sampled or (0, 0)
    sample.parallel = max(1, sum(client.ceiling for client in run.connections.clients))
    sample.offline = bool(summary.get("offline"))
    sample.notes = [*run.notes, *_failures(summary, run.notes)]
    return sample


def _failures(summary: dict[str, Any], told: list[str]) -> list[str]:
    """Each way in which sampled records failed, but for those that a note tells of already."""
    return [
        f"{count} of the sample failed at {step['name']}: {reason}"
        for stage in summary.get("stages", [])
        for step in stage["steps"]
        for reason, count in step["failed"].items()
        if not any(reason in note for note in told)
    ]


def origin(record: Record) -> str:
    """The chunk a record comes from, however many steps ago."""
    source = record.get("source")
    chunk = source.get("chunk") if isinstance(source, dict) else None
    return str(chunk or record.get("id", ""))
