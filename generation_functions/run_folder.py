"""A run's folder on disk: its lock, its state file, and the list of run folders on this machine."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from threading import get_ident
from time import sleep
from typing import Any

import orjson

from generation_functions.errors import RunLockedError, StorageError
from generation_functions.records import stable_hash

STATE_FILE = "run.json"
_MOST_OTHER_LOGS = 64
_LOCK_TRIES, _LOCK_WAIT_SECONDS = 5, 0.02
_PROJECT = Path(__file__).resolve().parent.parent
_CODE_FOLDERS = ("generation_functions", "generation", "finetuning", "serving")


def state_folder() -> Path:
    """Where this machine's own state lives: `state/` beside the code, or `ATK_STATE_DIR`."""
    return Path(os.environ.get("ATK_STATE_DIR") or _PROJECT / "state")


def write_atomically(path: Path, data: bytes, *, private: bool = False) -> None:
    """Replace a file's content in one go: a reader sees the old or the new, never a part.

    Args:
        private: Nobody but its owner can ever open it, and it is on the disk when this returns.

    Raises:
        StorageError: It cannot be written; the old content is still there.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}")
    flags, mode = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600 if private else 0o666
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):
            temporary.unlink()  # of a process that was killed and had the same number
        with os.fdopen(os.open(temporary, flags, mode), "wb") as file:
            file.write(data)
            if private:
                file.flush()
                os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise StorageError(f"{path} cannot be written: {error.strerror}") from error


def process_number() -> int:
    """Which of the processes that run one config together this is (torchrun sets RANK); 0 has the run's folder."""
    number = os.environ.get("RANK", "0")
    return int(number) if number.isdigit() and os.environ.get("WORLD_SIZE", "1") != "1" else 0


def own_folder(folder: Path) -> Path:
    """Where this process keeps its run in `folder`: what the others note lies in processes/N."""
    number = process_number()
    return folder / "processes" / str(number) if number else folder


class RunFolder:
    """An output folder held by this process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = -1

    def acquire(self) -> None:
        """Take the folder for this process; the lock dies with the process, however it dies.

        Raises:
            RunLockedError: Another process holds it.
            StorageError: The folder cannot be made or written.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            self._lock = os.open(self.path / ".lock", os.O_RDWR | os.O_CREAT, 0o644)
        except OSError as error:
            raise StorageError(f"output_dir {self.path} cannot be used: {error.strerror}") from error
        try:
            self._take_lock()
        except BlockingIOError as error:
            holder = os.pread(self._lock, 20, 0).decode() or "unknown"
            self.release()
            raise RunLockedError(
                f"{self.path} is in use by process {holder}. Wait for it, stop it, or choose another output_dir."
            ) from error
        with suppress(OSError):  # only for the message above; a full disk takes no number
            os.ftruncate(self._lock, 0)
            os.pwrite(self._lock, str(os.getpid()).encode(), 0)

    def _take_lock(self) -> None:
        import fcntl

        for _ in range(_LOCK_TRIES - 1):  # whoever only looks whether it is held, holds it for a moment
            try:
                return fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                sleep(_LOCK_WAIT_SECONDS)
        return fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def release(self) -> None:
        """Let other processes have the folder."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def read_state(self) -> dict[str, Any]:
        """What run.json says; empty for a new folder."""
        return read_json(self.path / STATE_FILE)

    def write_state(self, state: dict[str, Any]) -> None:
        """Replace run.json."""
        write_atomically(self.path / STATE_FILE, orjson.dumps(state, option=orjson.OPT_INDENT_2))

    def register(self) -> None:
        """Add the folder to this machine's list, so that other runs find its replies."""
        entry = _entry(run_id(self.path), state_folder())
        if not entry.exists() and not process_number():
            write_atomically(entry, orjson.dumps({"output_dir": str(self.path.resolve())}))


def run_id(folder: Path) -> str:
    """A folder is a run: its id is the first 16 hex digits of the hash of where it lies."""
    return stable_hash(str(folder.resolve()))[:16]


def unregister(identity: str, state: Path) -> None:
    """Take the run with this id off the list of the machine whose state folder is `state`."""
    _entry(identity, state).unlink(missing_ok=True)


def _entry(identity: str, state: Path) -> Path:
    return state / "runs" / f"{identity}.json"


def read_json(path: Path) -> dict[str, Any]:
    """A JSON object from disk; empty when the file is not there or is no JSON object."""
    try:
        # A pipe of that name would be waited for, for ever.
        decoded = orjson.loads(path.read_bytes()) if path.is_file() else {}
    except (OSError, orjson.JSONDecodeError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def is_held(folder: Path) -> bool:
    """Whether a living process works in the run folder `folder`."""
    import fcntl

    try:
        lock = os.open(folder / ".lock", os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(lock)
    return False


def known_run_folders() -> list[Path]:
    """Every run folder of this machine that still exists."""
    entries = sorted((state_folder() / "runs").glob("*.json"))
    folders = (read_json(entry).get("output_dir") for entry in entries)
    return [Path(folder) for folder in folders if folder and Path(folder).is_dir()]


def other_calls(folder: Path) -> list[Path]:
    """The call log folders of this machine's other runs, those used last first, at most `_MOST_OTHER_LOGS`.

    Each costs a look-up per new call and a few open files, so logs without a call (of trainings, of servers) are not
    among them.
    """
    here, used = folder.resolve(), list[tuple[int, Path]]()
    for known in known_run_folders():
        log = known / "calls" / "calls.jsonl"
        if known.resolve() == here or not os.access(log, os.R_OK):
            continue
        with suppress(FileNotFoundError):  # deleted in this moment
            facts = log.stat()
            if facts.st_size:
                used.append((facts.st_mtime_ns, log.parent))
    return [calls for _, calls in sorted(used, reverse=True)[:_MOST_OTHER_LOGS]]


def code_fingerprint(pipeline_file: Path | None) -> str:
    """Hash of the project's code and of the files beside a pipeline's own.

    Finished records are only taken over unprocessed while this holds. After an edit they go through their steps
    again, answered by the call log.
    """
    files: set[Path] = set()
    for folder in _CODE_FOLDERS:
        files.update((_PROJECT / folder).rglob("*.py"))
    if pipeline_file is not None:
        files.update(pipeline_file.resolve().parent.glob("*.py"))
    return stable_hash(sorted((file.name, stable_hash(file.read_text(encoding="utf-8"))) for file in files))
