"""The OpenAPI document: the contract with the web interface and with scripts.

`python api.py openapi` prints it; docs/api/openapi.json is that, and a test fails when they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastapi.openapi.utils import get_openapi
from pydantic.json_schema import models_json_schema

from web.problems import ProblemDetails

if TYPE_CHECKING:
    from fastapi import FastAPI

TAGS = {
    "runs": "Start, watch, stop and compare runs; look into what they made.",
    "jobs": "Estimates and previews: a few records really run.",
    "pipelines": "What there is to run, and what each takes.",
    "configs": "The files below configs/: read, write, check.",
    "files": "The folders inputs/, outputs/ and models/: look, upload, download.",
    "datasets": "What finished runs have made to train on and to evaluate with.",
    "training": "Configs and chains of runs that train; curves.",
    "models": "Model folders, their evaluations, servers of them.",
    "chat": "Talk to models; keep conversations; correct answers.",
    "settings": "Providers and secrets.",
    "session": "A browser's token.",
    "health": "For load balancers and scripts that wait.",
}


def install(app: FastAPI) -> None:
    """Let `app` serve the whole document: with the shape of errors, and the token."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            app.openapi_schema = _document(app)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def _document(app: FastAPI) -> dict[str, Any]:
    found = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=[{"name": name, "description": text} for name, text in TAGS.items()],
    )
    template = "#/components/schemas/{model}"
    _, problems = models_json_schema([(ProblemDetails, "serialization")], ref_template=template)
    parts = found.setdefault("components", {})
    parts.setdefault("schemas", {}).update(problems["$defs"])
    parts["securitySchemes"] = {
        "token": {"type": "http", "scheme": "bearer", "description": "ATK_TOKEN, where it is set."}
    }
    found["security"] = [{}, {"token": []}]
    return found


def printed(app: FastAPI) -> str:
    """The document as a file."""
    import orjson

    return orjson.dumps(app.openapi(), option=orjson.OPT_INDENT_2 | orjson.OPT_SORT_KEYS).decode() + "\n"
