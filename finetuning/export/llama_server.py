"""llama.cpp's server in a process of its own: a file that makes it crash takes nothing else down.

    python llama_server.py FILE.gguf CONTEXT

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

    threads = int(os.environ.get("OMP_NUM_THREADS") or 0)
    parameters = xllamacpp.CommonParams()
    parameters.model.path = sys.argv[1]
    parameters.n_ctx = int(sys.argv[2])
    parameters.n_parallel = 1
    parameters.n_gpu_layers = 0
    parameters.no_extra_bufts = True  # repacked weights have crashed on processors with AMX
    parameters.fit_params = False
    parameters.warmup = False
    parameters.use_jinja = True
    parameters.ui = False
    parameters.cache_ram_mib = 0
    parameters.n_threads_http = 2
    parameters.verbosity = 1
    parameters.cache_type_k = parameters.cache_type_v = xllamacpp.ggml_type.GGML_TYPE_F32  # only the file is on trial
    if threads:
        parameters.cpuparams.n_threads = parameters.cpuparams_batch.n_threads = threads
    key = secrets.token_urlsafe()
    parameters.api_keys = [key]
    server = xllamacpp.Server(parameters)
    sys.stdout.write(json.dumps({"address": server.listening_address, "key": key}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    os._exit(0)  # what is left has no state to save, and stopping in order takes seconds


if __name__ == "__main__":
    main()
