"""Pipelines described for people and programs: reference page, editor schema, the steps in their source."""

from __future__ import annotations

import ast
import inspect
import json
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from generation_functions.schema import plain
from generation_functions.schema_words import nodes_at, wanted

if TYPE_CHECKING:
    from generation_functions.registry import Pipeline
    from generation_functions.schema import Parameter, PipelineSchema

Stage = dict[str, Any]
_PAGE_HEAD = """\
# Config reference

Generated from the pipelines' signatures by `python run_augmentoolkit.py show --markdown > docs/config.md`; do not edit.

A config is a YAML file. `pipeline:` names the pipeline; every other key is one of its parameters or a run option.
Keys may stand under section headings of your own. `${NAME}` is filled from the environment or `.env`; relative
paths are relative to the current directory; `--set key=value` changes a value for one run.
"""


def description(pipeline: Pipeline) -> dict[str, Any]:
    """Everything `show --json` says."""
    schema = pipeline.schema
    return {
        "name": pipeline.name,
        "summary": schema.summary,
        "description": schema.description,
        "reference": pipeline.reference,
        "file": str(pipeline.file),
        "config": str(pipeline.own_config) if pipeline.own_config else None,
        "takes_anything": schema.takes_anything,
        "schema": schema.json_schema,
        "defaults": {
            name: plain(parameter.default)
            for name, parameter in schema.all_parameters.items()
            if not parameter.required
        },
        "steps": pipeline_steps(pipeline),
    }


def markdown(pipelines: Sequence[Pipeline]) -> str:
    """The reference page."""
    parts = [_PAGE_HEAD, *(_section(pipeline) for pipeline in pipelines)]
    if pipelines:
        parts.append(
            "## Run options\n\nEvery pipeline takes these too.\n\n"
            + _table(pipelines[0].schema, pipelines[0].schema.options)
        )
        parts += _type_sections(pipelines)
    return "\n".join(parts)


def _section(pipeline: Pipeline) -> str:
    schema = pipeline.schema
    texts = [f"## {pipeline.name}", schema.summary, schema.description, _table(schema, schema.parameters)]
    if schema.takes_anything:
        texts.append("Takes any other key as well.")
    return "\n\n".join(text.strip() for text in texts if text.strip()) + "\n"


def _table(schema: PipelineSchema, parameters: Sequence[Parameter]) -> str:
    lines = ["| parameter | type | default | |", "|---|---|---|---|"]
    for parameter in parameters:
        value = "**required**" if parameter.required else f"`{default(parameter)}`"
        if parameter.name == "output_dir":
            value = "`outputs/<pipeline>`"
        lines.append(
            f"| `{parameter.name}` | {type_words(schema, parameter.name)} | {value} | {_cell(parameter.description)} |"
        )
    return "\n".join(lines) + "\n"


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _type_sections(pipelines: Sequence[Pipeline]) -> list[str]:
    """A table for each type that parameters share (Model, Sampling, ...)."""
    types: dict[str, dict[str, Any]] = {}
    for pipeline in pipelines:
        for name, node in pipeline.schema.json_schema.get("$defs", {}).items():
            fields = next((part for part in (node, *node.get("anyOf", [])) if "properties" in part), None)
            if fields:
                types.setdefault(name, {**fields, "description": node.get("description", "")})
    return [_type_section(name, fields) for name, fields in sorted(types.items())]


def _type_section(name: str, fields: dict[str, Any]) -> str:
    lines = [f"## {name}", "", fields["description"], "", "| field | type | default | |", "|---|---|---|---|"]
    for field, node in fields["properties"].items():
        words = wanted([option for option in node.get("anyOf", [node]) if option.get("type") != "null"])
        words = words or str(node.get("$ref", "")).rpartition("/")[2]
        value = "**required**" if field in fields.get("required", ()) else f"`{_short(node.get('default'))}`"
        lines.append(f"| `{field}` | {words} | {value} | {_cell(node.get('description', ''))} |")
    return "\n".join(lines) + "\n"


def default(parameter: Parameter) -> str:
    """A default as one would write it in YAML."""
    return _short(plain(parameter.default))


def _short(value: Any) -> str:
    if isinstance(value, str) and value and "\n" not in value:
        return value
    return json.dumps(value, ensure_ascii=False)


