"""What went wrong in the earlier Augmentoolkit, a test for each: every one fails if the mistake comes back."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import orjson
import pytest
import yaml

from generation.core_components.chunk_filter import NOT_SUITABLE, suitable_chunks
from generation.core_components.training_folders import TrainingFile, TrainingSettings, write_training_folder
from generation.core_composition.factual_datagen.pipeline import factual_datagen_pipeline
from generation.core_composition.factual_datagen.settings import InputFolder, Parts
from generation.core_pipelines.factual_gen_indiv.pipeline import factual_gen_indiv_pipeline
from generation_functions import Model, Record, Run, ask, load_prompts, vote
from generation_functions.errors import ConfigError
from generation_functions.replies import ReplyFormat, read_reply
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.conftest import PROJECT

SAMPLE = PROJECT / "inputs/sample"
SHARED_PROMPTS = PROJECT / "generation/core_components/prompts"
CARELESS = str(PROJECT / "tests/support/careless_model.py")
OFFLINE = Model(name="offline")
SECRET = "sk-very-secret-0123456789"


def lines(path: Path) -> list[dict[str, Any]]:
    return [orjson.loads(line) for line in path.read_bytes().splitlines()]


def command(*words: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    import os

    return subprocess.run(
        [sys.executable, str(PROJECT / "run_augmentoolkit.py"), *map(str, words)],
        capture_output=True, text=True, cwd=PROJECT, env={**os.environ, **environment}, check=False,
    )  # fmt: skip


def test_what_a_filter_rejected_comes_back_in_no_later_step(tmp_path: Path) -> None:
    """Steps once shared one result file, and rejects came back through it."""
    with Run(tmp_path / "run") as run:
        factual_datagen_pipeline(run, [InputFolder(path=SAMPLE)])
        wording = load_prompts(PROJECT / "generation/core_pipelines/factual_gen_indiv/prompts")
        chunks = run.part("again").chunks(SAMPLE, chunk_size=500)
        judged = list(run.map(chunks, suitable_chunks(run.client(OFFLINE), wording), name="judged again"))
    rejected = {chunk["id"] for chunk in chunks} - {chunk["id"] for chunk in judged}
    assert rejected
    used = {source.get("chunk") for line in lines(tmp_path / "run/provenance.jsonl") for source in line["sources"]}
    assert not rejected & used, "not even as a related or as a wrong text"
    reasons = [reason for stage in run.summary["stages"] for step in stage["steps"] for reason in step["dropped"]]
    assert NOT_SUITABLE in reasons


@pytest.mark.parametrize(
    "said", ["Not suitable", "The text is not suitable.", "Verdict: unsuitable", "It is unsuitable"]
)
def test_not_suitable_is_not_suitable(said: str) -> None:
    """It once read as suitable, because it contains the word."""
    judge = ReplyFormat(kind="verdict", verdicts=("suitable", "unsuitable"))
    assert read_reply(judge, said) == "unsuitable"


def test_braces_in_a_prompt_switch_no_placeholder_off(tmp_path: Path) -> None:
    """A JSON example once made every placeholder of its prompt literal text, without a word."""
    (tmp_path / "ask.yaml").write_text(
        'variables: [text]\nmessages:\n- {role: user, content: "Like {\\"a\\": {\\"b\\": 1}} or {}: {text}"}\n'
    )
    (message,) = load_prompts(tmp_path)["ask"].render({"text": "the text"})
    assert message["content"] == 'Like {"a": {"b": 1}} or {}: the text'


def test_a_placeholder_that_nobody_fills_is_an_error_before_the_first_call(tmp_path: Path) -> None:
    (tmp_path / "ask.yaml").write_text("variables: [text]\nmessages:\n- {role: user, content: 'About {txet}'}\n")
    with pytest.raises(ConfigError, match="did you mean text"):
        load_prompts(tmp_path)


def test_an_added_file_pairs_no_old_answer_with_a_new_text(tmp_path: Path) -> None:
    """Keys were once positions in a list."""
    documents = tmp_path / "documents"
    documents.mkdir()
    shutil.copy(SAMPLE / "keepers.txt", documents / "keepers.txt")
    made = []
    for added in (None, "aaa.txt"):
        if added:
            (documents / added).write_text(
                "Bryn Aldous planted the first willow of Quillhaven in 1902. It still stands."
            )
        with Run(tmp_path / "run", fingerprint="same") as run:
            factual_gen_indiv_pipeline(run, documents, holdout=0.0)
        sources = {line["id"]: line["sources"][0]["file"] for line in lines(tmp_path / "run/provenance.jsonl")}
        made.append({row["id"]: (sources[row["id"]], row) for row in lines(tmp_path / "run/datasets/pairs.jsonl")})
    before, after = made
    assert before.items() <= after.items()
    for identity in set(after) - set(before):
        file, row = after[identity]
        assert file == "aaa.txt"
        assert "1902" in str(row) or "willow" in str(row)


def test_waiting_and_trying_again_drop_no_record(tmp_path: Path) -> None:
    """A limit of a minute once included all retries, and what ran over it was dropped without a word."""
    (tmp_path / "ask.yaml").write_text("variables: [text]\nmessages:\n- {role: user, content: '{text}'}\n")
    faults = {"rate_limited": 0.1, "error_500": 0.1, "stall": 0.05}
    records: list[Record] = [{"id": f"{number:03}", "text": f"Text {number}"} for number in range(40)]
    with FakeEndpoint(faults=faults, retry_after=0.02) as endpoint, Run(tmp_path / "run") as run:
        client = run.client(Model(name="m", base_url=endpoint.url, timeout=0.5))
        made = run.map(records, ask(client, load_prompts(tmp_path)["ask"], into="answer"))
        assert endpoint.stats()["received"] > len(records), "nothing had to be tried again"
    assert [record["id"] for record in made] == [record["id"] for record in records]


def test_the_validators_reason_reaches_the_next_attempt(tmp_path: Path) -> None:
    asked: list[str] = []
    script = tmp_path / "script.py"
    script.write_text(
        "def reply(body):\n"
        "    last = body['messages'][-1]['content']\n"
        "    return 'Question: Who?\\nAnswer: Anna.' if 'questions with answers' in last else 'Sure!'\n"
    )
    (tmp_path / "prompts").mkdir()
    (tmp_path / "prompts/ask.yaml").write_text(
        "variables: [text]\nreply: {kind: pairs}\nmessages:\n- {role: user, content: '{text}'}\n"
    )
    with FakeEndpoint(reply="script", script=str(script)) as endpoint, Run(tmp_path / "run") as run:
        client = run.client(Model(name="m", base_url=endpoint.url))
        steps = ask(client, load_prompts(tmp_path / "prompts")["ask"], into="pairs")
        (made,) = run.map([{"id": "1", "text": "A text"}], steps)
        asked.append(made["pairs"][0]["question"])
    assert asked == ["Who?"]
    assert run.summary["calls"]["rejected"] == 1


def test_a_vote_asks_no_more_often_than_it_takes(tmp_path: Path) -> None:
    record = {"id": "1", "text": "-", "question": "Who built the mill?", "answer": "Anna Teel built the mill."}
    with Run(tmp_path / "run") as run:
        check = load_prompts(SHARED_PROMPTS)["check_relevance"]
        run.map([record], vote(run.client(OFFLINE), check, passes="yes", reason="no", votes=5))
    assert run.summary["calls"]["made"] == 3


def test_voting_reads_no_more_for_many_records_than_for_few(tmp_path: Path) -> None:
    def bytes_read(count: int) -> float:
        records = [
            {"id": f"{n:05}", "text": f"Text {n}", "question": "Who?", "answer": f"Number {n}."} for n in range(count)
        ]
        before = _read_so_far()
        with Run(tmp_path / str(count)) as run:
            judge = run.client(OFFLINE)
            step = vote(judge, load_prompts(SHARED_PROMPTS)["check_relevance"], passes="yes", reason="no", votes=3)
            run.map([*records, {**records[0], "id": "sure", "question": "Number?"}], step)
        return (_read_so_far() - before) / count

    bytes_read(50)  # modules are read once
    assert bytes_read(800) < 3 * bytes_read(200) + 20_000


def _read_so_far() -> int:
    """Bytes that this process has read, from files too."""
    counts = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counts["rchar"])


def test_two_input_folders_are_not_mixed_up(tmp_path: Path) -> None:
    """The last folder's text once stood for all."""
    said = {
        "north": "Anna Teel built the Harrow mill in 1911. The Harrow mill has twelve windows and two wheels of oak.",
        "south": "Bo Lund sank the schooner Petrel in 1934. The Petrel had carried salt to Dunmere for nine years.",
    }
    for name, text in said.items():
        (tmp_path / name).mkdir()
        (tmp_path / name / "text.txt").write_text(text)
    inputs = [InputFolder(path=tmp_path / name) for name in ("north", "south")]
    parts = Parts(retrieval=False, questions=False, corrections=False)
    with Run(tmp_path / "run") as run:
        factual_datagen_pipeline(run, inputs, parts=parts, holdout=0.0, text_share_in_chat=0.0)
    words = {"north": ("Teel", "1911"), "south": ("Lund", "1934")}
    corpora = {line["id"]: line["sources"][0]["corpus"] for line in lines(tmp_path / "run/provenance.jsonl")}
    seen: Counter[str] = Counter()
    for file in ("pretraining_run/text.jsonl", "sft_run/chat.jsonl"):
        for row in lines(tmp_path / "run" / file):
            corpus = corpora[row["id"]]
            other = {"north": "south", "south": "north"}[corpus]
            assert not any(word in str(row) for word in words[other])
            seen[corpus] += 1
    assert seen["north"] > 1
    assert seen["south"] > 1


