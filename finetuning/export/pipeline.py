"""Export a trained model: merged, as GGUF, for Ollama, with its card, each file checked against the trained model."""

from __future__ import annotations

from pathlib import Path

from finetuning.export.exporting import Export, Wishes, model_name
from finetuning.export.gguf_tensors import GgufFormat
from finetuning.export.model_card import evaluated_model, evaluation_section
from finetuning.export.self_check import LeastAgreement
from generation_functions import Count, LongText, Run, UsageError


def export_pipeline(
    run: Run,
    model: str = "outputs/train/model",
    name: str = "",
    formats: list[GgufFormat] = ["f16", "q8_0", "q4_k_m"],  # noqa: B006  (read, never changed)
    prompts: Path | None = None,
    number_of_prompts: Count = 12,
    answer_tokens: Count = 48,
    least_agreement: LeastAgreement = LeastAgreement(),  # noqa: B008  (frozen)
    system_prompt: LongText = "",
    context_length: Count | None = None,
    evaluation: Path | None = None,
    data_card: str = "",
    licence: str = "",
    languages: list[str] = [],  # noqa: B006
    description: LongText = "",
    device: str = "auto",
) -> None:
    """Write a trained model so that it behaves the same elsewhere.

    Makes model/ (adapters merged, tokenizer, chat template), gguf/ (for llama.cpp, Ollama, LM Studio), Modelfile (for
    Ollama), README.md (model card) and self_check.json. A file that does not say what the trained model says is not
    handed out, and the run fails.

    Args:
        model: The trained model: a model folder, an adapter folder, or a name on the Hugging Face hub.
        name: Of the model, part of file names; empty takes that of its folder.
        formats: GGUF files to write: f32, bf16, f16, q8_0, q4_k_m; empty for the model folder alone.
        prompts: Held-out prompts for the self-check, such as eval_questions.jsonl (JSON lines with question, messages
            or text); null takes general questions.
        number_of_prompts: How many of them are asked.
        answer_tokens: Tokens of each answer that are compared.
        least_agreement: Share of tokens at which each kind of file must agree with the trained model.
        system_prompt: Put into the Modelfile, for a model that was trained with one.
        context_length: Tokens that Ollama keeps of a conversation; null leaves it to Ollama.
        evaluation: The evaluation.json that evaluate-pipeline wrote, for the card.
        data_card: Link to the card of the training data, for the card.
        licence: The model's licence as the hub writes it (apache-2.0), for the card.
        languages: Languages of the data as codes (en), for the card.
        description: What the model is for, for the card.
        device: Where the models are tried: auto (a GPU if there is one), cpu, cuda, cuda:1, mps.
    """
    wishes = Wishes(
        name=name or model_name(model),
        formats=tuple(dict.fromkeys(formats)),
        prompts=prompts,
        number_of_prompts=number_of_prompts,
        answer_tokens=answer_tokens,
        least=least_agreement,
        device=device,
    )
    if '"""' in system_prompt:
        raise UsageError('system_prompt holds """, which a Modelfile cannot: write it with other quotation marks.')
    section = evaluation_section(evaluation)  # before the hours, for it may be missing
    _note_other_model(run, evaluation, model)
    export = Export(run, model, wishes)
    if run.sample is not None:
        export.forecast()
        return
    export.make()
    export.save_modelfile(system_prompt, context_length)
    export.save_card(
        data_card=data_card, licence=licence, languages=languages, description=description, evaluation=section
    )
    run.progress(100, "exported")


def _note_other_model(run: Run, evaluation: Path | None, model: str) -> None:
    """A card with the figures of another model would be believed."""
    named = evaluated_model(evaluation) if evaluation else ""
    if named and Path(named).expanduser().resolve() != Path(model).expanduser().resolve():
        run.note(f"The card has the figures of {named}, as {evaluation} says; what is exported is {model}.")
