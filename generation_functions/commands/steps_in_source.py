"""The stages and steps that a pipeline's source names, read without running it."""

from __future__ import annotations

import ast
import inspect
import textwrap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from generation_functions.registry import Pipeline

Stage = dict[str, Any]
_DEEPEST_CALL = 3


def pipeline_steps(pipeline: Pipeline) -> list[Stage]:
    """The stages of a pipeline in order: reading, each `run.map` with its steps, each dataset.

    Functions that the pipeline hands its run to are looked into. Steps made in a loop show under the loop's names.
    """
    return _stages(inspect.unwrap(pipeline.function), pipeline.schema.run_parameter, depth=0)


def _stages(function: Any, run_name: str, depth: int) -> list[Stage]:
    if not run_name or depth > _DEEPEST_CALL:
        return []
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    except (OSError, TypeError, SyntaxError):
        return []
    source = _Source(tree, run_name)
    stages: list[Stage] = []
    for call in source.calls():
        stage = source.stage(call)
        if stage:
            stages.append(stage)
        elif source.passes_run_on(call):
            stages += _inner_stages(function, call, run_name, depth)
    return stages


def _inner_stages(function: Any, call: ast.Call, run_name: str, depth: int) -> list[Stage]:
    from generation_functions.schema import read_schema

    called = getattr(function, "__globals__", {}).get(ast.unparse(call.func))
    if not inspect.isfunction(called):
        return []
    return _stages(inspect.unwrap(called), read_schema(called).run_parameter or run_name, depth + 1)


class _Source:
    """One function's syntax tree, with what its local names stand for."""

    def __init__(self, tree: ast.AST, run_name: str) -> None:
        self._tree = tree
        self._run_name = run_name
        self._bound = {
            node.targets[0].id: node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        }

    def calls(self) -> list[ast.Call]:
        """Every call, in the order in which they are made (an inner one before the one around it)."""
        found = [node for node in ast.walk(self._tree) if isinstance(node, ast.Call)]
        return sorted(found, key=lambda node: (node.end_lineno or 0, node.end_col_offset or 0))

    def stage(self, call: ast.Call) -> Stage | None:
        """The stage that a call is, when it is one."""
        method = self._run_method(call.func)
        if method == "chunks":
            return {"kind": "read", "stage": "chunks", "steps": []}
        if method == "map":
            name = next((_text(keyword.value) for keyword in call.keywords if keyword.arg == "name"), "records")
            return {"kind": "map", "stage": name, "steps": [self._step(step) for step in call.args[1:]]}
        if method == "write" and call.args:
            return {"kind": "write", "stage": _text(call.args[0]), "steps": []}
        return None

    def passes_run_on(self, call: ast.Call) -> bool:
        """Whether a call hands the run to another function."""
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        return any(isinstance(value, ast.Name) and value.id == self._run_name for value in values)

    def _run_method(self, function: ast.expr) -> str:
        """`map` for `run.map`, also when it goes by a local name: `write = partial(run.write, ...)`."""
        if isinstance(function, ast.Name):
            bound = self._bound.get(function.id)
            function = bound.args[0] if isinstance(bound, ast.Call) and bound.args else bound or function
        if isinstance(function, ast.Attribute) and isinstance(function.value, ast.Name):
            return function.attr if function.value.id == self._run_name else ""
        return ""

    def _step(self, node: ast.expr) -> str:
        """A step as the funnel calls it: the prompt of `ask(client, loaded["poem"], ...)`, else the function."""
        if isinstance(node, ast.Starred):
            return self._step(node.value)
        if isinstance(node, ast.Name) and isinstance(self._bound.get(node.id), ast.Call):
            return self._step(self._bound[node.id])
        if isinstance(node, ast.Call):
            prompts = [argument for argument in node.args if isinstance(argument, ast.Subscript)]
            if prompts:
                return _text(prompts[0].slice)
            texts = [argument for argument in node.args if isinstance(argument, ast.Constant)]
            return " ".join([ast.unparse(node.func).rpartition(".")[2], *(_text(text) for text in texts[:1])])
        return ast.unparse(node)


def _text(node: ast.expr) -> str:
    return str(node.value) if isinstance(node, ast.Constant) else ast.unparse(node)
