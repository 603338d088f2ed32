"""Where functions stand in the source of a pipeline, and which of them are worth following."""

from __future__ import annotations

import ast
import inspect
import sys
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

FunctionNode = ast.FunctionDef | ast.AsyncFunctionDef
_ENGINE, _ENGINE_STEPS = "generation_functions", "generation_functions.steps"
_INSTALLED = (str(Path(sys.prefix).resolve()), str(Path(sys.base_prefix).resolve()), "<")


def yields(node: FunctionNode | ast.Lambda) -> bool:
    """Whether a function is a generator."""
    if isinstance(node, ast.Lambda):
        return False
    waiting: list[ast.AST] = [*node.body]
    while waiting:
        each = waiting.pop()
        if isinstance(each, ast.Yield | ast.YieldFrom):
            return True
        if not isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            waiting += ast.iter_child_nodes(each)
    return False


def is_readable(thing: Any) -> bool:
    """Whether its source is the pipeline's, or that of the engine's steps: the rest of the engine makes no stages."""
    module = getattr(thing, "__module__", None) or ""
    if module.partition(".")[0] == _ENGINE:
        return module == _ENGINE_STEPS
    file = getattr(sys.modules.get(module), "__file__", None) or ""
    return bool(module) and not file.startswith(_INSTALLED)


def function_node(function: Any) -> FunctionNode | None:
    """The syntax tree of a function that exists already; None where it is not to be followed."""
    if not inspect.isfunction(function) or not is_readable(function):
        return None
    path = Path(function.__code__.co_filename)
    try:
        return _functions_in(path, path.stat().st_mtime_ns).get(function.__code__.co_firstlineno)
    except OSError:
        return None


def enclosed(function: Any) -> dict[str, Any]:
    """What a function knows of the function around it."""
    found: dict[str, Any] = {}
    for name, cell in zip(function.__code__.co_freevars, function.__closure__ or (), strict=False):
        with suppress(ValueError):  # not set yet
            found[name] = cell.cell_contents
    return found


@lru_cache(maxsize=128)
def _functions_in(path: Path, changed: int) -> dict[int, FunctionNode]:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError):
        return {}
    return {
        min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)]): node
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
