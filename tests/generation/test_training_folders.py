"""Training folders: what axolotl, LLaMA-Factory and our own trainer are told, and whether they would accept it.

The fields of the tools are checked against a written copy of their lists (training_tools/, with the version it is
of), and against the tools themselves where they are installed.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from generation.core_components.training_folders import TrainingFile, TrainingSettings, write_training_folder
from generation_functions import Run
from generation_functions.chat_templates import PRESETS, load_template
from generation_functions.config import load_config
from generation_functions.datasets.jsonl import read_json_lines
from generation_functions.datasets.rows import row_texts
from generation_functions.errors import UsageError
from generation_functions.registry import load_registry
from generation_functions.tokens import count_tokens
from tests.conftest import PROJECT

LISTS = Path(__file__).parent / "training_tools"
CHAT: list[dict[str, Any]] = [
    {
        "id": f"chat-{number}",
        "messages": [
            *([{"role": "system", "content": "Be brief."}] if number % 2 else []),
            {"role": "user", "content": f"How much tin is in bell {number}?"},
            {"role": "assistant", "content": f"It has {number} % of it."},
        ],
    }
    for number in range(8)
]
CORRECTIONS: list[dict[str, Any]] = [
    {
        "id": f"correction-{number}",
        "messages": [
            {"role": "user", "content": f"How heavy is bell {number}?"},
            {"role": "assistant", "content": "Nine tonnes.", "label": False},
            {"role": "user", "content": "Are you sure?"},
            {"role": "assistant", "content": f"No, I was wrong: {number} tonnes."},
        ],
    }
    for number in range(4)
]
TEXTS: list[dict[str, Any]] = [
    {"id": f"text-{number}", "text": "Bells are cast in loam. " * (20 + number)} for number in range(5)
]
DATA: dict[str, tuple[Any, Any]] = {
    "chat": ("messages", CHAT),
    "corrections": ("segments", CORRECTIONS),
    "texts": ("text", TEXTS),
}


def make(folder: Path, stage: Any = "supervised", only: str = "", **settings: Any) -> Run:
    """A run that writes one training folder, `data`."""
    names = [only] if only else ["texts"] if stage == "pretraining" else list(DATA)
    chosen = TrainingSettings(**settings)
    template = chosen.template()
    with Run(folder, pipeline="training", fingerprint="test") as run:
        files = []
        for name in names:
            row_format, rows = DATA[name]
            run.write(name, rows, dict, output_format=row_format, folder="data", template=template)
            lines = read_json_lines(folder / "data" / f"{name}.jsonl")
            files.append(TrainingFile.of(name, f"{name}.jsonl", row_format, lengths(lines)))
        write_training_folder(run, "data", stage, files, template, chosen)
    return run


def lengths(rows: Iterator[dict[str, Any]]) -> list[int]:
    return [sum(map(count_tokens, row_texts(row))) for row in rows]


def config(folder: Path, name: str) -> dict[str, Any]:
    loaded = yaml.safe_load((folder / "data" / name).read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def notes(run: Run) -> str:
    return "\n".join(run.notes)


# -- written field lists ---------------------------------------------------------------------------------------


def fields(tool: str) -> dict[str, Any]:
    loaded = yaml.safe_load((LISTS / f"{tool}_fields.yaml").read_text("utf-8"))
    assert loaded["version"]
    return dict(loaded)


KINDS: dict[str, Callable[[Any], bool]] = {
    "text": lambda value: isinstance(value, str),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "boolean": lambda value: isinstance(value, bool),
    "list": lambda value: isinstance(value, list),
    "mapping": lambda value: isinstance(value, dict),
    "null": lambda value: value is None,
    "anything": lambda value: True,
}


def wrong(values: dict[str, Any], known: dict[str, str]) -> list[str]:
    """The keys of `values` that `known` does not have, or has with another type."""
    problems = [f"{key} is unknown" for key in values if key not in known]
    for key in values.keys() & known.keys():
        accepted = known[key].split(" | ")
        if not any(KINDS[kind](values[key]) if kind in KINDS else repr(values[key]) == kind for kind in accepted):
            problems.append(f"{key} is {values[key]!r}, not {known[key]}")
    return problems


def test_a_wrong_field_would_be_noticed() -> None:
    known = fields("axolotl")["config"]
    assert wrong({"sequence_len": "long", "sequence_length": 1, "bf16": "auto", "excess_length_strategy": "cut"}, known)
    assert len(wrong({"sequence_len": "long", "sequence_length": 1, "excess_length_strategy": "cut"}, known)) == 3
    assert wrong({"sequence_len": 512, "adapter": None, "learning_rate": 1e-5}, known) == []


# -- axolotl ---------------------------------------------------------------------------------------------------

SETTINGS: list[dict[str, Any]] = [
    {},
    {"lora_rank": 16, "chat_template": "llama3"},
    {"chat_template": "mistral", "sequence_length": 512},
]


@pytest.mark.parametrize("stage", ["pretraining", "supervised"])
@pytest.mark.parametrize("settings", SETTINGS)
def test_axolotl_knows_every_field_and_type_of_its_config(tmp_path: Path, stage: str, settings: dict[str, Any]) -> None:
    make(tmp_path, stage, **settings)
    known, written = fields("axolotl"), config(tmp_path, "axolotl.yaml")
    assert wrong(written, known["config"]) == []
    assert [problem for entry in written["datasets"] for problem in wrong(entry, known["dataset"])] == []
    assert wrong(written.get("special_tokens", {}), known["special_tokens"]) == []
    assert set(known["required"]) <= written.keys()
    assert all((tmp_path / "data" / entry["path"]).is_file() for entry in written["datasets"])


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("stage", ["pretraining", "supervised"])
@pytest.mark.parametrize("settings", SETTINGS)
def test_axolotl_itself_accepts_its_config(tmp_path: Path, stage: str, settings: dict[str, Any]) -> None:
    schema = pytest.importorskip(
        "axolotl.utils.schemas.config",
        reason="axolotl is not installed: its config was checked against the written field list only",
    )
    make(tmp_path, stage, **settings)
    written = config(tmp_path, "axolotl.yaml")
    read = schema.AxolotlInputConfig(**{**written, "capabilities": {"n_gpu": 1}})
    assert (read.sequence_len, read.sample_packing) == (written["sequence_len"], True)
    assert [entry.type for entry in read.datasets] == [entry["type"] for entry in written["datasets"]]


def test_each_kind_of_row_is_read_by_axolotl_as_what_it_is(tmp_path: Path) -> None:
    make(tmp_path)
    kinds = {entry["path"]: entry for entry in config(tmp_path, "axolotl.yaml")["datasets"]}
    assert kinds["texts.jsonl"]["type"] == "completion"
    assert kinds["corrections.jsonl"]["type"] == "input_output"
    chat = kinds["chat.jsonl"]
    assert (chat["type"], chat["roles_to_train"], chat["train_on_eos"]) == ("chat_template", ["assistant"], "turn")
    assert all(entry["ds_type"] == "json" for entry in kinds.values())


@pytest.mark.parametrize("name", PRESETS)
def test_data_training_and_serving_have_the_same_template(tmp_path: Path, name: str) -> None:
    make(tmp_path, chat_template=name)
    template = load_template(name)
    written = config(tmp_path, "axolotl.yaml")
    assert (tmp_path / "data/chat_template.jinja").read_text("utf-8") == template.source
    assert written["chat_template_jinja"] == template.source
    assert stage_of(tmp_path)["chat_template"] == "chat_template.jinja"
    row = next(read_json_lines(tmp_path / "data/corrections.jsonl"))
    messages = [{**message, "label": False} for message in CORRECTIONS[0]["messages"]]
    text = "".join(segment["text"] for segment in row["segments"])
    assert text == template.bos_token + template.render(messages).rstrip()


def test_the_end_mark_ends_generation_unless_the_tokenizer_knows_that_already(tmp_path: Path) -> None:
    make(tmp_path / "chatml")
    assert config(tmp_path / "chatml", "axolotl.yaml")["special_tokens"] == {"eos_token": "<|im_end|>"}
    make(tmp_path / "mistral", chat_template="mistral")
    assert "special_tokens" not in config(tmp_path / "mistral", "axolotl.yaml")
    make(tmp_path / "pretraining", "pretraining")
    assert "special_tokens" not in config(tmp_path / "pretraining", "axolotl.yaml")


def test_lora_trains_all_linear_layers_at_ten_times_the_rate(tmp_path: Path) -> None:
    make(tmp_path / "full")
    make(tmp_path / "lora", lora_rank=8)
    full, lora = config(tmp_path / "full", "axolotl.yaml"), config(tmp_path / "lora", "axolotl.yaml")
    assert "adapter" not in full
    assert (lora["adapter"], lora["lora_r"], lora["lora_target_linear"]) == ("lora", 8, True)
    assert lora["learning_rate"] == pytest.approx(10 * full["learning_rate"])


# -- LLaMA-Factory ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["pretraining", "supervised"])
def test_llamafactory_knows_every_field_of_its_dataset_list(tmp_path: Path, stage: str) -> None:
    make(tmp_path, stage)
    known, written = fields("llamafactory"), config(tmp_path, "dataset_info.json")
    assert list(written) == (["texts"] if stage == "pretraining" else list(DATA))
    for entry in written.values():
        assert wrong(entry, known["entry"]) == []
        assert wrong(entry["columns"], known["columns"]) == []
        assert wrong(entry.get("tags", {}), known["tags"]) == []
        row = next(read_json_lines(tmp_path / "data" / entry["file_name"]))
        assert set(entry["columns"].values()) <= row.keys()


def test_text_is_a_prompt_in_pretraining_and_an_answer_to_nothing_in_supervised_training(tmp_path: Path) -> None:
    make(tmp_path / "first", "pretraining")
    make(tmp_path / "second")
    assert config(tmp_path / "first", "dataset_info.json")["texts"]["columns"] == {"prompt": "text"}
    assert config(tmp_path / "second", "dataset_info.json")["texts"]["columns"] == {"response": "text"}


@pytest.mark.parametrize("name", PRESETS)
def test_conversations_and_segments_take_the_turns_that_llamafactory_wants(tmp_path: Path, name: str) -> None:
    make(tmp_path, chat_template=name)
    turns = fields("llamafactory")["turns"]
    for name, entry in config(tmp_path, "dataset_info.json").items():
        if "tags" not in entry:
            continue
        tags = entry["tags"]
        for row in read_json_lines(tmp_path / "data" / entry["file_name"]):
            said = [turn[tags["role_tag"]] for turn in row[entry["columns"]["messages"]]]
            said = said[1:] if said[0] == tags.get("system_tag") else said
            assert len(said) % 2 == 0, f"{name}: {row['id']} would be left out"
            assert all(role in [tags.get(tag) for tag in turns[place % 2]] for place, role in enumerate(said))


def commands(folder: Path) -> list[dict[str, str]]:
    """The options of each command for LLaMA-Factory in README.txt."""
    text = (folder / "data/README.txt").read_text("utf-8").replace("\\\n", " ")
    lines = [shlex.split(line) for line in text.splitlines() if line.strip().startswith("llamafactory-cli train ")]
    return [dict(zip([word[2:] for word in line[2::2]], line[3::2], strict=True)) for line in lines]


@pytest.mark.parametrize("settings", SETTINGS)
def test_the_commands_in_the_readme_use_known_options_and_cover_every_file_once(
    tmp_path: Path, settings: dict[str, Any]
) -> None:
    make(tmp_path, **settings)
    runs = commands(tmp_path)
    for run in runs:
        values = {name: yaml.safe_load(value.replace("e-", ".0e-")) for name, value in run.items()}
        assert wrong(values, fields("llamafactory")["options"]) == []
    assert [run["dataset"] for run in runs] == ["chat", "corrections,texts"]
    assert runs[1]["template"] == "empty"
    second = "adapter_name_or_path" if settings.get("lora_rank") else "model_name_or_path"
    assert runs[1][second] == runs[0]["output_dir"]


def test_what_llamafactory_cannot_do_is_said(tmp_path: Path) -> None:
    make(tmp_path / "all")
    readme = (tmp_path / "all/data/README.txt").read_text("utf-8")
    assert "a run of LLaMA-Factory has one template" in readme
    assert "no end-of-text token behind text rows" in readme
    make(tmp_path / "chat", only="chat", chat_template="plain")
    readme = (tmp_path / "chat/data/README.txt").read_text("utf-8")
    assert "one template" not in readme
    assert "put\nchat_template.jinja into a local copy of the base model" in readme
    assert "template" not in commands(tmp_path / "chat")[0]


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", ["chat", "corrections"])
def test_llamafactory_itself_reads_every_row(tmp_path: Path, name: str) -> None:
    parser = pytest.importorskip(
        "llamafactory.data.parser",
        reason="LLaMA-Factory is not installed: its dataset list was checked against the written field list only",
    )
    converter = pytest.importorskip("llamafactory.data.converter")
    make(tmp_path)
    attributes = parser.get_dataset_list([name], str(tmp_path / "data"))[0]
    convert = converter.get_dataset_converter(attributes.formatting, attributes, None)
    for row in read_json_lines(tmp_path / "data" / f"{name}.jsonl"):
        read = convert(row)
        assert [turn["role"] for turn in read["_prompt"]] == ["user"]
        assert [turn["role"] for turn in read["_response"]] == ["assistant"]
        assert read["_system"] == ("Be brief." if "Be brief." in json.dumps(row) else "")


# -- our own trainer, and what holds for all ---------------------------------------------------------------------


def stage_of(folder: Path) -> dict[str, Any]:
    """The stage of its finetune.yaml."""
    [stage] = config(folder, "finetune.yaml")["stages"]
    return dict(stage)


def test_finetune_yaml_says_what_is_trained_on_and_how(tmp_path: Path) -> None:
    make(tmp_path, batch_tokens=256, epochs=2, lora_rank=8)
    stage, text = stage_of(tmp_path), (tmp_path / "data/finetune.yaml").read_text("utf-8")
    assert config(tmp_path, "finetune.yaml")["pipeline"] == "train-pipeline"
    assert stage["data"] == [
        {"file": "chat.jsonl", "format": "messages"},
        {"file": "corrections.jsonl", "format": "segments"},
        {"file": "texts.jsonl", "format": "text"},
    ]
    assert (stage["kind"], stage["batch_tokens"], stage["epochs"], stage["lora_rank"]) == ("supervised", 256, 2, 8)
    assert "# The model comes to model/ in output_dir, which lies beside this folder (${HERE}).\n" in text
    assert "# 8 rows, " in text
    assert "trained on: the segments whose label is true" in text
    said = re.sub(r"\s+#? *", " ", text)
    assert re.search(r"tokens x 2 \(epochs\) / 256 tokens in a batch give about \d+ optimiser steps", said)


@pytest.mark.parametrize("stage", ["pretraining", "supervised"])
@pytest.mark.parametrize("settings", [{}, {"lora_rank": 16, "learning_rate": 1e-4}])
def test_our_trainer_accepts_finetune_yaml_from_anywhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stage: str, settings: dict[str, Any]
) -> None:
    make(tmp_path, stage, **settings)
    monkeypatch.chdir(tmp_path_elsewhere := tmp_path.parent)
    file = tmp_path.relative_to(tmp_path_elsewhere) / "data/finetune.yaml"
    checked = load_config(file, load_registry(PROJECT / "super_config.yaml"))
    assert checked.options.output_dir == tmp_path / "data-model"
    [wanted] = checked.arguments["stages"]
    assert (wanted.kind, wanted.lora_rank) == (stage, settings.get("lora_rank"))
    assert wanted.folder == tmp_path / "data"
    assert all(wanted.file(entry.file).is_file() for entry in wanted.data)
    assert checked.masked()["stages"][0]["folder"] == str(tmp_path / "data")  # a saved config lies elsewhere


@pytest.mark.parametrize(
    ("longest", "settings", "expected"),
    [
        (10, {}, 256),
        (232, {}, 256),  # 255.2 with the margin
        (233, {}, 512),
        (5_000, {}, 5_632),
        (50_000, {}, 8_192),
        (50_000, {"max_sequence_length": 4_096}, 4_096),
        (5_000, {"sequence_length": 2_048}, 2_048),
    ],
)
def test_the_sequence_length_follows_from_the_longest_row(
    tmp_path: Path, longest: int, settings: dict[str, Any], expected: int
) -> None:
    chosen = TrainingSettings(**settings)
    with Run(tmp_path, pipeline="training", fingerprint="test") as run:
        files = [TrainingFile("texts", "texts.jsonl", "text", rows=9, tokens=90_000, longest=longest)]
        write_training_folder(run, "data", "pretraining", files, chosen.template(), chosen)
    assert stage_of(tmp_path)["sequence_length"] == expected
    assert config(tmp_path, "axolotl.yaml")["sequence_len"] == expected
    assert int(commands(tmp_path)[0]["cutoff_len"]) == expected
    assert ("exceed the sequence length" in notes(run)) == (longest > expected)


def test_rows_that_are_too_long_are_counted_and_told(tmp_path: Path) -> None:
    chosen = TrainingSettings(sequence_length=256)
    with Run(tmp_path, pipeline="training", fingerprint="test") as run:
        files = [
            TrainingFile.of("chat", "chat.jsonl", "messages", [100, 256, 257, 9_000]),
            TrainingFile.of("texts", "texts.jsonl", "text", [100, 300]),
            TrainingFile.of("segments", "segments.jsonl", "segments", [200]),
        ]
        write_training_folder(run, "data", "supervised", files, chosen.template(), chosen)
    told = notes(run)
    assert "data/chat.jsonl: 2 of 4 rows exceed the sequence length of 256 tokens (the longest has 9000)" in told
    assert "left out in training" in told
    assert "data/texts.jsonl: 1 of 2 rows exceed" in told
    assert "cut in pieces in training" in told
    assert "segments.jsonl" not in told


def test_too_little_data_to_learn_from_is_told(tmp_path: Path) -> None:
    run = make(tmp_path / "few")
    assert "give only 1 optimiser step, too few to learn much from" in notes(run)
    run = make(tmp_path / "many", batch_tokens=256, epochs=50)
    assert "optimiser steps" not in notes(run)


def test_a_batch_is_as_many_sequences_as_hold_its_tokens(tmp_path: Path) -> None:
    make(tmp_path / "some", batch_tokens=4_096, sequence_length=1_024)
    assert config(tmp_path / "some", "axolotl.yaml")["gradient_accumulation_steps"] == 4
    make(tmp_path / "one", batch_tokens=100, sequence_length=1_024)
    assert config(tmp_path / "one", "axolotl.yaml")["gradient_accumulation_steps"] == 1


def test_the_same_data_gives_the_same_folder(tmp_path: Path) -> None:
    make(tmp_path / "first")
    make(tmp_path / "second")
    files = sorted(path.name for path in (tmp_path / "first/data").iterdir())
    assert {"finetune.yaml", "axolotl.yaml", "dataset_info.json", "chat_template.jinja", "README.txt"} < set(files)
    for name in files:
        assert (tmp_path / "first/data" / name).read_bytes() == (tmp_path / "second/data" / name).read_bytes()


def test_settings_refuse_what_they_do_not_know(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="epoch_number"):
        TrainingSettings(epoch_number=3)  # type: ignore[call-arg]
    with pytest.raises(UsageError, match="did you mean gemma"):
        TrainingSettings(chat_template="gema").template()


def test_every_setting_is_described() -> None:
    assert all(field.description for field in TrainingSettings.model_fields.values())
