"""What tests of uploads do again and again."""

from __future__ import annotations

import io
import stat
import zipfile
from collections.abc import Mapping
from typing import Any

from starlette.testclient import TestClient


def begin(client: TestClient, path: str, size: int, **more: Any) -> dict[str, Any]:
    """Announce an upload; returns it."""
    answer = client.post("/api/uploads", json={"root": "inputs", "path": path, "size": size, **more})
    assert answer.status_code == 201, answer.text
    upload: dict[str, Any] = answer.json()
    assert answer.headers["Location"] == f"/api/uploads/{upload['id']}"
    return upload


def send(client: TestClient, upload_id: str, data: bytes, offset: int = 0) -> Any:
    """Send bytes from `offset` on."""
    return client.patch(f"/api/uploads/{upload_id}", content=data, headers={"Upload-Offset": str(offset)})


def upload(client: TestClient, path: str, data: bytes, **more: Any) -> Any:
    """A whole upload in one request."""
    return send(client, begin(client, path, len(data), **more)["id"], data)


def zip_of(entries: Mapping[str, bytes]) -> bytes:
    """An archive with these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return out.getvalue()


def zip_with_link(name: str, leads_to: str) -> bytes:
    """An archive with a symbolic link in it, behind a harmless file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("harmless.txt", b"harmless")
        link = zipfile.ZipInfo(name)
        link.create_system = 3
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, leads_to)
    return out.getvalue()
