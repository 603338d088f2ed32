"""Writes the binary documents of inputs/sample out of the texts in sample_sources.

    python -m tests.support.build_sample_documents

Nothing in the files depends on the clock, the machine or a compression library: they are always the same bytes.
A source line is a heading (`# `, `## `), a list item (`- `, `1. `), a table row (`| a | b |`) or a paragraph.
"""

from __future__ import annotations

import re
import zipfile
from html import escape
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from tests.support.pdf_writer import TextAt, write_pdf

SOURCES = Path(__file__).parent / "sample_sources"
SAMPLE = Path(__file__).parents[2] / "inputs" / "sample"
_MARKS = re.compile(r"(## |# |- |\d+\. |\| )?(.*)")
_KINDS = {"# ": "title", "## ": "heading", "- ": "bullet", "| ": "row", None: "paragraph"}
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'


class Line(NamedTuple):
    """One block of a source text."""

    kind: str
    text: str

    def cells(self) -> list[str]:
        return [cell.strip() for cell in self.text.strip(" |").split("|")]


def main() -> None:
    """Writes the files."""
    for name, data in build_all().items():
        (SAMPLE / name).write_bytes(data)


def build_all() -> dict[str, bytes]:
    """Name and bytes of every binary sample."""
    survey = build_survey()
    return {
        "fog-organ-manual.docx": build_manual(),
        "range-survey-1931.pdf": survey,
        "visitors-guide.epub": build_guide(),
        # Broken on purpose: the first bytes of a PDF, as an interrupted download leaves them.
        "damaged-scan.pdf": survey[:700],
    }


def _source(name: str) -> list[Line]:
    lines = []
    for raw in (SOURCES / name).read_text(encoding="utf-8").splitlines():
        found = _MARKS.fullmatch(raw)
        assert found is not None
        lines.append(Line(_KINDS.get(found.group(1), "number"), found.group(2)))
    return lines


