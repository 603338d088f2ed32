"""An OpenAI-compatible server for models of yours."""

from __future__ import annotations

from pydantic import SecretStr

from generation_functions import Count, Run
from serving.app import create_app
from serving.engine.opening import Capacity, make_shelf
from serving.guard import Access
from serving.running import Port, serve
from serving.served_models import ServedModel


def basic_server_pipeline(
    run: Run,
    models: list[ServedModel],
    host: str = "127.0.0.1",
    port: Port = 8003,
    api_key: SecretStr | None = None,
    allowed_hosts: list[str] | None = None,
    lazy: bool = False,
    slots: Count = 16,
    queue: Count = 64,
    max_tokens: Count = 1024,
) -> None:
    """Serve models to OpenAI clients, until the run is stopped.

    Args:
        models: What is served.
        host: Address to listen at. Any but this machine's own (127.0.0.1) needs an api_key.
        port: Port to listen at; 0 = any that is free.
        api_key: What clients must send, 16 characters at least. Write ${VARIABLE} or secret://NAME.
        allowed_hosts: Further names by which clients may call the server, such as that of a reverse proxy.
        lazy: Open a model when it is first asked for, not at the start.
        slots: Answers that a model writes at once.
        queue: Answers that may wait for a slot, for each model; more are refused (503).
        max_tokens: Longest answer, whatever a request asks for.
    """
    shelf = make_shelf(models, Capacity(slots, queue, max_tokens))
    if run.sample is not None:
        run.note(f"would serve {', '.join(shelf.names)} at {host}:{port}")
        return
    access = Access(host, port, api_key.get_secret_value() if api_key else "", tuple(allowed_hosts or ()))
    run.mask.add([access.api_key, *(model.secret for model in models)])
    serve(run, shelf, lambda served: create_app(served, access), access, lazy=lazy)
