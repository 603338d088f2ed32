"""The parts of the report that are tables: what went wrong, sources, cost, and how it was made."""

from __future__ import annotations

from collections.abc import Iterable

import yaml

from generation_functions.datasets.figures import count, dollars, number
from generation_functions.datasets.markup import Child, Markup, element, join
from generation_functions.datasets.summary import (
    DocumentRead,
    RunSummary,
    StepCalls,
    Totals,
    reasons_of_skipping,
)

MOST_DOCUMENTS = 200
MOST_SKIPPED = 200

_TROUBLES = {
    "429": "too many requests: waited and sent again",
    "timeout": "no answer in time: sent again",
    "connection": "connection lost: sent again",
}


def troubles_section(run: RunSummary, sums: Totals) -> Markup | None:
    """Failed records by reason, and what the providers got wrong on the way."""
    troubles = run["calls"]["troubles"]
    if not sums.failed_reasons and not troubles and not run["calls"]["rejected"]:
        return None
    return join(
        _failed(sums) if sums.failed_reasons else None,
        _provider_troubles(run) if troubles or run["calls"]["rejected"] else None,
    )


def _failed(sums: Totals) -> Markup:
    rows = [
        element(
            "tr",
            element("td", number(times), class_="number"),
            element("td", reason, _meter(times, sums.failed)),
            element("td", step),
            class_="bad",
        )
        for step, reason, times in sums.failed_reasons
    ]
    return element(
        "div",
        element("h3", f"{count(sums.failed, 'record')} failed"),
        element(
            "p",
            "Each of them is in ",
            element("code", "failed.jsonl"),
            " with every answer and what was wrong with it. Nothing of them is in the datasets.",
        ),
        _table(("records", "reason", "step"), rows, numeric={"records"}),
        class_="card alarm",
    )


def _provider_troubles(run: RunSummary) -> Markup:
    rejected, troubles = run["calls"]["rejected"], run["calls"]["troubles"]
    lines = []
    if rejected:
        lines.append(("answers", "could not be used: asked again, saying what was wrong", rejected))
    lines += [
        (f"HTTP {kind}" if kind.isdigit() else kind, _TROUBLES.get(kind, "waited and sent again"), times)
        for kind, times in sorted(troubles.items(), key=lambda entry: (-entry[1], entry[0]))
    ]
    rows = [
        element(
            "tr",
            element("td", number(times), class_="number"),
            element("td", element("b", kind), f" {words}"),
        )
        for kind, words, times in lines
    ]
    return element(
        "div",
        element("h3", "What the endpoints and models got wrong"),
        element("p", "Waiting and asking again put these right; what stayed wrong counts as failed.", class_="soft"),
        _table(("times", "what"), rows, numeric={"times"}),
        class_="card",
    )


def sources_section(run: RunSummary, sums: Totals) -> Markup | None:
    """What was read, and what was not and why."""
    read, skipped = run["documents"]["read"], run["documents"]["skipped"]
    if not read and not skipped:
        return None
    return join(
        _skipped(run, sums) if skipped else None,
        _read(read, sums) if read else None,
    )


def _skipped(run: RunSummary, sums: Totals) -> Markup:
    reasons = [
        element("li", element("b", number(times)), element("span", reason), class_="failed")
        for reason, times in reasons_of_skipping(run)
    ]
    skipped = run["documents"]["skipped"]
    rows = [
        element("tr", element("td", document["file"]), element("td", document["reason"]))
        for document in skipped[:MOST_SKIPPED]
    ]
    title = f"{count(sums.skipped, 'document')} of {number(sums.documents + sums.skipped)} not read"
    return element(
        "div",
        element("h3", title),
        element("ul", reasons, class_="reasons"),
        element(
            "details",
            element("summary", "Which ones"),
            _table(("document", "reason"), rows),
            _left_out(len(skipped) - MOST_SKIPPED),
        ),
        class_="card alarm",
    )


def _read(read: list[DocumentRead], sums: Totals) -> Markup:
    counted = any("rows" in document for document in read)
    unused = sum(1 for document in read if document.get("rows") == 0)
    most = max(1, *(document["tokens"] for document in read))
    rows = [
        element(
            "tr",
            element("td", document["file"], _meter(document["tokens"], most), class_="name"),
            element("td", number(document["chunks"]), class_="number"),
            element("td", number(document["tokens"]), class_="number"),
            element("td", number(document.get("rows", 0)), class_="number") if counted else None,
            element("td", document["licence"] or "not known"),
            element("td", element("code", document["sha256"][:12])),
            class_="bad" if document.get("rows") == 0 else None,
        )
        for document in read[:MOST_DOCUMENTS]
    ]
    head = ("document", "chunks", "tokens", *(("rows",) if counted else ()), "licence", "SHA-256")
    warning = f"{count(unused, 'document')} taught nothing: no row rests on it."
    return element(
        "div",
        element("h3", f"{count(sums.documents, 'document')} read"),
        element(
            "p",
            f"{number(sums.characters)} characters in {count(sums.chunks, 'chunk')}.",
            element("b", f" {warning}") if unused else None,
            class_="soft",
        ),
        _table(head, rows, numeric={"chunks", "tokens", "rows"}),
        _left_out(len(read) - MOST_DOCUMENTS),
        class_="card",
    )


