"""`secret`: keep API keys encrypted on this machine, so that configs name them instead of holding them."""

from __future__ import annotations

import sys
from argparse import ArgumentParser, Namespace, RawDescriptionHelpFormatter
from typing import TYPE_CHECKING

from generation_functions.commands.chosen import add_json

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.vault import Vault

NAME = "secret"
HELP = "keep API keys encrypted on this machine; configs write secret://NAME"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py secret set openai             asks for the value and does not show it
  python run_augmentoolkit.py secret set openai < key.txt   or takes it from standard input, never as an argument
  python run_augmentoolkit.py secret list                   names and times; values are never shown
  python run_augmentoolkit.py secret delete openai

In a config:   api_key: secret://openai
               model: openai:gpt-5-mini       takes the secret called openai by itself when OPENAI_API_KEY is not set

The variable ATK_SECRET_OPENAI goes before the secret openai. Values are encrypted in secrets.json of the state folder
with the key in ATK_SECRETS_KEY, otherwise in secrets.key beside it; the web interface uses the same.
"""


def add_arguments(parser: ArgumentParser) -> None:
    """What `secret` takes."""
    parser.set_defaults(json=False)
    actions = parser.add_subparsers(dest="action", metavar="set|list|delete", required=True)
    for action, explained in (
        ("set", "save a secret, or replace it; the value is asked for, or read from standard input"),
        ("list", "show which secrets there are"),
        ("delete", "forget a secret"),
    ):
        added = actions.add_parser(action, help=explained, epilog=EXAMPLES, formatter_class=RawDescriptionHelpFormatter)
        if action == "list":
            add_json(added)
        else:
            added.add_argument("name", metavar="NAME", help="what follows secret:// in configs, such as openai")


def execute(args: Namespace, console: Console) -> int:
    """Set, list or delete."""
    from generation_functions.references import environment
    from generation_functions.run_folder import state_folder
    from generation_functions.vault import Vault

    variables = environment()
    vault = Vault(state_folder(), variables)
    if args.action == "set":
        _set(vault, args.name, variables, console)
    elif args.action == "delete":
        _delete(vault, args.name, console)
    else:
        _list(vault, console, as_json=args.json)
    return 0


def _set(vault: Vault, name: str, variables: dict[str, str], console: Console) -> None:
    import re

    from generation_functions.errors import UsageError
    from generation_functions.references import secret_variable
    from generation_functions.vault import NAME as NAME_PATTERN
    from generation_functions.vault import NAME_RULE

    if not re.fullmatch(NAME_PATTERN, name):  # before anybody types a key
        raise UsageError(f"{name!r} is not a name for a secret: {NAME_RULE}")
    vault.put(name, _read_value(name))
    console.say(f"saved. In configs write: secret://{name}")
    if variables.get(secret_variable(name)):
        console.tell(f"warning: the variable {secret_variable(name)} is set, and goes before it")


def _read_value(name: str) -> str:
    from generation_functions.errors import UsageError

    if not sys.stdin.isatty():
        return sys.stdin.read()
    from getpass import getpass

    try:
        return getpass(f"value of {name} (is not shown): ")
    except EOFError as error:
        raise UsageError("no value was given; nothing was saved") from error


def _delete(vault: Vault, name: str, console: Console) -> None:
    from generation_functions.errors import UsageError

    if not vault.delete(name):
        names = ", ".join(secret.name for secret in vault.list())
        raise UsageError(f"there is no secret called {name}; there are: {names or 'none'}")
    console.say(f"{name} is forgotten")


def _list(vault: Vault, console: Console, *, as_json: bool) -> None:
    from dataclasses import asdict
    from time import localtime, strftime

    secrets = vault.list()
    if as_json:
        console.json({"secrets": [asdict(secret) for secret in secrets]})
    elif not secrets:
        console.say("no secrets; add one with: python run_augmentoolkit.py secret set NAME")
    else:
        rows = [(secret.name, strftime("%Y-%m-%d %H:%M", localtime(secret.changed))) for secret in secrets]
        console.table([("name", "changed"), *rows])
