from __future__ import annotations

import textwrap
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from generation_functions.config import Config, load_config, parse_config, saved_config, to_yaml
from generation_functions.config_yaml import parse_yaml
from generation_functions.errors import ConfigError, Problem
from generation_functions.registry import load_registry
from generation_functions.vault import Vault

PIPELINE = '''
from pathlib import Path
from typing import Any

from generation_functions.model import Model
from generation_functions.parameter_types import Count, Folder, Proportion
from generation_functions.schema import ExistingPath


def limited(votes: Count = 3, holdout: Proportion = 0.05, prompts: Folder | None = None):
    return votes, holdout, prompts


def poems(
    run,
    input_dir: ExistingPath,
    model: Model = Model(name="offline"),
    chunk_size: int = 500,
    limit: int | None = None,
    extra: dict[str, Any] | None = None,
):
    """Write poems.

    Args:
        input_dir: Folder with your documents.
    """


def anything(texts, flag=True, **kwargs):
    return texts, flag, kwargs


def with_prompts(
    default_prompts: Path = Path(__file__).parent / "prompts", prompts: Path | None = None, limit: int = 1
):
    """Takes prompts."""


def with_samples(general: list[ExistingPath] = [Path(__file__).parent / "docs"], limit: int = 1):
    """Reads what lies beside the code, unless told otherwise."""
'''


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pipes.py").write_text(PIPELINE)
    (tmp_path / "docs").mkdir()
    return tmp_path


def check(text: str, *overrides: str, function: str = "poems") -> Config:
    text = f"pipeline: pipes.py:{function}\n" + textwrap.dedent(text)
    return parse_config(text, "c.yaml", load_registry(), overrides)


def problems(text: str, *overrides: str, function: str = "poems") -> list[str]:
    with pytest.raises(ConfigError) as caught:
        check(text, *overrides, function=function)
    return str(caught.value).splitlines()


def test_every_mistake_is_reported_in_one_go_with_file_line_and_key() -> None:
    found = problems(
        """\
        input_dir: dosc
        chunk_sise: 3
        limit: many
        model: {name: x, base_ulr: y}
        limit: 4
        extra:
        \tdeep: 1
        """
    )
    assert found == [
        "c.yaml:2: input_dir: dosc does not exist (looked in " + str(Path.cwd()) + "): did you mean docs?",
        "c.yaml:3: chunk_sise: unknown key: did you mean chunk_size?",
        'c.yaml:4: limit: wants a whole number or nothing, found the text "many"',
        "c.yaml:5: model.base_ulr: unknown key: did you mean base_url?",
        "c.yaml:6: limit: written twice (first on line 4); keep one",
        "c.yaml:8: indented with a tab; YAML wants spaces (two per level)",
    ]


def test_a_good_config_gives_arguments_with_defaults() -> None:
    config = check("input_dir: docs\nlimit: 5\n")
    assert config.arguments["input_dir"] == Path("docs")
    assert config.arguments["limit"] == 5
    assert config.arguments["chunk_size"] == 500
    assert config.options.output_dir == Path("outputs/poems")


def test_a_missing_key_is_named_with_its_meaning() -> None:
    assert problems("limit: 1") == [
        "c.yaml:1: input_dir: missing: add `input_dir: ...`, a path (Folder with your documents.)"
    ]


def test_headings_are_lifted_and_parameters_keep_their_value_whole() -> None:
    config = check(
        """\
        no_flatten: [system]
        system:
          input_dir: docs
          models:
            model: {name: offline}
        later:
        extra:
          limit: 3
        """
    )
    assert config.arguments["model"].name == "offline"
    assert config.arguments["extra"] == {"limit": 3}
    assert config.arguments["limit"] is None


def test_a_key_set_under_two_headings_is_a_clash() -> None:
    assert problems("input_dir: docs\na:\n  limit: 1\nb:\n  limit: 2\n") == [
        "c.yaml:6: limit: set twice: as a.limit on line 4 and as b.limit here; keep one"
    ]


def test_a_count_a_share_and_a_folder_are_checked_with_their_lines() -> None:
    with pytest.raises(ConfigError) as caught:
        check("votes: 0\nholdout: 5\nprompts: pipes.py\n", function="limited")
    assert str(caught.value).splitlines() == [
        "c.yaml:2: votes: should be greater than or equal to 1, found the number 0",
        "c.yaml:3: holdout: should be less than or equal to 1, found the number 5; "
        "a share is a part of 1, so 5 % are 0.05",
        "c.yaml:4: prompts: pipes.py is a file; a folder is wanted",
    ]


def test_a_key_under_a_heading_keeps_its_line_in_messages() -> None:
    assert problems("input_dir: docs\nsystem:\n  limit: x\n")[0].startswith("c.yaml:4: limit: wants")


def test_a_misspelt_mapping_parameter_is_not_taken_for_a_heading() -> None:
    assert problems("input_dir: docs\nmodle:\n  name: offline\n") == [
        "c.yaml:3: modle: unknown key: did you mean model?"
    ]


