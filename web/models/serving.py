"""Servers of models: runs of basic-server and its kin, started, found and asked whether they answer."""

from __future__ import annotations

import http.client
import json
import re
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import ip_address
from itertools import count
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from sqlalchemy import select

from generation_functions.errors import AugmentoolkitError
from generation_functions.records import stable_hash
from generation_functions.references import environment, secret_value
from generation_functions.run_folder import STATE_FILE, read_json, run_id
from web.models.finding import model_at, project_path
from web.models.schemas import Served
from web.preferences.secrets import vault_of
from web.problems import ProblemError
from web.roots import Root
from web.runs import life, starting
from web.runs.views import run_view
from web.services import Services
from web.tables import ACTIVE, Kind, State, Work
from web.tolerant import list_of, object_of, plain_text_of

SERVER_FILE = "server.json"
PIPELINE = "basic-server"
_WITH_API = ("basic-server", "rag-server")
FOLDER = "serve"
"""Below outputs/: one folder for each set of models that was ever served."""
_PROBE_SECONDS = 1.5
_PATH_KEYS = ("source", "model", "path", "folder")
_MOST_SERVERS = 50


@dataclass(frozen=True)
class Server:
    """A run that serves, or is about to."""

    run: Work
    url: str
    """Root of its API, on this machine; empty until it listens."""
    models: list[str]
    paths: list[str]

    @property
    def key(self) -> str:
        """Reference to the key that it wants; empty for none."""
        return plain_text_of(_config(Path(self.run.folder)).get("api_key"))


def servers(services: Services) -> list[Server]:
    """All servers that are queued or running, the newest first."""
    services.index.follow()
    chosen = select(Work).where(Work.kind == Kind.RUN, Work.state.in_(ACTIVE), Work.pipeline.in_(_WITH_API))
    with services.database.session() as session:
        works = list(session.scalars(chosen.order_by(Work.created.desc(), Work.id).limit(_MOST_SERVERS)))
    return [_server(services, work) for work in works]


def server_of(services: Services, identity: str) -> Server | None:
    """The server that a run is; None when it is none, or has ended."""
    return next((one for one in servers(services) if one.run.id == identity), None)


def _server(services: Services, work: Work) -> Server:
    folder = Path(work.folder)
    told = read_json(folder / SERVER_FILE) if work.state == State.RUNNING else {}
    paths = [_path_of(services, one) for one in list_of(_config(folder).get("models"))]
    return Server(
        run=work,
        url=local_url(plain_text_of(told.get("url"))),
        models=[plain_text_of(name)[:500] for name in list_of(told.get("models"))[:100]],
        paths=[path for path in paths if path][:100],
    )


def _config(folder: Path) -> dict[str, Any]:
    return object_of(read_json(folder / STATE_FILE).get("config"))


def _path_of(services: Services, told: Any) -> str:
    if isinstance(told, dict):
        told = next((told[key] for key in _PATH_KEYS if isinstance(told.get(key), str)), "")
    return project_path(services.settings, told) if isinstance(told, str) else ""


def local_url(url: str) -> str:
    """The API's root at this machine; empty for any address that is not this machine's own."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
        if parts.scheme != "http" or port is None or parts.username or parts.password:
            return ""
        address = ip_address("127.0.0.1" if host in ("localhost", "0.0.0.0") else "::1" if host == "::" else host)
    except ValueError:
        return ""
    if not address.is_loopback:
        return ""
    return f"http://{f'[{address}]' if address.version == 6 else address}:{port}/v1"


def key_for(services: Services, server: Server) -> str:
    """The key that a server wants; empty for none.

    Raises:
        UsageError: It names a secret that is not there.
    """
    name = server.key.removeprefix("secret://")
    return secret_value(name, environment(), vault_of(services)) if name != server.key else ""


def served_view(services: Services, server: Server, answers: bool) -> Served:
    """A server as clients see it."""
    run = run_view(services.settings, server.run)
    return Served(run=run, url=server.url, models=server.models, paths=server.paths, answers=answers)


def served_list(services: Services) -> list[Served]:
    """All servers, each asked whether it answers."""
    found = servers(services)
    if not found:
        return []
    with ThreadPoolExecutor(max_workers=8) as pool:
        answers = list(pool.map(lambda server: _answers(services, server), found))
    return [served_view(services, server, answer) for server, answer in zip(found, answers, strict=True)]


def _answers(services: Services, server: Server) -> bool:
    """Whether a server lists its models."""
    if not server.url:
        return False
    try:
        key = key_for(services, server)
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        request = urllib.request.Request(f"{server.url}/models", headers=headers)
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}), _NoRedirect)
        with opener.open(request, timeout=_PROBE_SECONDS) as answer:
            return answer.status == 200 and isinstance(json.loads(answer.read(1 << 20)), dict)
    except (OSError, ValueError, RuntimeError, AugmentoolkitError, http.client.HTTPException):
        return False


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *given: Any) -> None:
        """A server of ours sends nobody elsewhere."""


def serve(services: Services, paths: list[str]) -> Server:
    """The server of these models: the one that runs already, or one that is started now.

    Raises:
        NotFoundError: There is no such model.
        ProblemError: It cannot be started; see `starting.start`.
    """
    wanted = list(dict.fromkeys(model_at(services.settings, path).path for path in paths))
    running = next((one for one in servers(services) if one.paths == wanted), None)
    if running is not None:
        return running
    names = _names(wanted)
    output_dir = f"{Root.OUTPUTS}/{FOLDER}/{names[wanted[0]]}-{stable_hash(wanted)[:8]}"
    models = [{"name": names[path], "source": path} for path in wanted]
    overrides = {
        "models": yaml.safe_dump(models, default_flow_style=True, width=1_000_000, allow_unicode=True).strip(),
        "host": "127.0.0.1",
        "port": "0",
        "output_dir": output_dir,
    }
    resolved = starting.resolve(services, overrides=overrides, pipeline=PIPELINE)
    try:
        identity = starting.enqueue(services, resolved, name=f"serve {', '.join(names.values())}"[:200], tags=["serve"])
    except ProblemError:
        identity = run_id((services.settings.root / output_dir).resolve())
        started = server_of(services, identity)
        if started is None:
            raise
        return started  # somebody asked for the same just now
    return _server(services, life.get(services.database, identity))


def _names(paths: list[str]) -> dict[str, str]:
    """What requests call the models: short, and different."""
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in paths:
        parts = [part for part in path.split("/")[1:] if part not in ("model", "gguf")]
        plain = re.sub(r"[^A-Za-z0-9_.-]", "-", parts[-1] if parts else "model").removesuffix(".gguf")[:60] or "model"
        free = (name for number in count(1) if (name := f"{plain}-{number}" if number > 1 else plain) not in taken)
        names[path] = next(free)
        taken.add(names[path])
    return names
