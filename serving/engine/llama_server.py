"""llama.cpp's own server, in a process of its own: a file that makes it crash takes nothing else down.

    python llama_server.py '{"path": "model.gguf", "context": 4096, "slots": 4}'

Says {"address", "key"} on standard output once it answers, and ends when standard input is closed.
"""

from __future__ import annotations

import json
import os
import secrets
import sys


def main() -> None:
    """Serve until standard input is closed."""
    import xllamacpp

    wanted = json.loads(sys.argv[1])
    parameters = xllamacpp.CommonParams()
    parameters.model.path = wanted["path"]
    parameters.n_ctx = wanted["context"]
    parameters.n_parallel = wanted["slots"]
    parameters.kv_unified = True  # one answer may be as long as the context while others are short
    parameters.embedding = True
    parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    parameters.no_extra_bufts = True  # repacked weights have crashed on processors with AMX
    parameters.use_jinja = True
    parameters.ui = False
    parameters.offline = True
    parameters.warmup = False
    parameters.n_threads_http = wanted["slots"] + 4
    parameters.verbosity = 1
    if wanted["on_cpu"]:
        parameters.n_gpu_layers = 0
    threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    if threads:
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    key = secrets.token_urlsafe()  # other users of this machine must not use it past our limits
    parameters.api_keys = [key]
    server = xllamacpp.Server(parameters)
    sys.stdout.write(json.dumps({"address": server.listening_address, "key": key}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # what is left has no state to save, and stopping in order takes seconds


if __name__ == "__main__":
    main()
