"""The model that makes a retrieval server's vectors: one that it serves, or one of its own."""

from __future__ import annotations

from pathlib import Path

from generation_functions.records import stable_hash
from serving.retrieval import Retriever
from serving.retrieval_vectors import VectorSearch
from serving.served_models import ServedModel, Shelf

_WEIGHTS = ("*.safetensors", "*.bin", "*.gguf")


class Embedder:
    """Opens the model once, and has the vectors made that are missing.

    Args:
        model: Which one.
        shelf: Where it stands.
        folder: Where vectors are kept.
    """

    def __init__(self, model: ServedModel, shelf: Shelf, retriever: Retriever, folder: Path) -> None:
        self._model, self._shelf, self._retriever, self._folder = model, shelf, retriever, folder
        self._ready = False
        self.made = 0  # vectors, since the start

    async def prepare(self) -> None:
        """Make the vectors; another time there is nothing left to do."""
        if not self._ready:
            backend = await self._shelf.backend(self._model.served_name)
            search = VectorSearch(backend, _identity(self._model), self._folder, self._count)
            await self._retriever.use_vectors(search)
            self._ready = True

    async def close(self) -> None:
        """Close the model."""
        await self._shelf.close()

    def _count(self, made: int) -> None:
        self.made = made


def _identity(model: ServedModel) -> str:
    """The model's name and, of one that lies here, the state of its weights: one trained anew gives other vectors."""
    path = Path(model.source).expanduser()
    files = [path] if path.is_file() else sorted(file for kind in _WEIGHTS for file in path.glob(kind))
    states = [(file.name, (state := file.stat()).st_size, state.st_mtime_ns) for file in files]
    return f"{model.source} {model.model} {stable_hash(states)}"
