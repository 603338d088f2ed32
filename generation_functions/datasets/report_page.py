"""The page that every report is: it opens from the disk, without network and without scripts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from generation_functions.datasets.markup import Markup, element

_STYLE = Path(__file__).with_name("report.css")


def report_page(
    title: str,
    header: Sequence[Markup | None],
    sections: Mapping[str, tuple[str, Markup | None]],
    *,
    more_style: Path | None = None,
    drawings: Markup | None = None,
) -> str:
    """The whole page as HTML.

    Args:
        title: Of the window.
        header: What stands at the top; the links to the sections come after it.
        sections: Heading and content by anchor; those without content are left out.
        more_style: A style sheet beside that of all reports.
        drawings: What pictures in the page refer to.
    """
    shown = {key: (heading, body) for key, (heading, body) in sections.items() if body}
    style = "".join(file.read_text("utf-8") for file in (_STYLE, more_style) if file)
    page = element(
        "html",
        element(
            "head",
            element("meta", charset="utf-8"),
            element("meta", name="viewport", content="width=device-width, initial-scale=1"),
            element("title", title),
            element("style", Markup(style)),
        ),
        element(
            "body",
            drawings,
            element(
                "header",
                *header,
                element("nav", [element("a", heading, href=f"#{key}") for key, (heading, _) in shown.items()]),
            ),
            element(
                "main",
                [element("section", element("h2", heading), body, id=key) for key, (heading, body) in shown.items()],
            ),
            element("footer", element("p", "Made by Augmentoolkit. This page needs no network.")),
        ),
        lang="en",
    )
    return f"<!doctype html>\n{page}\n"
