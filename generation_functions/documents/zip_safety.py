"""Opens zip-based documents (docx, pptx, epub) after making sure that they are what they claim to be."""

from __future__ import annotations

import re
import zipfile
from io import BytesIO

from generation_functions.errors import UnreadableDocumentError

MAX_UNPACKED_BYTES = 512 * 1024 * 1024
# Office files and books stay below 30. Deflate reaches 1032, and only on repeated bytes.
MAX_RATIO = 100
RATIO_MATTERS_FROM_BYTES = 16 * 1024 * 1024
MAX_MEMBERS = 50_000
_OLE_SIGNATURE = bytes.fromhex("D0CF11E0A1B11AE1")
_DTD_WITH_ENTITIES = re.compile(rb"<!DOCTYPE[^>]*\[|<!ENTITY", re.IGNORECASE)


def open_zip(data: bytes, kind: str) -> zipfile.ZipFile:
    """A zip archive that unpacks to a bearable size. `kind` names the format in messages.

    The sizes checked are those in the archive's directory; `zipfile` never reads beyond them.

    Raises:
        UnreadableDocumentError: not a zip archive, broken, encrypted, or a zip bomb.
    """
    if data.startswith(_OLE_SIGNATURE):
        raise UnreadableDocumentError(
            f"it is protected with a password or in the format before {kind}; save it as {kind} without one"
        )
    try:
        archive = zipfile.ZipFile(BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError) as error:
        raise UnreadableDocumentError(f"it is not a valid {kind} file or is damaged ({error})") from error
    members = archive.infolist()
    unpacked = sum(member.file_size for member in members)
    packed = max(1, len(data))
    if (
        unpacked > MAX_UNPACKED_BYTES
        or len(members) > MAX_MEMBERS
        or (unpacked > RATIO_MATTERS_FROM_BYTES and unpacked > MAX_RATIO * packed)
    ):
        raise UnreadableDocumentError(
            f"it would unpack to {unpacked / 1e6:.0f} MB from {packed / 1e6:.1f} MB: a zip bomb is not read"
        )
    if any(member.flag_bits & 1 for member in members):
        raise UnreadableDocumentError("it is protected with a password")
    return archive


def refuse_entities(archive: zipfile.ZipFile, kind: str) -> None:
    """Refuses XML parts that declare entities (the "billion laughs"); office formats never do.

    A declaration has to stand before the root element, so the start of each part is enough. Entities
    are not expanded by the parsers behind this check either.
    """
    for member in archive.infolist():
        if member.filename.lower().endswith((".xml", ".rels", ".opf", ".ncx")):
            with archive.open(member) as part:
                if _DTD_WITH_ENTITIES.search(part.read(8192)):
                    raise UnreadableDocumentError(
                        f"its part {member.filename} declares XML entities, which no {kind} file needs"
                    )


def read_member(archive: zipfile.ZipFile, name: str) -> bytes:
    """The bytes of one member.

    Raises:
        UnreadableDocumentError: it is missing or damaged.
    """
    try:
        return archive.read(name)
    except KeyError as error:
        raise UnreadableDocumentError(f"its part {name} is missing") from error
