"""HTML: headings, paragraphs, lists, tables and code as Markdown; scripts, styles and navigation left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from generation_functions.documents.document import Extraction
from generation_functions.documents.encodings import decode_text
from generation_functions.documents.licences import spdx_licence
from generation_functions.documents.readers.markdown_tables import markdown_table

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

_DECLARED_ENCODING = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_-]+)")
_DECLARATION_BYTES = 2048
_SPACES = re.compile(r"[ \t\r\n\f\u00a0]+")
_SPACES_ONLY = re.compile(" {2,}")
_BLANKS_AT_BREAK = re.compile(r" ?\n ?")
_LANGUAGE_CLASS = re.compile(r"\b(?:language|lang|highlight-source)-([\w+#-]+)")

_DROPPED_NAMES = (
    "script style nav head noscript template iframe object embed svg canvas audio video form button select "
    "textarea input dialog map"
)
_BLOCK_NAMES = (
    "address article aside blockquote body caption center dd details div dl dt fieldset figcaption figure "
    "footer h1 h2 h3 h4 h5 h6 header hgroup hr html li main menu ol p pre section summary table tbody td "
    "tfoot th thead tr ul"
)
_DROPPED = frozenset(_DROPPED_NAMES.split())
_BLOCKS = frozenset(_BLOCK_NAMES.split())
_HEADINGS = {f"h{level}": "#" * level + " " for level in range(1, 7)}
_LISTS = frozenset(("ul", "ol", "menu"))


def read_html(data: bytes) -> Extraction:
    """The title comes from <title>, else from the first <h1>."""
    declared = _DECLARED_ENCODING.search(data[:_DECLARATION_BYTES])
    markup = decode_text(data, declared.group(1).decode("ascii") if declared else "")
    title, text = html_to_text(markup)
    return Extraction(parts=(text,), title=title, licence=spdx_licence(markup))


def html_to_text(markup: str) -> tuple[str, str]:
    """Title and text of a page."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(markup)
    heading = tree.css_first("title") or tree.css_first("h1")
    title = _flat_text(heading) if heading is not None else ""
    walker = _Walker()
    if tree.body is not None:
        walker.walk(tree.body)
    return title, walker.text()


