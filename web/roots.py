"""The folders that clients may look into, and the one way from a client's path to a file in them."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path, PurePosixPath

from web.problems import ForbiddenError, InvalidError, NotFoundError
from web.settings import Settings
from web.tolerant import is_text


class Root(StrEnum):
    """A folder below the project's that the service shows."""

    CONFIGS = "configs"
    INPUTS = "inputs"
    OUTPUTS = "outputs"
    MODELS = "models"

    def folder(self, settings: Settings) -> Path:
        """Where it is, symbolic links resolved (the folder itself may be one)."""
        return (settings.root / self.value).resolve()


def clean(path: str) -> PurePosixPath:
    """A client's path, relative and free of tricks.

    Raises:
        InvalidError: It is absolute, goes upward, or holds what no file name may hold.
    """
    if "\\" in path or any(character < " " or character == "\x7f" for character in path) or not is_text(path):
        raise InvalidError("the path holds characters that no file name may hold", code="path-invalid")
    if path.startswith("/") or (":" in path[:2] and path[1:2] == ":"):
        raise InvalidError("the path must be relative to the folder that the service shows", code="path-invalid")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise InvalidError("the path must not contain '..'", code="path-invalid")
    if any(len(part.encode()) > 255 for part in parts) or len(path.encode()) > 4000:
        raise InvalidError("the path is longer than file systems allow", code="path-invalid")
    return PurePosixPath(*parts)


def inside(root: Path, path: str) -> Path:
    """The file or folder `path` below `root`, whether it exists or not.

    Symbolic links are followed first, so that none leads out; `outputs-private` is not inside `outputs`.

    Raises:
        InvalidError, ForbiddenError: The path is no path below `root`.
    """
    base = root.resolve()
    try:
        target = (base / clean(path)).resolve()
    except (OSError, RuntimeError) as error:  # a circle of links
        raise ForbiddenError("the path cannot be followed", code="path-outside") from error
    if not target.is_relative_to(base):
        raise ForbiddenError("the path leads out of the folder that the service shows", code="path-outside")
    return target


def existing(root: Path, path: str) -> Path:
    """The same for what must be there.

    Raises:
        NotFoundError: It is not.
    """
    target = inside(root, path)
    try:
        found = target.exists()
    except OSError:
        found = False
    if not found:
        raise NotFoundError(f"there is no {path}", code="no-such-file")
    return target
