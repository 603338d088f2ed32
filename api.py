"""The web service: builds the app out of web/ and mounts the built interface. Started by start.sh."""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from types import FrameType
from typing import TYPE_CHECKING

from fastapi import FastAPI
from sqlalchemy.exc import OperationalError

from generation_functions.errors import AugmentoolkitError
from web import contract, health, interface, problems, session
from web.chat import routes as chat
from web.configs import routes as configs
from web.database import open_database
from web.datasets import routes as datasets
from web.files import routes as files
from web.jobs import routes as jobs
from web.models import routes as models
from web.pipelines import routes as pipelines
from web.pipelines.host import PipelineHost
from web.preferences import routes as preferences
from web.queueing import Queues
from web.reading import routes as reading
from web.runs import routes as runs
from web.runs.index import Index
from web.security import Guard
from web.services import Services
from web.settings import Settings
from web.training import chains
from web.training import routes as training
from web.workers import keep_true

if TYPE_CHECKING:
    from fastapi import Request, Response

DESCRIPTION = """Everything that the web interface does, for scripts and other machines.

Errors are problem details (RFC 9457) with a `code` that stays the same."""
ROUTERS = (
    health.router,
    session.router,
    runs.router,
    jobs.router,
    pipelines.router,
    configs.router,
    preferences.router,
    files.router,
    reading.router,
    datasets.router,
    training.router,
    models.router,
    chat.router,
)
logger = logging.getLogger("augmentoolkit.web")
_LEAVE_SECONDS = 5


def create_app(settings: Settings) -> FastAPI:
    """The application for `settings`; opens the database when it starts."""

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        database, queues = open_database(settings), Queues(settings)
        services = Services(settings, database, queues, Index(settings, database), PipelineHost(settings))
        app.state.services = services
        keeper = threading.Thread(target=_keep_true, args=(services,), name="recovery", daemon=True)
        keeper.start()
        yield
        services.leaving.set()
        keeper.join()
        services.host.close()
        database.close()

    app = FastAPI(
        title="Augmentoolkit",
        version="1",
        description=DESCRIPTION,
        lifespan=life,
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        responses=problems.EVERYWHERE,
        generate_unique_id_function=lambda route: route.name,
    )
    contract.install(app)
    problems.install(app)

    @app.exception_handler(OperationalError)
    async def on_database_away(request: Request, error: OperationalError) -> Response:
        logger.error("%s %s: %s", request.method, request.url.path, error)
        return problems.answer(503, "no-database", "the database does not answer; try again in a moment")

    @app.exception_handler(Exception)
    async def on_mistake_of_ours(request: Request, error: Exception) -> Response:
        logger.error("%s %s", request.method, request.url.path, exc_info=error)
        return problems.answer(500, "internal", "a mistake of the service; its log says more")

    for router in ROUTERS:
        app.include_router(router)
    interface.mount(app)
    app.add_middleware(Guard, settings=settings)
    return app


def _keep_true(services: Services) -> None:
    """Notice dead workers even when no other worker is there to notice; start what waits for a run to be completed."""
    while True:
        keep_true(services.settings, services.database, services.queues)
        chains.go_on(services)
        if services.leaving.wait(services.settings.heartbeat_seconds):
            return


def main(arguments: Sequence[str] = ()) -> int:
    """Serve until a signal comes; with the argument `openapi`, print the contract instead."""
    import uvicorn

    try:
        settings = Settings.from_environment()
        settings.check()
        app = create_app(settings)
        if [*arguments] == ["openapi"]:
            sys.stdout.write(contract.printed(app))
            return 0
    except AugmentoolkitError as error:
        sys.stderr.write(f"error: {error}\n")
        return error.exit_code

    class Server(uvicorn.Server):
        """Lets those who watch a run go as soon as a signal comes: they would stay for ever."""

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            services = getattr(app.state, "services", None)
            if services is not None:
                services.leaving.set()
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_LEAVE_SECONDS,
    )
    Server(config).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
