"""The endpoints of one run: one session and one limiter per endpoint, however many models use it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from generation_functions.client import Client, Ledger
from generation_functions.endpoints import Endpoint, EndpointPool
from generation_functions.masking import Mask
from generation_functions.model import AUTO, LOCAL_PROVIDERS, OFFLINE, PROVIDERS, Model

if TYPE_CHECKING:
    from generation_functions.loop_thread import LoopThread

_OFFLINE_WORKERS = 8
_PROBE_SECONDS = 0.3


class Connections:
    """Makes clients, and closes what they opened."""

    def __init__(self, ledger: Ledger, loop: LoopThread, mask: Mask | None = None) -> None:
        self._ledger = ledger
        self._loop = loop
        self._mask = mask or Mask()  # learns every model's keys
        self._endpoints: dict[tuple[str, str], Endpoint] = {}
        self.clients: list[Client] = []

    def client(self, model: Model) -> Client:
        """The client of a model; equal models share one."""
        for client in self.clients:
            if client.model == model:
                return client
        self._mask.add(model.secrets())
        pool = None if model.is_offline else self._loop.run(self._pool(model))
        client = Client(model, pool, self._ledger)
        self.clients.append(client)
        return client

    async def _pool(self, model: Model) -> EndpointPool:
        endpoints = []
        for url, key in model.endpoints():
            endpoint = self._endpoints.get((url, key))
            if endpoint is None:
                endpoint = self._endpoints[url, key] = Endpoint(url, key, model.concurrency_limit, mask=self._mask)
                await endpoint.open()
            endpoints.append(endpoint)
        return EndpointPool(endpoints, timeout=model.timeout, patience=model.patience, headers=model.headers)

    @property
    def workers(self) -> int:
        """Records worth having under way: enough to fill every slot while some wait out a trouble."""
        ceiling = sum(endpoint.limiter.ceiling for endpoint in self._endpoints.values())
        return max(_OFFLINE_WORKERS, ceiling + ceiling // 4)

    @property
    def concurrency(self) -> int:
        """Calls the endpoints get at once right now."""
        return sum(int(endpoint.limiter.limit) for endpoint in self._endpoints.values())

    def troubles(self) -> dict[str, int]:
        """How often each kind of trouble was waited out in this process."""
        total: Counter[str] = Counter()
        for endpoint in self._endpoints.values():
            total.update(endpoint.troubles)
        return dict(total.most_common())

    def close(self) -> None:
        """Close the HTTP sessions."""
        for endpoint in self._endpoints.values():
            self._loop.run(endpoint.close())
        self._endpoints = {}


def local_servers() -> dict[str, list[str]]:
    """The local servers that answer right now, with the names of their models."""
    import json
    import urllib.request

    found: dict[str, list[str]] = {}
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for name in LOCAL_PROVIDERS:
        try:
            with opener.open(f"{PROVIDERS[name].base_url}/models", timeout=_PROBE_SECONDS) as answer:
                models = json.load(answer)["data"]
                found[name] = [str(model["id"]) for model in models]
        except (OSError, ValueError, KeyError, TypeError):  # not there, or something else lives on that port
            continue
    return found


def choose_automatically(model: Model) -> Model:
    """What `auto` means here and now: the first local server with a model, otherwise the offline model.

    Never anything that sends a bill.
    """
    if model.name != AUTO:
        return model
    for provider, names in local_servers().items():
        writers = [name for name in names if "embed" not in name.lower()]
        if writers:
            return model.model_copy(update={"name": writers[0], "base_url": PROVIDERS[provider].base_url})
    return model.model_copy(update={"name": OFFLINE, "base_url": ""})
