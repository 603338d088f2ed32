"""An export from beginning to end: trained model in, folder of checked files out."""

from __future__ import annotations

import gc
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import orjson

from finetuning.export.gguf_file import gguf_bytes, write_gguf
from finetuning.export.gguf_tensors import GgufFormat
from finetuning.export.gguf_vocabulary import Vocabulary, read_vocabulary
from finetuning.export.llama_cpp import LlamaCpp
from finetuning.export.merging import EMBEDDINGS, UnusualAdapterError
from finetuning.export.model_card import Card
from finetuning.export.model_files import find_model, opened, stops_of, write_model
from finetuning.export.ollama import modelfile
from finetuning.export.probing import Probed, probe
from finetuning.export.prompts import TEXTS, Render, check_prompts, served_render
from finetuning.export.self_check import (
    Answer,
    Comparison,
    LeastAgreement,
    SelfCheckError,
    compare_gguf,
    compare_model,
    trained_answers,
)
from finetuning.export.weights import Checkpoint, Weights, check_space, readable, size_of
from finetuning.folder_swap import new_folder
from finetuning.model_folder import load_model, load_tokenizer, read_record, template_of
from finetuning.model_sources import explained
from finetuning.packages import require
from generation_functions.chat_templates import ChatTemplate
from generation_functions.datasets.figures import count
from generation_functions.errors import StorageError, UsageError
from generation_functions.run import Run

MODEL, GGUF, CHECK = "model", "gguf", "self_check.json"
MODELFILE, CARD = "Modelfile", "README.md"
_BEST_FOR_OLLAMA: tuple[GgufFormat, ...] = ("q4_k_m", "q8_0", "f16", "bf16", "f32")
_LEAST_CONTEXT = 256
_BYTES_IN_FULL = 4  # of a float32


@dataclass(frozen=True)
class Wishes:
    """What is to be exported, and how it is checked.

    Attributes:
        name: Of the model, part of file names.
        formats: GGUF formats, besides the model folder.
        prompts: Rows with held-out prompts; None takes questions of our own.
        number_of_prompts: How many of them.
        answer_tokens: Longest answer that is compared.
        least: How much an export must agree.
        device: Where the models are tried.
    """

    name: str
    formats: tuple[GgufFormat, ...]
    prompts: Path | None
    number_of_prompts: int
    answer_tokens: int
    least: LeastAgreement
    device: str