def _zip(members: dict[str, str]) -> bytes:
    """Stored, not deflated: another version of zlib may compress to other bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, date_time=(1993, 5, 2, 10, 0, 0))
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return out.getvalue()


# --- Word ---------------------------------------------------------------------------------------------


def build_manual() -> bytes:
    """The manual as .docx: real heading styles, numbered and bulleted lists, a table, a footnote-free body."""
    lines = _source("fog-organ-manual.txt")
    body = []
    list_number = 1  # 1 is the bullet list; every numbered list gets a number of its own
    for kind, group in groupby(lines, key=lambda line: line.kind):
        block = list(group)
        if kind == "row":
            body.append(_word_table(block))
            continue
        list_number += kind == "number"
        number = {"bullet": 1, "number": list_number}.get(kind, 0)
        body += [_word_paragraph(line, number) for line in block]
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    word = "application/vnd.openxmlformats-officedocument.wordprocessingml"
    return _zip(
        {
            "[Content_Types].xml": f'{_XML}<Types xmlns="{package}/content-types">'
            '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/word/document.xml" ContentType="{word}.document.main+xml"/>'
            f'<Override PartName="/word/styles.xml" ContentType="{word}.styles+xml"/>'
            f'<Override PartName="/word/numbering.xml" ContentType="{word}.numbering+xml"/></Types>',
            "_rels/.rels": f'{_XML}<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="word/document.xml"/></Relationships>',
            "word/_rels/document.xml.rels": f'{_XML}<Relationships xmlns="{package}/relationships">'
            f'<Relationship Id="rId1" Type="{office}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId2" Type="{office}/numbering" Target="numbering.xml"/></Relationships>',
            "word/document.xml": f"{_XML}<w:document {_W}><w:body>{''.join(body)}</w:body></w:document>",
            "word/styles.xml": _word_styles(),
            "word/numbering.xml": _word_numbering(list_number),
        }
    )


def _word_paragraph(line: Line, number: int) -> str:
    style = {"title": "Title", "heading": "Heading1"}.get(line.kind)
    properties = f'<w:pStyle w:val="{style}"/>' if style else ""
    if number:
        properties += f'<w:numPr><w:ilvl w:val="0"/><w:numId w:val="{number}"/></w:numPr>'
    run = f'<w:r><w:t xml:space="preserve">{escape(line.text, quote=False)}</w:t></w:r>'
    return f"<w:p><w:pPr>{properties}</w:pPr>{run}</w:p>"


def _word_table(rows: list[Line]) -> str:
    cells = [
        "".join(f"<w:tc>{_word_paragraph(Line('paragraph', cell), 0)}</w:tc>" for cell in row.cells()) for row in rows
    ]
    grid = "<w:gridCol/>" * len(rows[0].cells())
    body = "".join(f"<w:tr>{row}</w:tr>" for row in cells)
    return f"<w:tbl><w:tblPr/><w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"


def _word_styles() -> str:
    named = {"Normal": "Normal", "Title": "Title", "Heading1": "heading 1"}
    styles = "".join(
        f'<w:style w:type="paragraph" w:styleId="{key}"><w:name w:val="{name}"/></w:style>'
        for key, name in named.items()
    )
    return f"{_XML}<w:styles {_W}>{styles}</w:styles>"


def _word_numbering(lists: int) -> str:
    formats = "".join(
        f'<w:abstractNum w:abstractNumId="{key}"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
        f'<w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl></w:abstractNum>'
        for key, (form, text) in enumerate([("bullet", "\u2022"), ("decimal", "%1.")])
    )
    numbers = "".join(
        f'<w:num w:numId="{number}"><w:abstractNumId w:val="{int(number > 1)}"/></w:num>'
        for number in range(1, lists + 1)
    )
    return f"{_XML}<w:numbering {_W}>{formats}{numbers}</w:numbering>"


# --- EPUB ---------------------------------------------------------------------------------------------


def build_guide() -> bytes:
    """The guide as EPUB 3: a contents page and two chapters, listed out of order in the manifest."""
    chapters = {f"chapter-{number}": _source(f"visitors-guide-{number}.txt") for number in (1, 2)}
    titles = {name: lines[0].text for name, lines in chapters.items()}
    links = "".join(f'<li><a href="{name}.xhtml">{escape(title)}</a></li>' for name, title in titles.items())
    contents = f"<nav><h1>Contents</h1><ol>{links}</ol></nav>"
    items = "".join(
        f'<item id="{name}" href="{name}.xhtml" media-type="application/xhtml+xml"/>' for name in reversed(chapters)
    )
    spine = "".join(f'<itemref idref="{name}"/>' for name in ("contents", *chapters))
    package = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<package xmlns="http://www.idpf.org/2007/opf" version="3.0" '
        'unique-identifier="id"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">'
        '<dc:identifier id="id">sallow-point-visitors-guide</dc:identifier>'
        "<dc:title>Sallow Point Light: a visitor&#8217;s guide</dc:title><dc:language>en</dc:language></metadata>"
        '<manifest><item id="contents" href="contents.xhtml" media-type="application/xhtml+xml" '
        f'properties="nav"/>{items}</manifest><spine>{spine}</spine></package>'
    )
    container = (
        '<?xml version="1.0"?>\n<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<rootfiles><rootfile full-path="book/package.opf" media-type="application/oebps-package+xml"/></rootfiles>'
        "</container>"
    )
    members = {
        "mimetype": "application/epub+zip",
        "META-INF/container.xml": container,
        "book/package.opf": package,
        "book/contents.xhtml": _xhtml("Contents", contents),
    }
    for name, lines in chapters.items():
        members[f"book/{name}.xhtml"] = _xhtml(titles[name], "\n".join(map(_html_line, lines)))
    return _zip(members)


def _html_line(line: Line) -> str:
    tag = {"title": "h1", "heading": "h2"}.get(line.kind, "p")
    return f"<{tag}>{escape(line.text, quote=False)}</{tag}>"


def _xhtml(title: str, body: str) -> str:
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE html>\n<html xmlns="http://www.w3.org/1999/xhtml">'
        f"<head><title>{escape(title)}</title></head><body>\n{body}\n</body></html>\n"
    )


# --- PDF ----------------------------------------------------------------------------------------------

_COLUMN_CHARACTERS = 46
_LINES_PER_COLUMN = 34
_FIRST_PAGE_LINES = 30  # the title stands above them
_LEFT, _RIGHT, _TOP, _LEADING = 56, 310, 752, 20


def build_survey() -> bytes:
    """The survey as PDF: two columns, words broken at line ends, a running header and footer."""
    lines = _source("range-survey-1931.txt")
    title, authors, *rest = lines
    set_lines = _set_in_lines(rest)
    pages: list[list[TextAt]] = []
    while set_lines:
        first = not pages
        height = _FIRST_PAGE_LINES if first else _LINES_PER_COLUMN
        top = _TOP - (_LINES_PER_COLUMN - height) * _LEADING
        number = 114 + len(pages)
        page = [TextAt(_LEFT, 806, f"Proceedings of the Institute of Coastal Signals, Vol. 12            {number}", 9)]
        if first:
            page += [TextAt(_LEFT, 760, title.text, 18, "bold"), TextAt(_LEFT, 738, authors.text, 11, "italic")]
        for x in (_LEFT, _RIGHT):
            column, set_lines = set_lines[:height], set_lines[height:]
            page += [
                TextAt(x, top - row * _LEADING, text, 11, "bold" if kind == "heading" else "regular")
                for row, (kind, text) in enumerate(column)
                if text
            ]
        pages.append([*page, TextAt(_LEFT, 40, "Quist and Hale: How far does a fog organ carry?", 9, "italic")])
    return write_pdf(pages, title="How far does a fog organ carry?")


def _set_in_lines(blocks: list[Line]) -> list[tuple[str, str]]:
    """Lines of a column; the first line of a paragraph that follows another is indented."""
    out: list[tuple[str, str]] = []
    before = "heading"
    for block in blocks:
        if block.kind == "heading":
            out += [("space", ""), ("heading", block.text)] if out else [("heading", block.text)]
        else:
            indent = "   " if before == "paragraph" else ""
            out += [("text", line) for line in _wrapped(indent + block.text)]
        before = block.kind
    return out


def _wrapped(text: str) -> list[str]:
    """Greedy lines; a word that does not fit is broken at the last of its `~` marks that does."""
    lines = [""]
    for word in text.split(" "):
        parts = word.split("~")
        joiner = " " if lines[-1] or not word else ""
        whole = "".join(parts)
        if len(lines[-1]) + len(joiner) + len(whole) <= _COLUMN_CHARACTERS:
            lines[-1] += joiner + whole
            continue
        for cut in range(len(parts) - 1, 0, -1):
            head = joiner + "".join(parts[:cut]) + "-"
            if len(lines[-1]) + len(head) <= _COLUMN_CHARACTERS:
                lines[-1] += head
                lines.append("".join(parts[cut:]))
                break
        else:
            lines.append(whole)
    return lines


if __name__ == "__main__":
    main()
