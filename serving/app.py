"""The server's application: OpenAI's routes over a shelf of backends."""

from __future__ import annotations

import logging
import time
from collections.abc import Mapping
from typing import Any

import orjson
from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from serving.answering import Counts, PiecesResponse, while_there
from serving.engine.pieces import Activity
from serving.guard import Access, Guard
from serving.protocol import ChatRequest, CompletionRequest, EmbeddingRequest, read_body
from serving.protocol_answers import ChatShape, TextShape, embeddings_answer
from serving.protocol_errors import CLIENT_GONE, RefusedError, mistake, unknown_model
from serving.served_models import Shelf

logger = logging.getLogger("augmentoolkit.serving")


def create_app(shelf: Shelf, access: Access) -> FastAPI:
    """The application that serves a shelf's models to those who have access.

    It does not open or close the models, but for those that are first asked for.
    """
    app = FastAPI(title="Augmentoolkit server", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.counts = counts = Counts()
    _install_errors(app)
    _install_facts(app, shelf, counts)

    @app.post("/v1/chat/completions")
    async def chat(request: Request) -> Response:
        asked = read_body(await request.body(), ChatRequest)
        backend = await shelf.backend(asked.model)
        usage = bool(asked.stream_options and asked.stream_options.include_usage)
        shape = ChatShape(asked.model, with_usage=usage, logprobs=asked.logprobs)
        return PiecesResponse(backend.chat(asked), shape, counts, stream=asked.stream, with_usage=usage)

    @app.post("/v1/completions")
    async def complete(request: Request) -> Response:
        asked = read_body(await request.body(), CompletionRequest)
        backend = await shelf.backend(asked.model)
        usage = bool(asked.stream_options and asked.stream_options.include_usage)
        shape = TextShape(asked.model, with_usage=usage, logprobs=asked.logprobs is not None)
        return PiecesResponse(backend.complete(asked), shape, counts, stream=asked.stream, with_usage=usage)

    @app.post("/v1/embeddings")
    async def embed(request: Request) -> Response:
        asked = read_body(await request.body(), EmbeddingRequest)
        backend = await shelf.backend(asked.model)
        found = await while_there(request.receive, backend.embed(asked))
        counts.outcomes["answered"] += 1
        counts.prompt_tokens += found.prompt_tokens
        return _json(embeddings_answer(asked.model, found, asked.encoding_format))

    app.add_middleware(Guard, access=access)
    return app


def _install_facts(app: FastAPI, shelf: Shelf, counts: Counts) -> None:
    started = int(time.time())

    @app.get("/health")
    async def health() -> Response:
        busy = [one for one in shelf.activity().values() if one is not None]
        running, waiting = sum(one.running for one in busy), sum(one.waiting for one in busy)
        facts = {"status": "ok", "models": len(shelf.names), "open": len(busy), "running": running, "waiting": waiting}
        return _json(facts)

    @app.get("/metrics")
    async def metrics() -> Response:
        return Response(_metrics(shelf.activity(), counts), media_type="text/plain; version=0.0.4")

    @app.get("/v1/models")
    async def models() -> Response:
        return _json({"object": "list", "data": [_model(name, started) for name in shelf.names]})

    @app.get("/v1/models/{name:path}")
    async def model(name: str) -> Response:
        if name not in shelf.names:
            raise unknown_model(name, shelf.names)
        return _json(_model(name, started))


def _install_errors(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def on_refusal(request: Request, error: RefusedError) -> Response:
        app.state.counts.outcomes["disconnected" if error.status == CLIENT_GONE else "refused"] += 1
        return _json(error.body(), error.status, error.headers())

    @app.exception_handler(HTTPException)
    async def on_no_route(request: Request, error: HTTPException) -> Response:
        path = request.url.path
        hint = "" if path.startswith("/v1/") else " OpenAI's API is below /v1: the base URL ends in it."
        message = f"{request.method} {path} is not served: {error.detail}.{hint}"
        refusal = RefusedError(message, status=error.status_code, code="unknown_url")
        return _json(refusal.body(), error.status_code, error.headers or {})

    @app.exception_handler(Exception)
    async def on_mistake_of_ours(request: Request, error: Exception) -> Response:
        logger.error("%s %s", request.method, request.url.path, exc_info=error)
        return _json(mistake().body(), 500)


def _json(content: dict[str, Any], status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    return Response(orjson.dumps(content), status, dict(headers or {}), "application/json")


def _model(name: str, created: int) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": created, "owned_by": "augmentoolkit"}


def _metrics(activity: Mapping[str, Activity | None], counts: Counts) -> str:
    """Prometheus text."""
    lines = []
    for what in ("running", "waiting", "slots"):
        lines.append(f"# TYPE atk_server_{what} gauge")
        for name, busy in activity.items():
            label = name.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
            lines.append(f'atk_server_{what}{{model="{label}"}} {getattr(busy, what) if busy else 0}')
    lines.append("# TYPE atk_server_requests_total counter")
    lines += [f'atk_server_requests_total{{outcome="{name}"}} {count}' for name, count in counts.outcomes.items()]
    for what in ("prompt_tokens", "completion_tokens"):
        lines += [f"# TYPE atk_server_{what}_total counter", f"atk_server_{what}_total {getattr(counts, what)}"]
    return "\n".join(lines) + "\n"