def _left_out(more: int) -> Markup | None:
    return element("p", f"and {count(more, 'more document')}", class_="soft") if more > 0 else None


def cost_section(run: RunSummary) -> Markup | None:
    """Calls, tokens and dollars by step, and what was not paid again."""
    calls = run["calls"]
    if not calls["made"] and not calls["reused"]:
        return None
    sentence = f"{count(calls['made'], 'call')} made for {dollars(calls['cost'])}."
    if calls["reused"]:
        sentence += f" {count(calls['reused'], 'answer')} reused, not paid again."
    if run["offline"]:
        sentence += " The offline model costs nothing."
    steps = sorted(calls["by_step"].items(), key=lambda step: (-step[1]["cost"], -step[1]["calls"], step[0]))
    return join(
        element("p", sentence, class_="lead"),
        element("div", _cost_table(steps), class_="card") if steps else None,
    )


def _cost_table(steps: list[tuple[str, StepCalls]]) -> Markup:
    every: StepCalls = {
        "calls": sum(step["calls"] for _, step in steps),
        "input_tokens": sum(step["input_tokens"] for _, step in steps),
        "output_tokens": sum(step["output_tokens"] for _, step in steps),
        "cost": sum(step["cost"] for _, step in steps),
    }
    head = ("step", "cost", "calls", "tokens in", "tokens out")
    rows = [_cost_row(name, step, every["cost"]) for name, step in steps]
    return _table(head, rows, numeric=set(head[1:]), foot=_cost_row("together", every, 0))


def _cost_row(name: str, step: StepCalls, whole: float) -> Markup:
    numbers = (
        dollars(step["cost"]),
        number(step["calls"]),
        number(step["input_tokens"]),
        number(step["output_tokens"]),
    )
    return element(
        "tr",
        element("td", name, _meter(step["cost"], whole) if whole else None, class_="name"),
        [element("td", value, class_="number") for value in numbers],
    )


def config_section(run: RunSummary) -> Markup | None:
    """Models, prompts, config and notes: what is needed to make it again."""
    models = [
        element(
            "tr",
            element("td", model["parameter"] or "-"),
            element("td", element("b", model["name"])),
            element("td", model["base_url"] or "in this process"),
        )
        for model in run["models"]
    ]
    prompts = [
        element(
            "tr",
            element("td", prompt["name"]),
            element("td", prompt["file"]),
            element("td", element("code", prompt["digest"][:12])),
        )
        for prompt in run["prompts"]
    ]
    parts = [
        _card("Models", _table(("parameter", "model", "endpoint"), models)) if models else None,
        _card("Prompts", _table(("prompt", "file", "digest"), prompts)) if prompts else None,
        _card("Notes", element("ul", [element("li", note) for note in run["notes"]], class_="notes"))
        if run["notes"]
        else None,
        _card(
            "Config",
            element(
                "details",
                element("summary", "Show every parameter"),
                element("pre", yaml.safe_dump(run["config"], sort_keys=False, allow_unicode=True, width=96)),
            ),
        )
        if run["config"]
        else None,
    ]
    return join(parts) if any(parts) else None


def _card(title: str, *children: Child) -> Markup:
    return element("div", element("h3", title), *children, class_="card")


def _table(
    head: tuple[str, ...],
    rows: Iterable[Markup],
    *,
    numeric: set[str] | None = None,
    foot: Markup | None = None,
) -> Markup:
    heads = [element("th", name, scope="col", class_="number" if name in (numeric or ()) else None) for name in head]
    table = element(
        "table",
        element("thead", element("tr", heads)),
        element("tbody", list(rows)),
        element("tfoot", foot) if foot else None,
    )
    return element("div", table, class_="scroll", tabindex=0, role="region", aria_label=f"Table: {head[0]}")


def _meter(part: float, whole: float) -> Markup:
    percent = 100 * part / whole if whole else 0
    return element("i", class_="meter", style=f"width:{percent:.1f}%")
