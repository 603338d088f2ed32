"""One folder of documents through the pipelines that make rows of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from inspect import signature
from pathlib import Path
from typing import Any

from generation.core_components.atomic_facts import facts_of_chunks
from generation.core_components.question_index import FOLDER as INDEX_FOLDER
from generation.core_components.question_index import write_question_index
from generation.core_components.related_chunks import require_distractors
from generation.core_composition.factual_datagen.settings import InputFolder, Parts, Style
from generation.core_pipelines.correction.pipeline import correction_pipeline
from generation.core_pipelines.factual_gen_indiv.pipeline import factual_gen_indiv_pipeline
from generation.core_pipelines.pdf_clean_convert.pipeline import pdf_clean_convert_pipeline
from generation.core_pipelines.rag_data.pipeline import rag_data_pipeline
from generation.core_pipelines.recall_multi_source.pipeline import recall_multi_source_pipeline
from generation.core_pipelines.repvar.pipeline import repvar_pipeline
from generation_functions import Model, Prompts, Records, Run
from generation_functions.datasets.collected import CollectedRows
from generation_functions.errors import EmptyStageError

Settings = Mapping[str, Any]


@dataclass(frozen=True)
class Recipe:
    """What is made of every folder; a folder's own wishes come before it.

    Attributes:
        shared: Arguments that all pipelines take.
        own: Further arguments by part, as the config gives them.
        text_holdout: Share of the chunks that are not even taught as text.
    """

    parts: Parts
    small: Model
    large: Model
    shared: Settings
    own: Mapping[str, Settings]
    variations: int
    target_tokens: int | None
    generations: int
    styles: Sequence[Style]
    embedding_model: Model | None
    text_holdout: float


@dataclass
class CorpusRows:
    """What came out of one folder, by what becomes of it.

    Attributes:
        texts: For continued pretraining.
        pairs: One question with one answer each, to be joined into conversations.
        conversations: Chat rows that stay as they are.
        labelled: Chat rows of which some answers are not trained on.
        held_out: Questions kept for the evaluation.
        facts: What the chunks say, for the coverage.
        system_context: The folder's own text in front of every system prompt.
    """

    corpus: str
    system_context: str | None = None
    texts: list[CollectedRows] = field(default_factory=list)
    pairs: list[CollectedRows] = field(default_factory=list)
    conversations: list[CollectedRows] = field(default_factory=list)
    labelled: list[CollectedRows] = field(default_factory=list)
    held_out: list[CollectedRows] = field(default_factory=list)
    facts: Records | None = None


def read_documents(run: Run, folder: InputFolder, recipe: Recipe) -> None:
    """Read a folder before anything is paid for, so that an empty or too small one is an error at once.

    Raises:
        EmptyStageError: There is no text in it.
        UsageError: It is too small for rows with wrong texts, and such rows are wanted.
    """
    part = run.part(f"{folder.corpus}/documents", corpus=folder.corpus)
    limit = recipe.shared["limit"] if folder.limit is None else folder.limit
    chunks = part.chunks(folder.path, chunk_size=recipe.shared["chunk_size"], limit=limit)
    if recipe.parts.retrieval:
        require_distractors(chunks, holdout=recipe.shared["holdout"])


def make_rows(run: Run, folder: InputFolder, recipe: Recipe, wording: Prompts) -> CorpusRows:
    """Run every part that is switched on over one folder.

    A part that made nothing is noted and left out: one style that finds nothing to ask must not cost the others.
    """
    making = _Making(run, folder, recipe, CorpusRows(folder.corpus, folder.system_context))
    parts = recipe.parts
    if parts.clean:
        making.clean()
    if parts.variation:
        making.variation()
    else:
        making.facts(wording)
    if parts.single_source:
        making.single_source()
    if parts.questions:
        making.questions()
    if parts.retrieval:
        making.labelled("retrieval", rag_data_pipeline, {"embedding_model": recipe.embedding_model})
    if parts.corrections:
        making.labelled("corrections", correction_pipeline, {})
    return making.made


class _Making:
    """One folder under way."""

    def __init__(self, run: Run, folder: InputFolder, recipe: Recipe, made: CorpusRows) -> None:
        self.made = made
        self._run = run
        self._folder = folder
        self._recipe = recipe
        self._input_dir: Path = folder.path

    def clean(self) -> None:
        """Replace the documents by texts that a model has repaired."""
        part = self._part("clean")
        pdf_clean_convert_pipeline(
            part, self._input_dir, **{"model": self._recipe.large, **self._recipe.own.get("clean", {})}
        )
        self._input_dir = part.work_folder / "texts"

    def variation(self) -> None:
        """Texts for continued pretraining, and the facts."""
        folder, recipe = self._folder, self._recipe
        arguments = {
            "variations": recipe.variations if folder.variations is None else folder.variations,
            "target_tokens": recipe.target_tokens,
            "inferred_facts": recipe.parts.inferred_facts,
            "about": folder.about,
            "holdout": recipe.text_holdout,
        }
        part = self._part("variation")
        self.made.facts = self._call("variation", part, repvar_pipeline, arguments)
        self.made.texts += [collected.rows for collected in part.collected.values()]

    def facts(self, wording: Prompts) -> None:
        """The facts alone, without texts made of them."""
        part, shared = self._part("facts"), self._recipe.shared
        chunks = part.chunks(self._input_dir, chunk_size=shared["chunk_size"], limit=self._limit)
        small, large = part.client(self._recipe.small), part.client(self._recipe.large)
        self.made.facts = self._tried(
            "facts", lambda: facts_of_chunks(part, chunks, small, large, wording, language=shared["language"])
        )

    def single_source(self) -> None:
        """Pairs and conversations, each about one chunk."""
        part = self._part("single-source")
        arguments = {"retrieval": False, "system_context": self._folder.system_context}
        self._call("single_source", part, factual_gen_indiv_pipeline, arguments)
        self._take(part, pairs=("pairs",))

    def questions(self) -> None:
        """Pairs of every style."""
        folder, recipe = self._folder, self._recipe
        arguments = {
            "styles": list(recipe.styles),
            "generations": folder.generations or recipe.generations,
            "embedding_model": recipe.embedding_model,
            "system_context": folder.system_context,
            "question_index": False,  # it goes beside the training folders
        }
        part = self._part("questions")
        recalled = self._call("questions", part, recall_multi_source_pipeline, arguments)
        self._take(part, pairs=[style for style in recipe.styles if style != "followup"])
        if recalled and self.made.facts is not None:
            holdout, target = recipe.shared["holdout"], f"{INDEX_FOLDER}/{folder.corpus}"
            write_question_index(self._run, target, self.made.facts, list(recalled.values()), holdout=holdout)

    def labelled(self, name: str, pipeline: Callable[..., Any], arguments: Settings) -> None:
        """Rows of which some answers are not trained on."""
        part = self._part(name)
        self._call(name, part, pipeline, {"system_context": self._folder.system_context, **arguments})
        self.made.labelled += [collected.rows for collected in part.collected.values()]
        self.made.held_out += [collected.held_out for collected in part.collected.values()]

    def _take(self, part: Run, *, pairs: Sequence[str]) -> None:
        for name, collected in part.collected.items():
            (self.made.pairs if name in pairs else self.made.conversations).append(collected.rows)
            self.made.held_out.append(collected.held_out)

    @property
    def _limit(self) -> int | None:
        own = self._folder.limit
        limit: int | None = self._recipe.shared["limit"] if own is None else own
        return limit

    def _part(self, name: str) -> Run:
        return self._run.part(f"{self._folder.corpus}/{name}", corpus=self._folder.corpus)

    def _call(self, name: str, part: Run, pipeline: Callable[..., Any], arguments: Settings) -> Any:
        recipe = self._recipe
        shared = {**recipe.shared, "limit": self._limit, "small_model": recipe.small, "large_model": recipe.large}
        taken = {key: value for key, value in shared.items() if key in signature(pipeline).parameters}
        everything = {**taken, **arguments, **recipe.own.get(name, {})}
        return self._tried(name, lambda: pipeline(part, self._input_dir, **everything))

    def _tried(self, name: str, make: Callable[[], Any]) -> Any:
        try:
            return make()
        except EmptyStageError as error:
            self._run.note(f"{self._folder.corpus}/{name} made nothing: {error}")
            return None
