"""Commands that ask models: estimate, preview, retry-failed, resume, doctor, against the fake endpoint."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from generation_functions.testing.fake_endpoint import FakeEndpoint
from tests.support.command_line import Atk

PIPELINE = '''
from pathlib import Path

from generation_functions import Model, Run, ask, record_id

HERE = Path(__file__).parent


def odes(run: Run, model: Model, count: int = 20, default_prompts: Path = HERE / "prompts") -> None:
    """Write odes."""
    prompts = run.prompts(default_prompts)
    texts = [{"id": record_id("t", n), "text": f"text {n}", "title": "t", "source": {}} for n in range(count)]
    odes = run.map(texts, ask(run.client(model), prompts["ode"], into="ode"), name="odes")
    run.write("odes", odes, lambda record: {"text": record["ode"]}, output_format="text")
'''
PROMPT = """\
messages:
  - {role: user, content: "An ode on {text}, please, in <answer> tags."}
reply: {kind: tag, tag: answer}
"""


@pytest.fixture(scope="module")
def running() -> Iterator[FakeEndpoint]:
    with FakeEndpoint(reply="tagged", reply_bytes=40) as endpoint:
        yield endpoint


@pytest.fixture
def endpoint(running: FakeEndpoint, atk: Atk) -> FakeEndpoint:
    running.change(reply="tagged", api_keys=(), models=())
    running.reset()
    Path("prompts").mkdir()
    Path("prompts/ode.yaml").write_text(PROMPT)
    Path("odes.py").write_text(PIPELINE)
    Path("c.yaml").write_text(
        "pipeline: odes.py\noutput_dir: out\nreuse_calls: no\n"
        f"model:\n  name: small\n  base_url: {running.url}\n  prices: {{input: 1, output: 1}}\n"
    )
    return running


def test_an_estimate_runs_a_few_records_and_scales_up(atk: Atk, endpoint: FakeEndpoint) -> None:
    done = atk("estimate", "c.yaml", "-n", "4", "--json")
    assert done.code == 0, done.err
    found = done.json
    assert (found["sampled"], found["records"]) == (4, 20)
    assert found["calls"] == {"expected": 20, "low": 20, "high": 20}
    assert found["output_tokens"]["low"] <= found["output_tokens"]["expected"] <= found["output_tokens"]["high"]
    assert found["cost"]["expected"] > 0
    assert endpoint.stats()["answered"] == 4


def test_the_sample_of_an_estimate_is_not_paid_for_again(atk: Atk, endpoint: FakeEndpoint) -> None:
    first = atk("estimate", "c.yaml", "-n", "4", "--json").json
    assert atk("estimate", "c.yaml", "-n", "4", "--json").json == first
    assert endpoint.stats()["answered"] == 4
    assert atk("run", "c.yaml").code == 0
    assert endpoint.stats()["answered"] == 20


def test_an_estimate_says_what_failed_of_its_sample(atk: Atk, endpoint: FakeEndpoint) -> None:
    endpoint.change(reply="text")  # without the tags that the prompt asks for
    (note,) = atk("estimate", "c.yaml", "-n", "3", "--json").json["notes"]
    assert note.startswith("3 of the sample failed at ode: ")


def test_an_estimate_reads_like_a_table(atk: Atk, endpoint: FakeEndpoint) -> None:
    out = atk("estimate", "c.yaml", "-n", "2").out
    assert "from 2 of 20 records, really run and kept" in out
    assert out.splitlines()[3].split() == ["calls", "20", "20", "20"]


def test_an_estimate_wants_a_positive_number(atk: Atk, endpoint: FakeEndpoint) -> None:
    done = atk("estimate", "c.yaml", "-n", "0")
    assert done.code == 2


def test_a_preview_shows_before_and_after_of_each_step(atk: Atk, endpoint: FakeEndpoint) -> None:
    done = atk("preview", "c.yaml", "-n", "2")
    assert done.code == 0, done.err
    assert done.out.count("--- odes / ode") == 2
    assert done.out.count("  text: text ") == 2
    assert done.out.count("  + ode: ") == 2
    assert not Path("out/datasets").exists()


def test_a_preview_as_json_keeps_every_step(atk: Atk, endpoint: FakeEndpoint) -> None:
    [record] = atk("preview", "c.yaml", "-n", "1", "--json").json["records"]
    [step] = record["steps"]
    assert (step["stage"], step["step"]) == ("odes", "ode")
    assert set(step["after"][0]) - set(step["before"]) == {"ode"}


def test_failed_records_are_tried_again_and_only_they(atk: Atk, endpoint: FakeEndpoint) -> None:
    atk("run", "c.yaml", "--set", "count=3")
    endpoint.change(reply="text")
    assert "3 record(s) failed" in atk("run", "c.yaml", "--set", "count=6").out
    endpoint.change(reply="tagged")
    endpoint.reset()
    done = atk("retry-failed", "out", "--json")
    assert done.code == 0, done.err
    assert done.json["failed"] == 0
    assert done.json["datasets"][0]["rows"] == 6
    assert endpoint.stats()["answered"] == 3


def test_failed_records_can_be_given_to_another_model(atk: Atk, endpoint: FakeEndpoint) -> None:
    atk("run", "c.yaml", "--set", "count=2")
    endpoint.change(reply="text")
    atk("run", "c.yaml", "--set", "count=3")
    endpoint.change(reply="tagged")
    endpoint.reset()
    endpoint.change(models=("large",))  # any other is refused with 404
    done = atk("retry-failed", "out", "--set", "model.name=large")
    assert done.code == 0, done.err
    again = atk("resume", "out", "--json")
    assert again.json["failed"] == 0
    assert endpoint.stats()["answered"] == 1


def test_a_retry_changes_models_only_and_saves_no_key(atk: Atk, endpoint: FakeEndpoint) -> None:
    atk("run", "c.yaml", "--set", "count=2")
    endpoint.change(reply="text")
    atk("run", "c.yaml", "--set", "count=3")
    done = atk("retry-failed", "out", "--set", "count=9")
    assert (done.code, "can change models only, not count" in done.err) == (2, True)
    done = atk("retry-failed", "out", "--set", "model.api_key=sk-very-secret")
    assert (done.code, "${YOUR_VARIABLE}" in done.err) == (2, True)
    assert not Path("out/retries.json").exists()


def test_a_retry_with_nothing_failed_says_so(atk: Atk, endpoint: FakeEndpoint) -> None:
    atk("run", "c.yaml", "--set", "count=2")
    done = atk("retry-failed", "out")
    assert (done.code, "nothing failed in out" in done.err) == (2, True)


def test_a_run_at_its_cap_pauses_and_resumes_from_its_folder(atk: Atk, endpoint: FakeEndpoint) -> None:
    paused = atk("run", "c.yaml", "--set", "max_calls=5")
    assert paused.code == 3
    assert "paused: max_calls" in paused.err
    assert "5 calls made" in paused.out
    done = atk("resume", "out", "--set", "max_calls=100", "--json")
    assert done.code == 0, done.err
    assert done.json["datasets"][0]["rows"] == 20
    assert endpoint.stats()["answered"] == 20


def test_a_copied_folder_resumes_where_it_lies(atk: Atk, endpoint: FakeEndpoint) -> None:
    atk("run", "c.yaml", "--set", "max_calls=5")
    Path("out").rename("moved")
    assert atk("resume", "moved", "--set", "max_calls=null").code == 0
    assert Path("moved/datasets/odes.jsonl").is_file()
    assert not Path("out").exists()


def test_resume_of_something_else_exits_2(atk: Atk) -> None:
    done = atk("resume", "nowhere")
    assert (done.code, "not the folder of a run" in done.err) == (2, True)


def test_no_key_reaches_the_folder_or_the_screen(
    atk: Atk, endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOME_KEY", "sk-very-secret")
    endpoint.change(api_keys=("sk-very-secret",))
    outcomes = [
        atk("run", "c.yaml", "--set", "model.api_key=${SOME_KEY}", "--json"),
        atk("run", "c.yaml", "--set", "model.api_key=sk-very-secret", "--json"),
        atk("check", "c.yaml", "--set", "model.api_key={a: sk-very-secret}"),
    ]
    assert [outcome.code for outcome in outcomes] == [0, 0, 2]
    assert all("sk-very-secret" not in outcome.out + outcome.err for outcome in outcomes)
    files = [file for file in Path("out").rglob("*") if file.is_file()]
    assert files
    assert all(b"sk-very-secret" not in file.read_bytes() for file in files)


def test_the_doctor_finds_a_model_that_answers(atk: Atk, endpoint: FakeEndpoint) -> None:
    done = atk("doctor", "c.yaml")
    assert done.code == 0, done.out
    assert f"model: small at {endpoint.url}: good, answered in" in done.out


def test_the_doctor_tells_a_wrong_key_from_a_wrong_name(atk: Atk, endpoint: FakeEndpoint) -> None:
    endpoint.change(api_keys=("right",))
    done = atk("doctor", "c.yaml")
    assert (done.code, "Check api_key" in done.out) == (1, True)
    endpoint.change(api_keys=(), models=("large",))
    done = atk("doctor", "c.yaml")
    assert (done.code, "It has: large" in done.out) == (1, True)


def test_the_doctor_tells_that_nobody_answers(atk: Atk, endpoint: FakeEndpoint) -> None:
    done = atk("doctor", "c.yaml", "--set", "model.base_url=http://127.0.0.1:9/v1")
    assert done.code == 1
    assert "127.0.0.1:9" in done.out


def test_the_doctor_without_config_looks_around(atk: Atk) -> None:
    done = atk("doctor", "--json")
    assert done.code == 0
    assert done.json["missing_packages"] == []
    assert done.json["models"] == []