class Export:
    """One export into a run's folder."""

    def __init__(self, run: Run, model: str, wishes: Wishes) -> None:
        """
        Raises:
            UsageError: There is no such model, or the run would write over it.
        """
        extra = ("gguf", "xllamacpp") if wishes.formats else ()
        require("torch", "transformers", "safetensors", *extra)
        self.run, self.wishes = run, wishes
        self.source = find_model(model)
        self.folder = run.folder / MODEL
        if any(folder.resolve() == self.folder.resolve() for folder in self.source.folders):
            raise UsageError(
                f"The export would be written over the model itself, {self.folder}. Choose another output_dir."
            )
        for folder in self.source.folders:
            run.reads(folder)
        self.tokenizer = load_tokenizer(self.source.tokenizer_folder)
        self.template = self._template()
        self.render: Render | None = served_render(self.template, self.tokenizer) if self.template else None
        self.stops = stops_of(self.source, self.tokenizer)
        self.comparisons: list[Comparison] = []
        self.files: list[dict[str, Any]] = []
        self.answers: list[Answer] = []
        self.probed: Probed | None = None
        self.parameters = 0
        self._in_full = True  # whether the trained model is computed in 32 bits; on GPUs it is in 16
        self._sizes, self._rows = self._look_ahead()
        self._done = 0

    def _template(self) -> ChatTemplate | None:
        try:
            return template_of(self.source.tokenizer_folder)
        except UsageError as error:
            self.run.note(f"Exported as a model of plain text: {error}")
            return None

    # -- how much there is to do -----------------------------------------------------------------------------

    def _look_ahead(self) -> tuple[dict[str, int], int]:
        """Bytes of everything that will be written, by format; and the rows of the embeddings."""
        try:
            with opened(self.source) as (weights, tied):
                return self._planned(weights, tied)
        except UnusualAdapterError:  # its base model is as large
            with Checkpoint(self.source.folders[0]) as weights:
                return self._planned(weights, bool(self.source.config.get("tie_word_embeddings")))

    def _planned(self, weights: Weights, tied: bool) -> tuple[dict[str, int], int]:
        config = self._config(self.source.folders[0])
        config.tie_word_embeddings = tied
        sizes = {MODEL: size_of(weights)}
        sizes |= {one: gguf_bytes(weights, config, one) for one in self.wishes.formats}
        rows = weights.shape(EMBEDDINGS)[0] if EMBEDDINGS in weights.names else config.vocab_size
        return sizes, rows

    def forecast(self) -> None:
        """Note how large the files will be."""
        parts = ", ".join(f"{name} {readable(size)}" for name, size in self._sizes.items())
        self.run.note(f"The export will take {readable(sum(self._sizes.values()))} of disk: {parts}.")

    def _step(self, message: str, size: int) -> None:
        self._done += size
        self.run.progress(min(99.0, 100 * self._done / max(1, sum(self._sizes.values()))), message)

    @staticmethod
    def _config(folder: Path) -> Any:
        from transformers import AutoConfig

        with explained(str(folder), "config"):
            return AutoConfig.from_pretrained(folder, local_files_only=True).get_text_config()

    def _context(self) -> int:
        """Tokens that the model can see; 0 where its config does not say."""
        return int(getattr(self._config(self.source.folders[0]), "max_position_embeddings", None) or 0)

    # -- the work --------------------------------------------------------------------------------------------

    def make(self) -> None:
        """Write and check everything.

        Raises:
            SelfCheckError: An export does not say what the trained model says; it was withdrawn.
            StorageError: The disk is too small.
        """
        check_space(self.run.folder, sum(self._sizes.values()))
        prompts, tokens = self._prompts(), self.wishes.answer_tokens
        self.run.progress(0, "asking the trained model")
        model = load_model(self.source.given, device=self.wishes.device)
        self._in_full = model.dtype.itemsize >= _BYTES_IN_FULL
        for answer in trained_answers(model, self.tokenizer, prompts, tokens, self.stops):
            self.answers.append(answer)
            self._step("asking the trained model", 0)
        del model
        _free_memory()
        if not any(answer.stopped for answer in self.answers):
            self.run.note(
                f"The trained model ended none of its {len(self.answers)} answers within {self.wishes.answer_tokens} "
                "tokens, so that its exports stop where it does could not be checked: raise answer_tokens."
            )
        vocabulary = self._probed_vocabulary() if self.wishes.formats else None
        self._withdraw()
        self._write_model()
        if vocabulary:
            self._write_ggufs(vocabulary)
        self._save_check()

    def _prompts(self) -> list[str]:
        found = check_prompts(self.wishes.prompts, self.render, self.wishes.number_of_prompts)
        context, tokens = self._context(), self.wishes.answer_tokens
        if not context:
            return found
        if tokens >= context:
            raise UsageError(f"answer_tokens is {tokens}, and the model sees {context} tokens at once: lower it.")
        short = [prompt for prompt in found if len(self.tokenizer(prompt)["input_ids"]) <= context - tokens]
        if len(short) < len(found):
            instead = "" if short else ", so it was checked with short texts of our own"
            self.run.note(
                f"{len(found) - len(short)} of {count(len(found), 'prompt')} of the self-check left no room for an "
                f"answer in the model's {context} tokens{instead}."
            )
        return short or list(TEXTS)

    def _withdraw(self) -> None:
        """Take away what speaks of files that change from here on, and what an export that was killed has left."""
        ggufs = self.run.folder / GGUF
        said = [self.run.folder / name for name in (CHECK, MODELFILE, CARD)]
        for path in (*said, ggufs / CARD, *ggufs.glob(".*.part")):
            path.unlink(missing_ok=True)
        made = {f"{self.wishes.name}-{file_format}.gguf" for file_format in self.wishes.formats}
        old = sorted(path.name for path in ggufs.glob("*.gguf") if path.name not in made)
        if old:
            self.run.note(
                f"In {GGUF}/ there is also {', '.join(old)}, of an earlier export: not made now, and not checked."
            )

    def _probed_vocabulary(self) -> Vocabulary:
        vocabulary = read_vocabulary(self.tokenizer, self._rows, self.stops)
        prompts = [answer.prompt for answer in self.answers]
        self.probed = probe(vocabulary, self.tokenizer, prompts, self.render)
        if self.probed.note:
            self.run.note(f"The GGUF files have no chat template: {self.probed.note}.")
        return vocabulary

    def _write_model(self) -> None:
        try:
            with new_folder(self.folder) as new:
                note = write_model(self.source, new, partial(self._step, "writing model"))
                if note:
                    self.run.note(note)
                model = load_model(new, device=self.wishes.device)
                self.parameters = model.num_parameters()
                exact = self._in_full and (len(self.source.folders) == 1 or self._keeps_float32())
                found = compare_model(model, self.tokenizer, self._asked(MODEL), self.wishes.least, exact=exact)
                size = sum(path.stat().st_size for path in new.glob("*.safetensors"))
                del model
                _free_memory()
                self._judge(found, size)
        except SelfCheckError:
            shutil.rmtree(self.folder, ignore_errors=True)  # what an earlier export left under this name
            raise

    def _keeps_float32(self) -> bool:
        with Checkpoint(self.source.folders[0]) as weights:
            return all(weights.number_type(name) == "F32" for name in weights.names)

    def _write_ggufs(self, vocabulary: Vocabulary) -> None:
        folder = self.run.folder / GGUF
        folder.mkdir(exist_ok=True)
        config = self._config(self.folder)
        with Checkpoint(self.folder) as weights:
            for file_format in self.wishes.formats:
                path = folder / f"{self.wishes.name}-{file_format}.gguf"
                part = folder / f".{path.name}.part"
                path.unlink(missing_ok=True)
                try:
                    write_gguf(
                        part,
                        weights,
                        config,
                        vocabulary,
                        file_format=file_format,
                        template=self.probed.template if self.probed else None,
                        name=self.wishes.name,
                        on_tensor=partial(self._step, f"writing {path.name}"),
                    )
                    with LlamaCpp(part, self._longest()) as server:
                        asked, least = self._asked(path.name), self.wishes.least
                        found = compare_gguf(server, file_format, self.tokenizer, asked, least, exact=self._in_full)
                    found.name = path.name
                    self._judge(found, part.stat().st_size)
                    part.replace(path)
                except OSError as error:
                    raise StorageError(
                        f"{path} cannot be written: {error.strerror or error}. What there was of it is gone. Make "
                        "room, choose fewer formats, or another output_dir, and run the same command again."
                    ) from error
                finally:
                    part.unlink(missing_ok=True)

    def _longest(self) -> int:
        """Tokens that llama.cpp must hold at once."""
        longest = max(len(answer.prompt_ids) + len(answer.ids) for answer in self.answers)
        return max(_LEAST_CONTEXT, -(-(longest + 8) // 64) * 64)

    def _asked(self, name: str) -> Iterator[Answer]:
        """The answers to compare with; between them the run may be stopped."""
        for answer in self.answers:
            self._step(f"checking {name}", 0)
            yield answer

    def _judge(self, found: Comparison, size: int) -> None:
        """Keep a comparison; raise where it failed."""
        self.comparisons.append(found)
        if not found.passed:
            self._save_check()
        found.require()
        file = found.name if found.name == MODEL else f"{GGUF}/{found.name}"
        self.files.append({**found.as_dict(), "file": file, "size": readable(size), "bytes": size})

    # -- what goes with it -----------------------------------------------------------------------------------

    def _save_check(self) -> None:
        probed = self.probed
        content = {
            "model": self.source.given,
            "prompts": len(self.answers),
            "answer_tokens": self.wishes.answer_tokens,
            "files": [found.as_dict() for found in self.comparisons],
            "tokenisation": {"texts": probed.texts} if probed else None,
            "chat_template": {
                "written": probed.template is not None,
                "conversations": probed.conversations,
                "why_not": probed.note,
            }
            if probed
            else None,
        }
        self.run.save(CHECK, orjson.dumps(content, option=orjson.OPT_INDENT_2).decode() + "\n")

    def save_modelfile(self, system_prompt: str, context_length: int | None) -> None:
        """Write the Modelfile for the smallest of the GGUF files."""
        best = next((one for one in _BEST_FOR_OLLAMA if one in self.wishes.formats), None)
        if best is None:
            return
        text = modelfile(
            f"{GGUF}/{self.wishes.name}-{best}.gguf",
            self.template,
            system_prompt=system_prompt,
            context_length=context_length,
        )
        self.run.save(MODELFILE, text)

    def save_card(
        self, *, data_card: str, licence: str, languages: Sequence[str], description: str, evaluation: str
    ) -> None:
        """Write the card, also into the folders that are uploaded by themselves."""
        card = Card(
            name=self.wishes.name,
            record=read_record(self.folder),
            base_model=self.source.base_model,
            data_card=data_card,
            licence=licence,
            languages=languages,
            description=description,
            evaluation=evaluation,
            files=self.files,
            template=self.template.name if self.template else "",
            stops=self.template.stops if self.template else (),
            context=self._context(),
            parameters=self.parameters,
            prompts=len(self.answers),
        ).text()
        for name in (CARD, f"{MODEL}/{CARD}", *([f"{GGUF}/{CARD}"] if self.wishes.formats else [])):
            self.run.save(name, card)
        self.run.tell(model=str(self.folder), exports=self.files)


def model_name(model: str) -> str:
    """A name for files, from a folder's or a hub name."""
    parts = [part for part in Path(model).expanduser().parts if part not in ("model", "/", ".", "..")]
    kept = [letter if letter.isalnum() or letter in "-_." else "-" for letter in (parts or ["model"])[-1]]
    return "".join(kept).strip("-.") or "model"


def _free_memory() -> None:
    import torch

    gc.collect()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
