"""`doctor`: can the models be reached, are the keys right, how fast do they answer, what runs locally."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from typing import TYPE_CHECKING, Any

from generation_functions.commands.chosen import add_json, add_set, chosen_config, overrides_of

if TYPE_CHECKING:
    from generation_functions.commands.console import Console
    from generation_functions.config import Config
    from generation_functions.model import Model

NAME = "doctor"
HELP = "check the installation, local model servers, and the models of a config"
EXAMPLES = """\
examples:
  python run_augmentoolkit.py doctor                       Python, packages, local servers
  python run_augmentoolkit.py doctor configs/mine.yaml     and one tiny call to each of its models
"""
_PATIENCE_SECONDS = 30.0
_PACKAGES = ("aiohttp", "orjson", "pydantic", "yaml", "dotenv", "tqdm", "charset_normalizer", "pypdfium2", "docx",
             "pptx", "selectolax", "arro3.core", "rensa")  # fmt: skip


def add_arguments(parser: ArgumentParser) -> None:
    """What `doctor` takes."""
    parser.add_argument("config", metavar="CONFIG", nargs="?", help="a config file or the name of a pipeline")
    add_set(parser)
    add_json(parser)


def execute(args: Namespace, console: Console) -> int:
    """Print the findings; 1 when something does not work."""
    import platform

    from generation_functions.connections import local_servers

    config = chosen_config(args.config, overrides_of(args), console) if args.config else None
    models = [_examine(name, model) for name, model in _models(config)] if config else []
    missing = _missing_packages()
    findings = {
        "python": platform.python_version(),
        "missing_packages": missing,
        "local_servers": local_servers(),
        "models": models,
    }
    if args.json:
        console.json(findings)
    else:
        _print(findings, console, asked=config is not None)
    return 1 if missing or any(not model["ok"] for model in models) else 0


def _missing_packages() -> list[str]:
    from importlib.util import find_spec

    def is_missing(name: str) -> bool:
        try:
            return find_spec(name) is None
        except ModuleNotFoundError:
            return True

    return [name for name in _PACKAGES if is_missing(name)]


def _models(config: Config) -> list[tuple[str, Model]]:
    from generation_functions.model import Model

    return [(name, value) for name, value in config.arguments.items() if isinstance(value, Model)]


def _examine(parameter: str, model: Model) -> dict[str, Any]:
    """One tiny call to each endpoint of a model."""
    import asyncio

    from generation_functions.connections import choose_automatically

    chosen = choose_automatically(model)
    finding: dict[str, Any] = {"parameter": parameter, "name": chosen.name, "ok": True, "endpoints": []}
    if chosen.is_offline:
        return finding
    finding["endpoints"] = asyncio.run(_call_each_endpoint(chosen))
    finding["ok"] = all(endpoint["ok"] for endpoint in finding["endpoints"])
    return finding


async def _call_each_endpoint(model: Model) -> list[dict[str, Any]]:
    import asyncio

    return list(await asyncio.gather(*(_call(model, url, key) for url, key in model.endpoints())))


async def _call(model: Model, url: str, key: str) -> dict[str, Any]:
    from generation_functions.probing import call_once, known_models

    found = await call_once(model, url, key, min(model.timeout, _PATIENCE_SECONDS))
    if found.ok:
        return {"base_url": url, "ok": True, "seconds": found.seconds, "problem": ""}
    known = await known_models(url, key)
    hint = f" It has: {', '.join(known[:12])}" if known and model.name not in known else ""
    return {"base_url": url, "ok": False, "seconds": None, "problem": f"{found.problem}{hint}"}


def _print(findings: dict[str, Any], console: Console, *, asked: bool) -> None:
    console.say(f"Python {findings['python']}")
    missing = findings["missing_packages"]
    console.say(f"packages: {'missing ' + ', '.join(missing) if missing else 'all there'}")
    if missing:
        console.say("  next: pip install -r requirements.txt")
    for name, models in findings["local_servers"].items():
        console.say(f"local server {name}: {', '.join(models) or 'no model loaded'}")
    if not findings["local_servers"]:
        console.say("local servers: none (looked for Ollama, LM Studio, llama.cpp, vLLM)")
    for model in findings["models"]:
        if not model["endpoints"]:
            console.say(f"{model['parameter']}: {model['name']}: good (built in, free)")
        for endpoint in model["endpoints"]:
            state = f"good, answered in {endpoint['seconds']:.2f} s" if endpoint["ok"] else endpoint["problem"]
            console.say(f"{model['parameter']}: {model['name']} at {endpoint['base_url']}: {state}")
    if asked and not findings["models"]:
        console.say("the config names no model")
