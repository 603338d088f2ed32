"""The parts of the report that show which facts are taught, and what a mix consists of."""

from __future__ import annotations

from generation_functions.datasets.figures import count, number, share, short_number
from generation_functions.datasets.markup import Markup, element, join
from generation_functions.datasets.summary import CoverageSummary, DatasetSummary, DocumentCoverage, RunSummary

MOST_DOCUMENTS = 100


def coverage_section(run: RunSummary) -> Markup | None:
    """A bar for each document: facts that a row teaches, that are held out, and that nothing teaches."""
    told = run.get("coverage")
    if not told or not told["facts"]:
        return None
    documents = sorted(
        (one for one in told["documents"] if one["facts"]), key=lambda one: (-_untaught(one), one["file"])
    )
    legend = [("kept", "a row teaches it"), ("dropped", "held out for the evaluation"), ("failed", "no row teaches it")]
    return join(
        element("p", _in_words(told), class_="lead"),
        element("ul", [element("li", element("i"), text, class_=kind) for kind, text in legend], class_="legend"),
        element("div", [_document(one) for one in documents[:MOST_DOCUMENTS]], class_="card bars"),
        _examples(told),
    )


def _in_words(told: CoverageSummary) -> str:
    facts, taught, held_out = told["facts"], told["taught"], told["held_out"]
    words = f"The documents state {count(facts, 'fact')}. Chat rows teach {number(taught)} ({share(taught, facts)})"
    return f"{words}; {number(held_out)} are held out." if held_out else f"{words}."


def _untaught(one: CoverageSummary | DocumentCoverage) -> int:
    return one["facts"] - one["taught"] - one["held_out"]


def _document(one: DocumentCoverage) -> Markup:
    parts = (("kept", one["taught"]), ("dropped", one["held_out"]), ("failed", _untaught(one)))
    title = f"{one['file']}: {one['taught']} taught, {one['held_out']} held out, {_untaught(one)} not taught"
    return _bar(one["file"], f"{number(one['taught'])} of {number(one['facts'])}", parts, title)


def _examples(told: CoverageSummary) -> Markup | None:
    if not told["untaught_examples"]:
        return None
    lines = [
        element("li", one["fact"], " ", element("span", one["file"], class_="soft"))
        for one in told["untaught_examples"]
    ]
    title = element("summary", f"{count(len(lines), 'fact')} that no row teaches")
    return element("details", title, element("ul", lines), class_="part")


def composition_bars(dataset: DatasetSummary) -> Markup | None:
    """Where a dataset's tokens are from, when it is a mix."""
    parts = dataset.get("composition", [])
    total = sum(part["tokens"] for part in parts)
    if len(parts) < 2 or not total:
        return None
    bars = [
        _bar(
            part["name"],
            f"{share(part['tokens'], total)}",
            (("kept", part["tokens"]), ("rest", total - part["tokens"])),
            f"{part['name']}: {number(part['rows'])} rows, {short_number(part['tokens'])} tokens",
        )
        for part in parts
    ]
    return element("div", bars, class_="bars")


def _bar(name: str, figure: str, parts: tuple[tuple[str, int], ...], title: str) -> Markup:
    total = max(1, sum(amount for _, amount in parts))
    pieces = [element("i", class_=kind, style=f"width:{100 * amount / total:.2f}%") for kind, amount in parts if amount]
    return element(
        "div",
        element("span", name, class_="name"),
        element("span", pieces, class_="bar", role="img", aria_label=title, title=title),
        element("span", figure, class_="figure"),
    )
