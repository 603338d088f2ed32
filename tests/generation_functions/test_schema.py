from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import pytest
from pydantic import Field

from generation_functions.model import Model
from generation_functions.parameter_types import Count, Folder, LongText, Proportion
from generation_functions.schema import ExistingPath, OverridesOf, plain, read_schema
from generation_functions.validation import validate

if TYPE_CHECKING:
    from generation_functions.elsewhere import Unimportable  # type: ignore[import-not-found]
    from generation_functions.run import Run


def part(style: Literal["short", "long"] = "short", chunk_size: int = 10) -> None:
    """A part."""


def poems(
    run: Run,
    input_dir: ExistingPath,
    model: Model = Model(name="offline"),
    chunk_size: Annotated[int, Field(ge=1)] = 500,
    limit: int | None = None,
    style: Literal["open", "vague"] = "open",
    json: str = "x",
    overrides: Annotated[dict[str, Any], OverridesOf(part)] | None = None,
) -> None:
    """Write poems.

    Args:
        input_dir: Folder with your documents.
        chunk_size: Longest chunk, in tokens.
    """


def mistakes(function: Any, **values: Any) -> list[str]:
    _, found = validate(read_schema(function), values, values)
    return [f"{'.'.join(map(str, mistake.path))}: {mistake.message}" for mistake in found]


def test_docstring_annotations_and_defaults_become_the_schema() -> None:
    schema = read_schema(poems, "poems")
    properties = schema.json_schema["properties"]
    assert schema.summary == "Write poems."
    assert properties["chunk_size"] == {
        "default": 500,
        "description": "Longest chunk, in tokens.",
        "minimum": 1,
        "type": "integer",
    }
    assert properties["style"]["enum"] == ["open", "vague"]
    assert properties["model"]["default"] == "offline"
    assert properties["input_dir"]["format"] == "path"
    assert schema.json_schema["required"] == ["input_dir"]


def test_the_run_is_injected_and_never_shows() -> None:
    schema = read_schema(poems)
    assert schema.run_parameter == "run"
    assert "run" not in schema.json_schema["properties"]


def test_every_schema_takes_the_run_options() -> None:
    properties = read_schema(poems, "my-poems").json_schema["properties"]
    assert {"output_dir", "max_cost", "max_calls", "reuse_calls", "pipeline"} <= set(properties)
    assert properties["output_dir"]["default"] == "outputs/my-poems"


def test_secrets_are_passwords_and_models_may_be_shorthand() -> None:
    schema = read_schema(poems).json_schema
    model = schema["$defs"]["Model"]
    [fields] = [option["properties"] for option in model["anyOf"] if "properties" in option]
    assert {"type": "string"} in model["anyOf"]
    assert any(option.get("format") == "password" for option in fields["api_key"]["anyOf"])


def test_names_that_pydantic_reserves_are_fine() -> None:
    def function(json: str, copy: int, model_config: int, _private: int, schema: int) -> None:
        """Awkward."""

    arguments, found = validate(
        read_schema(function),
        {"json": "a", "copy": 1, "model_config": 2, "_private": 3, "schema": 4},
        {},
    )
    assert found == []
    assert arguments["json"] == "a"
    assert arguments["_private"] == 3


def test_values_are_converted_to_what_the_annotation_says(tmp_path: Path) -> None:
    values = {"input_dir": str(tmp_path), "model": "offline", "limit": "7", "overrides": {"chunk_size": 3}}
    arguments, found = validate(read_schema(poems), values, values)
    assert found == []
    assert arguments["input_dir"] == tmp_path
    assert isinstance(arguments["model"], Model)
    assert arguments["limit"] == 7
    assert arguments["overrides"] == {"chunk_size": 3}
    assert arguments["chunk_size"] == 500


def test_mistakes_say_what_is_wanted_and_what_was_found(tmp_path: Path) -> None:
    here = str(tmp_path)
    assert mistakes(poems, input_dir=here, chunk_size="many") == [
        'chunk_size: wants a whole number, found the text "many"'
    ]
    assert mistakes(poems, input_dir=here, chunk_size=0) == [
        "chunk_size: should be greater than or equal to 1, found the number 0"
    ]
    assert mistakes(poems, input_dir=here, chunk_size=None) == [
        "chunk_size: wants a whole number, found nothing (the key has no value); give it a value or leave the key out"
    ]
    assert mistakes(poems, input_dir=here, style="opne") == [
        'style: wants one of open, vague, found the text "opne": did you mean open?'
    ]
    assert mistakes(poems, input_dir=here, json=12) == ["json: wants text, found the number 12; put it in quotes"]
    assert mistakes(poems, input_dir=here, limit=True) == ["limit: wants a whole number or nothing, found true"]
    assert mistakes(poems, input_dir="") == ["input_dir: wants a path, found an empty text"]
    assert mistakes(poems, input_dir=here, model=[1]) == ["model: wants text or a mapping, found a list of 1"]


def test_a_missing_key_tells_what_it_is_for() -> None:
    assert mistakes(poems) == ["input_dir: missing: add `input_dir: ...`, a path (Folder with your documents.)"]


def test_a_missing_folder_suggests_its_neighbour(tmp_path: Path) -> None:
    (tmp_path / "sample").mkdir()
    [found] = mistakes(poems, input_dir=str(tmp_path / "sampel"))
    assert "does not exist" in found
    assert "did you mean sample?" in found


def test_a_default_folder_that_is_missing_is_a_mistake_too() -> None:
    def function(input_dir: ExistingPath = Path("no/such/folder")) -> None:
        """Reads."""

    [found] = mistakes(function)
    assert found.startswith("input_dir: no/such/folder does not exist")


