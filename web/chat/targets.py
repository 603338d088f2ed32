"""From what a client wants to talk to, to an address: only of servers of ours and of providers in Settings."""

from __future__ import annotations

from dataclasses import dataclass, field

from generation_functions.errors import AugmentoolkitError
from generation_functions.masking import Mask, passwords_in
from generation_functions.own_providers import find_provider, key_of
from web.chat.schemas import ModelTarget, OfflineTarget, ProviderTarget, ServedTarget, Target
from web.models.serving import Server, key_for, server_of, servers
from web.preferences.secrets import storage_problems
from web.problems import ConflictError, InvalidError, NotFoundError
from web.services import Services


@dataclass(frozen=True)
class Address:
    """Where a model answers, and how it is called there. No URL: the offline stand-in."""

    model: str
    url: str = ""
    key: str = field(default="", repr=False)

    @property
    def mask(self) -> Mask:
        """Hides the key."""
        return Mask([self.key, *passwords_in(self.url)])


def address_of(services: Services, target: Target) -> Address:
    """Where `target` answers.

    Raises:
        NotFoundError: There is no such server, model of it, or provider.
        ConflictError: The model is not served, or its server does not listen yet.
        InvalidError: The provider's key is not there.
    """
    match target:
        case OfflineTarget():
            return Address("offline")
        case ProviderTarget():
            return _provider(services, target)
        case ServedTarget():
            server = server_of(services, target.run)
            if server is None:
                raise NotFoundError(f"the run {target.run} serves no model, or not any more", code="not-served")
            return _served(services, server, target.model)
        case ModelTarget():
            return _of_model(services, target)


def _provider(services: Services, target: ProviderTarget) -> Address:
    name, _, model = target.model.partition(":")
    with storage_problems():
        provider = find_provider(name, services.settings.state)
    if provider is None:
        raise NotFoundError(f"no provider is called {name}", code="no-such-provider")
    try:
        key = key_of(name, provider, services.settings.state)
    except AugmentoolkitError as error:
        raise InvalidError(str(error), code="no-key") from error
    return Address(model, provider.base_url.rstrip("/"), key)


def _served(services: Services, server: Server, model: str) -> Address:
    if not server.url:
        raise ConflictError("the server does not listen yet: it is still loading its model", code="not-listening")
    name = model or (server.models[0] if server.models else "")
    if name not in server.models:
        known = ", ".join(server.models) or "none"
        raise NotFoundError(f"this server has no model {name!r}; it has: {known}", code="no-such-model")
    try:
        return Address(name, server.url, key_for(services, server))
    except AugmentoolkitError as error:
        raise InvalidError(str(error), code="no-key") from error


def _of_model(services: Services, target: ModelTarget) -> Address:
    path = target.path.rstrip("/")
    for server in servers(services):
        if path in server.paths:
            place = server.paths.index(path)
            return _served(services, server, server.models[place] if place < len(server.models) else "")
    raise ConflictError(f"{path} is not being served: POST /api/models/serve", code="not-served")
