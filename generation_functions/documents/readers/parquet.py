"""Parquet: each row as text, by its text column or as `column: value` lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from generation_functions.documents.document import Extraction
from generation_functions.documents.readers.structured_values import row_text
from generation_functions.errors import UnreadableDocumentError

_BATCH_ROWS = 4096
_MAGIC = b"PAR1"


def read_parquet(data: bytes) -> Extraction:
    """All rows, a blank line between them."""
    rows = list(filter(None, map(row_text, parquet_rows(data))))
    return Extraction(parts=("\n\n".join(rows),))


def parquet_rows(data: bytes) -> Iterator[dict[str, Any]]:
    """The rows of a Parquet file, as mappings.

    Raises:
        UnreadableDocumentError: It is damaged or no Parquet file.
    """
    from arro3.io import read_parquet as open_parquet

    _refuse_damaged(data)
    try:
        for batch in open_parquet(data, batch_size=_BATCH_ROWS):
            yield from batch.to_struct_array().to_pylist()
    except BaseException as error:
        # arro3 raises plain Exceptions, and a panic in its Rust code a PanicException that cannot be imported.
        if type(error) is not Exception and type(error).__name__ != "PanicException":
            raise
        raise UnreadableDocumentError(f"it is not a Parquet file or is damaged ({error})") from error


def _refuse_damaged(data: bytes) -> None:
    """The usual damage is a cut-off end; seen here, arro3 does not panic over it."""
    footer = int.from_bytes(data[-8:-4], "little") if len(data) >= 12 else len(data)
    if not (data.startswith(_MAGIC) and data.endswith(_MAGIC) and footer <= len(data) - 12):
        raise UnreadableDocumentError("it is not a Parquet file or its end is missing")
