"""The part of the report that shows what became of the records, step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby

from generation_functions.datasets.charts import stream_svg
from generation_functions.datasets.figures import count, duration, number, share
from generation_functions.datasets.markup import Markup, element, join
from generation_functions.datasets.summary import RunSummary, StageSummary, StepSummary, contradictions, unfinished

SHOWN_REASONS = 6
_FEWEST_PARTS = 2  # stages are folded away by part when there are so many parts


def records_section(run: RunSummary) -> Markup | None:
    """What became of the records: each stage with its steps, folded by part where a run has parts."""
    if not run["stages"]:
        return None
    legend = [("kept", "went on"), ("dropped", "dropped on purpose"), ("failed", "failed")]
    wrong = contradictions(run)
    alarm = element(
        "div",
        element("h3", "The numbers do not add up"),
        element("p", "Records went missing without a reason. Please report this; do not trust the data."),
        element("ul", [element("li", line) for line in wrong]),
        class_="card alarm",
    )
    return join(
        element("p", "A stream is as wide as it has records; what leaves it is named beside.", class_="lead"),
        alarm if wrong and run["status"] == "completed" else None,
        element(
            "ul",
            [element("li", element("i"), text, class_=kind) for kind, text in legend],
            class_="legend",
        ),
        _by_part(run["stages"]),
    )


def _by_part(stages: Sequence[StageSummary]) -> list[Markup]:
    """Stages called "part: stage" under one heading that folds away, with what was lost on it."""
    groups = [(part, list(group)) for part, group in groupby(stages, key=lambda stage: _part(stage["name"]))]
    if sum(bool(part) for part, _ in groups) < _FEWEST_PARTS:
        return [_stage(stage, stage["name"]) for stage in stages]
    shown: list[Markup] = []
    for part, group in groups:
        bodies = [_stage(stage, stage["name"].removeprefix(f"{part}: ")) for stage in group]
        shown += [element("details", _part_line(part, group), bodies, class_="part")] if part else bodies
    return shown


def _part(name: str) -> str:
    return name.partition(": ")[0] if ": " in name else ""


def _part_line(part: str, stages: Sequence[StageSummary]) -> Markup:
    steps = [step for stage in stages for step in stage["steps"]]
    dropped = sum(sum(step["dropped"].values()) for step in steps)
    failed = sum(sum(step["failed"].values()) for step in steps)
    made = stages[-1]["records_out"]
    lost = [element("span", f"−{number(dropped)} dropped", class_="soft")] if dropped else []
    lost += [element("span", f"✕ {number(failed)} failed", class_="bad")] if failed else []
    came_out = element("span", f"{count(len(stages), 'stage')}, {number(made)} came out", class_="soft")
    return element("summary", element("b", part), came_out, lost)


def _stage(stage: StageSummary, name: str) -> Markup:
    steps = stage["steps"]
    widest = max([stage["records_in"], *(max(step["in"], step["made"]) for step in steps)], default=0)
    came, went = stage["records_in"], stage["records_out"]
    timing = duration(stage["seconds"])
    rows: list[Markup] = []
    for step in steps:
        lost = (sum(step["dropped"].values()), sum(step["failed"].values()))
        rows.append(element("div", stream_svg(widest, step["kept"], *lost, step["made"])))
        rows.append(element("div", _step(step), class_="step"))
    width = max(1.2, 84 * went / max(1, widest)) if went else 0
    rows.append(element("div", element("div", class_="mouth", style=f"width:{width:.2f}%;--share:{width:.2f}")))
    rows.append(element("div", f"{count(went, 'record')} came out", class_="end"))
    return element(
        "article",
        element(
            "header",
            element("h3", name),
            element("span", f"{number(came)} in, {number(went)} out, {timing}", class_="soft"),
        ),
        element("div", rows, class_="flow"),
        class_="card stage",
    )


def _step(step: StepSummary) -> Markup:
    made = f", which made {number(step['made'])}" if step["made"] != step["kept"] else ""
    waiting = unfinished(step)
    dropped = _reasons("dropped", "−", step["dropped"])
    failed = _reasons("failed", "✕ ", step["failed"])
    if waiting:
        failed += _reasons("failed", "? ", {"not accounted for": waiting})
    shown, folded = [*dropped[:SHOWN_REASONS], *failed], dropped[SHOWN_REASONS:]
    return join(
        element("h4", step["name"]),
        element(
            "p",
            element("b", number(step["in"])),
            " in, ",
            element("b", number(step["kept"])),
            f" kept ({share(step['kept'], step['in'])}){made}",
        ),
        element("ul", shown, class_="reasons") if shown else None,
        _folded(folded) if folded else None,
    )


def _reasons(kind: str, sign: str, counts: Mapping[str, int]) -> list[Markup]:
    return [
        element("li", element("b", f"{sign}{number(times)}"), element("span", reason), class_=kind)
        for reason, times in sorted(counts.items(), key=lambda entry: (-entry[1], entry[0]))
    ]


def _folded(reasons: list[Markup]) -> Markup:
    """Reasons of dropping beyond the most frequent ones. Failures are never folded away."""
    title = element("summary", count(len(reasons), "more reason"))
    return element("details", title, element("ul", reasons, class_="reasons"))