def test_the_training_length_follows_the_data_and_what_is_too_long_is_said(tmp_path: Path) -> None:
    """It was once 5000, whatever the rows were like, and longer ones were cut without a word."""
    lengths = {}
    for longest in (400, 3000, 60_000):
        with Run(tmp_path / str(longest)) as run:
            file = TrainingFile.of("chat", "chat.jsonl", "messages", [100, longest])
            settings = TrainingSettings()
            write_training_folder(run, "sft_run", "supervised", [file], settings.template(), settings)
        config = yaml.safe_load((tmp_path / str(longest) / "sft_run/finetune.yaml").read_text())
        lengths[longest] = config["stages"][0]["sequence_length"]
    assert 400 <= lengths[400] < 1000
    assert 3000 <= lengths[3000] < 5000
    assert lengths[60_000] == TrainingSettings().max_sequence_length
    assert any("1 of 2 rows exceed the sequence length" in note for note in run.notes)


@pytest.mark.parametrize(
    "fault", ["import no_such_module_anywhere", "def pipeline(:", "raise RuntimeError('at import')"]
)
def test_a_pipeline_that_cannot_be_imported_fails_and_completes_nothing(tmp_path: Path, fault: str) -> None:
    """It once ended as COMPLETED."""
    (tmp_path / "broken.py").write_text(f"{fault}\n\ndef pipeline(run):\n    pass\n")
    ended = command("run", f"{tmp_path / 'broken.py'}:pipeline", "--set", f"output_dir={tmp_path / 'run'}")
    assert ended.returncode != 0
    assert "completed" not in (ended.stdout + ended.stderr).lower()
    assert not (tmp_path / "run/summary.json").exists()


