"""A run's log.txt."""

from __future__ import annotations

import logging
from pathlib import Path

from generation_functions.errors import AugmentoolkitError
from generation_functions.masking import Mask

logger = logging.getLogger("augmentoolkit")
_FORMATTER = logging.Formatter("%(asctime)s %(levelname)s %(message)s")


class RunLog:
    """What the program logs while a run is open goes to a file in its folder."""

    def __init__(self, folder: Path, mask: Mask | None = None) -> None:
        self._masking = _Masking(mask or Mask())
        self._handler = logging.FileHandler(folder / "log.txt", encoding="utf-8")
        self._handler.setFormatter(_FORMATTER)
        self._handler.addFilter(self._masking)  # for messages of loggers below this one
        logger.addFilter(self._masking)  # for whoever else listens, such as the screen
        logger.addHandler(self._handler)
        logger.setLevel(logging.INFO)

    def close(self, status: str = "", error: BaseException | None = None, message: str = "") -> None:
        """Write what ended the run, if anything did; then no more."""
        if isinstance(error, AugmentoolkitError):  # to the file alone: whoever started the run puts it on the screen
            level = logging.ERROR if status == "failed" else logging.WARNING
            self._handler.handle(logger.makeRecord(logger.name, level, "", 0, f"{status}: {message}", (), None))
        elif error is not None:
            logger.error("the pipeline raised", exc_info=error)
        logger.removeHandler(self._handler)
        logger.removeFilter(self._masking)
        self._handler.close()


class _Masking(logging.Filter):
    """Takes a run's secrets out of messages and tracebacks."""

    def __init__(self, mask: Mask) -> None:
        super().__init__()
        self._mask = mask

    def filter(self, record: logging.LogRecord) -> bool:
        record.msg, record.args = self._mask(record.getMessage()), ()
        if record.exc_info:
            record.exc_text = self._mask(record.exc_text or _FORMATTER.formatException(record.exc_info))
        return True
