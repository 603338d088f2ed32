"""EPUB: the chapters in reading order, each through the HTML reader."""

from __future__ import annotations

import posixpath
import zipfile
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from generation_functions.documents.document import Extraction, LostPart
from generation_functions.documents.readers.html import read_html
from generation_functions.documents.zip_safety import open_zip, read_member, refuse_entities
from generation_functions.errors import UnreadableDocumentError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_CONTAINER = "META-INF/container.xml"
_ENCRYPTION = "META-INF/encryption.xml"
_CHAPTER_TYPES = ("application/xhtml+xml", "text/html")


@dataclass(frozen=True)
class _Item:
    path: str
    media_type: str
    is_contents: bool


def read_epub(data: bytes) -> Extraction:
    """Contents pages are left out; a missing or damaged chapter is reported and the others are read."""
    archive = open_zip(data, "EPUB")
    refuse_entities(archive, "EPUB")
    package_path = _package_path(archive)
    package = _parse_xml(read_member(archive, package_path), package_path)
    chapters = _chapters(package, posixpath.dirname(package_path))
    _refuse_copy_protection(archive, {item.path for item in chapters})
    texts: list[str] = []
    lost: list[LostPart] = []
    for item in chapters:
        try:
            texts.append(read_html(read_member(archive, item.path)).parts[0])
        except (UnreadableDocumentError, zipfile.BadZipFile) as error:
            lost.append(LostPart(item.path, str(error)))
    if not texts:
        raise UnreadableDocumentError("no chapter of it can be read" if lost else "its list of chapters is empty")
    return Extraction(parts=tuple(texts), title=_title(package), lost=tuple(lost))


def _package_path(archive: zipfile.ZipFile) -> str:
    container = _parse_xml(read_member(archive, _CONTAINER), _CONTAINER)
    for element in container.iter():
        if _local_name(element) == "rootfile" and element.get("full-path"):
            return str(element.get("full-path"))
    raise UnreadableDocumentError(f"its part {_CONTAINER} names no package file")


def _chapters(package: Element, folder: str) -> list[_Item]:
    items: dict[str, _Item] = {}
    order: list[str] = []
    for element in package.iter():
        name = _local_name(element)
        if name == "item":
            href = unquote(urlsplit(element.get("href", "")).path)
            items[element.get("id", "")] = _Item(
                posixpath.normpath(posixpath.join(folder, href)),
                element.get("media-type", ""),
                "nav" in element.get("properties", "").split(),
            )
        elif name == "itemref":
            order.append(element.get("idref", ""))
    listed = [items[idref] for idref in dict.fromkeys(order) if idref in items]
    return [item for item in listed if item.media_type in _CHAPTER_TYPES and not item.is_contents]


def _title(package: Element) -> str:
    for element in package.iter():
        if _local_name(element) == "title":
            return "".join(element.itertext()).strip()
    return ""


def _refuse_copy_protection(archive: zipfile.ZipFile, chapters: set[str]) -> None:
    """Fonts may be scrambled, which does not matter; chapters may not."""
    if _ENCRYPTION not in archive.namelist():
        return
    for element in _parse_xml(read_member(archive, _ENCRYPTION), _ENCRYPTION).iter():
        if _local_name(element) == "CipherReference" and unquote(element.get("URI", "")) in chapters:
            raise UnreadableDocumentError("it is copy-protected (DRM)")


def _parse_xml(data: bytes, part: str) -> Element:
    from xml.etree import ElementTree

    # Entity declarations were refused before; expat expands none without a declaration.
    try:
        return ElementTree.fromstring(data)
    except ElementTree.ParseError as error:
        raise UnreadableDocumentError(f"its part {part} is damaged ({error})") from error


def _local_name(element: Element) -> str:
    return element.tag.rpartition("}")[2]
