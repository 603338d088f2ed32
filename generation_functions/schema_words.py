"""JSON Schema in people's words: the keys a mapping may have, what a value should be, what is secret."""

from __future__ import annotations

import json
import re
from typing import Any

KeyPath = tuple[str | int, ...]
JsonSchema = dict[str, Any]

_TYPE_WORDS = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "null": "nothing",
    "object": "a mapping",
    "array": "a list",
}
# Only for values no schema describes, so `pad_token` and `max_tokens` stay readable.
_SECRET_NAME = re.compile(
    r"(?:^|_)(?:api_?key|password|passwd|secret|(?:access|auth|hf|bearer)_?token)s?$", re.IGNORECASE
)


def alternatives(root: JsonSchema, node: JsonSchema) -> list[JsonSchema]:
    """`node` with references followed and unions taken apart."""
    if "$ref" in node:
        node = root.get("$defs", {}).get(node["$ref"].rpartition("/")[2], {})
        return alternatives(root, node)
    options = node.get("anyOf") or node.get("oneOf") or node.get("allOf")
    if not options:
        return [node]
    return [found for option in options for found in alternatives(root, option)]


def nodes_at(root: JsonSchema, path: KeyPath) -> list[JsonSchema]:
    """What the schema says about the value at `path`; empty when it says nothing."""
    nodes = alternatives(root, root) if "properties" not in root else [root]
    for part in path:
        inner = [child for node in nodes if (child := _child(node, part)) is not None]
        nodes = [found for node in inner for found in alternatives(root, node)]
    return nodes


def _child(node: JsonSchema, part: str | int) -> JsonSchema | None:
    if isinstance(part, int):
        items = node.get("items")
        return items if isinstance(items, dict) else None
    child = node.get("properties", {}).get(part, node.get("additionalProperties"))
    return child if isinstance(child, dict) else None


def keys_at(root: JsonSchema, path: KeyPath) -> list[str]:
    """The keys that a mapping at `path` may have."""
    return [key for node in nodes_at(root, path) for key in node.get("properties", {})]


def wanted(nodes: list[JsonSchema]) -> str:
    """`"a whole number or nothing"`; '' when anything goes."""
    words = list(dict.fromkeys(word for node in nodes if (word := _wanted_one(node))))
    if "text" in words and "a path" in words:
        words.remove("text")
    return " or ".join(words)


def _wanted_one(node: JsonSchema) -> str:
    if "enum" in node:
        return "one of " + ", ".join(str(choice) for choice in node["enum"])
    if "const" in node:
        return str(node["const"])
    if node.get("format") in ("path", "file-path", "directory-path"):
        return "a path"
    kind = node.get("type", "")
    return _TYPE_WORDS.get(kind, "") if isinstance(kind, str) else ""


def found(value: Any) -> str:
    """What a value is, for a message: `the text 'abc'`, `nothing (the key has no value)`."""
    if value is None:
        return "nothing (the key has no value)"
    if isinstance(value, bool):
        return f"{str(value).lower()}"
    if isinstance(value, int | float):
        return f"the number {value}"
    if isinstance(value, str):
        text = json.dumps(value if len(value) <= 60 else value[:57] + "...", ensure_ascii=False)
        return f"the text {text}"
    if isinstance(value, dict):
        keys = ", ".join(str(key) for key in list(value)[:4])
        return f"a mapping ({keys}{', ...' if len(value) > 4 else ''})"
    if isinstance(value, list):
        return f"a list of {len(value)}"
    return f"a {type(value).__name__}"


def is_secret(root: JsonSchema, path: KeyPath) -> bool:
    """Whether the value at `path` must never be shown or saved."""
    nodes = nodes_at(root, path)
    if any(node.get("format") == "password" for node in nodes):
        return True
    names = [part for part in path if isinstance(part, str)]
    if "headers" in names[:-1]:
        return True
    described = any(node.get("type") for node in nodes)
    return bool(names) and not described and bool(_SECRET_NAME.search(names[-1]))


def masked_values(root: JsonSchema, values: Any, path: KeyPath = ()) -> Any:
    """`values` with every secret that is written out replaced by ***; `${NAME}` references stay."""
    if isinstance(values, dict):
        return {key: masked_values(root, value, (*path, key)) for key, value in values.items()}
    if isinstance(values, list):
        return [masked_values(root, value, (*path, index)) for index, value in enumerate(values)]
    if values in (None, "") or not is_secret(root, path):
        return _without_password(values)
    return values if isinstance(values, str) and _only_references(values) else "***"


def _only_references(text: str) -> bool:
    return re.fullmatch(r"(?:Bearer )?(?:\$\{\w+\}|secret://[\w./-]+)", text) is not None


def _without_password(value: Any) -> Any:
    """URLs may carry a password: https://user:password@host."""
    if isinstance(value, str) and "@" in value:
        return re.sub(r"(\w+://[^/\s:@]*:)(?!\$\{)[^/\s@]+@", r"\1***@", value)
    return value
