"""The offline model: rule-based writers that stand in for a language model.

No weights, no network, no key. Each writer answers one kind of prompt in the format that prompt asks a real model for;
everything it states is lifted out of the user's own text.
"""

from __future__ import annotations

from generation_functions.offline.registry import check_writer, known_writers, write_offline, writer_version

__all__ = ["check_writer", "known_writers", "write_offline", "writer_version"]
