"""Routes of secrets: named, saved, forgotten, never shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

from fastapi import APIRouter
from fastapi import Path as PathParameter
from pydantic import BaseModel, ConfigDict, Field

from generation_functions.errors import AugmentoolkitError
from generation_functions.references import environment, secret_variable
from generation_functions.vault import LONGEST, NAME, Vault
from web.problems import NotFoundError, UnavailableError, documented
from web.services import Given, Services

router = APIRouter(prefix="/secrets")
SecretName = Annotated[str, PathParameter(pattern=f"^{NAME}$", examples=["openai"])]
DAMAGED = documented(UnavailableError)
_ONE_LINE = r"^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$"


class SecretEntry(BaseModel):
    """What may be shown of a secret."""

    name: str = Field(examples=["openai"])
    reference: str = Field(description="What configs write for it.", examples=["secret://openai"])
    created: float = Field(description="Seconds since 1970.", examples=[1767225600.0])
    changed: float = Field(description="Seconds since 1970.", examples=[1767225600.0])
    overridden_by: str = Field(
        default="", description="A variable of the service that is set and goes before it, such as ATK_SECRET_OPENAI."
    )


class SecretList(BaseModel):
    """All secrets, by name."""

    items: list[SecretEntry]


class SecretValue(BaseModel):
    """A value to keep. It can be used from now on, and never be read again."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    value: str = Field(
        min_length=1,
        max_length=LONGEST,
        pattern=_ONE_LINE,
        repr=False,
        description="One line. Blanks around it are left out.",
        json_schema_extra={"format": "password", "writeOnly": True},
    )


@router.get("", responses=DAMAGED)
def list_secrets(services: Given) -> SecretList:
    """Which secrets there are; never their values."""
    variables = environment()
    with storage_problems():
        secrets = vault_of(services).list()
    return SecretList(
        items=[
            SecretEntry(
                name=secret.name,
                reference=f"secret://{secret.name}",
                created=secret.created,
                changed=secret.changed,
                overridden_by=secret_variable(secret.name) if variables.get(secret_variable(secret.name)) else "",
            )
            for secret in secrets
        ]
    )


@router.put("/{name}", status_code=204, responses=DAMAGED)
def put_secret(services: Given, name: SecretName, secret: SecretValue) -> None:
    """Save a secret, encrypted, instead of an earlier one of that name."""
    with storage_problems():
        vault_of(services).put(name, secret.value)


@router.delete("/{name}", status_code=204, responses=DAMAGED)
def delete_secret(services: Given, name: SecretName) -> None:
    """Forget a secret. Configs that name it cannot run any more."""
    with storage_problems():
        found = vault_of(services).delete(name)
    if not found:
        raise NotFoundError(f"there is no secret called {name}", code="no-such-secret")


def vault_of(services: Services) -> Vault:
    """The secrets of this service's state folder."""
    return Vault(services.settings.state, environment())


@contextmanager
def storage_problems() -> Iterator[None]:
    """Answer 503 when a file of the state folder, or its key, cannot be used."""
    try:
        yield
    except AugmentoolkitError as error:
        raise UnavailableError(str(error), code="storage") from error