def test_nested_keys_get_suggestions_of_their_own(tmp_path: Path) -> None:
    model = {"name": "m", "base_ulr": "http://h/v1"}
    assert "model.base_ulr: unknown key: did you mean base_url?" in mistakes(
        poems, input_dir=str(tmp_path), model=model
    )


def test_overrides_are_checked_by_the_other_pipelines_signature(tmp_path: Path) -> None:
    assert mistakes(poems, input_dir=str(tmp_path), overrides={"chunk_sise": 1, "style": "brief"}) == [
        'overrides.style: wants one of short, long, found the text "brief"',
        "overrides.chunk_sise: unknown key: did you mean chunk_size?",
    ]


def test_a_secret_is_never_quoted_in_a_message() -> None:
    def function(api_key: Model) -> None:
        """Takes a model."""

    [found] = mistakes(function, api_key={"name": "offline", "api_key": {"sk-very-secret": 1}})
    assert "sk-very-secret" not in found


def test_an_unannotated_function_works() -> None:
    def function(texts, count=3, flag=True, *, run):  # type: ignore[no-untyped-def]
        return texts, count, flag, run

    schema = read_schema(function)
    arguments, found = validate(schema, {"texts": ["a"], "flag": "no"}, {})
    assert found == []
    assert schema.call(arguments, run="the run") == (["a"], 3, False, "the run")


def test_keyword_arguments_take_what_is_left() -> None:
    def function(a: int, **rest: object) -> tuple[int, dict[str, object]]:
        return a, rest

    schema = read_schema(function)
    arguments, found = validate(schema, {"a": 1, "b": 2, "max_calls": 3}, {})
    assert found == []
    assert schema.takes_anything
    assert schema.call(arguments) == (1, {"b": 2})


def test_positional_only_parameters_are_passed_by_position() -> None:
    def function(a: int, /, b: int) -> tuple[int, int]:
        return a, b

    assert read_schema(function).call({"a": 1, "b": 2}) == (1, 2)


def test_a_function_that_takes_a_run_option_itself_gets_it() -> None:
    def function(output_dir: Path = Path("mine")) -> Path:
        return output_dir

    schema = read_schema(function)
    assert schema.call({"output_dir": Path("x")}) == Path("x")
    assert schema.run_options({"output_dir": Path("x")}).output_dir == Path("x")


def test_types_that_cannot_be_found_or_checked_are_let_through() -> None:
    class Engine:
        pass

    def function(a: Unimportable, b: Engine | None = None, c: int = None) -> None:  # type: ignore[assignment]  # noqa: RUF013
        """Odd."""

    arguments, found = validate(read_schema(function), {"a": object}, {})
    assert found == []
    assert arguments["b"] is None
    assert arguments["c"] is None


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (Path("inputs/sample"), "inputs/sample"),
        (Model(name="offline"), "offline"),
        ({1: [Path("a")]}, {"1": ["a"]}),
        (None, None),
    ],
)
def test_defaults_are_shown_as_one_would_write_them(value: object, expected: object) -> None:
    assert plain(value) == expected


def test_the_saved_form_of_a_model_keeps_no_key() -> None:
    model = Model.model_validate({"name": "m", "base_url": "http://h/v1", "api_key": "sk-very-secret"})
    assert "sk-very-secret" not in str(plain(model))


def marked(
    run: Run,
    input_dir: ExistingPath = Path(),
    prompts: Folder | None = None,
    anything: Path | None = None,
    models: list[Model] = [],  # noqa: B006
    model: Model | None = None,
    votes: Count = 3,
    limit: Count | None = None,
    holdout: Proportion = 0.05,
    context: LongText | None = None,
    overrides: Annotated[dict[str, Any], OverridesOf(part)] | None = None,
) -> None:
    """Everything a form may want to know."""


def test_forms_are_told_what_a_parameter_is_for() -> None:
    schema = read_schema(marked).json_schema
    properties = schema["properties"]
    assert schema["$defs"]["Model"]["x-model"] is True
    assert properties["models"]["items"] == properties["model"]["anyOf"][0] == {"$ref": "#/$defs/Model"}
    assert schema["$defs"]["part"]["x-pipeline"] == "part"
    assert (properties["input_dir"]["x-path"], properties["input_dir"]["x-must-exist"]) == ("any", True)
    assert properties["prompts"]["anyOf"][0] == {"format": "path", "type": "string", "x-path": "folder"}
    assert "x-must-exist" not in properties["anything"]["anyOf"][0]
    assert properties["context"]["anyOf"][0] == {"type": "string", "x-multiline": True}
    assert properties["votes"] == {"type": "integer", "minimum": 1, "default": 3}
    assert (properties["holdout"]["minimum"], properties["holdout"]["maximum"]) == (0, 1)
    options = [name for name, node in properties.items() if node.get("x-run-option")]
    assert options == ["output_dir", "max_cost", "max_calls", "reuse_calls"]
    assert properties["output_dir"]["x-path"] == "folder"


def test_counts_and_shares_are_checked(tmp_path: Path) -> None:
    file = tmp_path / "{file}"
    file.touch()
    assert mistakes(marked, votes=0, limit=0, holdout=5, prompts=str(file), overrides={"chunk_size": 1}) == [
        f"prompts: {tmp_path}/(file) is a file; a folder is wanted",
        "votes: should be greater than or equal to 1, found the number 0",
        "limit: should be greater than or equal to 1, found the number 0",
        "holdout: should be less than or equal to 1, found the number 5; a share is a part of 1, so 5 % are 0.05",
    ]
    assert mistakes(marked, holdout=-0.5) == ["holdout: should be greater than or equal to 0, found the number -0.5"]
    assert mistakes(marked, holdout=1, votes=1, prompts=str(tmp_path / "to come")) == []
