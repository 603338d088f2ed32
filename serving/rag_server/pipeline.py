"""An OpenAI-compatible server that answers from the passages of generated questions."""

from __future__ import annotations

from typing import Literal

from pydantic import SecretStr

from generation_functions import Count, ExistingPath, LongText, Proportion, Run
from serving.engine.opening import Capacity, make_shelf
from serving.engine.pieces import Backend
from serving.guard import Access
from serving.rag_server.answering import RetrievingBackend
from serving.rag_server.app import create_rag_app
from serving.rag_server.embedding import Embedder
from serving.retrieval import Retriever, Wanted
from serving.retrieval_index import PassageIndex, corpora
from serving.running import Port, serve
from serving.served_models import ServedModel

INDEX_FOLDER = "index"


def rag_server_pipeline(
    run: Run,
    index: ExistingPath,
    models: list[ServedModel],
    embedding_model: ServedModel | None = None,
    passages: Count = 3,
    min_score: Proportion = 0.25,
    min_similarity: Proportion = 0.75,
    max_passage_tokens: Count = 2000,
    prompt: Literal["numbered", "single"] = "numbered",
    not_found: LongText | None = None,
    host: str = "127.0.0.1",
    port: Port = 8004,
    api_key: SecretStr | None = None,
    allowed_hosts: list[str] | None = None,
    lazy: bool = False,
    slots: Count = 16,
    queue: Count = 64,
    max_tokens: Count = 1024,
) -> None:
    """Serve models that answer from retrieved passages, until the run is stopped.

    Args:
        index: A `rag_source_data` folder, as factual-datagen-pipeline and recall-multi-source-pipeline write it.
        models: What answers.
        embedding_model: What makes vectors, to find what says the same in other words; one of `models` shares its
            weights; null searches by words alone.
        passages: Most passages in a prompt.
        min_score: Passages with a lower score, from 0 to 1, are not shown: see the README.
        min_similarity: With vectors, passages with at least this cosine are shown whatever their score. How high it
            must be depends on embedding_model.
        max_passage_tokens: Most tokens of all passages together; those ranked lowest are left out.
        prompt: The form in which the model was trained to read passages. `numbered`: rag-data-pipeline's rows.
            `single`: the retrieval rows of factual-gen-indiv-pipeline; it shows the best passage alone.
        not_found: The answer where no passage is good enough; null lets the model say so.
        host: Address to listen at. Any but this machine's own (127.0.0.1) needs an api_key.
        port: Port to listen at; 0 = any that is free.
        api_key: What clients must send, 16 characters at least. Write ${VARIABLE} or secret://NAME.
        allowed_hosts: Further names by which clients may call the server, such as that of a reverse proxy.
        lazy: Open a model when it is first asked for, not at the start.
        slots: Answers that a model writes at once.
        queue: Answers that may wait for a slot, for each model; more are refused (503).
        max_tokens: Longest answer, whatever a request asks for.
    """
    corpora(index)
    served = [model.served_name for model in models]
    behind = [*models, *([embedding_model] if embedding_model and embedding_model not in models else [])]
    shelf = make_shelf(behind, Capacity(slots, queue, max_tokens))
    if run.sample is not None:
        run.note(f"would serve {', '.join(served)} with the passages of {index} at {host}:{port}")
        return
    access = Access(host, port, api_key.get_secret_value() if api_key else "", tuple(allowed_hosts or ()))
    run.mask.add([access.api_key, *(model.secret for model in behind)])
    run.progress(0, "indexing the questions and passages")
    folder = run.folder / INDEX_FOLDER
    searched = PassageIndex(folder, index)
    retriever = Retriever(searched, Wanted(passages, min_score, min_similarity, max_passage_tokens, prompt))
    embedder = None if embedding_model is None else Embedder(embedding_model, shelf, retriever, folder)

    async def retrieving(inner: Backend) -> Backend:
        if embedder is None:
            return RetrievingBackend(inner, retriever, not_found or "")
        await embedder.prepare()
        return RetrievingBackend(inner, retriever, not_found or "", embedder.close)

    try:
        questions, found = searched.sync(lambda added: run.progress(0, f"indexing: {added} added"))
        added, removed = questions.added + found.added, questions.removed + found.removed
        counts = {"questions": len(searched.questions), "passages": len(searched.passages)}
        run.events.add("indexed", **counts, added=added, removed=removed)
        run.note(f"searching {counts['questions']} questions and {counts['passages']} passages of {index}")
        serve(
            run,
            shelf.wrapped(served, retrieving),
            lambda opened: create_rag_app(opened, retriever, access),
            access,
            lazy=lazy,
            opening=lambda: f"making vectors: {embedder.made} made" if embedder and embedder.made else "",
        )
    finally:
        retriever.close()
