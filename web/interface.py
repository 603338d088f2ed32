"""The built web interface at `/`, from the same origin as the API; a page that says so while there is none."""

from __future__ import annotations

from pathlib import Path
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
_POLICY = "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; frame-ancestors 'none'"
_WELCOME = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Augmentoolkit</title>
<style>:root{color-scheme:dark light}
body{font:16px/1.6 system-ui;max-width:40rem;margin:15vh auto;padding:0 1rem}</style>
<h1>Augmentoolkit is running.</h1>
<p>The web interface has not been built here. The service itself is complete: <a href="/api/openapi.json">what it
understands</a>, and <a href="/api/runs">its runs</a>.</p>
<p>How to use it with curl stands in docs/api/README.md.</p></html>
"""


def mount(app: FastAPI, built: Path = BUILT) -> None:
    """Serve the interface for every path that is not the API's: its router knows the rest."""

    @app.get("/{path:path}", include_in_schema=False)
    def page(request: Request, path: str) -> Response:
        if path == "api" or path.startswith("api/"):
            raise HTTPException(405)  # a 404 where no other method is known either: see problems.install
        headers = {"Content-Security-Policy": _POLICY}
        if not (built / "index.html").is_file():
            if path:
                raise NotFoundError("the web interface has not been built here")
            return HTMLResponse(_WELCOME, headers=headers)
        file = inside(built, path)
        if not file.is_file():
            return FileResponse(built / "index.html", headers={**headers, "Cache-Control": "no-cache"})
        return FileResponse(
            file, headers={**headers, "Cache-Control": _FOR_EVER if "assets" in file.parts else "no-cache"}
        )