def type_words(schema: PipelineSchema, name: str) -> str:
    """What a parameter wants, in words: `a whole number`, `Model`, `one of a, b`."""
    node = schema.json_schema["properties"].get(name, {})
    options = [option for option in node.get("anyOf", [node]) if option.get("type") != "null"]
    named = [option["$ref"].rpartition("/")[2] for option in options if "$ref" in option]
    return ", ".join(named) or wanted([n for n in nodes_at(schema.json_schema, (name,)) if n.get("type") != "null"])


def editor_schema(pipelines: Sequence[Pipeline]) -> dict[str, Any]:
    """JSON Schema of config files for editors: any parameter may stand under headings; `pipeline` decides which."""
    definitions: dict[str, Any] = {}
    branches = []
    for pipeline in pipelines:
        built = pipeline.schema.json_schema
        definitions.update(built.get("$defs", {}))
        section = f"config of {pipeline.name}"
        definitions[section] = {
            "type": ["object", "null"],
            "properties": {**built["properties"], "no_flatten": True},
            "additionalProperties": {"$ref": f"#/$defs/{section}"} if not pipeline.schema.takes_anything else True,
        }
        branches.append(
            {
                "if": {"properties": {"pipeline": {"const": pipeline.reference}}},
                "then": {"$ref": f"#/$defs/{section}"},
            }
        )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Augmentoolkit config",
        "type": "object",
        "properties": {"pipeline": {"enum": [pipeline.reference for pipeline in pipelines]}},
        "required": ["pipeline"],
        "allOf": branches,
        "$defs": definitions,
    }


def pipeline_steps(pipeline: Pipeline) -> list[Stage]:
    """The stages a pipeline's source names, in order: reading, each `run.map` with its steps, each dataset.

    Read from the source, not run: a pipeline that builds its steps in a loop shows the loop's names.
    """
    return _stages(inspect.unwrap(pipeline.function), pipeline.schema.run_parameter, depth=0)


def _stages(function: Any, run_name: str, depth: int) -> list[Stage]:
    if not run_name or depth > 3:
        return []
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return []
    stages: list[Stage] = []
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for call in sorted(calls, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0)):
        stage = _stage(call, run_name)
        if stage:
            stages.append(stage)
        elif _passes_run_on(call, run_name):
            stages += _inner_stages(function, call, run_name, depth)
    return stages


def _stage(call: ast.Call, run_name: str) -> Stage | None:
    function = call.func
    if not (
        isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name) and function.value.id == run_name
    ):
        return None
    if function.attr == "chunks":
        return {"kind": "read", "stage": "chunks", "steps": []}
    if function.attr == "map":
        return {"kind": "map", "stage": _named(call) or "records", "steps": [_step(step) for step in call.args[1:]]}
    if function.attr == "write":
        return {"kind": "write", "stage": _text(call.args[0]) if call.args else "dataset", "steps": []}
    return None


def _named(call: ast.Call) -> str:
    return next((_text(keyword.value) for keyword in call.keywords if keyword.arg == "name"), "")


def _step(node: ast.expr) -> str:
    """A step as its funnel name: the prompt of `ask(client, loaded["poem"], ...)`, else the function's name."""
    if isinstance(node, ast.Starred):
        return _step(node.value)
    if isinstance(node, ast.Call):
        prompts = [arg for arg in node.args if isinstance(arg, ast.Subscript)]
        if prompts:
            return _text(prompts[0].slice)
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        return " ".join([ast.unparse(node.func).rpartition(".")[2], *texts[:1]])
    return ast.unparse(node)


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)


def _passes_run_on(call: ast.Call, run_name: str) -> bool:
    values = [*call.args, *(keyword.value for keyword in call.keywords)]
    return isinstance(call.func, ast.Name) and any(
        isinstance(value, ast.Name) and value.id == run_name for value in values
    )


def _inner_stages(function: Any, call: ast.Call, run_name: str, depth: int) -> list[Stage]:
    from generation_functions.schema import read_schema

    called = getattr(function, "__globals__", {}).get(call.func.id) if isinstance(call.func, ast.Name) else None
    if not inspect.isfunction(called):
        return []
    return _stages(inspect.unwrap(called), read_schema(called).run_parameter or run_name, depth + 1)
