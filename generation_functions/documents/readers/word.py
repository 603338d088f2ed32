"""Word (.docx): headings, lists, tables and notes as Markdown.

python-docx opens the package; the body is walked here, because its own iterators leave out content
controls, tracked insertions and text boxes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from generation_functions.documents.document import Extraction
from generation_functions.documents.readers.markdown_tables import markdown_table
from generation_functions.documents.readers.word_numbering import Numbering
from generation_functions.documents.zip_safety import open_zip, refuse_entities
from generation_functions.errors import UnreadableDocumentError

if TYPE_CHECKING:
    from docx.document import Document as WordFile
    from lxml.etree import _Element

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_CONTAINERS = {f"{_W}{name}" for name in ("sdt", "sdtContent", "customXml", "ins", "moveTo", "smartTag")}
# Deleted text, the source of a move, comments' and fields' inner workings, and the second copy of a text box.
_LEFT_OUT = {f"{_W}{name}" for name in ("del", "moveFrom", "instrText", "rPr", "pPr")} | {_FALLBACK}
_CHARACTERS = {f"{_W}tab": "\t", f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}noBreakHyphen": "-"}
_HEADING_STYLE = re.compile(r"heading (\d)", re.IGNORECASE)
# What python-docx and Word put in when nobody gave a title.
_NO_TITLES = {"Word Document", "Microsoft Word Document"}
_NOTE_PARTS = ("/footnotes", "/endnotes")


def read_word(data: bytes) -> Extraction:
    """The title is the document property, else the first paragraph in the style "Title"."""
    import docx
    from docx.exceptions import PythonDocxError
    from docx.opc.exceptions import OpcError

    refuse_entities(open_zip(data, ".docx"), ".docx")
    try:
        word = docx.Document(BytesIO(data))
    except (PythonDocxError, OpcError) as error:
        raise UnreadableDocumentError(f"it is not a .docx file or is damaged ({error})") from error
    walker = _Walker(word)
    blocks = walker.blocks(word.element.body)
    notes = list(_notes(word))
    text = _joined([*blocks, *notes])
    return Extraction(parts=(text,), title=_title_property(word) or walker.title)


def _title_property(word: WordFile) -> str:
    title = (word.core_properties.title or "").strip()
    return "" if title in _NO_TITLES else title


class _Walker:
    def __init__(self, word: WordFile) -> None:
        self.title = ""
        self._styles = {style.style_id: (style.name or "", style.element) for style in word.styles if style.style_id}
        self._numbering = Numbering(_part_ending(word, "/numbering"))

    def blocks(self, parent: _Element) -> list[tuple[str, str]]:
        """(kind, text) of each paragraph and table below a body, cell or text box."""
        found: list[tuple[str, str]] = []
        for element in parent:
            if element.tag == f"{_W}p":
                found += self._paragraph(element)
            elif element.tag == f"{_W}tbl":
                if table := markdown_table(list(self._rows(element))):
                    found.append(("table", table))
            elif element.tag in _CONTAINERS:
                found += self.blocks(element)
        return found

    def _paragraph(self, paragraph: _Element) -> Iterator[tuple[str, str]]:
        boxes: list[_Element] = []
        text = _inline_text(paragraph, boxes).strip()
        if text:
            yield self._dressed(paragraph, text)
        for box in boxes:
            yield from self.blocks(box)

    def _dressed(self, paragraph: _Element, text: str) -> tuple[str, str]:
        style_id = _value(paragraph, f"{_W}pPr/{_W}pStyle")
        name, style = self._styles.get(style_id, ("", None))
        level = _heading_level(name, paragraph, style)
        if name.lower() == "title":
            self.title = self.title or " ".join(text.split())
            level = 1
        elif level:
            level += bool(self.title)
        if level:
            return "heading", f"{'#' * min(level, 6)} {' '.join(text.split())}"
        marker = self._numbering.marker(paragraph, style, name)
        if marker:
            return "item", marker + text.replace("\n", "\n" + " " * len(marker))
        return "paragraph", text

    def _rows(self, table: _Element) -> Iterator[list[str]]:
        for row in _below(table, f"{_W}tr"):
            yield [" ".join(text for _, text in self.blocks(cell)) for cell in _below(row, f"{_W}tc")]


def _below(parent: _Element, tag: str) -> Iterator[_Element]:
    """Children of this tag, also those inside content controls and tracked changes."""
    for element in parent:
        if element.tag == tag:
            yield element
        elif element.tag in _CONTAINERS:
            yield from _below(element, tag)


def _inline_text(paragraph: _Element, boxes: list[_Element]) -> str:
    """The text of a paragraph; text boxes anchored in it are put into `boxes`."""
    parts: list[str] = []
    stack = list(paragraph)[::-1]
    while stack:
        element = stack.pop()
        if element.tag == f"{_W}t":
            parts.append(element.text or "")
        elif element.tag == f"{_W}txbxContent":
            boxes.append(element)
        elif element.tag in _CHARACTERS:
            parts.append(_CHARACTERS[element.tag])
        elif element.tag not in _LEFT_OUT:
            stack.extend(list(element)[::-1])
    return "".join(parts)


def _heading_level(style_name: str, paragraph: _Element, style: _Element | None) -> int:
    named = _HEADING_STYLE.fullmatch(style_name)
    if named:
        return int(named.group(1))
    for element in (paragraph, style):
        outline = _value(element, f"{_W}pPr/{_W}outlineLvl") if element is not None else ""
        if outline.isdigit() and int(outline) < 9:
            return int(outline) + 1
    return 0


def _value(element: _Element, path: str) -> str:
    found = element.find(path)
    return found.get(f"{_W}val", "") if found is not None else ""


def _part_ending(word: WordFile, ending: str) -> _Element | None:
    """The XML of a part that belongs to the document, by the end of its relationship type."""
    from docx.oxml.parser import parse_xml

    for relation in word.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(ending):
            root: _Element = parse_xml(relation.target_part.blob)
            return root
    return None


def _notes(word: WordFile) -> Iterator[tuple[str, str]]:
    """Footnotes and endnotes, after the text; separators are notes with a type."""
    for ending in _NOTE_PARTS:
        root = _part_ending(word, ending)
        for note in root if root is not None else ():
            text = " ".join(_inline_text(paragraph, []).strip() for paragraph in _below(note, f"{_W}p")).strip()
            if text and note.get(f"{_W}type") is None:
                yield "item", f"[note {note.get(f'{_W}id', '')}] {text}"


def _joined(blocks: list[tuple[str, str]]) -> str:
    out: list[str] = []
    before = ""
    for kind, text in blocks:
        if out:
            out.append("\n" if before == kind == "item" else "\n\n")
        out.append(text)
        before = kind
    return "".join(out)
