"""The pydantic model and the JSON Schema that a pipeline's schema stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue

from generation_functions.model import Model
from generation_functions.parameter_types import MODEL, RUN_OPTION
from generation_functions.schema import CONFIG_KEYS, REQUIRED, Parameter, plain

if TYPE_CHECKING:
    from pydantic_core import core_schema

    from generation_functions.schema import PipelineSchema

# Fields carry this prefix, and the real name as alias: pydantic refuses fields called `json` or `copy`.
FIELD_PREFIX = "argument_"


class _Unset:
    """The default of a field that was not given."""


_UNSET = _Unset()


def build_model(schema: PipelineSchema) -> type[BaseModel]:
    """A model with one field per parameter and run option; `model_arguments` takes its values out."""
    fields = {
        FIELD_PREFIX + name: (_usable(parameter.annotation), _field(parameter, parameter.default))
        for name, parameter in schema.all_parameters.items()
    }
    return _model(schema.name, fields, schema.takes_anything)


def partial_model(schema: PipelineSchema) -> type[BaseModel]:
    """A model of the function's own parameters in which nothing is required."""
    fields = {
        FIELD_PREFIX + parameter.name: (_usable(parameter.annotation), _field(parameter, _UNSET))
        for parameter in schema.parameters
    }
    return _model(schema.name, fields, schema.takes_anything)


def model_arguments(instance: BaseModel) -> dict[str, Any]:
    """Every argument by its real name, defaults included."""
    values = {name.removeprefix(FIELD_PREFIX): getattr(instance, name) for name in type(instance).model_fields}
    return {**values, **(instance.model_extra or {})}


def values_set(instance: BaseModel) -> dict[str, Any]:
    """Only the arguments that were given."""
    return {name: value for name, value in model_arguments(instance).items() if value is not _UNSET}


def build_json_schema(schema: PipelineSchema) -> dict[str, Any]:
    """JSON Schema of the flat config (section headings lifted)."""
    built = schema.model.model_json_schema(by_alias=True, schema_generator=_Generator)
    pipeline_key = {"type": "string", "description": CONFIG_KEYS["pipeline"]}
    properties = {"pipeline": pipeline_key, **built["properties"]}
    for option in schema.options:
        properties[option.name][RUN_OPTION] = True
    head = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": schema.name,
        "description": schema.summary,
    }
    rest = {key: value for key, value in built.items() if key not in (*head, "properties")}
    return {**head, **rest, "properties": properties, "additionalProperties": schema.takes_anything}


class _Generator(GenerateJsonSchema):
    """Writes defaults as people would, and lets types through that JSON Schema cannot describe."""

    ignored_warning_kinds = {"skipped-choice", "non-serializable-default"}  # noqa: RUF012

    def encode_default(self, dft: Any) -> Any:
        return plain(dft)

    def default_schema(self, schema: core_schema.WithDefaultSchema) -> JsonSchemaValue:
        if schema.get("default") is _UNSET:
            return self.generate_inner(schema["schema"])
        return super().default_schema(schema)

    def handle_invalid_for_json_schema(self, schema: core_schema.CoreSchema, error_info: str) -> JsonSchemaValue:
        return {}

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """A model that reads shorthand strings (`offline`) says so."""
        described = super().model_schema(schema)
        if not hasattr(schema["cls"], "_from_shorthand"):
            return described
        labels: JsonSchemaValue = {MODEL: True} if schema["cls"] is Model else {}
        for key in ("title", "description"):
            if key in described:
                labels[key] = described.pop(key)
        return {**labels, "anyOf": [{"type": "string"}, described]}

    def get_title_from_name(self, name: str) -> str:
        return name.removeprefix(FIELD_PREFIX)

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def _field(parameter: Parameter, default: Any) -> Any:
    # Only a path default can be wrong on this machine though the code is right: it may not exist here.
    check_default = default is not _UNSET and "MustExist" in repr(parameter.annotation)
    return Field(
        default=... if default is REQUIRED else default,
        validate_default=check_default,
        alias=parameter.name,
        description=parameter.description or None,
    )


def _model(name: str, fields: dict[str, Any], takes_anything: bool) -> type[BaseModel]:
    config = ConfigDict(
        extra="allow" if takes_anything else "forbid",
        arbitrary_types_allowed=True,
        use_enum_values=False,
        populate_by_name=False,
        protected_namespaces=(),
    )
    model: type[BaseModel] = create_model(name, __config__=config, **fields)
    return model


def _usable(annotation: Any) -> Any:
    """`annotation` if pydantic can check it, otherwise `Any`."""
    if annotation is Any:
        return Any
    try:
        create_model("probe", __config__=ConfigDict(arbitrary_types_allowed=True), field=(annotation, ...))
    except (PydanticSchemaGenerationError, PydanticUserError, TypeError, NameError):
        return Any
    return annotation
