"""What ./start.sh asks before it builds the web interface, without Node: is it needed, and is what it takes there?

`python -m web.built` ends with 0 when `dist` was made from what is in atk-interface now. `python -m web.built packages`
ends with 0 when the packages that the build takes are in node_modules as locked; `packages all`: the tests' too.
"""

from __future__ import annotations

import json
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

INTERFACE = Path(__file__).resolve().parent.parent / "atk-interface"


def is_fresh(interface: Path) -> bool:
    """Whether `dist` is what the sources make, or there are no sources to make anything of."""
    if not (interface / "package.json").is_file():
        return True
    stamp = _read(interface / "dist" / "stamp.json")
    return bool(stamp) and stamp.get("hash") == hash_of(interface, stamp.get("inputs", []))


def hash_of(interface: Path, inputs: list[str]) -> str:
    """The number that atk-interface/scripts/stamp.mjs works out."""
    files = [
        file
        for given in inputs
        for file in ([interface / given] if (interface / given).is_file() else (interface / given).rglob("*"))
        if file.is_file()
    ]
    lines = [
        f"{sha256(file.read_bytes()).hexdigest()}  {name}\n"
        for name, file in sorted((file.relative_to(interface).as_posix(), file) for file in files)
    ]
    return sha256("".join(lines).encode()).hexdigest()


def has_packages(interface: Path, *, of_tests: bool = False) -> bool:
    """Whether npm has put in place what is locked. It writes its list last: half an installation is none."""
    locked = _read(interface / "package-lock.json").get("packages", {})
    there = _read(interface / "node_modules" / ".package-lock.json").get("packages", {})
    return bool(locked) and all(
        there.get(path, {}).get("version") == package.get("version")
        for path, package in locked.items()
        if path and not _may_be_missing(package, of_tests)
    )


def _may_be_missing(package: dict[str, Any], of_tests: bool) -> bool:
    """Those for other systems always, those of the tests for who only builds."""
    kinds = ("optional", "devOptional") if of_tests else ("optional", "dev", "devOptional")
    return any(package.get(kind) for kind in kinds)


def _read(file: Path) -> dict[str, Any]:
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def main(arguments: list[str]) -> int:
    """Answer with an exit code."""
    if arguments[:1] == ["packages"]:
        return 0 if has_packages(INTERFACE, of_tests=arguments[1:] == ["all"]) else 1
    return 0 if is_fresh(INTERFACE) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
