"""Routes of providers: those built in, a person's own, and *Test connection*, which says what is wrong."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from generation_functions.errors import UsageError
from generation_functions.model import LOCAL_PROVIDERS, PROVIDERS, Provider
from generation_functions.own_providers import delete_provider, find_provider, key_of, own_providers, put_provider
from generation_functions.probing import examine
from generation_functions.references import environment, secret_value, secret_variable
from generation_functions.vault import NAME
from web.preferences.secrets import DAMAGED, storage_problems, vault_of
from web.problems import ConflictError, NotFoundError, documented
from web.services import Given, Services

router = APIRouter(prefix="/providers")
connections = APIRouter(prefix="/connection-test")
ProviderName = Annotated[str, PathParameter(pattern="^[a-z0-9][a-z0-9_-]{0,39}$", examples=["my-cluster"])]
BaseUrl = Annotated[
    str,
    Field(
        max_length=500,
        pattern=r"^https?://([A-Za-z0-9_.-]{1,253}|\[[0-9A-Fa-f:.]{2,45}\])(:[0-9]{1,5})?(/[!-~]*)?$",
        description="Root of the API, usually ending in /v1.",
        examples=["http://127.0.0.1:8000/v1"],
    ),
]
OptionalSecret = Annotated[
    str, Field(pattern=f"^({NAME})?$", description="Name of the secret that holds the key; empty: no key.")
]
ModelName = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
_TEST_SECONDS = 15.0


class ProviderEntry(BaseModel):
    """Where models answer. Configs write `NAME:MODEL`, such as `openai:gpt-5-mini`."""

    name: str = Field(examples=["openai"])
    base_url: str = Field(examples=["https://api.openai.com/v1"])
    secret: str = Field(description="Name of the secret that holds its key; empty: it has none.", examples=["openai"])
    variable: str = Field(description="A variable that goes before the secret.", examples=["OPENAI_API_KEY"])
    built_in: bool
    local: bool = Field(description="Runs on this machine and sends no bill.")
    has_key: bool = Field(description="Whether its key is there: in the variable, or as the secret.")


class ProviderList(BaseModel):
    """Those built in first, then a person's own by name."""

    items: list[ProviderEntry]


class ProviderWish(BaseModel):
    """A provider to keep."""

    model_config = ConfigDict(extra="forbid")

    base_url: BaseUrl
    secret: OptionalSecret = ""


class TestProvider(BaseModel):
    """Test a provider of the list."""

    model_config = ConfigDict(extra="forbid")

    provider: str = Field(max_length=40, pattern="^[a-z0-9][a-z0-9_-]*$", examples=["openai"])
    model: ModelName = Field(default="", description="Ask this model one tiny question too.")


class TestAddress(BaseModel):
    """Test an address, before it is kept."""

    model_config = ConfigDict(extra="forbid")

    base_url: BaseUrl
    secret: OptionalSecret = ""
    model: ModelName = Field(default="", description="Ask this model one tiny question too.")


class ConnectionTest(BaseModel):
    """What came of it."""

    ok: bool = False
    seconds: float = Field(default=0.0, examples=[0.31])
    models: list[str] = Field(
        default_factory=list, description="Those that the provider lists; at most 1 000.", examples=[["gpt-5-mini"]]
    )
    problem: str = Field(
        default="", description="What is wrong; empty when nothing is.", examples=["the key was refused: ..."]
    )
    advice: str = Field(
        default="", description="What to do next.", examples=["Check that the key is of this provider."]
    )


@router.get("", responses=DAMAGED)
def list_providers(services: Given) -> ProviderList:
    """Every provider that configs can name."""
    variables = environment()
    with storage_problems():
        kept = {secret.name for secret in vault_of(services).list()}
        own = own_providers(services.settings.state)

    def entry(name: str, provider: Provider, *, built_in: bool) -> ProviderEntry:
        secret = provider.secret or (name if provider.key_variable else "")
        has_variable = bool(variables.get(provider.key_variable) or variables.get(secret_variable(secret)))
        return ProviderEntry(
            name=name,
            base_url=provider.base_url,
            secret=secret,
            variable=provider.key_variable,
            built_in=built_in,
            local=built_in and name in LOCAL_PROVIDERS,
            has_key=has_variable or secret in kept,
        )

    entries = [entry(name, provider, built_in=True) for name, provider in PROVIDERS.items()]
    entries += [entry(name, provider, built_in=False) for name, provider in own.items() if name not in PROVIDERS]
    return ProviderList(items=entries)


@router.put("/{name}", status_code=204, responses={**documented(ConflictError), **DAMAGED})
def keep_provider(services: Given, name: ProviderName, wish: ProviderWish) -> None:
    """Keep a provider of one's own, instead of an earlier one of that name."""
    if name in PROVIDERS:
        raise ConflictError(
            f"{name} is built in: save its key as the secret {name}, or choose another name", code="built-in"
        )
    with storage_problems():
        put_provider(services.settings.state, name, Provider(wish.base_url.rstrip("/"), secret=wish.secret))


@router.delete("/{name}", status_code=204, responses={**documented(ConflictError), **DAMAGED})
def remove_provider(services: Given, name: ProviderName) -> None:
    """Forget a provider of one's own."""
    if name in PROVIDERS:
        raise ConflictError(f"{name} is built in and stays", code="built-in")
    with storage_problems():
        found = delete_provider(services.settings.state, name)
    if not found:
        raise NotFoundError(f"no provider is called {name}", code="no-such-provider")


@connections.post("", responses=DAMAGED)
def test_connection(services: Given, wish: TestProvider | TestAddress) -> ConnectionTest:
    """Ask an endpoint for its models, with its key, and say in plain words what is wrong; takes 15 s at most."""
    with storage_problems():
        try:
            base_url, key = _address(services, wish)
        except UsageError as error:  # a secret that is not there, or cannot be read
            return ConnectionTest(problem=str(error))
    found = examine(base_url, key, wish.model.strip(), limit=_TEST_SECONDS)
    return ConnectionTest(
        ok=found.ok, seconds=found.seconds, models=list(found.models), problem=found.problem, advice=found.advice
    )


def _address(services: Services, wish: TestProvider | TestAddress) -> tuple[str, str]:
    """Base URL and key of what is to be tested."""
    if isinstance(wish, TestAddress):
        key = secret_value(wish.secret, environment(), vault_of(services)) if wish.secret else ""
        return wish.base_url, key
    folder = services.settings.state
    provider = find_provider(wish.provider, folder)
    if provider is None:
        raise NotFoundError(f"no provider is called {wish.provider}", code="no-such-provider")
    return provider.base_url, key_of(wish.provider, provider, folder)
