"""The routes of files: /api/files and /api/uploads."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from fastapi.responses import Response, StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, StrictBool

from web.files import upload_routes
from web.files.archive import zip_folder
from web.files.listing import Entry, EntryPage, describe, list_folder
from web.files.moving import delete, make_folder, move
from web.files.places import GivenPath, GivenRoot, disk_errors
from web.files.preview_models import Preview
from web.files.previewing import preview_file
from web.files.sending import ANY_BYTES, SHOWN_BYTES, attachment, send_file
from web.problems import MEDIA_TYPE, ConflictError, InvalidError, UnavailableError, documented
from web.roots import existing
from web.services import Given

files = APIRouter(prefix="/api/files", tags=["files"])
ClientPath = Annotated[str, Field(min_length=1, max_length=4000, examples=["poems/chapter-1.txt"])]
_NO_SUCH_RANGE: dict[int | str, dict[str, Any]] = {
    416: {
        "description": "The file ends before the range.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}}},
    }
}


class NewFolder(BaseModel):
    """A folder to be made."""

    model_config = ConfigDict(extra="forbid")

    path: ClientPath = Field(description="Relative to the root; folders above it are made too.")


class Move(BaseModel):
    """An entry that gets another name or place."""

    model_config = ConfigDict(extra="forbid")

    path: ClientPath
    to: ClientPath = Field(description="Its whole new path, relative to the same root.")
    overwrite: StrictBool = Field(default=False, description="Replace a file that has this name.")


@files.get("/{root}", response_model=EntryPage, responses=documented(ConflictError, UnavailableError))
def list_one_folder(
    services: Given,
    root: GivenRoot,
    path: GivenPath = "",
    cursor: Annotated[str, Query(max_length=1000, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=10_000)] = 200,
    hidden: Annotated[bool, Query(description="Also names that start with a dot.")] = False,
) -> Response:
    """The entries of one folder by pages: folders first, then files, numbers in names sorted as numbers."""
    page = list_folder(root.folder(services.settings), path, cursor=cursor, limit=limit, hidden=hidden)
    return Response(page.model_dump_json(), media_type="application/json")  # not looked at entry by entry once more


@files.delete("/{root}", status_code=204, responses=documented(ConflictError, UnavailableError))
def delete_entry(services: Given, root: GivenRoot, path: GivenPath) -> None:
    """Delete a file, a folder with everything in it, or a link; not what a run works with."""
    delete(root.folder(services.settings), path)


@files.get(
    "/{root}/content",
    response_class=Response,
    responses={
        200: {"description": "The file.", "content": {**ANY_BYTES, **SHOWN_BYTES}},
        206: {"description": "The range of it that was asked for.", "content": {**ANY_BYTES, **SHOWN_BYTES}},
        **_NO_SUCH_RANGE,
        **documented(ConflictError, UnavailableError),
    },
)
def send_content(
    services: Given,
    root: GivenRoot,
    path: GivenPath,
    inline: Annotated[bool, Query(description="Shown by the browser, if it is text, an image or report.html.")] = False,
    range: Annotated[str, Header(description="One range of bytes.", max_length=200)] = "",
    if_range: Annotated[str, Header(description="The ETag of the file that the range is meant for.")] = "",
) -> Response:
    """A file to download, whole or a range of it. Nothing but text, images and report.html is shown as a page."""
    found = existing(root.folder(services.settings), path)
    return send_file(found, path, inline=inline, wanted=range, if_range=if_range)


@files.get(
    "/{root}/archive",
    response_class=Response,
    responses={200: {"description": "The folder as a zip archive.", "content": {"application/zip": {}}}},
)
def send_archive(services: Given, root: GivenRoot, path: GivenPath = "") -> Response:
    """A folder to download as a zip archive, packed while it is sent. Links in it are not followed."""
    found = existing(root.folder(services.settings), path)
    if not found.is_dir():
        raise InvalidError(f"{path} is a file, not a folder", code="not-a-folder")
    name = f"{found.name if path.strip('/') else root.value}.zip"
    headers = {"Content-Disposition": attachment(name), "Cache-Control": "no-store"}
    return StreamingResponse(zip_folder(found), media_type="application/zip", headers=headers)


@files.get("/{root}/preview", responses=documented(ConflictError, UnavailableError))
def preview(
    services: Given,
    root: GivenRoot,
    path: GivenPath,
    cursor: Annotated[
        str,
        Query(pattern="^[0-9]{0,15}$", description="`next` of the part before; of text, any byte to start at."),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=500, description="Most rows; of text, most KiB.")] = 50,
) -> Preview:
    """A part of what a file holds: text, rows, or the text of a document, with a count of its tokens."""
    found = existing(root.folder(services.settings), path)
    return preview_file(services.settings, found, path, cursor=int(cursor or 0), limit=limit)


@files.post("/{root}/folder", status_code=201, responses=documented(ConflictError, UnavailableError))
def new_folder(services: Given, root: GivenRoot, asked: NewFolder) -> Entry:
    """Make a folder."""
    where = root.folder(services.settings)
    target = make_folder(where, asked.path)
    return describe(where, target)


@files.post("/{root}/move", responses=documented(ConflictError, UnavailableError))
def move_entry(services: Given, root: GivenRoot, asked: Move) -> Entry:
    """Rename an entry, or move it to another folder of the same root; not what a run works with."""
    where = root.folder(services.settings)
    with disk_errors(asked.path):
        return describe(where, move(where, asked.path, asked.to, overwrite=asked.overwrite))


router = APIRouter()
router.include_router(files)
router.include_router(upload_routes.router)
