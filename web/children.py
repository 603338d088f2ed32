"""Processes of the service's own for what a hostile file may crash, or what would keep a processor from answering."""

from __future__ import annotations

import json
import sys
from pathlib import Path

_BOOT = (
    "import json, sys; from importlib import import_module; "
    "sys.path[:] = json.loads(sys.argv.pop(1)); import_module(sys.argv.pop(1)).main()"
)
_MOST_MEMORY = 4 << 30


def child_command(module: str, *arguments: str) -> list[str]:
    """What runs `main()` of a module in a Python that imports exactly what this one would."""
    folders = [folder or str(Path.cwd()) for folder in sys.path]
    return [sys.executable, "-P", "-c", _BOOT, json.dumps(folders), module, *arguments]


def limit_memory() -> None:
    """In such a process: get an error instead of taking the memory of the machine."""
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
