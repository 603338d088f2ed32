"""The report of an evaluation: one page that opens from the disk, without network and without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from finetuning.evaluate.charts import interval_bars, length_histogram
from finetuning.evaluate.conclusions import SOURCES, Evaluation, chance_text, conclusions, shown
from finetuning.evaluate.figures import Figure
from finetuning.evaluate.significance import Interval
from generation_functions.datasets.figures import count, number
from generation_functions.datasets.markup import Markup, element, join
from generation_functions.datasets.report_page import report_page

_MOST_ANSWERS = 400
_MOST_CHARACTERS = 1200
_MARKS = {"learned": "good", "forgot": "bad", "not shown": "warn", "": "warn"}
_UNITS = {
    "share": "Questions",
    "bits": "Texts: bits per byte, lower is better",
    "perplexity": "Texts: perplexity, lower is better",
}


def report_html(evaluation: Evaluation, figures: Sequence[Figure], rows: Sequence[Mapping[str, Any]]) -> str:
    """The whole page. `rows` are those of answers.jsonl."""
    sections = {
        "figures": ("Figures", _charts(figures)),
        "table": ("All figures", _table(figures)),
        "contamination": ("Contamination", _contamination(evaluation)),
        "lengths": ("Lengths of answers", _lengths(rows)),
        "answers": ("Answers, side by side", _answers(rows)),
        "models": ("Models", _models(evaluation)),
        "how": ("How it was measured", Markup(_HOW)),
    }
    header = [
        element("h1", "What the model learned"),
        element("p", _compared(evaluation), class_="description"),
        _verdicts(evaluation, figures),
    ]
    return report_page("Evaluation", header, sections, more_style=Path(__file__).with_name("report.css"))


def _compared(evaluation: Evaluation) -> str:
    models = evaluation.models
    after = models["after"]["name"]
    return f"{after} against {models['before']['name']}" if "before" in models else f"{after}, alone"


def _verdicts(evaluation: Evaluation, figures: Sequence[Figure]) -> Markup:
    said = conclusions(evaluation, figures)
    lines = []
    for one in said:
        verb, _, rest = one["text"].partition(": ") if one["verdict"] else ("Measured", "", one["text"])
        words = element("span", f"{rest[:1].upper()}{rest[1:]}".replace(" %", "\u00a0%"))
        lines.append(element("p", element("b", verb), words, class_=f"verdict {_MARKS[one['verdict']]}", role="status"))
    notes = [element("li", note) for note in evaluation.notes]
    return join(lines, element("ul", notes, class_="notes soft") if notes else None)


def _charts(figures: Sequence[Figure]) -> Markup:
    cards = []
    for unit, title in _UNITS.items():
        of_it = [figure for figure in figures if figure.unit == unit]
        if of_it:
            cards.append(element("div", element("h3", title), interval_bars(of_it, title), class_="card"))
    legend = [element("li", element("i"), word, class_=word) for word in ("before", "after")]
    return join(element("ul", legend, class_="legend"), cards)


def _table(figures: Sequence[Figure]) -> Markup:
    head = ("measure", "n", "before", "after", "difference", "p", "test", "says")
    rows = []
    for figure in figures:
        cells = (
            figure.name,
            number(figure.count),
            *(_with_interval(one, figure.unit) for one in (figure.before, figure.after, figure.difference)),
            chance_text(figure.p).removeprefix("= ").replace(" ", "\u00a0") if figure.p is not None else "-",
            figure.test or "-",
            (figure.verdict or "-") if figure.comparable else "tokenizers differ",
        )
        kind = "bad" if figure.verdict == "forgot" else None
        rows.append(element("tr", [element("td", cell) for cell in cells], class_=kind))
    return _scrolling(head, rows)


def _with_interval(interval: Interval | None, unit: str) -> Markup:
    if interval is None:
        return Markup("-")
    value, _, ends = shown(interval, unit).partition(" (")
    return join(value.replace(" ", "\u00a0"), element("small", ends.removesuffix(")")) if ends else None)


def _scrolling(head: Sequence[str], rows: Sequence[Markup]) -> Markup:
    titles = element("thead", element("tr", [element("th", title) for title in head]))
    return element("div", element("table", titles, element("tbody", rows)), class_="scroll")


def _contamination(evaluation: Evaluation) -> Markup:
    if evaluation.contamination is None:
        return element("p", "It is not known what the model was trained on, so nothing was searched.", class_="lead")
    rows = []
    for name, identities in evaluation.material.identities.items():
        if name == SOURCES:
            continue
        seen = sum(evaluation.seen(identity) is not None for identity in identities)
        cells = (name, number(len(identities)), number(seen), number(len(identities) - seen))
        rows.append(element("tr", [element("td", cell) for cell in cells]))
    return _scrolling(("set", "of", "contaminated", "clean"), rows)


def _lengths(rows: Sequence[Mapping[str, Any]]) -> Markup | None:
    if not rows:
        return None
    lengths: dict[str, list[int]] = {"expected": [_words(_first(row["expected"])) for row in rows]}
    for role in ("before", "after"):
        lengths[role] = [_words(row[role]) for row in rows if row[role] is not None]
    legend = [element("li", element("i"), word, class_=word) for word, values in lengths.items() if values]
    title = "Answers by their length in words"
    return element("div", element("ul", legend, class_="legend"), length_histogram(lengths, title), class_="card")


def _first(expected: str | list[str]) -> str:
    return expected if isinstance(expected, str) else expected[0]


def _words(text: str) -> int:
    return len(text.split())


def _answers(rows: Sequence[Mapping[str, Any]]) -> Markup | None:
    if not rows:
        return None
    compared = rows[0]["before"] is not None
    head = ["question", "expected", *(["before"] if compared else []), "after"]
    lines = []
    for row in rows[:_MOST_ANSWERS]:
        asked, wanted = _cut(row["question"]), _cut(_first(row["expected"]))
        cells = [element("td", asked, " ", _mark(row)), element("td", wanted, data_label="expected")]
        cells += [_answer(row, role) for role in ("before", "after") if role in row["scores"]]
        lines.append(element("tr", cells))
    more = len(rows) - _MOST_ANSWERS
    rest = element("p", f"{count(more, 'more answer')} in answers.jsonl.", class_="soft") if more > 0 else None
    return join(_scrolling(head, lines), rest)


def _mark(row: Mapping[str, Any]) -> Markup | None:
    if not row["contaminated"]:
        return None
    return element("span", "contaminated", class_="tag", title=row["seen"])


def _answer(row: Mapping[str, Any], role: str) -> Markup:
    scores = row["scores"][role]
    right = scores.get("judged", scores["exact_match"] or scores["contained"])
    said = f"F1 {scores['f1']:.2f}" + ("" if scores["stopped"] else ", did not stop")
    return element(
        "td",
        _cut(row[role]) or element("i", "nothing"),
        element("small", said),
        class_="right" if right else "wrong",
        data_label=role,
    )


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"


def _models(evaluation: Evaluation) -> Markup:
    rows = []
    for role, facts in evaluation.models.items():
        cells = (
            role,
            facts["name"],
            number(facts["parameters"]),
            number(facts["vocabulary"]),
            facts["asked_by"],
            f"{facts['dtype']} on {facts['device']}",
        )
        rows.append(element("tr", [element("td", cell) for cell in cells]))
    return _scrolling(("", "model", "parameters", "vocabulary", "asked by", "measured in"), rows)


_HOW = """<p>Questions were asked without any text to look in, each by the model's own chat template, and answered
greedily. Exact match and F1 leave out case, punctuation and articles, as SQuAD does (Rajpurkar et al., 2016).</p>
<p>Shares have Wilson intervals, all other figures bootstrap intervals of 95 %; differences come from paired resampling.
Questions about one passage are drawn together, and a share of them has the interval of as many questions as they are
worth (Korn and Graubard, 1998). A change is called <i>learned</i> or <i>forgot</i> when its
test has p below 0.05 and its interval excludes zero, and in texts when it is at least one per cent; otherwise it is
<i>not shown</i>.</p>
<p>Perplexity is exp of the nats per token, each token given at least half a window before it. Only bits per byte
compare models with different tokenizers.</p>
<p>A question is contaminated when 13 of its words in a row (Brown et al., 2020), all of its words if it has 5 to 12, or
a question nearly the same, are in the training data.</p>"""
