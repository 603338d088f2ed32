"""The routes of uploads: begin, send from where it broke off, ask how far it is, cancel."""

from __future__ import annotations

import asyncio
import os
from typing import Annotated

from fastapi import APIRouter, Header, Request
from fastapi import Path as PathParameter
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import Response
from starlette.requests import ClientDisconnect

from web.files.places import disk_errors
from web.files.sending import ANY_BYTES
from web.files.uploads import Upload, UploadRequest, begin, discard, find, finish, held
from web.problems import ConflictError, TooLargeError, UnavailableError, documented
from web.services import Given

router = APIRouter(prefix="/api/uploads", tags=["files"])
UploadId = Annotated[
    str,
    PathParameter(pattern="^[0-9a-f]{32}$", description="Of an upload.", examples=["0123456789abcdef0123456789abcdef"]),
]
_BUFFERED_BYTES = 1 << 20
_TOO_LONG = "too-long"
_SILENCE_SECONDS = 60.0
"""A connection that says nothing for so long is taken for broken, so that another one can go on."""


@router.post("", status_code=201, responses=documented(ConflictError, UnavailableError))
def begin_upload(services: Given, asked: UploadRequest, response: Response) -> Upload:
    """Announce a file; its bytes are then sent with PATCH to the id in the answer."""
    upload = begin(services.settings, asked)
    response.headers["Location"] = f"/api/uploads/{upload.id}"
    return upload


@router.get("/{upload_id}")
def get_upload(services: Given, upload_id: UploadId, response: Response) -> Upload:
    """How much of it has arrived."""
    upload = find(services.settings, upload_id)
    response.headers.update(_headers(upload))
    return upload


@router.head("/{upload_id}", response_class=Response)
def head_upload(services: Given, upload_id: UploadId) -> Response:
    """The same in headers: Upload-Offset and Upload-Length."""
    return Response(headers=_headers(find(services.settings, upload_id)))


@router.patch(
    "/{upload_id}",
    responses=documented(ConflictError, UnavailableError),
    openapi_extra={"requestBody": {"content": ANY_BYTES, "description": "The bytes from the offset on."}},
)
async def send_bytes(
    request: Request,
    response: Response,
    services: Given,
    upload_id: UploadId,
    upload_offset: Annotated[int, Header(ge=0, le=1 << 50, description="Bytes that have arrived already.")],
) -> Upload:
    """Send the rest of it, or a part of the rest. What has arrived when the connection breaks stays.

    With its last byte the file is put in its place, or unpacked.
    """
    settings = services.settings
    with held(settings, upload_id) as part:
        upload = find(settings, upload_id)
        if upload_offset != upload.offset:
            raise ConflictError(
                f"{upload.offset} bytes have arrived: send from there, not from {upload_offset}", code="wrong-offset"
            )
        left = upload.size - upload.offset
        announced = request.headers.get("content-length", "")
        _refuse_more(int(announced) if announced.isdecimal() else 0, left)
        try:
            left = await _receive(request, part, left, upload.path)
        except TooLargeError as error:
            if error.code == _TOO_LONG:
                os.ftruncate(part, upload.offset)
            raise
        upload = upload.model_copy(update={"offset": upload.size - left})
        if not left:
            upload = await run_in_threadpool(finish, settings, upload)
    response.headers.update(_headers(upload))
    return upload


@router.delete("/{upload_id}", status_code=204, responses=documented(ConflictError, UnavailableError))
def cancel_upload(services: Given, upload_id: UploadId) -> None:
    """Forget an upload and what has arrived of it. A complete one leaves its file where it is."""
    settings = services.settings
    if find(settings, upload_id).complete:
        discard(settings, upload_id)
        return
    with held(settings, upload_id):
        discard(settings, upload_id)


async def _receive(request: Request, part: int, left: int, shown: str) -> int:
    """Write the body to the end of `part`; returns how much is still to come after it."""
    waiting = bytearray()
    blocks = request.stream()
    with disk_errors(shown):
        try:
            while True:
                async with asyncio.timeout(_SILENCE_SECONDS):
                    block = await anext(blocks, None)
                if block is None:
                    break
                left -= len(block)
                _refuse_more(0, left)
                waiting += block
                if len(waiting) >= _BUFFERED_BYTES:
                    full, waiting = waiting, bytearray()
                    await run_in_threadpool(_write, part, full)
        except (ClientDisconnect, TimeoutError):
            pass  # nobody hears the answer; the next request goes on from here
        finally:
            _write(part, waiting)  # at most a block, also when the server is being stopped
    return left


def _write(part: int, data: bytearray) -> None:
    written = 0
    with memoryview(data) as view:
        while written < len(view):
            written += os.write(part, view[written:])


def _refuse_more(coming: int, left: int) -> None:
    if coming > left or left < 0:
        raise TooLargeError("more bytes than the size that was announced; none of these were kept", code=_TOO_LONG)


def _headers(upload: Upload) -> dict[str, str]:
    return {"Upload-Offset": str(upload.offset), "Upload-Length": str(upload.size), "Cache-Control": "no-store"}
