"""Pipelines described for people and programs: reference page, editor schema, the steps in their source."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from generation_functions.commands.steps_in_source import pipeline_steps
from generation_functions.schema import plain
from generation_functions.schema_words import nodes_at, wanted

if TYPE_CHECKING:
    from generation_functions.registry import Pipeline
    from generation_functions.schema import Parameter, PipelineSchema

_PAGE_HEAD = """\
# Config reference

Generated from the pipelines' signatures by `python run_augmentoolkit.py show --markdown > docs/config.md`; do not edit.

A config is a YAML file. `pipeline:` names the pipeline; every other key is one of its parameters or a run option.
Keys may stand under section headings of your own. `${NAME}` is filled from the environment or `.env`, `${HERE}` is the
folder that the config lies in; relative paths are relative to the current directory; `--set key=value` changes a value
for one run.
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
