"""The built web interface at `/`, from the same origin as the API; a page that says so while there is none."""

from __future__ import annotations

import stat
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from fastapi import Request
from fastapi.responses import FileResponse, HTMLResponse, Response
from starlette.exceptions import HTTPException

from web.problems import NotFoundError
from web.roots import inside

if TYPE_CHECKING:
    from fastapi import FastAPI

BUILT = Path(__file__).resolve().parent.parent / "atk-interface" / "dist"
_FOR_EVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"
_NAMED_BY_CONTENT = "assets"
# Styles may be inline: menus and dialogs lock the page's scrolling with a style element.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self' 'unsafe-inline'",
        "font-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "manifest-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".ico": "image/x-icon",
    ".js": "text/javascript; charset=utf-8",
    ".json": "application/json",
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".txt": "text/plain; charset=utf-8",
    ".webmanifest": "application/manifest+json",
    ".webp": "image/webp",
    ".woff2": "font/woff2",
}
"""Said here and not by the system's table, which differs from machine to machine: a wrong type is a blank page."""
_COMPRESSED = {"br": ".br", "gzip": ".gz"}
"""Best first. The build writes these beside what they compress."""
_WELCOME = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Augmentoolkit</title>
<style>:root{color-scheme:dark light}
body{font:16px/1.6 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>
<h1>Augmentoolkit is running.</h1>
<p>The web interface has not been built here: <code>./start.sh</code> builds it when it starts, and says why if it
cannot. The service itself is complete: <a href="/api/openapi.json">what it understands</a>, and <a
href="/api/runs">its runs</a>.</p>
<p>How to use it with curl stands in docs/api/README.md.</p></html>
"""


def mount(app: FastAPI, built: Path = BUILT) -> None:
    """Serve the interface for every path that is not the API's: its router knows the rest."""

    @app.api_route("/{path:path}", methods=["GET", "HEAD"], include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        if path == "api" or path.startswith("api/"):
            raise HTTPException(405)  # a 404 where no other method is known either: see problems.install
        if not (built / "index.html").is_file():
            if path:
                raise NotFoundError("the web interface has not been built here")
            return HTMLResponse(_WELCOME, headers={"Content-Security-Policy": _POLICY})
        file = inside(built, path)
        if not file.is_file():
            if _names_a_file(path):
                raise NotFoundError(f"the web interface has no file {path}; load the page again")
            file = inside(built, "index.html")
        return _sent(request, file, for_ever=file.is_relative_to(inside(built, _NAMED_BY_CONTENT)))


def _names_a_file(path: str) -> bool:
    """Whether a path can only mean a file, which a page in its place would hide the loss of."""
    parts = PurePosixPath(path).parts
    return parts[:1] == (_NAMED_BY_CONTENT,) or (len(parts) == 1 and "." in parts[0])


def _sent(request: Request, file: Path, *, for_ever: bool) -> Response:
    encoding, sent = _smallest(file, request.headers.get("accept-encoding", ""))
    found = sent.stat()
    headers = {
        "Cache-Control": _FOR_EVER if for_ever else _ASK_AGAIN,
        "Content-Security-Policy": _POLICY,
        "Content-Type": _TYPES.get(file.suffix, "application/octet-stream"),
        "ETag": f'"{found.st_mtime_ns:x}-{found.st_size:x}{"-" + encoding if encoding else ""}"',
        "Vary": "Accept-Encoding",
    }
    if encoding:
        headers["Content-Encoding"] = encoding
    if _is_known(headers["ETag"], request.headers.get("if-none-match", "")):
        kept = ("Cache-Control", "Content-Security-Policy", "ETag", "Vary")
        return Response(status_code=304, headers={name: headers[name] for name in kept})
    return FileResponse(sent, headers=headers, stat_result=found)


def _smallest(file: Path, accepted: str) -> tuple[str, Path]:
    """The best encoding that there is and that the browser takes."""
    taken = _taken(accepted)
    for encoding, suffix in _COMPRESSED.items():
        compressed = file.with_name(file.name + suffix)
        if encoding in taken and _is_file(compressed):
            return encoding, compressed
    return "", file


def _taken(accepted: str) -> set[str]:
    """The encodings of an Accept-Encoding header, without those at `q=0`."""
    found = set()
    for part in accepted.lower().split(","):
        name, *parameters = (word.strip() for word in part.split(";"))
        if not any(parameter.replace(" ", "").rstrip("0.") == "q=" for parameter in parameters):
            found.add(name)
    return found


def _is_file(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.lstat().st_mode)  # a link would lead out of the folder
    except OSError:
        return False


def _is_known(tag: str, known: str) -> bool:
    return known.strip() == "*" or tag in (one.strip().removeprefix("W/") for one in known.split(","))
