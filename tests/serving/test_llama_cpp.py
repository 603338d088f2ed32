"""GGUF files behind the server, run by llama.cpp."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterator
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("xllamacpp")
pytest.importorskip("gguf")

from generation_functions.errors import UsageError
from serving.engine.llama_cpp import LlamaCppBackend
from serving.engine.pieces import Piece, Usage
from serving.protocol import ChatRequest, CompletionRequest, EmbeddingRequest
from serving.protocol_errors import RefusedError
