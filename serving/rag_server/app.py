"""The application of a retrieval server: OpenAI's routes, and one that shows what retrieval finds."""

from __future__ import annotations

import orjson
from fastapi import FastAPI, Request, Response
from pydantic import BaseModel, ConfigDict, Field, model_validator

from serving.app import create_app
from serving.guard import Access
from serving.protocol import Message, read_body
from serving.retrieval import Retriever, queries_of
from serving.served_models import Shelf

MOST_PASSAGES = 50


class SearchRequest(BaseModel):
    """POST /v1/search."""

    model_config = ConfigDict(extra="forbid")

    query: str = ""
    messages: list[Message] = Field(default_factory=list)
    passages: int | None = Field(default=None, ge=1, le=MOST_PASSAGES)

    @model_validator(mode="after")
    def _one_of_them(self) -> SearchRequest:
        if bool(self.query.strip()) == bool(self.messages):
            raise ValueError("give a query, or messages")
        return self

    def said(self) -> list[dict[str, str]]:
        """The conversation; a query is a conversation of one message."""
        if self.query:
            return [{"role": "user", "content": self.query}]
        return [{"role": message.role, "content": message.text} for message in self.messages]


def create_rag_app(shelf: Shelf, retriever: Retriever, access: Access) -> FastAPI:
    """The application over a shelf whose backends search with `retriever`."""
    app = create_app(shelf, access)

    @app.post("/v1/search")
    async def search(request: Request) -> Response:
        asked = read_body(await request.body(), SearchRequest)
        queries, most = queries_of(asked.said()), asked.passages or retriever.wanted.passages
        found = await retriever.search(queries, max(most, retriever.most_shown))
        shown = {hit.id for hit in retriever.shown(found)}
        data = [{**hit.told(number), "shown": hit.id in shown} for number, hit in enumerate(found[:most], start=1)]
        content = {"object": "list", "queries": queries, "min_score": retriever.wanted.min_score, "data": data}
        return Response(orjson.dumps(content), media_type="application/json")

    return app
