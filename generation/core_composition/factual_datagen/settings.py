"""What a config of factual-datagen-pipeline is made of, beside plain values."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from generation_functions import ExistingPath, LongText

Style = Literal["openended", "negative", "hallucination", "vague", "followup", "comparison"]


class InputFolder(BaseModel):
    """One folder of documents, and how much is made of it. What is left out is as for all folders."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    path: ExistingPath = Field(description="Folder with documents.")
    name: str = Field(
        default="", pattern=r"^[\w-]*$", description="How it is called in the output; default: the folder's name."
    )
    about: str = Field(
        default="", description="What the documents are about, in a few words: heads the pretraining texts."
    )
    limit: int | None = Field(default=None, gt=0, description="Use only this many chunks.")
    variations: int | None = Field(default=None, ge=0, description="Rewrites per chunk.")
    generations: int | None = Field(default=None, gt=0, description="Passes of every question style.")
    system_context: LongText | None = Field(
        default=None, description="Text in front of every system prompt of rows about this folder, and of no others."
    )

    @property
    def corpus(self) -> str:
        """The name used in files, in the funnel and in provenance."""
        return self.name or self.path.resolve().name


class Parts(BaseModel):
    """Which kinds of data are made."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    clean: bool = Field(default=False, description="First repair the documents' text: for scans and PDFs with columns.")
    variation: bool = Field(default=True, description="The same facts in many forms, for continued pretraining.")
    inferred_facts: bool = Field(default=True, description="Also facts one step beyond the text, marked as such.")
    single_source: bool = Field(default=True, description="Questions and conversations about one chunk each.")
    questions: bool = Field(default=True, description="Questions of every style over several documents.")
    retrieval: bool = Field(default=True, description="Answering from retrieved texts, right and wrong ones.")
    corrections: bool = Field(default=True, description="A flawed answer, a doubt, the right answer.")
