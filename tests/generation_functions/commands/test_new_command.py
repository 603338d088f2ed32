from __future__ import annotations

from pathlib import Path

from generation_functions.config import load_config
from generation_functions.registry import load_registry
from tests.support.command_line import Atk


def test_a_new_pipeline_is_a_copy_of_the_example_under_its_own_name(atk: Atk) -> None:
    done = atk("new", "my-odes", "--to", "ideas")
    assert done.code == 0
    text = Path("ideas/my_odes/pipeline.py").read_text()
    assert "def my_odes(" in text
    assert "example" not in text
    assert "pipeline: my-odes" in Path("ideas/my_odes/config.yaml").read_text()
    assert list(Path("ideas/my_odes/prompts").glob("*.yaml"))


def test_the_new_pipeline_can_be_run_by_its_alias_and_comments_are_kept(atk: Atk) -> None:
    atk("new", "my-odes", "--to", "ideas")
    assert Path("super_config.yaml").read_text().startswith("# kept\npath_aliases:\n  numbers: pipes.py:numbers\n")
    assert atk("show", "my-odes").code == 0


def test_nothing_that_exists_is_overwritten(atk: Atk) -> None:
    Path("generation/numbers2").mkdir(parents=True)
    done = atk("new", "numbers2")
    assert done.code == 2
    assert "exists already" in done.err


def test_an_impossible_name_is_refused(atk: Atk) -> None:
    assert atk("new", "3 odes").code == 2


def test_a_new_config_is_commented_and_good(atk: Atk) -> None:
    done = atk("new", "numbers", "--config")
    assert done.code == 0
    file = Path("configs/numbers.yaml")
    text = file.read_text()
    assert "# How many. (a whole number)\ncount: 6\n" in text
    assert "# max_cost: null" in text
    config = load_config(file, load_registry())
    assert config.arguments["count"] == 6


def test_what_has_no_default_becomes_a_placeholder(atk: Atk) -> None:
    atk("new", "plain", "--config", "mine.yaml")
    assert 'text: "!!PLACEHOLDER!!"' in Path("mine.yaml").read_text()
    done = atk("check", "mine.yaml")
    assert done.code == 2
    assert "replace !!PLACEHOLDER!!" in done.err


def test_an_existing_config_is_not_overwritten(atk: Atk) -> None:
    Path("mine.yaml").write_text("")
    assert atk("new", "plain", "--config", "mine.yaml").code == 2
