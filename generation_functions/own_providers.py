"""Providers of a person's own: `providers.json` in the state folder, for configs that say `PROVIDER:NAME`."""

from __future__ import annotations

from pathlib import Path

import orjson

from generation_functions.errors import StorageError
from generation_functions.model import PROVIDERS, Provider
from generation_functions.private_files import locked, write_private
from generation_functions.references import environment, secret_value, secret_variable
from generation_functions.run_folder import state_folder
from generation_functions.vault import Vault


def own_providers(folder: Path) -> dict[str, Provider]:
    """The own providers kept in a state folder, by name.

    Raises:
        StorageError: The file is damaged.
    """
    file = _file(folder)
    try:
        kept = orjson.loads(file.read_bytes())
        return {name: Provider(str(one["base_url"]), secret=str(one["secret"])) for name, one in sorted(kept.items())}
    except FileNotFoundError:
        return {}
    except (OSError, orjson.JSONDecodeError, KeyError, TypeError, AttributeError) as error:
        raise StorageError(f"{file} cannot be read ({error}). Mend it, or move it away and add them again.") from error


def put_provider(folder: Path, name: str, provider: Provider) -> None:
    """Keep a provider, instead of an earlier one of that name."""
    with locked(_lock(folder)):
        _write(folder, {**own_providers(folder), name: provider})


def delete_provider(folder: Path, name: str) -> bool:
    """Forget a provider; says whether there was one."""
    with locked(_lock(folder)):
        kept = own_providers(folder)
        if kept.pop(name, None) is None:
            return False
        _write(folder, kept)
    return True


def find_provider(name: str, folder: Path | None = None) -> Provider | None:
    """The provider called `name`: built in, or an own one of a state folder (by default this machine's)."""
    return PROVIDERS.get(name) or own_providers(folder or state_folder()).get(name)


def key_of(name: str, provider: Provider, folder: Path | None = None) -> str:
    """The API key of a provider; '' for one that has none.

    One that is built in takes its variable (OPENAI_API_KEY), otherwise the secret that has its own name (openai).

    Raises:
        UsageError: It names a secret that is not there, or that cannot be read.
    """
    variables = environment()
    vault = Vault(folder or state_folder(), variables)
    if provider.secret:
        return secret_value(provider.secret, variables, vault)
    if not provider.key_variable:
        return ""
    return variables.get(provider.key_variable) or variables.get(secret_variable(name)) or vault.reveal(name) or ""


def _write(folder: Path, providers: dict[str, Provider]) -> None:
    kept = {name: {"base_url": one.base_url, "secret": one.secret} for name, one in providers.items()}
    write_private(_file(folder), orjson.dumps(kept, option=orjson.OPT_INDENT_2))


def _file(folder: Path) -> Path:
    return folder / "providers.json"


def _lock(folder: Path) -> Path:
    return folder / "providers.lock"
