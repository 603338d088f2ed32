"""What tasks there are."""

from __future__ import annotations


class TaskManager:
    """Also knows the tasks in the files of those folders."""

    def __init__(self, include_path: list[str] | None = None) -> None:
        self.include_path = include_path
