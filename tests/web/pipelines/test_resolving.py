"""What a run is made of, as the host tells it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.web.pipelines.conftest import Hosts
from tests.web.pipelines.test_host import refused
from web.pipelines.host import PipelineHost


@pytest.fixture
def shipped(host_of: Hosts, pipes: Path) -> PipelineHost:
    """A host over a project that has no super_config.yaml of its own: it gets the shipped pipelines."""
    (pipes / "super_config.yaml").unlink()
    return host_of()


def test_a_config_file_is_resolved_with_changes(shipped: PipelineHost, pipes: Path) -> None:
    facts = shipped.ask("resolve", file="poems.yaml", overrides={"limit": "2", "model.name": "offline"})
    assert facts["pipeline"] == "example-pipeline"
    assert facts["config"]["limit"] == 2
    assert facts["config"]["chunk_size"] == 400
    assert facts["output_dir"] == "outputs/poems"
    assert facts["output_dir_absolute"] == str(pipes / "outputs" / "poems")
    assert facts["input_paths"] == {"input_dir": str(pipes / "inputs" / "sample")}
    assert facts["models"] == {"model": {"name": "offline"}}
    assert facts["literal_secrets"] == []


def test_a_pipeline_is_resolved_with_its_own_config(shipped: PipelineHost) -> None:
    facts = shipped.ask("resolve", pipeline="example-pipeline", overrides={"limit": "7"})
    assert facts["config"]["limit"] == 7
    assert facts["output_dir"] == "outputs/example-pipeline"


def test_secrets_in_plain_text_are_named_and_never_repeated(
    shipped: PipelineHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-from-the-environment")
    text = (
        "pipeline: example-pipeline\nmodels:\n  model:\n    name: m\n    base_url: http://127.0.0.1:9/v1\n"
        "    api_key: sk-plain-1234\n    headers: {X-Key: 'also-plain-1234'}\n"
    )
    facts = shipped.ask("resolve", text=text)
    assert facts["literal_secrets"] == [{"key": "model.api_key", "line": 6}, {"key": "model.headers.X-Key", "line": 7}]
    assert "plain-1234" not in str({**facts, "literal_secrets": []})
    checked = shipped.ask("check", text=text)
    assert checked["ok"]
    assert [(warning["key"], warning["line"]) for warning in checked["warnings"]] == [
        ("model.api_key", 6),
        ("model.headers.X-Key", 7),
    ]
    assert checked["warnings"][0]["message"] == (
        "model.api_key is written in plain text: store it in the vault and write secret://NAME"
    )
    referred = text.replace("sk-plain-1234", "${MY_KEY}").replace("also-plain-1234", "Bearer ${MY_KEY}")
    facts = shipped.ask("resolve", text=referred)
    assert facts["literal_secrets"] == []
    assert facts["config"]["model"]["api_key"] == "${MY_KEY}"
    assert "sk-from-the-environment" not in str(facts)


def test_mistakes_never_tell_what_a_variable_holds(shipped: PipelineHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-from-the-environment")
    text = "pipeline: example-pipeline\ninput_dir: ${MY_KEY}/\nlimit: ${MY_KEY}\nprompts: ${MY_KEY}\nmodel: ${MY_KEY}\n"
    checked = shipped.ask("check", text=text)
    assert {mistake["key"] for mistake in checked["mistakes"]} == {"input_dir", "limit", "prompts", "model"}
    assert "sk-from-the-environment" not in str(checked)
    assert "${MY_KEY}" in checked["mistakes"][0]["message"]


def test_where_a_run_is_kept_is_not_a_reference(shipped: PipelineHost, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PLACE", "outputs/secret-place")
    error = refused(shipped, "resolve", text="pipeline: example-pipeline\noutput_dir: ${PLACE}\n")
    assert error.mistakes[0].key == "output_dir"
    assert "without references" in error.mistakes[0].message
    assert "secret-place" not in str(error.mistakes)


@pytest.mark.parametrize("file", ["../super_config.yaml", "/etc/passwd", "a\0b"])
def test_only_files_below_configs_are_read(shipped: PipelineHost, file: str) -> None:
    assert refused(shipped, "resolve", file=file).code == "path-invalid"


def test_a_file_that_is_missing_or_a_folder_is_told(shipped: PipelineHost, pipes: Path) -> None:
    assert refused(shipped, "resolve", file="none.yaml").code == "no-such-file"
    (pipes / "configs" / "folder.yaml").mkdir()
    error = refused(shipped, "resolve", file="folder.yaml")
    assert error.code == "config-invalid"
    assert error.mistakes[0].message == "cannot be read: Is a directory"


def test_data_is_no_config(shipped: PipelineHost) -> None:
    (mistake,) = refused(shipped, "resolve", text="#" * 300_000).mistakes
    assert mistake.message == "larger than 256 KB: a config is not the place for data"


def test_a_key_with_an_equals_sign_is_refused(shipped: PipelineHost) -> None:
    (mistake,) = refused(shipped, "resolve", file="poems.yaml", overrides={"limit=2": "3"}).mistakes
    assert mistake.message == "'limit=2' is no key of a config"


@pytest.mark.parametrize(
    "tag",
    [
        "!!python/object/apply:os.system",
        "!!python/object/new:os.system",
        "!!python/name:os.system",
        "!!python/module:os",
        "!<tag:yaml.org,2002:python/object/apply:os.system>",
        "!python/object/apply:os.system",
        "!!binary",
        "!!set",
        "!!timestamp",
    ],
)
def test_tags_of_yaml_construct_nothing(shipped: PipelineHost, pipes: Path, tag: str) -> None:
    text = f"pipeline: example-pipeline\nlimit: 1\nsection:\n  model: {tag} ['touch constructed']\n"
    for error in (refused(shipped, "resolve", text=text).mistakes, refused(shipped, "resolve", text=text).mistakes):
        assert [(mistake.line, mistake.key) for mistake in error] == [(4, "model")]
        assert "means nothing here" in error[0].message
    override = shipped.ask("check", file="poems.yaml", overrides={"model": f"[{tag} 'touch constructed']"})
    assert not override["ok"]
    assert not (pipes / "constructed").exists()
