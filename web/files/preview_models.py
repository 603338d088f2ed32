"""What a preview of a file is: text, rows, the text of a document, or nothing but its size."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field


class TokenCount(BaseModel):
    """How many tokens a whole file is, about."""

    count: int = Field(description="By the built-in estimate of a tokenizer with 100 000 entries.", examples=[1234])
    sampled: bool = Field(description="Reckoned from samples, because the file is large.")


class TextPreview(BaseModel):
    """A part of a text file."""

    kind: Literal["text"] = "text"
    size: int = Field(description="Bytes of the file.")
    offset: int = Field(description="Byte at which this part starts.")
    text: str
    next: str | None = Field(description="`cursor` of the part behind it: the byte at which that starts.")
    tokens: TokenCount | None = Field(description="Of the whole file; with its first part only.")


class Row(BaseModel):
    """One row."""

    value: Any = Field(description="Any JSON; null when `problem` says why it cannot be shown.")
    problem: str = Field(default="", examples=["it is not JSON: unexpected end of data"])


class RowsPreview(BaseModel):
    """Rows of a JSON lines or Parquet file."""

    kind: Literal["rows"] = "rows"
    size: int = Field(description="Bytes of the file.")
    rows: list[Row]
    next: str | None = Field(description="`cursor` of the rows behind these.")
    problem: str = Field(default="", description="Why the file cannot be read, or not from here on.")


class DocumentPreview(BaseModel):
    """A part of the text of a document, as a pipeline would see it."""

    kind: Literal["document"] = "document"
    size: int = Field(description="Bytes of the file.")
    title: str
    pages: int = Field(description="0 for formats without pages.")
    offset: int = Field(description="Character of the whole text at which this part starts.")
    text: str
    next: str | None = Field(description="`cursor` of the part behind it.")
    tokens: TokenCount | None = Field(description="Of the whole text; with its first part only.")
    lost: list[str] = Field(default_factory=list, description="Parts that could not be read, and why.")
    problem: str = Field(default="", description="Why it has no text.", examples=["it is protected with a password"])


class BinaryPreview(BaseModel):
    """Nothing that can be shown."""

    kind: Literal["binary"] = "binary"
    size: int = Field(description="Bytes of the file.")


Preview = Annotated[TextPreview | RowsPreview | DocumentPreview | BinaryPreview, Field(discriminator="kind")]
