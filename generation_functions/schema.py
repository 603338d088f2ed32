"""A pipeline's signature, annotations, defaults and docstring as its schema.

From this one reading come YAML validation, command-line help, JSON Schema and the reference page. Any Python
function will do; one without annotations or with `**kwargs` just gets fewer comforts.
"""

from __future__ import annotations

import enum
import inspect
import typing
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Annotated, Any

from generation_functions.docstrings import parse_docstring
from generation_functions.parameter_types import MUST_EXIST, PATH, PIPELINE

if TYPE_CHECKING:
    from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler, ValidationInfo
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

    from generation_functions.run_options import RunOptions

PipelineFunction = Callable[..., Any]
REQUIRED = inspect.Parameter.empty
# Keys that say something about the config itself and are never handed to the function.
CONFIG_KEYS = {
    "pipeline": "Which pipeline this config is for: an alias, or a path like folder/pipeline.py:function.",
    "no_flatten": "Accepted for old configs; has nothing left to do.",
}


class MustExist:
    """Marks a path parameter whose file or folder has to be there before the run starts."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.with_info_after_validator_function(_existing, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {PATH: "any", **handler(schema), MUST_EXIST: True}


ExistingPath = Annotated[Path, MustExist()]
"""A path that is checked before the first call: `input_dir: ExistingPath = Path("inputs/sample")`."""


@dataclass(frozen=True)
class OverridesOf:
    """Marks a dict parameter that holds overrides for another pipeline, checked by that one's signature.

    `facts: Annotated[dict[str, Any], OverridesOf(repvar_pipeline)] | None = None`
    """

    function: PipelineFunction

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        from generation_functions.schema_model import partial_model, values_set

        model = partial_model(read_schema(self.function))
        return core_schema.no_info_after_validator_function(values_set, handler.generate_schema(model))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        described = handler(schema)
        handler.resolve_ref_schema(described)[PIPELINE] = self.function.__name__.replace("_", "-")
        return described


@dataclass(frozen=True)
class Parameter:
    """One thing a config can set."""

    name: str
    annotation: Any = Any
    default: Any = REQUIRED
    description: str = ""

    @property
    def required(self) -> bool:
        return self.default is REQUIRED


@dataclass(frozen=True)
class PipelineSchema:
    """What a pipeline function takes, and what its docstring says."""

    name: str
    function: PipelineFunction
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    run_parameter: str = ""
    takes_anything: bool = False
    positional: tuple[str, ...] = field(default=())
    """Parameters that Python only lets pass by position."""

    @cached_property
    def options(self) -> tuple[Parameter, ...]:
        """The run options every pipeline accepts, less those the function takes itself."""
        from generation_functions.run_options import RunOptions

        own = {parameter.name for parameter in self.parameters}
        options = [
            Parameter(name, _with_metadata(info.annotation, info.metadata), info.default, info.description or "")
            for name, info in RunOptions.model_fields.items()
            if name not in own
        ]
        return tuple(
            Parameter(option.name, option.annotation, self.default_output_dir, option.description)
            if option.name == "output_dir"
            else option
            for option in options
        )

    @property
    def default_output_dir(self) -> Path:
        """Where a run goes whose config does not say: a folder of the pipeline's own."""
        return Path("outputs") / self.name

    @cached_property
    def all_parameters(self) -> dict[str, Parameter]:
        """Own parameters first, then the run options."""
        return {parameter.name: parameter for parameter in (*self.parameters, *self.options)}

    @cached_property
    def model(self) -> type[BaseModel]:
        """The pydantic model that validates a config's values."""
        from generation_functions.schema_model import build_model

        return build_model(self)

    @cached_property
    def json_schema(self) -> dict[str, Any]:
        """JSON Schema of a config, without section headings: descriptions, defaults, choices."""
        from generation_functions.schema_model import build_json_schema

        return build_json_schema(self)

    def run_options(self, arguments: dict[str, Any]) -> RunOptions:
        """The run options among validated `arguments` (also those that the function takes itself)."""
        from generation_functions.run_options import RunOptions

        given = {name: arguments[name] for name in RunOptions.model_fields if arguments.get(name) is not None}
        return RunOptions(**{"output_dir": self.default_output_dir, **given})

    def call(self, arguments: dict[str, Any], run: object | None = None) -> Any:
        """Call the function with validated `arguments`; run options it does not take are left out."""
        own = {parameter.name for parameter in self.parameters}
        options = {option.name for option in self.options}
        keywords = {
            name: value
            for name, value in arguments.items()
            if name in own or (self.takes_anything and name not in options)
        }
        if self.run_parameter:
            keywords[self.run_parameter] = run
        values = [keywords.pop(name) for name in self.positional if name in keywords]
        return self.function(*values, **keywords)


