"""Routes of chat: ask a model, keep conversations, rate answers, correct them."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import StreamingResponse

from web.chat.conversations import chat_files, chat_page, get_chat, put_chat, put_message, rate_message
from web.chat.corrections import correction_page, decide, export_corrections, follow_rating, forget_correction
from web.chat.schemas import (
    AskModel,
    Chat,
    ChatId,
    ChatPage,
    ChatWish,
    Correction,
    CorrectionId,
    CorrectionPage,
    CorrectionState,
    CorrectionWish,
    ExportCorrections,
    ExportedCorrections,
    Message,
    MessageNumber,
    Rate,
)
from web.chat.streaming import answer_stream
from web.chat.targets import address_of
from web.problems import ConflictError, NotFoundError, TooLargeError, documented
from web.services import Given

router = APIRouter(prefix="/api", tags=["chat"])
Cursor = Annotated[int, Query(ge=0, le=10_000_000, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200)]
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `start`, `token`, `thinking`, `sources`, then `end` or `error`.",
        "content": {"text/event-stream": {}},
    }
}
_BEGUN: dict[int | str, dict[str, Any]] = {201: {"model": Chat, "description": "Begun."}}
_KEEPING = documented(NotFoundError, ConflictError, TooLargeError)


@router.post(
    "/chat", response_class=StreamingResponse, responses={**documented(NotFoundError, ConflictError), **_STREAM}
)
async def ask_model(request: Request, services: Given, wish: AskModel) -> StreamingResponse:
    """Ask a model and get its answer as it is made. Nothing is kept: that is what /api/chats is for.

    `token` and `thinking` hold a `text`, `sources` its `items`; `end` the `finish`, `seconds`, `first_seconds`,
    `input_tokens`, `output_tokens`; `error` a `code`, a `detail` and the model's `status`. Close the connection to
    stop it.
    """
    address = await asyncio.to_thread(address_of, services, wish.target)

    async def gone() -> bool:
        return services.leaving.is_set() or await request.is_disconnected()

    body = answer_stream(address, wish, gone)
    return StreamingResponse(body, media_type="text/event-stream", headers={"Cache-Control": "no-cache"})


@router.get("/chats")
def list_chats(services: Given, cursor: Cursor = 0, limit: Limit = 50) -> ChatPage:
    """Conversations that are kept, those talked in last first."""
    return chat_page(services.settings, cursor, limit)


@router.get("/chats/{chat_id}", responses=documented(NotFoundError))
def read_chat(services: Given, chat_id: ChatId) -> Chat:
    """One conversation, with what was said before an edit or a retry."""
    return get_chat(services.settings, chat_id)


@router.put("/chats/{chat_id}", responses={**_KEEPING, **_BEGUN})
def keep_chat(services: Given, response: Response, chat_id: ChatId, wish: ChatWish) -> Chat:
    """Begin a conversation under an id of one's own, or change its title, targets or messages."""
    chat, is_new = put_chat(services.settings, chat_id, wish)
    if is_new:
        response.status_code = 201
    return chat


@router.delete("/chats/{chat_id}", status_code=204, responses=documented(NotFoundError))
def delete_chat(services: Given, chat_id: ChatId) -> None:
    """Forget a conversation. Corrections that came of it stay."""
    if not chat_files(services.settings).delete(chat_id):
        raise NotFoundError(f"there is no conversation {chat_id}", code="no-such-chat")


@router.put("/chats/{chat_id}/messages/{number}", responses=_KEEPING)
def keep_message(services: Given, chat_id: ChatId, number: MessageNumber, message: Message) -> Chat:
    """Add the next message. One that is there is replaced, with all behind it; what stood there becomes a version."""
    return put_message(services.settings, chat_id, number, message)


@router.post("/chats/{chat_id}/messages/{number}/rating", responses=_KEEPING)
def rate(services: Given, chat_id: ChatId, number: MessageNumber, rating: Rate) -> Chat:
    """Say what an answer is worth. One that is rated down goes into the inbox of corrections."""
    chat = rate_message(services.settings, chat_id, number, rating.rating)
    follow_rating(services.settings, chat, number, rating)
    return chat


@router.get("/corrections")
def list_corrections(
    services: Given,
    state: Annotated[CorrectionState | None, Query(description="Only in this state.")] = None,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> CorrectionPage:
    """Answers that were rated down, the newest first."""
    return correction_page(services.settings, state, cursor, limit)


@router.api_route("/corrections/export", methods=["PUT", "DELETE"], include_in_schema=False)
def no_correction() -> None:
    """This is no correction's id."""
    raise HTTPException(405)


@router.put("/corrections/{correction_id}", responses=documented(NotFoundError, TooLargeError))
def correct(services: Given, correction_id: CorrectionId, wish: CorrectionWish) -> Correction:
    """Write what the answer should have been, and accept it; or dismiss it."""
    return decide(services.settings, correction_id, wish)


@router.delete("/corrections/{correction_id}", status_code=204, responses=documented(NotFoundError))
def delete_correction(services: Given, correction_id: CorrectionId) -> None:
    """Forget a correction."""
    forget_correction(services.settings, correction_id)


@router.post("/corrections/export", status_code=201, responses=documented(ConflictError))
def export_corrected(services: Given, wish: ExportCorrections) -> ExportedCorrections:
    """Write the accepted corrections as rows to train on, into inputs/corrections/."""
    return export_corrections(services.settings, wish)
