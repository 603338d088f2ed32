"""EPUB books: reading order, contents pages, missing chapters, copy protection."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest

from generation_functions.documents.document import LostPart
from generation_functions.documents.extraction import extract_bytes
from generation_functions.errors import UnreadableDocumentError

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
PACKAGE = """<package xmlns="http://www.idpf.org/2007/opf"><metadata xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:title>The Combs</dc:title></metadata><manifest>
<item id="toc" href="toc.xhtml" media-type="application/xhtml+xml" properties="nav"/>
<item id="b" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/>
<item id="a" href="text/../text/one.xhtml" media-type="application/xhtml+xml"/>
<item id="pic" href="cover.jpg" media-type="image/jpeg"/>
</manifest><spine><itemref idref="toc"/><itemref idref="pic"/><itemref idref="a"/><itemref idref="b"/></spine>
</package>"""
CHAPTERS = {
    "OEBPS/toc.xhtml": "<html><body><ol><li>Contents</li></ol></body></html>",
    "OEBPS/text/one.xhtml": "<html><head><title>1</title></head><body><h1>One</h1><p>First.</p></body></html>",
    "OEBPS/text/two b.xhtml": "<html><body><h1>Two</h1><p>Second.</p></body></html>",
}


def book(**changes: str | None) -> bytes:
    members = {"META-INF/container.xml": CONTAINER, "OEBPS/book.opf": PACKAGE, **CHAPTERS, **changes}
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in members.items():
            if content is not None:
                archive.writestr(name, content)
    return out.getvalue()


def test_chapters_come_in_the_order_of_the_spine_without_the_contents_page() -> None:
    document = extract_bytes(book(), "a.epub")
    assert document.text == "# One\n\nFirst.\n\n# Two\n\nSecond."
    assert document.title == "The Combs"
    assert document.pages == ()


def test_a_missing_chapter_is_reported_and_the_others_are_read() -> None:
    document = extract_bytes(book(**{"OEBPS/text/one.xhtml": None}), "a.epub")
    assert document.text == "# Two\n\nSecond."
    assert document.lost == (LostPart("OEBPS/text/one.xhtml", "its part OEBPS/text/one.xhtml is missing"),)


def test_a_book_without_its_package_file_is_unreadable() -> None:
    with pytest.raises(UnreadableDocumentError, match=r"its part OEBPS/book\.opf is missing"):
        extract_bytes(book(**{"OEBPS/book.opf": None}), "a.epub")
    with pytest.raises(UnreadableDocumentError, match=r"its part OEBPS/book\.opf is damaged"):
        extract_bytes(book(**{"OEBPS/book.opf": "<package"}), "a.epub")


def test_copy_protected_chapters_are_refused_and_scrambled_fonts_are_not() -> None:
    def encryption(uri: str) -> dict[str, str | None]:
        return {"META-INF/encryption.xml": f'<encryption><CipherReference URI="{uri}"/></encryption>'}

    with pytest.raises(UnreadableDocumentError, match="copy-protected"):
        extract_bytes(book(**encryption("OEBPS/text/two%20b.xhtml")), "a.epub")
    assert extract_bytes(book(**encryption("OEBPS/font.otf")), "a.epub").text.startswith("# One")
