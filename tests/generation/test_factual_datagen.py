"""The composition: from folders of documents to training folders."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest

from generation.core_components.mixing import MixSource
from generation.core_components.training_settings import TrainingSettings
from generation.core_composition.factual_datagen.pipeline import factual_datagen_pipeline
from generation.core_composition.factual_datagen.settings import InputFolder, Parts
from generation_functions import EmptyStageError, Model, Run, UsageError
from generation_functions.config import load_config
from generation_functions.documents import read_documents
from generation_functions.errors import ConfigError
from generation_functions.near_duplicates import find_near_duplicates
from generation_functions.registry import load_registry
from tests.conftest import PROJECT

SAMPLE = PROJECT / "inputs" / "sample"
TRAINED = ("pretraining_run/text.jsonl", "sft_run/chat.jsonl", "sft_run/segments.jsonl", "sft_run/text.jsonl")


def rows(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def make(folder: Path, *, inputs: list[InputFolder] | None = None, **options: Any) -> dict[str, Any]:
    with Run(folder, pipeline="factual-datagen", fingerprint="test") as run:
        factual_datagen_pipeline(run, inputs or [InputFolder(path=SAMPLE)], **options)
    return run.summary


def general(folder: Path) -> dict[str, Any]:
    """General rows to mix in."""
    chat, text = folder / "chat.jsonl", folder / "text.jsonl"
    chat.write_bytes(
        b"\n".join(
            orjson.dumps(
                {
                    "messages": [
                        {"role": "user", "content": f"What is {number} plus {number}?"},
                        {"role": "assistant", "content": f"{number} plus {number} is {2 * number}."},
                    ]
                }
            )
            for number in range(200)
        )
    )
    text.write_bytes(b"\n".join(orjson.dumps({"text": f"Room {n} of the inn has {n} lamps. " * 4}) for n in range(200)))
    return {
        "general_chat": [MixSource(rows=str(chat), share=0.1, repeat=True)],
        "general_text": [MixSource(rows=str(text), share=0.2, repeat=True)],
    }


@pytest.fixture(scope="module")
def sample_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("expert")
    make(folder / "run", holdout=0.15, **general(folder))
    return folder / "run"


def summary_of(run: Path) -> dict[str, Any]:
    summary: dict[str, Any] = orjson.loads((run / "summary.json").read_bytes())
    return summary


def test_the_tree_is_complete(sample_run: Path) -> None:
    for name in (
        *TRAINED,
        *(f"{folder}/{file}" for folder in ("pretraining_run", "sft_run") for file in (
            "finetune.yaml", "axolotl.yaml", "dataset_info.json", "chat_template.jinja")),
        "rag_source_data/sample/questions.jsonl",
        "rag_source_data/sample/passages.jsonl",
        "eval_questions.jsonl",
        "README.md",
        "report.html",
    ):  # fmt: skip
        assert (sample_run / name).stat().st_size, name


def test_two_hundred_rows_lead_to_their_source_span_their_prompts_and_their_calls(sample_run: Path) -> None:
    texts = {one.file: one for one in read_documents(SAMPLE, on_skip=lambda file, reason: None)}
    prompts = {prompt["digest"] for prompt in summary_of(sample_run)["prompts"]}
    log = {entry["key"]: entry for entry in map(orjson.loads, call_lines(sample_run))}
    provenance: dict[tuple[str, str], dict[str, Any]] = {
        (f"{line['dataset']}.jsonl", line["id"]): line for line in rows(sample_run / "provenance.jsonl")
    }
    everything = [(name, row) for name in TRAINED for row in rows(sample_run / name)]
    assert len(everything) >= 200
    for name, row in random.Random(7).sample(everything, 200):
        line = provenance[name, row["id"]]
        if "row" in line["sources"][0]:  # a general row: its file and its number there
            assert line["sources"][0]["row"] >= 1
            assert line["sources"][0]["sha256"]
            continue
        assert line["calls"], "every row of ours has at least the verdict on its chunk behind it"
        for source in line["sources"]:
            document = texts[source["file"]]
            assert document.sha256 == source["sha256"]
            assert document.text[source["start"] : source["end"]].strip()
        for call in line["calls"]:
            assert call["prompt_digest"] in prompts
            assert log[call["key"]]["answer"] is not None


def call_lines(run: Path) -> list[bytes]:
    return [line.rsplit(b"\t", 1)[0] for line in (run / "calls/calls.jsonl").read_bytes().splitlines()]


def test_held_out_questions_share_no_chunk_and_no_near_duplicate_with_chat_rows(sample_run: Path) -> None:
    held_out = rows(sample_run / "eval_questions.jsonl")
    assert len(held_out) >= 5
    notes = orjson.loads((sample_run / "summary.json").read_bytes())["notes"]
    assert any(note.startswith(f"{len(held_out)} questions for the evaluation: too few to tell") for note in notes)
    provenance = rows(sample_run / "provenance.jsonl")
    of_chat = ("sft_run/chat", "sft_run/segments")
    chunks = {
        source.get("chunk") for line in provenance if line["dataset"] in of_chat for source in line["sources"]
    }  # fmt: skip
    assert not {source["chunk"] for question in held_out for source in question["sources"]} & chunks
    asked = [
        message["content"]
        for row in rows(sample_run / "sft_run/chat.jsonl")
        for message in row["messages"]
        if message["role"] == "user"
    ]
    duplicates = find_near_duplicates([*asked, *(question["question"] for question in held_out)])
    assert all(number < len(asked) for number in duplicates)


def test_enough_questions_for_the_evaluation_are_not_complained_of(tmp_path: Path) -> None:
    make(tmp_path / "run", holdout=0.7, fill_gaps=False, **general(tmp_path))
    assert len(rows(tmp_path / "run/eval_questions.jsonl")) >= 50
    notes = orjson.loads((tmp_path / "run/summary.json").read_bytes())["notes"]
    assert not any("for the evaluation" in note for note in notes)


def test_held_out_text_is_taught_or_left_out_as_wished(sample_run: Path, tmp_path: Path) -> None:
    def shared(run: Path) -> set[str]:
        held_out = {source["chunk"] for one in rows(run / "eval_questions.jsonl") for source in one["sources"]}
        trained = {source.get("chunk") for line in rows(run / "provenance.jsonl") for source in line["sources"]}
        return held_out & trained

    assert shared(sample_run), "without its text nobody could answer the evaluation"
    make(tmp_path / "run", holdout=0.15, teach_held_out_text=False)
    assert not shared(tmp_path / "run")


def test_the_funnel_adds_up_at_every_step_and_nothing_contradicts_it(sample_run: Path) -> None:
    summary = summary_of(sample_run)
    for stage in summary["stages"]:
        expected = stage["records_in"]
        for step in stage["steps"]:
            assert step["in"] == expected, (stage["name"], step)
            assert step["in"] == step["kept"] + sum(step["dropped"].values()) + sum(step["failed"].values()), step
            expected = step["made"]
        assert stage["records_out"] == expected, stage["name"]
    assert "do not add up" not in (sample_run / "README.md").read_text(encoding="utf-8")


def test_shares_of_the_mix_are_met_within_two_per_cent(sample_run: Path) -> None:
    tokens: Counter[str] = Counter()
    for dataset in summary_of(sample_run)["datasets"]:
        folder = dataset["file"].split("/")[0]
        for part in dataset["composition"]:
            kind = "general" if part["name"] != "sample" else dataset["file"]
            tokens[f"{folder} {kind}"] += part["tokens"]
            tokens[folder] += part["tokens"]
    for part, wanted in (
        ("pretraining_run general", 0.2),
        ("sft_run general", 0.1),
        ("sft_run sft_run/text.jsonl", 0.1),
    ):
        share = tokens[part] / tokens[part.split(" ")[0]]
        assert share == pytest.approx(wanted, rel=0.02), f"{part}: {share}"


def test_no_two_single_questions_are_nearly_the_same_whatever_part_they_are_from(sample_run: Path) -> None:
    asked = [
        message["content"]
        for line in rows(sample_run / "mix/joined-sample.jsonl")
        for message in line["row"]["messages"]
        if message["role"] == "user"
    ]
    assert len(asked) > 100
    assert not find_near_duplicates(asked)


def test_untaught_facts_get_a_question_and_the_coverage_is_told(sample_run: Path, tmp_path: Path) -> None:
    filled = summary_of(sample_run)["coverage"]
    plain = make(tmp_path / "run", holdout=0.15, fill_gaps=False)["coverage"]
    assert plain["facts"] == filled["facts"] > 100
    assert plain["taught"] < filled["taught"] < filled["facts"]
    assert filled["held_out"] > 0
    assert sum(one["facts"] for one in filled["documents"]) == filled["facts"]
    assert all(one["fact"] for one in filled["untaught_examples"])


def two_folders(tmp_path: Path) -> list[InputFolder]:
    north, south = tmp_path / "north", tmp_path / "south"
    for folder, names in (
        (north, ("keepers.txt", "history-of-the-light.md")),
        (south, ("tide-engine.html", "visitors-guide.epub")),
    ):
        folder.mkdir()
        for name in names:
            shutil.copy(SAMPLE / name, folder / name)
    return [
        InputFolder(path=north, system_context="You know the north.", variations=1),
        InputFolder(path=south, system_context="You know the south.", variations=3),
    ]  # fmt: skip


def test_no_folders_text_context_or_retrieval_data_reaches_the_others_rows(tmp_path: Path) -> None:
    make(tmp_path / "run", inputs=two_folders(tmp_path), text_share_in_chat=0.2)
    of = {line["id"]: line for line in rows(tmp_path / "run/provenance.jsonl")}
    files = {"north": {"keepers.txt", "history-of-the-light.md"}, "south": {"tide-engine.html", "visitors-guide.epub"}}
    seen: Counter[str] = Counter()
    for name in TRAINED:
        for row in rows(tmp_path / "run" / name):
            sources = of[row["id"]]["sources"]
            (corpus,) = {source["corpus"] for source in sources}
            other = {"north": "south", "south": "north"}[corpus]
            assert {source["file"] for source in sources} <= files[corpus]
            text = orjson.dumps(row).decode()
            assert f"You know the {other}" not in text
            assert not any(file in text for file in files[other])
            if name.startswith("sft_run/") and name != "sft_run/text.jsonl":
                assert f"You know the {corpus}" in text
            seen[f"{name} {corpus}"] += 1
    assert all(seen[f"{name} {corpus}"] for name in TRAINED for corpus in files), seen
    for corpus, names in files.items():
        folder = tmp_path / "run/rag_source_data" / corpus
        passages = rows(folder / "passages.jsonl")
        assert {passage["source"]["file"] for passage in passages} == names
        known = {passage["id"] for passage in passages}
        assert all(set(one["passages"]) <= known for one in rows(folder / "questions.jsonl"))


def test_each_folder_gets_as_much_as_it_asks_for(tmp_path: Path) -> None:
    parts = Parts(single_source=False, questions=False, retrieval=False, corrections=False)
    summary = make(tmp_path / "run", inputs=two_folders(tmp_path), parts=parts)
    made = {stage["name"]: stage["records_out"] for stage in summary["stages"]}
    chunks = {stage["name"]: stage["steps"][0]["kept"] for stage in summary["stages"] if "retold" in stage["name"]}
    assert made["north/variation: retold"] == chunks["north/variation: retold"]
    assert made["south/variation: retold"] == 3 * chunks["south/variation: retold"]


def test_two_folders_of_one_name_are_refused(tmp_path: Path) -> None:
    for parent in ("a", "b"):
        (tmp_path / parent / "docs").mkdir(parents=True)
    inputs = [InputFolder(path=tmp_path / parent / "docs") for parent in ("a", "b")]
    with pytest.raises(UsageError, match="two folders are called 'docs'; give one of them another `name`"):
        make(tmp_path / "run", inputs=inputs)


def test_an_empty_folder_and_one_too_small_are_errors_before_anything_is_asked(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "tiny").mkdir()
    (tmp_path / "tiny/one.txt").write_text("The only text there is.")
    ample = InputFolder(path=SAMPLE)
    with pytest.raises(EmptyStageError, match="no text was found"):
        make(tmp_path / "run", inputs=[ample, InputFolder(path=tmp_path / "empty")])
    with pytest.raises(UsageError, match="2 chunks are needed"):
        make(tmp_path / "run", inputs=[ample, InputFolder(path=tmp_path / "tiny")])
    assert not call_lines(tmp_path / "run")


def test_a_composition_in_which_every_part_made_nothing_fails_and_says_why(tmp_path: Path) -> None:
    (tmp_path / "documents").mkdir()
    for number in range(2):
        text = f"Contents\n\n1. Before you begin ..... {number}\n2. Index ..... 9\n"
        (tmp_path / f"documents/{number}.txt").write_text(text)
    with pytest.raises(EmptyStageError, match="no part has made a single row"):
        make(tmp_path / "run", inputs=[InputFolder(path=tmp_path / "documents")], holdout=0.0)
    notes = orjson.loads((tmp_path / "run/summary.json").read_bytes())["notes"]
    assert any("documents/variation made nothing" in note and "not suitable to learn from" in note for note in notes)


def test_settings_of_a_part_reach_its_pipeline(tmp_path: Path) -> None:
    parts = Parts(variation=False, single_source=False, retrieval=False, corrections=False)
    make(
        tmp_path / "run", parts=parts, styles=["openended"], coverage=False, fill_gaps=False,
        questions={"cite_sources": True}, pairs_per_conversation=1, training=TrainingSettings(chat_template="llama3"),
    )  # fmt: skip
    assert not (tmp_path / "run/pretraining_run").exists()
    for row in rows(tmp_path / "run/sft_run/chat.jsonl"):
        assert "\n\nSources: " in row["messages"][-1]["content"]
    assert "<|start_header_id|>" in (tmp_path / "run/sft_run/chat_template.jinja").read_text()


def test_two_runs_are_byte_identical(sample_run: Path, tmp_path: Path) -> None:
    make(tmp_path / "run", holdout=0.15, **general(tmp_path))
    for name in (*TRAINED, "eval_questions.jsonl", "rag_source_data/sample/questions.jsonl"):
        ours, theirs = (tmp_path / "run" / name).read_bytes(), (sample_run / name).read_bytes()
        assert ours == theirs, name


def test_a_model_can_be_given_for_all_parts(tmp_path: Path) -> None:
    summary = make(tmp_path / "run", large_model=Model(name="offline"), limit=4, votes=1)
    assert {model["name"] for model in summary["models"]} == {"offline"}


def test_a_sample_carries_the_same_chunks_through_all_parts(tmp_path: Path) -> None:
    with Run(tmp_path / "run", sample=4, work="sample") as run:
        factual_datagen_pipeline(run, [InputFolder(path=SAMPLE)])
    assert run.sampled == (4, 22)
    texts = rows(tmp_path / "run/sample/provenance.jsonl")
    assert len({line["sources"][0]["chunk"] for line in texts if "chunk" in line["sources"][0]}) <= 4


@pytest.mark.parametrize(
    ("part", "settings"),
    [("questions", {"holdout": 0.5}), ("retrieval", {"chunk_size": 50}), ("variation", {"input_dir": SAMPLE})],
)
def test_a_part_may_not_cut_or_hold_out_otherwise_than_the_others(
    tmp_path: Path, part: str, settings: dict[str, Any]
) -> None:
    (key,) = settings
    with pytest.raises(UsageError, match=rf"{part}\.{key}: all parts have the same {key}"):
        make(tmp_path / "run", **{part: settings})


def test_documents_can_be_cleaned_first(tmp_path: Path) -> None:
    parts = Parts(clean=True, single_source=False, questions=False, corrections=False, retrieval=False)
    make(tmp_path / "run", parts=parts, variations=1)
    cleaned = {path.name for path in (tmp_path / "run/parts/sample/clean/texts").rglob("*.txt")}
    assert {"keepers.txt", "fog-organ-manual.txt"} <= cleaned
    sources = {source["file"] for line in rows(tmp_path / "run/provenance.jsonl") for source in line["sources"]}
    assert sources <= {
        str(path.relative_to(tmp_path / "run/parts/sample/clean/texts"))
        for path in (tmp_path / "run/parts/sample/clean/texts").rglob("*.txt")
    }


def test_settings_of_a_part_are_checked_by_its_own_signature_before_anything_runs() -> None:
    config = PROJECT / "generation/core_composition/factual_datagen/config.yaml"
    wrong = ["questions.generatons=2", "variation.variations=many", "parts.questons=false", "styles=[openendet]"]
    with pytest.raises(ConfigError) as raised:
        load_config(config, load_registry(), wrong)
    said = str(raised.value)
    assert "generatons" in said
    assert "did you mean generations" in said
    assert "variation.variations" in said
    assert "did you mean questions" in said
    assert "openendet" in said
