"""HTML as Markdown-like text."""

from __future__ import annotations

import pytest

from generation_functions.documents.extraction import extract_bytes
from generation_functions.documents.readers.html import html_to_text


def text_of(markup: str) -> str:
    return html_to_text(f"<html><body>{markup}</body></html>")[1]


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<h1>One</h1><p>a</p><h3>Three</h3>", "# One\n\na\n\n### Three"),
        ("<p>a\n   b&nbsp; c<br>d</p>e", "a b c\nd\n\ne"),
        ("<p>some <b>bold</b> and <a href='x'>linked</a> <i>text</i></p>", "some bold and linked text"),
        ("<p>call <code>run()</code></p>", "call `run()`"),
        ("<ul><li>a</li><li>b<ul><li>c</li></ul></li></ul>", "- a\n- b\n  - c"),
        ("<ol><li>a<li><p>b</p><p>more</p><li>c</ol>", "1. a\n2. b\n  more\n3. c"),
        ("<dl><dt>Lens</dt><dd>312 prisms</dd></dl>", "- Lens\n  312 prisms"),
        ("<pre><code class='language-py'>def f():\n    pass\n</code></pre>", "```py\ndef f():\n    pass\n```"),
        ("<pre>a ``` b</pre>", "````\na ``` b\n````"),
        (
            "<table><caption>Tides</caption><tr><th>h</th><th>m</th></tr><tr><td>1</td><td>a|b<br>c</td></tr></table>",
            "Tides\n\n| h | m |\n|---|---|\n| 1 | a\\|b c |",
        ),
        ("<table><tr><td><h2>Layout</h2><p>text</p></td><td>side</td></tr></table>", "## Layout\n\ntext\n\nside"),
        ("<div>a<div>b</div>c</div>", "a\n\nb\n\nc"),
        ("<p>5 &lt; 6 &amp; 7</p>", "5 < 6 & 7"),
        ("unclosed <p>paragraph <b>here", "unclosed\n\nparagraph here"),
    ],
)
def test_structure_becomes_markdown(markup: str, text: str) -> None:
    assert text_of(markup) == text


def test_what_is_not_content_is_left_out() -> None:
    markup = (
        "<nav>menu</nav><script>x()</script><style>p{}</style><noscript>on</noscript><p>text<!-- note --></p>"
        "<p hidden>gone</p><form><button>Buy</button></form><template><p>t</p></template><svg><text>s</text></svg>"
    )
    assert text_of(markup) == "text"


def test_the_title_is_the_title_element_else_the_first_heading() -> None:
    assert html_to_text("<title>A &amp;\n B</title><h1>C</h1>")[0] == "A & B"
    assert html_to_text("<h1>C <b>d</b></h1>")[0] == "C d"
    assert html_to_text("<p>e</p>")[0] == ""


def test_very_deep_nesting_is_read() -> None:
    assert text_of("<div>" * 5_000 + "deep" + "</div>" * 5_000) == "deep"


def test_the_declared_encoding_is_used() -> None:
    page = '<html><head><meta charset="iso-8859-2"></head><body><p>Żółw</p></body></html>'
    assert extract_bytes(page.encode("iso8859-2"), "a.html").text == "Żółw"
    assert extract_bytes(page.encode(), "a.htm").text == "Żółw"
