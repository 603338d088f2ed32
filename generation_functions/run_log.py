"""A run's log.txt."""

from __future__ import annotations

import logging
from pathlib import Path

logger = logging.getLogger("augmentoolkit")


class RunLog:
    """What the program logs while a run is open goes to a file in its folder."""

    def __init__(self, folder: Path) -> None:
        self._handler = logging.FileHandler(folder / "log.txt", encoding="utf-8")
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logger.addHandler(self._handler)
        logger.setLevel(logging.INFO)

    def close(self) -> None:
        """Write no more."""
        logger.removeHandler(self._handler)
        self._handler.close()
