"""Learning from rewards: that it works, and that a judge in trouble does no harm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from finetuning.grpo_rl.judging import Judge
from finetuning.grpo_rl.pipeline import grpo_rl_pipeline
from finetuning.grpo_rl.rewarding import Rewarding
from finetuning.grpo_rl.rewards import Completion, Reward, score_by_rule
from finetuning.model_folder import is_model_folder, load_model, read_record
from finetuning.model_sources import base_of
from generation_functions import Model, Run
from generation_functions.errors import PausedError, UsageError
from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support import grading_model
from tests.support.small_run import lines, state
from tests.support.training import conversations, facts, stage, train, write_rows

pytestmark = [
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
]
WITH_A_B = Reward(kind="regex", pattern="b", name="has a b")


def learn(folder: Path, model: Path, rows: Path, **settings: Any) -> Run:
    values = {
        "rewards": [WITH_A_B],
        "steps": 3,
        "prompts_per_step": 1,
        "completions_per_prompt": 4,
        "max_completion_tokens": 8,
        "learning_rate": 5e-3,
        "lora_rank": 0,
        "device": "cpu",
        **settings,
    }
    with Run(folder, pipeline="grpo-rl-pipeline", fingerprint="test") as run:
        grpo_rl_pipeline(run, str(model), [rows], **values)
    return run


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    return write_rows(tmp_path / "rows.jsonl", conversations(facts()[:4]))


def test_the_reward_of_a_toy_task_rises(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    """Proof 9 of the training design, first half."""
    learn(tmp_path / "run", tiny_model, rows, steps=30, prompts_per_step=2)
    totals = [line["total"] for line in lines(tmp_path / "run/completions.jsonl")]
    assert len(totals) == 30 * 8, "every completion is kept"
    before, after = fmean(totals[:40]), fmean(totals[-40:])
    assert after > before + 0.2, (before, after)
    assert is_model_folder(tmp_path / "run/model")
    (stage,) = read_record(tmp_path / "run/model").stages
    assert (stage["kind"], stage["steps"]) == ("grpo", 30)
    assert stage["final_reward"] > stage["first_reward"] + 0.2
    curve = lines(tmp_path / "run/curves.jsonl")
    assert curve[-1]["step"] == 30
    assert curve[-1]["rewards"]["has a b"] == pytest.approx(curve[-1]["reward"], abs=1e-4)


def test_an_adapter_is_trained_and_the_base_model_stays_as_it_is(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    before = (tiny_model / "model.safetensors").read_bytes()
    learn(tmp_path / "run", tiny_model, rows, lora_rank=4, kl=0.05)
    record = read_record(tmp_path / "run/model")
    assert record.adapter
    assert record.parameters == read_record(tiny_model).parameters
    assert (tmp_path / "run/model/adapter_config.json").is_file()
    assert (tiny_model / "model.safetensors").read_bytes() == before
    assert load_model(tmp_path / "run/model", device="cpu").peft_config


def judged(endpoint: FakeEndpoint, **settings: Any) -> dict[str, Any]:
    judge = Model(name="judge", base_url=endpoint.url, api_key="none", patience=600)
    grades = Reward(kind="judge", weight=2.0)
    return {"rewards": [WITH_A_B, grades], "judge": judge, "judge_seconds": 1.0, **settings}


@pytest.fixture
def endpoint() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(reply="script", script=str(grading_model.__file__)) as started:
        yield started


def test_a_judge_grades_each_answer_and_the_weighted_sum_counts(
    tmp_path: Path, tiny_model: Path, rows: Path, endpoint: FakeEndpoint
) -> None:
    learn(tmp_path / "run", tiny_model, rows, **judged(endpoint))
    kept = lines(tmp_path / "run/completions.jsonl")
    assert len(kept) == 12
    for line in kept:
        assert line["rewards"]["judge"] == min(10, len(line["completion"].strip())) / 10
        assert line["total"] == pytest.approx(line["rewards"]["has a b"] + 2 * line["rewards"]["judge"])


@pytest.mark.parametrize("fault", ["hang", "error_500", "malformed", "empty"])
def test_a_judge_in_trouble_neither_stops_nor_sways_the_training(
    tmp_path: Path, tiny_model: Path, rows: Path, endpoint: FakeEndpoint, fault: str
) -> None:
    """Proof 9 of the training design, second half: what is learned is what is learned without a judge."""
    endpoint.faults(**{fault: 1.0})
    learn(tmp_path / "with", tiny_model, rows, **judged(endpoint))
    learn(tmp_path / "without", tiny_model, rows)
    kept = lines(tmp_path / "with/completions.jsonl")
    assert [line["rewards"]["judge"] for line in kept] == [None] * 12
    weights = [(tmp_path / name / "model/model.safetensors").read_bytes() for name in ("with", "without")]
    assert weights[0] == weights[1]


def test_an_answer_without_a_grade_gets_the_mean_of_its_group(tmp_path: Path) -> None:
    asked = [{"role": "user", "content": "Who?"}]
    group = [Completion(asked, text, "", "one") for text in ("a b", "b", "c", "d")]
    others = [Completion(asked, text, "", "two") for text in ("e", "f")]
    rewarding = Rewarding([Reward(kind="judge")], _Grades([0.2, None, 0.4, None, None, None]), tmp_path / "kept.jsonl")
    assert rewarding.totals(1, [*group, *others]) == pytest.approx([0.2, 0.3, 0.4, 0.3, 0.0, 0.0])
    assert rewarding.means == {"judge": pytest.approx(0.3)}


class _Grades(Judge):
    def __init__(self, grades: list[float | None]) -> None:
        self._grades = grades

    def grades(self, completions: Sequence[Completion]) -> list[float | None]:
        return self._grades


def test_a_judge_that_stays_silent_pauses_the_run_and_it_goes_on_from_its_checkpoint(
    tmp_path: Path, tiny_model: Path, rows: Path, endpoint: FakeEndpoint
) -> None:
    settings = judged(endpoint, steps=4, save_every_steps=1, judge_patience=2)
    endpoint.faults(empty=1.0)
    with pytest.raises(PausedError, match="graded nothing for 2 steps"):
        learn(tmp_path / "run", tiny_model, rows, **settings)
    assert not (tmp_path / "run/model").exists()
    endpoint.faults()
    run = learn(tmp_path / "run", tiny_model, rows, **settings)
    assert "1 grpo: goes on after step 1 of 4" in run.notes
    kept = lines(tmp_path / "run/completions.jsonl")
    assert [line["step"] for line in kept] == [step for step in (1, 2, 3, 4) for _ in range(4)], "none twice"
    assert [line["step"] for line in lines(tmp_path / "run/curves.jsonl")][-1] == 4
    assert is_model_folder(tmp_path / "run/model")


def test_what_was_learned_before_a_pause_is_in_a_checkpoint_however_seldom_they_are_written(
    tmp_path: Path, tiny_model: Path, rows: Path, endpoint: FakeEndpoint
) -> None:
    settings = judged(endpoint, steps=5, save_every_steps=100, judge_patience=3)
    endpoint.faults(empty=1.0)
    with pytest.raises(PausedError, match="graded nothing for 3 steps"):
        learn(tmp_path / "run", tiny_model, rows, **settings)
    endpoint.faults()
    run = learn(tmp_path / "run", tiny_model, rows, **settings)
    assert "1 grpo: goes on after step 2 of 5" in run.notes
    by_step = [line["total"] for line in lines(tmp_path / "run/completions.jsonl")]
    means = [fmean(by_step[4 * step : 4 * step + 4]) for step in range(5)]
    (stage,) = read_record(tmp_path / "run/model").stages
    assert stage["first_reward"] == pytest.approx(fmean(means), abs=1e-5), "of all steps, whichever process did them"
    assert "model" in state(tmp_path / "run")["folders"], "without its model, the run is not complete"


def test_an_adapter_is_gone_on_from_with_what_it_has_learned(tmp_path: Path, tiny_model: Path, rows: Path) -> None:
    import torch

    taught = stage(rows, lora_rank=4, max_steps=4, learning_rate=5e-2)
    train(tmp_path / "taught", taught, tiny_model)
    source = tmp_path / "taught/model"
    learn(tmp_path / "run", source, rows, lora_rank=4, steps=1, learning_rate=1e-12)

    def logits(folder: Path) -> Any:
        with torch.no_grad():
            return load_model(folder, device="cpu")(torch.arange(20)[None]).logits

    made = tmp_path / "run/model"
    assert (logits(source) - logits(tiny_model)).abs().max() > 0.1
    torch.testing.assert_close(logits(made), logits(source), atol=1e-4, rtol=1e-4)
    assert Path(base_of(made)).resolve() == tmp_path / "run/stage_models/0-merged"
    assert [one["kind"] for one in read_record(made).stages] == ["supervised", "grpo"]


@pytest.mark.parametrize(
    ("text", "reward", "score"),
    [
        ("one two three", Reward(kind="length", least=2, most=3), 1.0),
        ("one", Reward(kind="length", least=2), 0.5),
        ("one two three four", Reward(kind="length", most=2), 0.5),
        ("abcd", Reward(kind="length", most=2, unit="characters"), 0.5),
        ("", Reward(kind="length", least=2), 0.0),
        ("Answer: 7\n", Reward(kind="format", pattern=r"Answer: \d+"), 1.0),
        ("So. Answer: 7", Reward(kind="format", pattern=r"Answer: \d+"), 0.0),
        ("So. Answer: 7", Reward(kind="regex", pattern=r"Answer: \d+"), 1.0),
        ("Seven", Reward(kind="regex", pattern=r"\d"), 0.0),
        ("in 1871, by  Ada finch!", Reward(kind="exact"), 1.0),
        ("In 1871", Reward(kind="exact"), 0.0),
        ("I think... Answer: In 1871, by Ada Finch", Reward(kind="exact", pattern="Answer: (.*)"), 1.0),
        ("In 1871, by Ada Finch", Reward(kind="exact", pattern="Answer: (.*)"), 0.0),
    ],
)
def test_rules_reward_what_they_say(text: str, reward: Reward, score: float) -> None:
    completion = Completion([{"role": "user", "content": "When?"}], text, "In 1871, by Ada Finch.", "one")
    assert score_by_rule(reward, completion) == score


def test_exact_says_nothing_of_a_row_without_an_answer() -> None:
    assert score_by_rule(Reward(kind="exact"), Completion([], "Something", "", "one")) is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"rewards": []}, "there is none"),
        ({"rewards": [Reward(kind="judge")]}, "there is no judge"),
        ({"rewards": [WITH_A_B, WITH_A_B]}, "has a b is there more than once"),
        ({"completions_per_prompt": 1}, "at least 2"),
        ({"micro_batch": 3}, "3 does not divide the 4 answers of a step"),
        ({"prompts_per_step": 5}, "5 different prompts in a step, and prompts_to_ask holds 4"),
        ({"device": "gpu"}, "There is no device 'gpu'"),
    ],
)
def test_settings_that_make_no_sense_are_refused(
    tmp_path: Path, tiny_model: Path, rows: Path, settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        learn(tmp_path / "run", tiny_model, rows, **settings)


def test_rows_that_cannot_be_asked_are_named_and_left_out(tmp_path: Path, tiny_model: Path) -> None:
    rows = write_rows(tmp_path / "rows.jsonl", [{"text": "A text."}, {"messages": []}, *conversations(facts()[:2])])
    run = learn(tmp_path / "run", tiny_model, rows, steps=1)
    assert [note for note in run.notes if note.startswith("left out:") and "row 2" in note]
    nothing = write_rows(tmp_path / "nothing.jsonl", [{"text": "A text."}])
    with pytest.raises(UsageError, match="can be asked"):
        learn(tmp_path / "other", tiny_model, nothing)
