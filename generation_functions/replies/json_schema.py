"""The part of JSON Schema that prompts need: checking a schema, and fitting a model's value to it.

Fitting forgives what leaves no doubt (the number 4 written "4", one object where a list of objects is wanted, a list
wrapped in an object with one key, a key in another case) and says of everything else what to change.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from generation_functions.names import closest, did_you_mean

_TYPES = ("object", "array", "string", "integer", "number", "boolean", "null")
_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "null": (type(None),),
}
_COUNTS = ("minItems", "maxItems", "minLength", "maxLength")
_KEYWORDS = (
    "type",
    "properties",
    "required",
    "items",
    "enum",
    "const",
    "minimum",
    "maximum",
    "additionalProperties",
    *_COUNTS,
)
_NOTES = ("title", "description", "default", "examples", "$schema", "$id", "$comment")
_NUMBER = re.compile(r"\s*[-+]?\d{1,15}(?:\.\d{1,15})?\s*$")
_MOST_PROBLEMS = 4

_Path = tuple[str, ...]


def check_schema(schema: Mapping[str, Any], path: _Path = ()) -> Iterator[tuple[_Path, str]]:
    """What is wrong with a schema, each with the path of the offending keyword."""
    for keyword, value in schema.items():
        if keyword in _NOTES:
            continue
        if keyword not in _KEYWORDS:
            known = did_you_mean(str(keyword), _KEYWORDS) or f"; supported: {', '.join(_KEYWORDS)}"
            yield (*path, str(keyword)), f"unsupported keyword{known}"
        else:
            yield from _check_keyword(keyword, value, schema, path)


def _check_keyword(keyword: str, value: Any, schema: Mapping[str, Any], path: _Path) -> Iterator[tuple[_Path, str]]:
    here = (*path, keyword)
    if keyword == "type":
        yield from _check_type(value, here)
    elif keyword == "properties":
        yield from _check_properties(value, here)
    elif keyword in ("items", "additionalProperties"):
        if isinstance(value, Mapping):
            yield from check_schema(value, here)
        elif keyword == "items" or not isinstance(value, bool):
            yield here, "must be a schema, such as {type: string}"
    elif keyword == "required":
        yield from _check_required(value, schema, here)
    elif keyword == "enum":
        if not isinstance(value, list) or not value:
            yield here, "must be a list of the values to choose from"
    elif keyword != "const":
        yield from _check_bound(value, here)


def _check_type(value: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    for name in value if isinstance(value, list) else [value]:
        if name not in _TYPES:
            near = did_you_mean(str(name), _TYPES) or f"; known: {', '.join(_TYPES)}"
            yield path, f"unknown type {name!r}{near}"


def _check_bound(value: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    whole = path[-1] in _COUNTS
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)) or (whole and value < 0):
        yield path, f"must be a {'whole ' if whole else ''}number, not {value!r}"


def _check_properties(value: Any, path: _Path) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, Mapping):
        yield path, "must be a mapping from key to schema"
        return
    for key, inner in value.items():
        if isinstance(inner, Mapping):
            yield from check_schema(inner, (*path, str(key)))
        else:
            yield (*path, str(key)), "must be a schema, such as {type: string}"


def _check_required(value: Any, schema: Mapping[str, Any], path: _Path) -> Iterator[tuple[_Path, str]]:
    if not isinstance(value, list):
        yield path, "must be a list of keys"
        return
    properties = schema.get("properties")
    if not isinstance(properties, Mapping):
        return
    for key in value:
        if key not in properties:
            yield path, f"{key!r} is not among the properties{did_you_mean(str(key), map(str, properties))}"


def fit(value: Any, schema: Mapping[str, Any]) -> tuple[Any, list[str]]:
    """`value` as the schema wants it, and what the model has to change (at most a few things; empty when it fits)."""
    problems: list[str] = []
    fitted = _fit(value, schema, "", problems.append)
    return fitted, problems[:_MOST_PROBLEMS]


def _fit(value: Any, schema: Mapping[str, Any], path: str, report: Callable[[str], None]) -> Any:
    wanted = _wanted_types(schema)
    if wanted and not _is_one_of(value, wanted):
        value = _converted(value, wanted, schema)
        if not _is_one_of(value, wanted):
            report(f"{path or 'the whole'} must be {_spoken(wanted)}, not {_spoken_value(value)}")
            return value
    value = _choice(value, schema, path, report)
    if isinstance(value, dict):
        return _fit_object(value, schema, path, report)
    if isinstance(value, list):
        return _fit_array(value, schema, path, report)
    _check_range(value, schema, path, report)
    return value


def _wanted_types(schema: Mapping[str, Any]) -> tuple[str, ...]:
    stated = schema.get("type")
    if stated is None:
        return ("object",) if "properties" in schema else ("array",) if "items" in schema else ()
    return tuple(stated) if isinstance(stated, list) else (stated,)


def _is_one_of(value: Any, types: tuple[str, ...]) -> bool:
    return any(
        isinstance(value, _PYTHON_TYPES[name]) and not (isinstance(value, bool) and name in ("integer", "number"))
        for name in types
    )


def _converted(value: Any, wanted: tuple[str, ...], schema: Mapping[str, Any]) -> Any:
    """The value as one of the wanted types, where only one reading makes sense; otherwise the value itself."""
    if isinstance(value, float) and "integer" in wanted and value.is_integer():
        return int(value)
    if isinstance(value, str):
        return _from_text(value, wanted)
    if isinstance(value, int | float) and not isinstance(value, bool) and "string" in wanted:
        return str(value)
    if "array" in wanted and isinstance(value, dict):
        lists = [item for item in value.values() if isinstance(item, list)]
        items = _wanted_types(schema.get("items", {}))
        if len(lists) == 1 and len(value) == 1:
            return lists[0]
        return [value] if not items or "object" in items else value
    if isinstance(value, list) and len(value) == 1 and _is_one_of(value[0], wanted):
        return value[0]
    return value


def _from_text(value: str, wanted: tuple[str, ...]) -> Any:
    folded = value.strip().lower()
    if "boolean" in wanted and folded in ("true", "false", "yes", "no"):
        return folded in ("true", "yes")
    if ("integer" in wanted or "number" in wanted) and _NUMBER.match(value):
        number = float(value)
        if number.is_integer() and ("." not in value or "integer" in wanted):
            return int(number)
        return number if "number" in wanted else value
    return value


def _choice(value: Any, schema: Mapping[str, Any], path: str, report: Callable[[str], None]) -> Any:
    """The allowed value that this one is, whatever its case."""
    allowed = schema.get("enum", [schema["const"]] if "const" in schema else None)
    if not allowed or any(value == option and type(value) is type(option) for option in allowed):
        return value
    if isinstance(value, str):
        folded = value.strip().casefold()
        for option in allowed:
            if isinstance(option, str) and option.casefold() == folded:
                return option
    report(f"{path or 'the whole'} must be one of {', '.join(map(_shown, allowed))}, not {_shown(value)}")
    return value


def _fit_object(value: dict[str, Any], schema: Mapping[str, Any], path: str, report: Callable[[str], None]) -> Any:
    properties: Mapping[str, Any] = schema.get("properties", {})
    value = _with_known_keys(value, properties)
    more = schema.get("additionalProperties", True)
    fitted: dict[str, Any] = {}
    for key, item in value.items():
        inner = f"{path}.{key}" if path else key
        if key in properties:
            fitted[key] = _fit(item, properties[key], inner, report)
        elif more is not False:  # a key that must not be there is left out
            fitted[key] = _fit(item, more, inner, report) if isinstance(more, Mapping) else item
    for key in schema.get("required", ()):
        if key not in fitted:
            wanted = _spoken(_wanted_types(properties.get(key, {}))) or "a value"
            near = closest(key, [other for other in value if other not in properties])
            hint = f" (you wrote {near})" if near else ""
            report(f"the key {key} is missing{f' in {path}' if path else ''}{hint}: add it with {wanted}")
    return fitted


def _with_known_keys(value: dict[str, Any], properties: Mapping[str, Any]) -> dict[str, Any]:
    """The object with keys spelt as in the schema: `Question` and `follow up` where it says question, follow_up."""
    unknown = [key for key in value if key not in properties]
    absent = {_fold(key): key for key in properties if key not in value}
    if not unknown or not absent:
        return value
    return {absent.pop(_fold(key), key) if key in unknown else key: item for key, item in value.items()}


def _fold(key: str) -> str:
    return re.sub(r"[-_ ]+", "_", key.strip().casefold())


def _fit_array(value: list[Any], schema: Mapping[str, Any], path: str, report: Callable[[str], None]) -> list[Any]:
    items: Mapping[str, Any] = schema.get("items", {})
    fitted = [_fit(item, items, f"{path}[{number}]", report) for number, item in enumerate(value)]
    least, most = schema.get("minItems", 0), schema.get("maxItems")
    name = path or "the list"
    if len(fitted) < least:
        report(f"{name} must have at least {least} items, not {len(fitted)}")
    if most is not None and len(fitted) > most:
        report(f"{name} must have at most {most} items, not {len(fitted)}")
    return fitted


def _check_range(value: Any, schema: Mapping[str, Any], path: str, report: Callable[[str], None]) -> None:
    name = path or "the value"
    if isinstance(value, str):
        least, most = schema.get("minLength", 0), schema.get("maxLength")
        if len(value.strip()) < least:
            report(f"{name} must not be empty" if least == 1 else f"{name} must have at least {least} characters")
        if most is not None and len(value) > most:
            report(f"{name} must have at most {most} characters, not {len(value)}")
    elif isinstance(value, int | float) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            report(f"{name} must be at least {schema['minimum']}, not {value}")
        if value > schema.get("maximum", value):
            report(f"{name} must be at most {schema['maximum']}, not {value}")


def _spoken(types: tuple[str, ...]) -> str:
    names = {"object": "an object", "array": "a list", "integer": "a whole number", "boolean": "true or false"}
    return " or ".join(names.get(name, name if name == "null" else f"a {name}") for name in types)


def _spoken_value(value: Any) -> str:
    if isinstance(value, dict):
        return "an object"
    return "a list" if isinstance(value, list) else _shown(value)


def _shown(value: Any) -> str:
    """A value as JSON spells it, shortened."""
    names = {None: "null", True: "true", False: "false"}
    if value is None or isinstance(value, bool):
        return names[value]
    shown = f'"{value}"' if isinstance(value, str) else str(value)
    return shown if len(shown) <= 60 else shown[:57] + "..."
