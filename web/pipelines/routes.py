"""Routes of pipelines."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter

from web.pipelines.host import PipelineHost
from web.pipelines.schemas import PipelineDetails, PipelineList, PipelineSummary
from web.problems import ProblemError, UnavailableError, documented
from web.services import Given

router = APIRouter(prefix="/api/pipelines", tags=["pipelines"])
PipelineName = Annotated[
    str,
    PathParameter(
        min_length=1,
        max_length=200,
        pattern=r"^[^\x00-\x1f\x7f/\\]+$",
        description="A name in path_aliases of super_config.yaml.",
        examples=["example-pipeline"],
    ),
]


@router.get("", responses=documented(UnavailableError))
def list_pipelines(services: Given) -> PipelineList:
    """The pipelines that can be run; one that cannot be imported says why."""
    found = services.host.cached("names")
    items = [_summary(services.host, name) for name in found["names"]]
    return PipelineList(items=items, mistakes=found["mistakes"])


@router.get("/{name}", responses=documented(UnavailableError))
def get_pipeline(services: Given, name: PipelineName) -> PipelineDetails:
    """What a pipeline takes, does and is for."""
    return PipelineDetails.model_validate(services.host.cached("show", name=name))


def _summary(host: PipelineHost, name: str) -> PipelineSummary:
    """An entry of the list. Asked one by one, so that a pipeline that crashes the child spoils only its own."""
    try:
        return PipelineSummary.model_validate(host.cached("summary", name=name))
    except ProblemError as error:
        return PipelineSummary(name=name, error=error.detail)
