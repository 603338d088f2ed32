"""Reads the documents of a folder: lazily, in path order, in worker processes, cached by content."""

from __future__ import annotations

import hashlib
import os
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path, PurePosixPath

from generation_functions.documents.discovery import FoundFile, find_files
from generation_functions.documents.document import Document, ExtractedText
from generation_functions.documents.extraction import MAX_FILE_BYTES, extract_file
from generation_functions.documents.extraction_cache import ExtractionCache
from generation_functions.documents.formats import is_readable_format, why_not_readable
from generation_functions.documents.licences import FolderLicences, is_licence_file
from generation_functions.documents.worker_process import WorkerProcess
from generation_functions.errors import StorageError, UnreadableDocumentError

# Up to here, starting processes takes longer than reading.
_FEW_FILES = 40
_FEW_BYTES = 4 * 1024 * 1024
_READ_AHEAD_PER_WORKER = 2
_LICENCE_FILE = "it is the licence of its folder, not one of the documents"


def read_documents(
    folder_or_file: Path,
    *,
    cache: Path | None = None,
    workers: int = 0,
    on_skip: Callable[[str, str], None],
) -> Iterator[Document]:
    """The documents of a folder (or the one file), sorted by path; a few are read ahead, none are kept.

    `on_skip(file, reason)` is called, in the same order, for each file that gives no document, and as
    `on_skip("a.pdf, page 3", reason)` for a part that is missing from one. Hidden files are not mentioned.
    `cache` is a folder for extracted texts. `workers` 0 means: one process per processor, or none when
    there is little to read.

    Raises:
        UsageError: there is no such file or folder.
        StorageError: the cache cannot be written.
    """
    found = find_files(folder_or_file)
    root = folder_or_file if folder_or_file.is_dir() else folder_or_file.parent
    return _documents(found, root, ExtractionCache(cache) if cache else None, workers, on_skip)


def _documents(
    found: list[FoundFile],
    root: Path,
    cache: ExtractionCache | None,
    workers: int,
    on_skip: Callable[[str, str], None],
) -> Iterator[Document]:
    licences = FolderLicences(root)
    for file, result in _extract_all(found, cache, workers):
        if isinstance(result, str):
            on_skip(file.file, result)
            continue
        for lost in result.lost:
            on_skip(f"{file.file}, {lost.part}", lost.reason)
        yield Document(
            file=file.file,
            sha256=result.sha256,
            text=result.text,
            pages=result.pages,
            licence=result.licence or licences.of(file.path.parent),
            title=result.title or PurePosixPath(file.file).stem,
        )


def _extract_all(
    found: list[FoundFile], cache: ExtractionCache | None, workers: int
) -> Iterator[tuple[FoundFile, ExtractedText | str]]:
    """Each file with its text or the reason why it has none, in order."""
    readable = [file for file in found if not _why_skipped(file)]
    if workers < 1 and len(readable) <= _FEW_FILES and sum(file.size for file in readable) <= _FEW_BYTES:
        for file in found:
            yield file, _extract(file, cache, extract_file)
        return
    with ExitStack() as stack:
        pool = _ReaderPool(workers or os.cpu_count() or 1)
        stack.callback(pool.close)
        yield from pool.map(lambda file: _extract(file, cache, pool.read), found)


class _ReaderPool:
    """Threads that each own a worker process; hashing and cached texts cost no process at all."""

    def __init__(self, workers: int) -> None:
        self._window = workers * _READ_AHEAD_PER_WORKER
        self._threads = ThreadPoolExecutor(workers, thread_name_prefix="reader")
        self._own = threading.local()
        self._processes: list[WorkerProcess] = []

    def read(self, path: Path, file: str) -> ExtractedText:
        process: WorkerProcess | None = getattr(self._own, "process", None)
        if process is None:
            process = self._own.process = WorkerProcess()
            self._processes.append(process)
        return process.read(path, file)

    def map(
        self, extract: Callable[[FoundFile], ExtractedText | str], found: Iterable[FoundFile]
    ) -> Iterator[tuple[FoundFile, ExtractedText | str]]:
        """Results in order; never more than a window of files is under way or waiting to be taken."""
        under_way: deque[tuple[FoundFile, Future[ExtractedText | str]]] = deque()
        for file in found:
            under_way.append((file, self._threads.submit(extract, file)))
            if len(under_way) >= self._window:
                first, result = under_way.popleft()
                yield first, result.result()
        while under_way:
            first, result = under_way.popleft()
            yield first, result.result()

    def close(self) -> None:
        # Killing the processes first sets free the threads that wait for them.
        self._threads.shutdown(wait=False, cancel_futures=True)
        for process in self._processes:
            process.stop()
        self._threads.shutdown(wait=True)
        for process in self._processes:
            process.close()


def _extract(
    file: FoundFile, cache: ExtractionCache | None, read: Callable[[Path, str], ExtractedText]
) -> ExtractedText | str:
    why = _why_skipped(file)
    if why:
        return why
    try:
        if cache is None:
            return read(file.path, file.file)
        return _extract_cached(file, cache, read)
    except UnreadableDocumentError as error:
        return str(error)


def _extract_cached(
    file: FoundFile, cache: ExtractionCache, read: Callable[[Path, str], ExtractedText]
) -> ExtractedText:
    if file.size <= MAX_FILE_BYTES:
        known = cache.get(_hash_of(file.path), file.file)
        if known is not None:
            return known
    extracted = read(file.path, file.file)
    try:
        cache.put(file.file, extracted)
    except OSError as error:
        raise StorageError(
            f"The text of {file.file} cannot be kept ({error}). Make room on the disk or make the folder writable."
        ) from error
    return extracted


def _why_skipped(file: FoundFile) -> str:
    if file.problem:
        return file.problem
    if is_licence_file(file.path):
        return _LICENCE_FILE
    return "" if is_readable_format(file.file) else why_not_readable(file.file)


def _hash_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise UnreadableDocumentError(f"it cannot be opened ({error.strerror or error})") from error