def test_a_placeholder_is_reported_once_and_not_as_a_missing_key() -> None:
    assert problems("input_dir: !!PLACEHOLDER!! your documents\nsystem:\n  model: '!!PLACEHOLDER!!'\n") == [
        "c.yaml:2: input_dir: replace !!PLACEHOLDER!! with a value of your own (your documents)",
        "c.yaml:4: model: replace !!PLACEHOLDER!! with a value of your own",
    ]


def test_a_placeholder_inside_a_model_is_not_followed_by_complaints_about_the_model() -> None:
    assert problems("input_dir: docs\nmodel:\n  name: big\n  base_url: !!PLACEHOLDER!!\n") == [
        "c.yaml:5: model.base_url: replace !!PLACEHOLDER!! with a value of your own"
    ]


def test_an_attention_mark_is_a_warning_and_the_run_goes_on() -> None:
    config = check("input_dir: docs\nlimit: !!ATTENTION!! 50  # very few\n")
    assert config.arguments["limit"] == 50
    assert [str(warning) for warning in config.warnings] == ["c.yaml:3: limit: marked !!ATTENTION!!: very few"]


def test_a_reference_is_filled_for_the_pipeline_and_kept_in_what_is_saved(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("MY_KEY", "sk-very-secret")
    text = "input_dir: docs\nmodel: {name: m, base_url: 'http://h/v1', api_key: '${MY_KEY}'}\n"
    config = check(text)
    assert config.arguments["model"].api_key.get_secret_value() == "sk-very-secret"
    assert config.masked()["model"]["api_key"] == "${MY_KEY}"
    assert "sk-very-secret" not in to_yaml(config.masked())


def test_a_reference_is_also_found_in_the_dotenv_file(folder: Path) -> None:
    (folder / ".env").write_text("MY_LIMIT=7\n")
    assert check("input_dir: docs\nlimit: ${MY_LIMIT}\n").arguments["limit"] == 7


def test_a_missing_variable_tells_how_to_set_it() -> None:
    [found] = problems("input_dir: docs\nmodel: {name: m, base_url: 'http://h', api_key: '${NO_SUCH_KEY}'}\n")
    assert found.startswith("c.yaml:3: model.api_key: the variable NO_SUCH_KEY is not set")
    assert "export NO_SUCH_KEY=" in found


def test_a_missing_secret_tells_how_to_set_it() -> None:
    [found] = problems("input_dir: docs\nmodel: {name: m, base_url: 'http://h', api_key: 'secret://openai'}\n")
    assert found.startswith("c.yaml:3: model.api_key: there is no secret called openai: run ")
    assert "secret set openai" in found


def test_a_secret_is_saved_as_it_is_written(own_state: Path) -> None:
    Vault(own_state).put("openai", "sk-very-secret")
    text = "input_dir: docs\nmodel: {name: m, base_url: 'http://h/v1', api_key: 'secret://openai'}\n"
    config = check(text)
    assert config.arguments["model"].api_key.get_secret_value() == "sk-very-secret"
    assert config.secrets == ("sk-very-secret",)
    saved = config.masked()
    assert saved["model"]["api_key"] == "secret://openai"
    again = saved_config(saved, "run.json", load_registry(), [])
    assert again.arguments["model"] == config.arguments["model"]
    assert "sk-very-secret" not in to_yaml(saved) + repr(config)


def test_where_the_code_lies_is_not_saved() -> None:
    config = check("", function="with_samples")
    assert config.arguments["general"] == [Path("docs").resolve()]
    assert "general" not in config.masked()
    assert check("general: [docs]", function="with_samples").masked()["general"] == ["docs"]


def test_a_key_written_out_is_masked_and_asked_for_again_on_resume() -> None:
    config = check("input_dir: docs\nmodel: {name: m, base_url: 'http://h/v1', api_key: sk-very-secret}\n")
    saved = config.masked()
    assert saved["model"]["api_key"] == "***"
    with pytest.raises(ConfigError, match="give it again with --set"):
        saved_config(saved, "run.json", load_registry(), [])
    again = saved_config(saved, "run.json", load_registry(), ["model.api_key=sk-very-secret"])
    assert again.arguments["model"] == config.arguments["model"]


def test_headers_are_masked_too() -> None:
    config = check(
        "input_dir: docs\nmodel: {name: m, base_url: 'http://u:pw@h/v1', headers: {Authorization: Bearer abc}}\n"
    )
    assert config.masked()["model"]["headers"] == {"Authorization": "***"}
    assert config.masked()["model"]["base_url"] == "http://u:***@h/v1"


def test_a_saved_config_loads_to_the_same_arguments() -> None:
    config = check("input_dir: docs\nlimit: 3\nmodel: {name: m, base_url: 'http://h/v1'}\nextra: {x: '12'}\n")
    content = parse_yaml(to_yaml(config.masked()), "saved.yaml")
    again = saved_config(content.values, "saved.yaml", load_registry(), [])
    assert again.arguments == config.arguments


def test_set_reaches_nested_keys_and_wins() -> None:
    config = check(
        "input_dir: docs\nsystem:\n  limit: 3\n",
        "limit=9",
        "model.name=m",
        "model.base_url=http://h:1/v1",
        "model.sampling.temperature=0.5",
        "extra={a: [1]}",
    )
    model = config.arguments["model"]
    assert config.arguments["limit"] == 9
    assert (model.name, model.base_url, model.sampling.temperature) == ("m", "http://h:1/v1", 0.5)
    assert config.arguments["extra"] == {"a": [1]}


def test_set_may_name_the_heading_as_well() -> None:
    assert check("input_dir: docs\nsystem:\n  limit: 3\n", "system.limit=9").arguments["limit"] == 9


def test_set_on_a_shorthand_model_keeps_its_name() -> None:
    config = check("input_dir: docs\nmodel: offline\n", "model.concurrency_limit=3")
    assert config.arguments["model"].name == "offline"
    assert config.arguments["model"].concurrency_limit == 3


def test_mistakes_in_set_are_called_by_its_name() -> None:
    assert problems("input_dir: docs\n", "limt=3", "oops", "limit=x", "limit.deep=1", "model.base_ulr=x") == [
        "--set: 'oops' is not KEY=VALUE (for example --set limit=10)",
        "--set: limit.deep: limit is not a mapping, so it has no deep",
        "--set: limt: unknown key: did you mean limit?",
        "--set: model.base_ulr: unknown key: did you mean base_url?",
    ]


def test_unknown_keys_of_a_function_that_takes_anything_are_a_warning() -> None:
    config = check("texts: a\nflag: no\nzeal: 3\nflog: 4\n", function="anything")
    assert config.arguments["flag"] is False
    assert config.arguments["zeal"] == 3
    assert [str(warning) for warning in config.warnings] == [
        "c.yaml:4: zeal: not parameters of anything, handed to its **kwargs: zeal, flog (did you mean flag?)"
    ]


def test_an_unknown_pipeline_is_a_problem_with_its_line() -> None:
    with pytest.raises(ConfigError) as caught:
        parse_config("limit: 1\npipeline: pipse.py\n", "c.yaml", load_registry())
    assert str(caught.value).startswith("c.yaml:2: pipeline: no pipeline is called 'pipse.py'")


def test_a_config_must_name_its_pipeline() -> None:
    with pytest.raises(ConfigError, match="missing: add `pipeline: NAME`"):
        parse_config("limit: 1\n", "c.yaml", load_registry())


def test_a_config_beside_a_pipeline_belongs_to_it(folder: Path) -> None:
    (folder / "sub").mkdir()
    (folder / "sub" / "pipeline.py").write_text("def sub(limit: int = 1):\n    pass\n")
    (folder / "sub" / "config.yaml").write_text("limit: 2\n")
    assert load_config(folder / "sub" / "config.yaml", load_registry()).arguments["limit"] == 2


def test_a_list_is_no_config() -> None:
    with pytest.raises(ConfigError, match="a config is a mapping"):
        parse_config("- a\n", "c.yaml", load_registry())


def test_mistakes_in_prompts_come_with_those_of_the_config(folder: Path) -> None:
    (folder / "prompts").mkdir()
    (folder / "prompts" / "poem.yaml").write_text("- role: user\n  content: 'About {txet}'\n")
    found = problems("limit: many\n", function="with_prompts")
    assert any("poem.yaml:2" in line and "txet" in line for line in found)
    assert any(line.startswith("c.yaml:2: limit: wants a whole number") for line in found)


def test_a_missing_prompt_folder_is_reported_at_its_key(folder: Path) -> None:
    (folder / "prompts").mkdir()
    (folder / "prompts" / "poem.yaml").write_text("- role: user\n  content: 'About {text}'\n")
    [found] = problems("prompts: nowhere\n", function="with_prompts")
    assert found.startswith("c.yaml:2: prompts: the folder nowhere does not exist")


SCALARS = st.sampled_from([None, True, "", "x", "docs", "offline", "${NO_SUCH_KEY}", "!!PLACEHOLDER!!", -1, 2, 1.5])
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(["name", "limit", "x"]), inner, max_size=2)
    ),
    max_leaves=4,
)
KEYS = st.sampled_from(["input_dir", "model", "chunk_size", "limit", "extra", "system", "limt", "max_cost"])


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(KEYS, VALUES, max_size=4))
def test_any_values_give_a_config_or_problems_with_places(values: dict[str, object]) -> None:
    problems: list[Problem] = []
    try:
        config = check(to_yaml(values))
    except ConfigError as error:
        problems = error.problems
    else:
        saved = parse_yaml(to_yaml(config.masked()), "saved.yaml").values
        assert saved_config(saved, "saved.yaml", load_registry(), []).arguments == config.arguments
    assert all(problem.file == "c.yaml" and problem.line >= 1 and problem.message for problem in problems)
