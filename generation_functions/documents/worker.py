"""The child process that reads documents: paths in on standard input, texts out on standard output.

Started by `worker_process`. It lives on its own so that a file that crashes a parser takes only this
process down, and so that it needs nothing of the program that started it.
"""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path
from typing import IO

import orjson

from generation_functions.documents.extraction import extract_file
from generation_functions.documents.extraction_cache import extracted_to_json
from generation_functions.errors import UnreadableDocumentError

READY = b"ready\n"


def main() -> None:
    """Answers one line per request line until standard input ends, as it does when the parent dies."""
    # Ctrl-C goes to the whole process group; the parent decides what happens then.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    # Whatever a library prints must not mix with the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    answers.write(READY)
    answers.flush()
    serve(sys.stdin.buffer, answers)


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Reads the file of each request and answers with its text or with what is wrong with it."""
    for line in requests:
        request = orjson.loads(line)
        path = Path(os.fsdecode(bytes.fromhex(request["path"])))
        try:
            answer = extracted_to_json(extract_file(path, request["file"]))
        except UnreadableDocumentError as error:
            answer = orjson.dumps({"problem": str(error).encode("utf-8", "replace").decode()})
        answers.write(answer + b"\n")
        answers.flush()
