"""One small trained model, and one export of it, that the tests of exporting look at."""

from __future__ import annotations

from pathlib import Path

import pytest

from generation_functions.chat_templates import load_template

PAIRS = (
    ("Who built the bridge?", "Ada Finch built it in 1871."),
    ("What burns in the lantern?", "Whale oil, for nine hours."),
    ("When do the farmers return?", "In the month of May."),
    ("What did the inspector find?", "Three bolts and a letter."),
)


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model that has learned four answers by heart; its rows are as long as Q4_K wants them."""
    import torch

    from finetuning.model_folder import TrainingRecord, save_model
    from finetuning.new_model import NewModel, new_model

    template = load_template("chatml")
    shape = NewModel(layers=1, width=256, heads=4, hidden_width=256, vocabulary_size=400, context=256)
    model, tokenizer = new_model(shape, [" ".join(pair) for pair in PAIRS], template)
    rows = []
    for question, answer in PAIRS:
        messages = [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]
        rows.append(torch.tensor([tokenizer(template.render(messages))["input_ids"]]))
    optimiser = torch.optim.AdamW(model.parameters(), lr=2e-3)
    for step in range(100):
        model(rows[step % 4], labels=rows[step % 4]).loss.backward()
        optimiser.step()
        optimiser.zero_grad()
    record = TrainingRecord(
        base_model="new",
        chat_template="chatml",
        stops=template.stops,
        stages=[{"kind": "supervised", "steps": 100, "final_loss": 0.05}],
    )
    folder = tmp_path_factory.mktemp("trained") / "bridge-expert" / "model"
    save_model(model.eval(), tokenizer, folder, record)
    return folder


@pytest.fixture(scope="session")
def exported(trained: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run folder of an export of `trained`."""
    from finetuning.export.pipeline import export_pipeline
    from generation_functions import Run

    folder = tmp_path_factory.mktemp("exported") / "export"
    questions = trained.with_name("questions.jsonl")
    questions.write_text("".join(f'{{"question": "{question}", "answer": "?"}}\n' for question, _ in PAIRS))
    with Run(folder, fingerprint="test") as run:
        export_pipeline(
            run,
            model=str(trained),
            formats=["f32", "q8_0", "q4_k_m"],
            prompts=questions,
            number_of_prompts=4,
            answer_tokens=24,
            licence="apache-2.0",
            data_card="https://huggingface.co/datasets/me/bridges",
        )
    return folder
