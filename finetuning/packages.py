"""What training needs on top of the core: checked, and told to phone nobody, before any of it is imported."""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from time import monotonic

from generation_functions.errors import UsageError

REQUIREMENTS = "requirements-training.txt"
CPU_BUILD = "pip install torch --index-url https://download.pytorch.org/whl/cpu"
_SILENCE = {
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "DISABLE_TELEMETRY": "1",
    "DO_NOT_TRACK": "1",
    "HF_HUB_DISABLE_UPDATE_CHECK": "1",
    "DISABLE_SAFETENSORS_CONVERSION": "1",  # otherwise a bot on the hub is asked to convert a model without them
    "TOKENIZERS_PARALLELISM": "false",  # its threads and forked processes do not go together
}
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
_PATIENCE_SECONDS, _REMEMBERED_SECONDS = 5.0, 30
_OURS = "ATK_SET_HF_HUB_OFFLINE"  # in the environment, so that a child process knows whose setting it has


def require(*packages: str, source: str | Path | None = None) -> None:
    """Make sure that packages are there, and silent; call it before the first import of any of them.

    Telemetry is switched off for this process and its children. Where the model is a folder, the hub is out of
    bounds from then on, until a model of the hub is asked for. It is too where it cannot be reached: what was
    downloaded before is used at once, instead of after a minute of trying. A user's own HF_HUB_OFFLINE always holds.

    Args:
        packages: Names as they are imported: "torch", "transformers".
        source: The model to be loaded, a folder or a name on the hub.

    Raises:
        UsageError: One is missing; says how to install it.
    """
    os.environ.update(_SILENCE)
    hub = sys.modules.get("huggingface_hub.constants")  # read its settings already, when it was imported
    if hub:
        hub.HF_HUB_DISABLE_TELEMETRY = True  # type: ignore[attr-defined]
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise UsageError(_how_to_install(missing))
    if source is not None:
        _choose_offline(is_path(source))


@contextmanager
def without_old_names() -> Iterator[None]:
    """Around what PEFT and TRL do: they ask transformers for something by names that it warns of."""
    with warnings.catch_warnings():
        old = r".(is_)?gradient_checkpointing(_kwargs)?. is deprecated"
        warnings.filterwarnings("ignore", message=old, category=FutureWarning)
        yield


def is_path(source: str | Path) -> bool:
    """Whether a model is given by a path, and not by its name on the hub.

    A `Path`, or text that exists, begins with a folder that does, or looks like nothing else: "/models/a", "./a",
    "~/a", "a/b/c". So a slip in outputs/mine/model is no question to the hub.
    """
    text = str(source)
    return (
        isinstance(source, Path)
        or text.startswith((".", "/", "~"))
        or text.count("/") > 1
        or "\\" in text
        or Path(text.partition("/")[0]).is_dir()
        or Path(text).exists()
    )


def hub_is_shut() -> bool:
    """Whether `require` has put the hub out of bounds."""
    return _OURS in os.environ


def _choose_offline(offline: bool) -> None:
    if not hub_is_shut() and any(os.environ.get(name, "0").lower() in ("1", "true", "yes", "on") for name in _OFFLINE):
        return  # the user's own wish
    if not offline:
        _set_offline(False)
        offline = not _hub_answers(int(monotonic() // _REMEMBERED_SECONDS))
    _set_offline(offline)


def _set_offline(offline: bool) -> None:
    if offline:
        os.environ.update({"HF_HUB_OFFLINE": "1", _OURS: "1"})
    elif hub_is_shut():
        del os.environ["HF_HUB_OFFLINE"], os.environ[_OURS]
    hub = sys.modules.get("huggingface_hub.constants")
    if hub:
        hub.HF_HUB_OFFLINE = offline  # type: ignore[attr-defined]


@lru_cache(maxsize=1)
def _hub_answers(_when: int) -> bool:
    """Asked once: libraries ask five times for each file, with longer and longer pauses between."""
    from huggingface_hub import constants, get_session

    session = get_session()  # with the user's proxies and certificates
    client = sys.modules[type(session).__module__.partition(".")[0]]  # httpx, or what has taken its place
    try:
        session.head(constants.ENDPOINT, timeout=_PATIENCE_SECONDS)
    except client.TransportError:
        return False
    return True


def _how_to_install(missing: list[str]) -> str:
    names = ", ".join(missing)
    if missing == ["bitsandbytes"]:
        return f"{names} is not installed; training in 4 or 8 bit needs it, and a GPU. In .venv: pip install {names}"
    verb = "is" if len(missing) == 1 else "are"
    return (
        f"{names} {verb} not installed. Models need more than the core packages: ./start.sh setup training\n"
        f"  or by hand, in .venv: pip install -r {REQUIREMENTS}\n"
        f"  without a GPU, before either (else gigabytes of CUDA come along): {CPU_BUILD}"
    )
