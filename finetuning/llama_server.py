"""llama.cpp's own server, in a process of its own: a file that makes it crash takes nothing else down.

    python llama_server.py '{"path": "model.gguf", "n_ctx": 4096, "n_parallel": 4}'

What is beside `path` are llama.cpp's parameters, and two of ours: `exact_cache` keeps keys and values in float32,
`mean_pooling` makes embeddings the mean over a text's tokens. Says {"address", "key"} on standard output once it
answers, and ends when standard input is closed. `llama_process.py` starts it.
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
    parameters.model.path = wanted.pop("path")
    parameters.no_extra_bufts = True  # repacked weights have crashed on processors with AMX
    parameters.use_jinja = True
    parameters.ui = False
    parameters.warmup = False
    parameters.verbosity = 1
    if wanted.pop("exact_cache", False):
        parameters.cache_type_k = parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32
    if wanted.pop("mean_pooling", False):
        parameters.embedding = True
        parameters.pooling_type = xllamacpp.llama_pooling_type.LLAMA_POOLING_TYPE_MEAN
    for name, value in wanted.items():
        setattr(parameters, name, value)
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