class _Walker:
    """Turns a tree into blocks of text, in document order; without recursion, for pages nest very deeply."""

    def __init__(self) -> None:
        self._blocks: list[tuple[str, str]] = []  # (kind, text); neighbours of kind "item" stand close together
        self._inline: list[str] = []
        self._prefix = ""
        self._kind = "paragraph"
        self._lists: list[int] = []  # one counter per open list; -1 counts nothing

    def text(self) -> str:
        self._end_block()
        out: list[str] = []
        before = ""
        for kind, text in self._blocks:
            if out:
                out.append("\n" if before == kind == "item" else "\n\n")
            out.append(text)
            before = kind
        return "".join(out)

    def walk(self, root: LexborNode) -> None:
        stack: list[tuple[LexborNode, bool]] = [(root, False)]
        while stack:
            node, leaving = stack.pop()
            tag = node.tag or ""
            if leaving:
                self._leave(tag)
            elif node.is_text_node:
                self._inline.append(_SPACES.sub(" ", node.text_content or ""))
            elif tag == "pre":
                self._add_code(node)
            elif tag == "table" and _is_data_table(node):
                self._add_table(node)
            elif not _is_dropped(node):
                self._enter(tag)
                stack.append((node, True))
                stack.extend((child, False) for child in reversed(list(_children(node))))

    def _enter(self, tag: str) -> None:
        if tag == "br":
            self._inline.append("\n")
        elif tag == "code":
            self._inline.append("`")
        elif tag in _BLOCKS:
            self._end_block()
            self._open_block(tag)

    def _open_block(self, tag: str) -> None:
        if tag in _HEADINGS:
            self._prefix, self._kind = _HEADINGS[tag], "heading"
        elif tag in _LISTS:
            self._lists.append(0 if tag == "ol" else -1)
        elif tag == "li":
            self._prefix, self._kind = self._item_marker(), "item"
        elif tag in ("dt", "dd"):
            self._prefix, self._kind = ("- " if tag == "dt" else "  "), "item"

    def _item_marker(self) -> str:
        if not self._lists or self._lists[-1] < 0:
            return "  " * max(0, len(self._lists) - 1) + "- "
        self._lists[-1] += 1
        return "  " * (len(self._lists) - 1) + f"{self._lists[-1]}. "

    def _leave(self, tag: str) -> None:
        if tag == "code":
            self._inline.append("`")
        elif tag in _BLOCKS:
            self._end_block()
            self._prefix, self._kind = "", "paragraph"
            if tag in _LISTS and self._lists:
                self._lists.pop()

    def _end_block(self) -> None:
        text = _collapse("".join(self._inline))
        self._inline.clear()
        if not text.strip("`"):
            return
        if self._kind == "heading":
            text = text.replace("\n", " ")
        elif self._kind == "item":
            text = text.replace("\n", "\n" + " " * len(self._prefix))
        elif self._lists:
            text = "  " * len(self._lists) + text.replace("\n", "\n" + "  " * len(self._lists))
        kind = "item" if self._lists and self._kind == "paragraph" else self._kind
        self._blocks.append((kind, self._prefix + text))
        self._prefix, self._kind = "", "paragraph"

    def _add_code(self, node: LexborNode) -> None:
        self._end_block()
        code = _raw_text(node).strip("\r\n")
        if not code.strip():
            return
        fence = "```"
        while fence in code:
            fence += "`"
        self._blocks.append(("code", f"{fence}{_code_language(node)}\n{code}\n{fence}"))

    def _add_table(self, node: LexborNode) -> None:
        self._end_block()
        caption = next((child for child in _children(node) if child.tag == "caption"), None)
        if caption is not None and _flat_text(caption):
            self._blocks.append(("paragraph", _flat_text(caption)))
        rows = [
            [_flat_text(cell) for cell in _children(row) if cell.tag in ("td", "th")]
            for row in _inside(node)
            if row.tag == "tr"
        ]
        if table := markdown_table(rows):
            self._blocks.append(("table", table))


def _children(node: LexborNode) -> Iterator[LexborNode]:
    child = node.first_child
    while child is not None:
        yield child
        child = child.next


def _inside(node: LexborNode) -> Iterator[LexborNode]:
    """Every node below this one that is not dropped, in document order."""
    stack = list(_children(node))[::-1]
    while stack:
        inner = stack.pop()
        if inner.is_text_node or not _is_dropped(inner):
            yield inner
            stack.extend(reversed(list(_children(inner))))


def _is_dropped(node: LexborNode) -> bool:
    if node.is_comment_node:
        return True
    return (node.tag or "") in _DROPPED or "hidden" in node.attributes


def _is_data_table(node: LexborNode) -> bool:
    """Tables of two or more columns that hold cells, not a page layout."""
    widest = 0
    for inner in _inside(node):
        if inner.tag in ("table", "pre", "ul", "ol") or inner.tag in _HEADINGS:
            return False
        if inner.tag == "tr":
            widest = max(widest, sum(cell.tag in ("td", "th") for cell in _children(inner)))
    return widest >= 2


def _raw_text(node: LexborNode) -> str:
    parts = []
    for inner in _inside(node):
        if inner.tag == "br":
            parts.append("\n")
        elif inner.is_text_node:
            parts.append(inner.text_content or "")
    return "".join(parts)


def _flat_text(node: LexborNode) -> str:
    """The text below a node on one line."""
    parts = []
    for inner in _inside(node):
        if inner.is_text_node:
            parts.append(inner.text_content or "")
        elif inner.tag == "br" or (inner.tag or "") in _BLOCKS:
            parts.append(" ")
    return _SPACES.sub(" ", "".join(parts)).strip()


def _collapse(text: str) -> str:
    return _BLANKS_AT_BREAK.sub("\n", _SPACES_ONLY.sub(" ", text)).strip()


def _code_language(node: LexborNode) -> str:
    for candidate in (node, *(child for child in _children(node) if child.tag == "code")):
        found = _LANGUAGE_CLASS.search(candidate.attributes.get("class") or "")
        if found:
            return found.group(1)
    return ""
