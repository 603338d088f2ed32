from __future__ import annotations

from pathlib import Path

from tests.support.command_line import Atk


def test_list_names_every_pipeline_with_its_summary(atk: Atk) -> None:
    done = atk("list")
    assert done.code == 0
    assert done.out == "numbers  Carry numbers through two steps.\nplain    \n"


def test_list_as_json_holds_the_same(atk: Atk) -> None:
    [numbers, plain] = atk("list", "--json").json["pipelines"]
    assert (numbers["name"], numbers["summary"]) == ("numbers", "Carry numbers through two steps.")
    assert plain["target"] == "pipes.py:plain"


def test_a_pipeline_that_cannot_be_imported_is_listed_with_the_reason_and_fails(atk: Atk) -> None:
    Path("super_config.yaml").write_text("path_aliases:\n  broken: broken.py\n  plain: pipes.py:plain\n")
    Path("broken.py").write_text("import no_such_module_here\n")
    done = atk("list")
    assert done.code == 1
    assert "broken  " in done.out
    assert "No module named 'no_such_module_here'" in done.out
    assert "plain" in done.out


def test_list_reports_alias_loops(atk: Atk) -> None:
    Path("super_config.yaml").write_text("path_aliases:\n  a: b\n  b: a\n")
    done = atk("list")
    assert done.code == 2
    assert "aliases go round in a circle: a -> b -> a" in done.err


def test_show_tells_parameters_defaults_and_steps(atk: Atk) -> None:
    done = atk("show", "numbers")
    assert "count  (a whole number, default: 6)\n      How many." in done.out
    assert "map numbers: double -> keep" in done.out
    assert "write numbers" in done.out
    assert "max_cost" in done.out


def test_show_as_json_has_schema_steps_and_defaults(atk: Atk) -> None:
    shown = atk("show", "n", "--json").json
    assert shown["name"] == "numbers"
    assert shown["schema"]["properties"]["count"]["description"] == "How many."
    assert shown["defaults"]["count"] == 6
    assert shown["steps"][0] == {"kind": "map", "stage": "numbers", "steps": ["double", "keep"]}


def test_show_without_a_name_says_what_to_do(atk: Atk) -> None:
    done = atk("show")
    assert (done.code, "list" in done.err) == (2, True)


def test_the_reference_page_has_every_pipeline_and_shared_type(atk: Atk) -> None:
    Path("with_model.py").write_text(
        "from generation_functions.model import Model\n"
        "def with_model(model: Model = Model(name='offline')):\n    '''M.'''\n"
    )
    with Path("super_config.yaml").open("a") as file:
        file.write("  with-model: with_model.py\n")
    page = atk("show", "--markdown").out
    assert "| `count` | a whole number | `6` | How many. |" in page
    assert "| `model` | Model | `offline` |  |" in page
    assert "## Model" in page
    assert "| `concurrency_limit` |" in page
    assert str(Path.cwd()) not in page


def test_the_editor_schema_allows_headings_and_knows_each_pipeline(atk: Atk) -> None:
    schema = atk("show", "--schema").json
    assert schema["properties"]["pipeline"]["enum"] == ["numbers", "plain"]
    section = schema["$defs"]["config of numbers"]
    assert section["properties"]["count"]["type"] == "integer"
    assert section["additionalProperties"] == {"$ref": "#/$defs/config of numbers"}


def test_check_approves_a_good_config_and_says_where_it_goes(atk: Atk) -> None:
    Path("c.yaml").write_text("pipeline: numbers\n")
    done = atk("check", "c.yaml")
    assert (done.code, done.out) == (0, "c.yaml: good (numbers, goes to outputs/numbers)\n")


def test_check_as_json_lists_problems_with_their_places(atk: Atk) -> None:
    Path("c.yaml").write_text("pipeline: numbers\ncuont: 3\n")
    done = atk("check", "c.yaml", "--json")
    assert done.code == 2
    assert done.json["problems"] == [
        {"file": "c.yaml", "line": 2, "key": "cuont", "message": "unknown key: did you mean count?"}
    ]


def test_check_without_config_checks_the_order(atk: Atk) -> None:
    with Path("super_config.yaml").open("a") as file:
        file.write("pipeline_order:\n  - node: numbers\n    count: x\n")
    done = atk("check")
    assert done.code == 2
    assert "super_config.yaml:7: count: wants a whole number" in done.err
