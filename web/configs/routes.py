"""Routes of configs and of pipeline_order."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Query, Response

from web.configs.files import create_config, delete_config, move_config, read_config, write_config
from web.configs.schemas import (
    Checked,
    CheckFile,
    CheckText,
    ConfigPath,
    FolderPath,
    MoveConfig,
    NewFromPipeline,
    NewFromTemplate,
    Order,
    StoredConfig,
    Tree,
    Version,
    WriteConfig,
)
from web.configs.tree import tree_page
from web.problems import ChangedError, ConflictError, TooLargeError, UnavailableError, documented
from web.roots import Root
from web.services import Given

router = APIRouter(prefix="/api", tags=["configs"])
_CREATED: dict[int | str, dict[str, Any]] = {201: {"model": StoredConfig, "description": "Stored as a new config."}}


@router.get("/configs")
def list_configs(
    services: Given,
    folder: Annotated[FolderPath, Query()] = "",
    cursor: Annotated[str, Query(max_length=1000, description="`next` of the page before.")] = "",
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Tree:
    """A page of a folder of configs."""
    root = Root.CONFIGS.folder(services.settings)
    if not folder and not root.exists():
        return Tree(items=[])
    return tree_page(root, folder, cursor, limit)


@router.get("/configs/content", responses=documented(UnavailableError))
def get_config(services: Given, path: Annotated[ConfigPath, Query()]) -> StoredConfig:
    """A config's text."""
    return read_config(services.settings, path)


@router.put(
    "/configs/content",
    responses=documented(ConflictError, ChangedError, TooLargeError, UnavailableError) | _CREATED,
)
def put_config(services: Given, response: Response, wish: WriteConfig) -> StoredConfig:
    """Store a config's text as it is, unless it was changed since it was read."""
    stored, is_new = write_config(services.settings, wish.path, wish.text, wish.version)
    if is_new:
        response.status_code = 201
    return stored


@router.delete("/configs/content", status_code=204, responses=documented(ChangedError, UnavailableError))
def remove_config(
    services: Given,
    path: Annotated[ConfigPath, Query()],
    version: Annotated[Version | None, Query(description="Delete it only if it is still this one.")] = None,
) -> None:
    """Delete a config. Runs that were made with it keep their own copy."""
    delete_config(services.settings, path, version)


@router.post("/configs/new", status_code=201, responses=documented(ConflictError, UnavailableError))
def new_config(services: Given, wish: NewFromPipeline | NewFromTemplate) -> StoredConfig:
    """A new config: every parameter of a pipeline, commented, or a copy of another config."""
    if isinstance(wish, NewFromPipeline):
        text: str = services.host.cached("new_config", name=wish.pipeline)["text"]
    else:
        text = read_config(services.settings, wish.template).text
    return create_config(services.settings, wish.path, text)


@router.post("/configs/move", responses=documented(ConflictError, UnavailableError))
def rename_config(services: Given, wish: MoveConfig) -> StoredConfig:
    """Rename a config or move it into another folder."""
    return move_config(services.settings, wish.path, wish.to)


@router.post("/configs/check", responses=documented(UnavailableError))
def check_config(services: Given, wish: CheckText | CheckFile) -> Checked:
    """Every mistake in a config, with its line: what `run_augmentoolkit.py check` says. Nothing is started."""
    if isinstance(wish, CheckText):
        name = f"{Root.CONFIGS}/{wish.path}" if wish.path else "config.yaml"
        found = services.host.ask("check", text=wish.text, file=name, overrides=wish.overrides)
    else:
        found = services.host.ask("check", file=wish.path, overrides=wish.overrides)
    return Checked.model_validate(found)


@router.get("/order", responses=documented(UnavailableError))
def get_order(services: Given) -> Order:
    """What `run_augmentoolkit.py` runs when it is given nothing else, each entry checked."""
    return Order.model_validate(services.host.ask("order"))
