"""PDF: page by page with pdfium. No OCR: pages that are pictures of text are reported."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from generation_functions.documents.document import Extraction, LostPart
from generation_functions.documents.readers.pdf_columns import text_by_columns
from generation_functions.errors import UnreadableDocumentError

if TYPE_CHECKING:
    from pypdfium2 import PdfDocument, PdfPage

# pdfium joins a word that was broken at a line end and leaves one of these where the hyphen was.
_LINE_END_HYPHEN = re.compile("([^\\W\\d_]{0,40})[\x02\ufffe](\\w{0,40})")
_LIGATURES = str.maketrans(
    {
        "\ufb00": "ff",
        "\ufb01": "fi",
        "\ufb02": "fl",
        "\ufb03": "ffi",
        "\ufb04": "ffl",
        "\ufb05": "st",
        "\ufb06": "st",
    }
)
# Word writes the file name here; other programs write that there is no title.
_PROGRAM_PREFIX = re.compile(r"^(?:Microsoft (?:Word|PowerPoint) - |(?:untitled|unbenannt)$)", re.IGNORECASE)
_WORDS = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_PASSWORD_ERROR = 4
SCANNED = "no text on it: it looks scanned, and OCR is not included"


def read_pdf(data: bytes) -> Extraction:
    """Words broken at line ends are joined again, and columns are read one after the other.

    Raises:
        UnreadableDocumentError: damaged, protected with a password, or no page has text.
    """
    import pypdfium2

    try:
        pdf = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if getattr(error, "err_code", None) == _PASSWORD_ERROR:
            raise UnreadableDocumentError("it is protected with a password; save it without one") from error
        raise UnreadableDocumentError(f"it is not a PDF or is damaged ({error})") from error
    try:
        return _read_pages(pdf)
    finally:
        pdf.close()


def _read_pages(pdf: PdfDocument) -> Extraction:
    import pypdfium2

    texts: list[str] = []
    lost: list[LostPart] = []
    for index in range(len(pdf)):
        text, problem = "", ""
        try:
            text, has_pictures = _read_page(pdf[index])
            if not text.strip() and has_pictures:
                problem = SCANNED
        except pypdfium2.PdfiumError as error:
            problem = f"it is damaged ({error})"
        texts.append(text)
        if problem:
            lost.append(LostPart(f"page {index + 1}", problem))
    if not any(map(str.strip, texts)):
        if any(part.reason == SCANNED for part in lost):
            raise UnreadableDocumentError("no text in it: it looks scanned, and OCR is not included")
        raise UnreadableDocumentError(lost[0].reason if lost else "no text in it: its pages are blank")
    title = _PROGRAM_PREFIX.sub("", pdf.get_metadata_value("Title"))
    return Extraction(
        parts=join_broken_words([_tidied(text) for text in texts]), paged=True, title=title, lost=tuple(lost)
    )


def _read_page(page: PdfPage) -> tuple[str, bool]:
    """The text of a page and, when there is none, whether there are pictures on it instead."""
    import pypdfium2.raw as pdfium

    textpage = page.get_textpage()
    try:
        text = text_by_columns(textpage)
    finally:
        textpage.close()
    has_pictures = not text.strip() and any(
        item.type == pdfium.FPDF_PAGEOBJ_IMAGE for item in page.get_objects(max_depth=3)
    )
    page.close()
    return text, has_pictures


def _tidied(page: str) -> str:
    """Ligatures as letters, and lines without the spaces that stand for their indentation."""
    return "\n".join(line.strip(" ") for line in page.translate(_LIGATURES).splitlines())


def join_broken_words(pages: list[str]) -> tuple[str, ...]:
    """Takes out the hyphens that line ends put into words, judging by the other words of the document.

    "light-|house" becomes "lighthouse". "well-|known" keeps its hyphen when "well-known" occurs elsewhere,
    and so do numbers and names ("Anglo-|Saxon").
    """
    if not any(_LINE_END_HYPHEN.search(page) for page in pages):
        return tuple(pages)
    words = Counter(word.lower() for page in pages for word in _WORDS.findall(page))

    def join(found: re.Match[str]) -> str:
        before, after = found.groups()
        hyphenated, joined = f"{before}-{after}", f"{before}{after}"
        if not before or not after or not after[0].islower():
            return hyphenated
        return hyphenated if words[hyphenated.lower()] > words[joined.lower()] else joined

    return tuple(_LINE_END_HYPHEN.sub(join, page) for page in pages)
