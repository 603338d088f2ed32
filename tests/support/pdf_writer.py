"""A minimal PDF writer for samples and tests: text at given places, standard fonts, nothing compressed.

Everything it writes is a pure function of its arguments, so the files are the same on every machine.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

FONTS = {"regular": "Times-Roman", "bold": "Times-Bold", "italic": "Times-Italic"}
# The padding string of the standard security handler (ISO 32000-1, 7.6.3.3).
PASSWORD_PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")
FILE_ID = bytes(range(16))


@dataclass(frozen=True)
class TextAt:
    """One line of text, its baseline `y` points above the foot of the page and `x` from its left edge."""

    x: float
    y: float
    text: str
    size: float = 10.0
    font: str = "regular"


def write_pdf(pages: list[list[TextAt]], title: str = "", password: str = "", width: int = 595) -> bytes:
    """The bytes of a PDF with these pages; text is drawn in the order given.

    A `password` encrypts the text with 40-bit RC4, the oldest scheme that every reader still knows.
    """
    key = _encryption_key(password) if password else b""
    objects: list[bytes] = [b"<< /Type /Catalog /Pages 2 0 R >>", b""]
    for font in FONTS.values():
        objects.append(f"<< /Type /Font /Subtype /Type1 /BaseFont /{font} /Encoding /WinAnsiEncoding >>".encode())
    fonts = " ".join(f"/{name} {number} 0 R" for number, name in enumerate(FONTS, start=3))
    page_numbers = []
    for page in pages:
        content = "\n".join(_draw(item) for item in page).encode("cp1252")
        number = len(objects) + 1
        if key:
            content = _encrypt(key, number, content)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content))
        objects.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {width} 842] "
            f"/Resources << /Font << {fonts} >> >> /Contents {number} 0 R >>".encode()
        )
        page_numbers.append(number + 1)
    kids = " ".join(f"{number} 0 R" for number in page_numbers)
    objects[1] = f"<< /Type /Pages /Count {len(pages)} /Kids [{kids}] >>".encode()
    trailer = ""
    if title:
        objects.append(f"<< /Title ({_escape(title)}) >>".encode("cp1252"))
        trailer += f" /Info {len(objects)} 0 R"
    if key:
        objects.append(_encryption_dictionary(password, key))
        trailer += f" /Encrypt {len(objects)} 0 R"
    return _assemble(objects, trailer)


def _draw(item: TextAt) -> str:
    return f"BT /{item.font} {item.size:g} Tf {item.x:g} {item.y:g} Td ({_escape(item.text)}) Tj ET"


def _escape(text: str) -> str:
    return text.replace("\\", r"\\").replace("(", r"\(").replace(")", r"\)")


def _assemble(objects: list[bytes], trailer: str) -> bytes:
    out = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    offsets = []
    for number, body in enumerate(objects, start=1):
        offsets.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    for offset in offsets:
        out += b"%010d 00000 n \n" % offset
    file_id = FILE_ID.hex()
    out += (
        f"trailer\n<< /Size {len(objects) + 1} /Root 1 0 R /ID [<{file_id}> <{file_id}>]{trailer} >>\n"
        f"startxref\n{start}\n%%EOF\n"
    ).encode()
    return bytes(out)


def _rc4(key: bytes, data: bytes) -> bytes:
    state = list(range(256))
    j = 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out = bytearray()
    i = j = 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def _padded(password: str) -> bytes:
    return (password.encode("latin-1") + PASSWORD_PADDING)[:32]


def _owner_entry(password: str) -> bytes:
    return _rc4(hashlib.md5(_padded(password)).digest()[:5], _padded(password))


def _encryption_key(password: str) -> bytes:
    permissions = (-4).to_bytes(4, "little", signed=True)
    return hashlib.md5(_padded(password) + _owner_entry(password) + permissions + FILE_ID).digest()[:5]


def _encrypt(key: bytes, number: int, data: bytes) -> bytes:
    return _rc4(hashlib.md5(key + number.to_bytes(3, "little") + b"\x00\x00").digest()[:10], data)


def _encryption_dictionary(password: str, key: bytes) -> bytes:
    owner, user = _owner_entry(password).hex(), _rc4(key, PASSWORD_PADDING).hex()
    return f"<< /Filter /Standard /V 1 /R 2 /O <{owner}> /U <{user}> /P -4 >>".encode()
