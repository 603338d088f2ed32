"""Routes of training: a config from datasets, a chain of runs, curves."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from web.problems import ConflictError, NotFoundError, documented
from web.reading.caches import Cached
from web.reading.files import file_in
from web.runs.finding import RunId, find_run, folder_of
from web.runs.following import following_of
from web.runs.schemas import Following
from web.runs.views import run_view
from web.services import Given
from web.training.chains import start_chain
from web.training.curve_file import CURVES_FILE, Curves, Point, curve_file
from web.training.making import make_training_config, removed_on_failure
from web.training.schemas import (
    StartedTraining,
    TrainingConfig,
    TrainingCurve,
    TrainingHistory,
    TrainingPoint,
    TrainingWish,
)

router = APIRouter(prefix="/api", tags=["training"])
_ERRORS = documented(NotFoundError, ConflictError)


@router.post("/training-configs", status_code=201, responses=_ERRORS)
def make_training(services: Given, caches: Cached, wish: TrainingWish) -> TrainingConfig:
    """Write a config that trains on what runs have made, and one for each thing that is to follow. Starts nothing."""
    return make_training_config(services, caches, wish)


@router.post("/training", status_code=202, responses=_ERRORS)
def start_training(services: Given, caches: Cached, wish: TrainingWish) -> StartedTraining:
    """The same, and queue it. What is to follow starts by itself, one after the other, when the one before it is
    completed."""
    made = make_training_config(services, caches, wish)
    configs = [made.config, *(follow_up.config for follow_up in made.then)]
    with removed_on_failure(services, configs):
        identity = start_chain(services, configs, ["training"])
    return StartedTraining(run=run_view(services.settings, find_run(services, identity)), made=made)


@router.get("/runs/{run_id}/training", responses=documented(NotFoundError))
def training_curves(
    services: Given,
    run_id: RunId,
    points: Annotated[int, Query(ge=10, le=5000, description="At most so many of each stage.")] = 500,
    after: Annotated[
        str, Query(pattern=r"^([0-9a-f]{8}\.[0-9]{1,12})?$", description="Only what came since: `last` of before.")
    ] = "",
) -> TrainingHistory:
    """Loss and all that, step by step, thinned out for a chart. Live ones come as `training` events of the run."""
    services.index.follow()
    folder = folder_of(services, run_id)
    path = file_in(folder, CURVES_FILE)
    curves = curve_file(path).now(path, after, points) if path else Curves()
    return TrainingHistory(
        stages=[
            TrainingCurve(stage=name, steps=steps, points=[_point(one) for one in shown], latest=_point(latest))
            for name, steps, shown, latest in curves.stages
        ],
        last=curves.mark,
        whole=curves.whole,
        complete=curves.complete,
        following=following_of(services.settings, services.database, find_run(services, run_id)) or Following(),
    )


def _point(point: Point) -> TrainingPoint:
    return TrainingPoint(step=point.step, **point.figures)
