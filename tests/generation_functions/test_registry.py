from __future__ import annotations

from pathlib import Path

import pytest

from generation_functions.errors import AugmentoolkitError, UsageError
from generation_functions.registry import Registry, load_registry
from generation_functions.super_config import read_super_config

ONE = "def {name}(limit: int = 1):\n    '''Do it.'''\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def registry(text: str) -> Registry:
    Path("super_config.yaml").write_text(text)
    return load_registry(Path("super_config.yaml").absolute())


def write(path: str, text: str) -> Path:
    file = Path(path)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_an_alias_leads_to_a_file_and_names_the_pipeline() -> None:
    write("a/pipeline.py", ONE.format(name="a"))
    found = registry("path_aliases:\n  my-a: a/pipeline.py:a\n").find("my-a")
    assert (found.name, found.reference, found.schema.summary) == ("my-a", "my-a", "Do it.")


def test_an_alias_of_an_alias_means_the_same_pipeline() -> None:
    write("b/pipeline.py", ONE.format(name="b"))
    aliases = registry("path_aliases:\n  short: long-name\n  long-name: b\n")
    assert aliases.find("short").name == "long-name"
    assert aliases.names == ["long-name"]


def test_aliases_that_go_round_are_an_error_told_once() -> None:
    aliases = registry("path_aliases:\n  a: b\n  b: c\n  c: a\n  d: a\n")
    assert [str(problem) for problem in aliases.super_config.problems] == [
        "super_config.yaml:2: path_aliases.a: aliases go round in a circle: a -> b -> c -> a"
    ]
    with pytest.raises(UsageError, match="round in a circle: a -> b -> c -> a"):
        aliases.find("d")


def test_an_unknown_name_suggests_an_alias() -> None:
    write("c/pipeline.py", ONE.format(name="c"))
    aliases = registry("path_aliases:\n  example-pipeline: c\n")
    with pytest.raises(UsageError, match="no pipeline is called 'exmple-pipeline': did you mean example-pipeline"):
        aliases.find("exmple-pipeline")


def test_a_path_that_leads_nowhere_says_where_it_looked() -> None:
    with pytest.raises(UsageError, match="no such file in"):
        registry("").find("no/pipeline.py")


@pytest.mark.parametrize(
    ("names", "chosen"),
    [
        (["poems"], "poems"),
        (["poems", "helper"], "poems"),
        (["poems_pipeline", "helper"], "poems_pipeline"),
        (["other_pipeline", "helper"], "other_pipeline"),
        (["anything"], "anything"),
    ],
)
def test_the_pipeline_of_a_file_is_the_function_that_stands_out(names: list[str], chosen: str, tmp_path: Path) -> None:
    folder = tmp_path / chosen / "poems"
    write(str(folder / "pipeline.py"), "".join(ONE.format(name=name) for name in names))
    assert registry("").find(str(folder)).function.__name__ == chosen


def test_a_file_with_several_candidates_asks_which(tmp_path: Path) -> None:
    write("several.py", ONE.format(name="one") + ONE.format(name="two"))
    with pytest.raises(UsageError, match=r"say which one: several.py:one or several.py:two"):
        registry("").find("several.py")


def test_private_and_imported_functions_are_no_candidates() -> None:
    write("tidy.py", "from json import dumps\ndef _help(): pass\n" + ONE.format(name="work"))
    assert registry("").find("tidy.py").function.__name__ == "work"


def test_a_misspelt_function_gets_a_suggestion() -> None:
    write("f.py", ONE.format(name="write_poems"))
    with pytest.raises(UsageError, match=r"has no function write_poem: did you mean write_poems\?"):
        registry("").find("f.py:write_poem")


def test_a_dotted_module_works() -> None:
    found = registry("").find("generation_functions.records:record_id")
    assert found.function.__name__ == "record_id"


def test_a_file_may_import_what_lies_beside_it() -> None:
    write("beside/neighbour_of_registry_test.py", "VALUE = 3\n")
    write("beside/uses.py", "from neighbour_of_registry_test import VALUE\ndef uses(): return VALUE\n")
    assert registry("").find("beside/uses.py").function() == 3


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("import no_such_module_anywhere\n", "ModuleNotFoundError: No module named 'no_such_module_anywhere'"),
        ("def broken(:\n", "SyntaxError: "),
        ("value = undefined_name\n", "NameError: "),
        ("raise SystemExit(0)\n", "SystemExit: 0"),
    ],
)
def test_a_module_that_cannot_be_imported_fails_with_the_reason(text: str, message: str) -> None:
    write("broken.py", text)
    with pytest.raises(AugmentoolkitError, match=r"broken\.py cannot be imported") as caught:
        registry("").find("broken.py")
    assert message in str(caught.value)
    assert "broken.py:1" in str(caught.value)
    assert caught.value.exit_code == 1


def test_the_order_is_read_with_lines_and_overrides() -> None:
    text = "pipeline_order:\n  - configs/a.yaml\n  - node: b\n    config: configs/b.yaml\n    limit: 3\n  - node: c\n"
    first, second, third = registry(text).super_config.order
    assert first.config == Path("configs/a.yaml")
    assert (second.node, second.overrides, second.line) == ("b", {"limit": 3}, 3)
    assert (third.node, third.config) == ("c", None)


def test_mistakes_in_the_super_config_are_all_reported() -> None:
    Path("super_config.yaml").write_text("path_alias:\n  a: b\npath_aliases:\n  x: 3\npipeline_order:\n  - 5\n")
    assert [str(problem) for problem in read_super_config(Path("super_config.yaml")).problems] == [
        "super_config.yaml:1: path_alias: unknown key: did you mean path_aliases?",
        "super_config.yaml:4: path_aliases.x: must be followed by folder/pipeline.py:function or another alias",
        "super_config.yaml:6: pipeline_order.0: must be a config path, or a mapping with `node:` and `config:`",
    ]
