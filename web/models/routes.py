"""Routes of models and evaluations: list, one, compare, serve, delete."""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from web.files.moving import delete
from web.files.rows import preview_lines
from web.models.evaluations import ANSWERS_FILE, evaluation_of, evaluations
from web.models.finding import ModelScan, model_at, place_of
from web.models.schemas import (
    AnswerPage,
    EvaluationComparison,
    EvaluationDetails,
    EvaluationPage,
    GivenModelPath,
    ModelDetails,
    ModelKind,
    ModelPage,
    Served,
    ServedList,
    ServeWish,
)
from web.models.serving import serve, served_list, served_view, servers
from web.models.views import around, model_details, model_entry
from web.problems import ConflictError, InvalidError, NotFoundError, documented
from web.reading.files import file_in
from web.runs.finding import RunId, folder_of
from web.services import Given, services_of

router = APIRouter(prefix="/api", tags=["models"])
Cursor = Annotated[int, Query(ge=0, le=10_000_000, description="`next` of the page before.")]
Limit = Annotated[int, Query(ge=1, le=200)]


async def scan_of(request: Request) -> ModelScan:
    """That of the application that answers; not a plain function, so that two requests do not make two."""
    state = request.app.state
    if not hasattr(state, "model_scan"):
        state.model_scan = ModelScan(services_of(request).settings)
    found: ModelScan = state.model_scan
    return found


Scan = Annotated[ModelScan, Depends(scan_of)]


@router.get("/models")
def list_models(
    services: Given,
    scan: Scan,
    kind: Annotated[list[ModelKind] | None, Query(description="Only these kinds.")] = None,
    cursor: Cursor = 0,
    limit: Limit = 50,
) -> ModelPage:
    """All models below outputs/ and models/, the newest first, each with what is known of it."""
    found = [model for model in scan.all() if not kind or model.kind in kind]
    about = around(services, scan)
    following = str(cursor + limit) if cursor + limit < len(found) else None
    items = [model_entry(model, about) for model in found[cursor : cursor + limit]]
    return ModelPage(items=items, next=following, total=len(found))


@router.get("/models/details", responses=documented(NotFoundError))
def get_model(services: Given, scan: Scan, path: GivenModelPath) -> ModelDetails:
    """One model: how it was trained, how good it is, what was made of it."""
    return model_details(model_at(services.settings, path), around(services, scan))


@router.delete("/models", status_code=204, responses=documented(NotFoundError, ConflictError))
def delete_model(
    services: Given,
    scan: Scan,
    path: GivenModelPath,
    name: Annotated[
        str, Query(max_length=255, description="The last part of the path once more, so that nothing goes by mistake.")
    ],
) -> None:
    """Delete a model folder or a .gguf file, for good."""
    model = model_at(services.settings, path)
    if name != model.place.name:
        raise InvalidError(f"to delete it, send name={model.place.name}", code="not-confirmed")
    serving = [one.run.name or one.run.id for one in servers(services) if model.path in one.paths]
    if serving:
        raise ConflictError(f"it is being served: cancel the run {serving[0]} first", code="model-served")
    root, below, _ = place_of(services.settings, model.path)
    delete(root.folder(services.settings), below)
    scan.forget()


@router.post("/models/serve", status_code=202, responses=documented(NotFoundError, ConflictError))
def serve_models(services: Given, wish: ServeWish) -> Served:
    """Start a server of these models on this machine, or find the one that serves them already.

    It is a run like any other: to stop it, pause or cancel it.
    """
    server = serve(services, wish.models)
    return served_view(services, server, False)


@router.get("/models/served")
def list_served(services: Given) -> ServedList:
    """Servers that are queued or running, each asked whether it answers."""
    return ServedList(items=served_list(services))


@router.get("/evaluations")
def list_evaluations(services: Given, cursor: Cursor = 0, limit: Limit = 50) -> EvaluationPage:
    """What runs have found out about models, the newest first."""
    found = list(islice(evaluations(services), cursor, cursor + limit + 1))
    return EvaluationPage(items=found[:limit], next=str(cursor + limit) if len(found) > limit else None)


@router.get("/evaluations/{run_id}", responses=documented(NotFoundError))
def get_evaluation(services: Given, run_id: RunId) -> EvaluationDetails:
    """The evaluation that a run has made."""
    return evaluation_of(services, run_id)


@router.get("/evaluations/{run_id}/answers", responses=documented(NotFoundError))
def evaluation_answers(
    services: Given,
    run_id: RunId,
    cursor: Annotated[int, Query(ge=0, le=1 << 40, description="`next` of the page before.")] = 0,
    limit: Limit = 50,
) -> AnswerPage:
    """Questions with the expected answer, and what the model said before and after."""
    services.index.follow()
    path = file_in(folder_of(services, run_id), ANSWERS_FILE)
    if path is None:
        raise NotFoundError("this run has no answers, or not yet", code="no-such-evaluation")
    page = preview_lines(path, cursor=cursor, limit=limit)
    return AnswerPage(items=page.rows, next=page.next)


@router.get("/compare/evaluations", responses=documented(NotFoundError))
def compare_evaluations(
    services: Given,
    first: Annotated[str, Query(pattern="^[0-9a-f]{16}$", examples=["0123456789abcdef"])],
    second: Annotated[str, Query(pattern="^[0-9a-f]{16}$", examples=["0123456789abcdef"])],
) -> EvaluationComparison:
    """Two evaluations side by side, by the ids of their runs."""
    read = partial(evaluation_of, services)
    left, right = read(first), read(second)
    others = {figure.name for figure in right.figures}
    shared = [figure.name for figure in left.figures if figure.name in others]
    return EvaluationComparison(first=left, second=right, shared=shared)