def read_schema(function: PipelineFunction, name: str = "") -> PipelineSchema:
    """Read the signature and docstring of any function; `name` is what people call the pipeline."""
    original = inspect.unwrap(function)
    doc = parse_docstring(original.__doc__)
    run_parameter = ""
    parameters: list[Parameter] = []
    positional: list[str] = []
    takes_anything = False
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind is inspect.Parameter.VAR_KEYWORD:
            takes_anything = True
        if parameter.kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL):
            continue
        if parameter.kind is inspect.Parameter.POSITIONAL_ONLY:
            positional.append(parameter.name)
        if _is_run(parameter):
            run_parameter = parameter.name
            continue
        annotation = _resolve(parameter, getattr(original, "__globals__", {}))
        text = doc.parameters.get(parameter.name, "")
        parameters.append(Parameter(parameter.name, annotation, parameter.default, text))
    return PipelineSchema(
        name=name or getattr(function, "__name__", "pipeline"),
        function=function,
        summary=doc.summary,
        description=doc.description,
        parameters=tuple(parameters),
        run_parameter=run_parameter,
        takes_anything=takes_anything,
        positional=tuple(positional),
    )


def _is_run(parameter: inspect.Parameter) -> bool:
    """Whether the engine injects this parameter: typed `Run`, or untyped, called `run` and without default.

    Compared by name, so that neither the annotation nor the engine has to be imported.
    """
    annotation = parameter.annotation
    if annotation is inspect.Parameter.empty:
        return parameter.name == "run" and parameter.default is inspect.Parameter.empty
    text = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", str(annotation))
    parts = text.removeprefix("Optional[").rstrip("]").split("|")
    return "Run" in [part.strip(" \"'").rpartition(".")[2] for part in parts]


def _resolve(parameter: inspect.Parameter, namespace: dict[str, Any]) -> Any:
    """The parameter's type; `Any` when it has none or it cannot be found out."""
    annotation = parameter.annotation
    if annotation is inspect.Parameter.empty:
        # Without this, `flag: no` in YAML would reach `def f(flag=True)` as the text "no", which is true.
        return bool if isinstance(parameter.default, bool) else Any
    holder = SimpleNamespace(__annotations__={parameter.name: annotation})
    try:
        resolved = typing.get_type_hints(holder, globalns=namespace, include_extras=True)[parameter.name]
    except (NameError, AttributeError, TypeError, SyntaxError):
        return Any  # imported for type checkers only
    if parameter.default is None and resolved is not Any:
        return resolved | None if not isinstance(resolved, str) else Any
    return resolved


def _with_metadata(annotation: Any, metadata: list[Any]) -> Any:
    for item in metadata:
        annotation = Annotated[annotation, item]
    return annotation


def _existing(path: Path, info: ValidationInfo) -> Path:
    from pydantic_core import PydanticCustomError

    from generation_functions.names import did_you_mean

    expanded = path.expanduser()
    to_come = (info.context or {}).get("to_come", ())
    if expanded.exists() or any(expanded.absolute().is_relative_to(folder.absolute()) for folder in to_come):
        return expanded
    parent = expanded.parent
    siblings = [entry.name for entry in parent.iterdir()] if parent.is_dir() else []
    hint = did_you_mean(expanded.name, siblings)
    where = "" if expanded.is_absolute() else f" (looked in {Path.cwd()})"
    # Braces would be taken for placeholders of the message template.
    text = f"{path} does not exist{where}{hint}".replace("{", "(").replace("}", ")")
    raise PydanticCustomError("path_missing", text)


def plain(value: Any) -> Any:
    """A default as JSON-like data, for schemas and saved configs. Secrets do not survive it."""
    public = getattr(value, "public", None)
    if callable(public):  # a Model; one that is only a name is written as the name
        shown = public()
        return shown["name"] if list(shown) == ["name"] else shown
    if hasattr(value, "get_secret_value"):
        return "***"
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json", exclude_defaults=True)
    if isinstance(value, enum.Enum):
        return plain(value.value)
    if isinstance(value, Path):
        return _readable_path(value)
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(item) for item in value]
    return value if isinstance(value, str | int | float | bool | None) else repr(value)


def _readable_path(path: Path) -> str:
    """Paths inside the project are shown relative to it, so that the reference is the same everywhere."""
    project = Path(__file__).resolve().parent.parent
    return path.relative_to(project).as_posix() if path.is_relative_to(project) else path.as_posix()
