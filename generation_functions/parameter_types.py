"""Types for parameters that say more than Python's own: what a config may hold there, and how a form asks for it.

    def my_pipeline(chunk_size: Count = 500, holdout: Proportion = 0.05, system_context: LongText | None = None)

Limits are checked before a run starts; the `x-` marks in the JSON Schema are for forms.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Le

if TYPE_CHECKING:
    from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
    from pydantic.json_schema import JsonSchemaValue
    from pydantic_core import CoreSchema

MULTILINE, PATH, MUST_EXIST = "x-multiline", "x-path", "x-must-exist"
MODEL, PIPELINE, RUN_OPTION = "x-model", "x-pipeline", "x-run-option"

Count = Annotated[int, Ge(1)]
"""A whole number, 1 at least."""

Proportion = Annotated[float, Ge(0), Le(1)]
"""A share of something: 0.05 are five per cent."""


class Paragraph:
    """Marks a text that is usually longer than a line."""

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), MULTILINE: True}


LongText = Annotated[str, Paragraph()]
"""A text that may well be a paragraph."""


class IsFolder:
    """Marks a path that is a folder's, there or yet to be made; a file in its place is a mistake."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        from pydantic_core import core_schema

        return core_schema.no_info_after_validator_function(_no_file, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        return {**handler(schema), PATH: "folder"}


Folder = Annotated[Path, IsFolder()]
"""A folder, which need not exist."""


def _no_file(path: Path) -> Path:
    from pydantic_core import PydanticCustomError

    try:
        is_file = path.expanduser().is_file()
    except (OSError, RuntimeError, ValueError):  # no path at all: said elsewhere
        return path
    if not is_file:
        return path
    # Braces would be taken for placeholders of the message template.
    raise PydanticCustomError(
        "path_missing", f"{path} is a file; a folder is wanted".replace("{", "(").replace("}", ")")
    )