def test_an_edited_input_is_noticed(tmp_path: Path) -> None:
    """Caches once never noticed."""
    documents = tmp_path / "documents"
    documents.mkdir()
    config = tmp_path / "config.yaml"
    config.write_text(
        f"pipeline: factual-gen-indiv-pipeline\ninput_dir: {documents}\noutput_dir: {tmp_path / 'run'}\nholdout: 0.0\n"
    )
    for year in ("1911", "1934"):
        (documents / "mill.txt").write_text(f"Anna Teel built the loom of the Harrow mill in {year}. It has two beams.")
        assert command("run", config).returncode == 0
        pairs = (tmp_path / "run/datasets/pairs.jsonl").read_text()
        assert year in pairs
    assert "1911" not in pairs


def test_a_key_is_in_no_file_and_on_no_screen(tmp_path: Path) -> None:
    """Keys were once printed into logs and argv."""
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint:
        config = {
            "pipeline": "factual-gen-indiv-pipeline",
            "input_dir": str(SAMPLE),
            "output_dir": str(tmp_path / "run"),
            "small_model": {"name": "m", "base_url": endpoint.url, "api_key": "${CANARY_KEY}"},
            "large_model": {"name": "m", "base_url": endpoint.url, "api_key": "${CANARY_KEY}"},
            "limit": 3,
        }
        (tmp_path / "config.yaml").write_text(yaml.safe_dump(config))
        ended = command("run", tmp_path / "config.yaml", CANARY_KEY=SECRET)
    assert ended.returncode == 0, ended.stderr
    assert SECRET not in ended.stdout + ended.stderr
    for path in tmp_path.rglob("*"):
        assert not path.is_file() or SECRET.encode() not in path.read_bytes(), path


def test_a_small_local_model_leaves_no_empty_dataset(tmp_path: Path) -> None:
    """Hours once ended in nothing, because one strict text format was expected."""
    with FakeEndpoint(reply="script", script=CARELESS) as endpoint, Run(tmp_path / "run") as run:
        model = Model(name="small", base_url=endpoint.url)
        factual_gen_indiv_pipeline(run, SAMPLE, model, model, limit=8, votes=1)
    assert run.summary["calls"]["rejected"] > 10
    assert all(dataset["rows"] >= 3 for dataset in run.summary["datasets"])
