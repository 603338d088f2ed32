"""Follows a pipeline's source from statement to statement without running it, with whatever the source itself says.

Parameters stand for their defaults. Where only a run can tell which way it goes, both ways are followed; a loop over
something unknown is followed once.
"""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Callable
from functools import partial
from types import BuiltinFunctionType
from typing import Any

from generation_functions.commands.source_collections import MOST_ROUNDS, PURE, collection_method, pure, put
from generation_functions.commands.source_expressions import Expressions
from generation_functions.commands.source_functions import FunctionNode, enclosed, function_node, is_readable, yields
from generation_functions.commands.source_values import (
    UNKNOWN,
    Applied,
    Instance,
    Items,
    Local,
    Method,
    Scope,
    Table,
    TheRun,
    truth,
    wrapped,
)

_DEEPEST_CALL = 14
_MOST_CALLS = 4000
RunMethod = Callable[[TheRun, str, list[Any], dict[str, Any]], Any]


class _Returned(Exception):
    """The function is left."""


class SourceReader(Expressions):
    """Reads functions; tells `on_run` of every method of the run that they call."""

    def __init__(self, on_run: RunMethod) -> None:
        self._on_run = on_run
        self._calls = 0
        self._stack: list[Any] = []
        self._unsure = 0  # inside how many branches and loops of which only a run can tell whether they are taken
        self._results: list[list[Any]] = []

    # -- calls -------------------------------------------------------------------------------------------

    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """What a call gives; its function is followed where its source is the pipeline's."""
        self._calls += 1
        if self._calls > _MOST_CALLS or len(self._stack) >= _DEEPEST_CALL:
            return UNKNOWN
        if isinstance(function, Applied):
            return self.call(function.function, [*function.arguments, *arguments], {**function.keywords, **keywords})
        if isinstance(function, Method):
            if isinstance(function.owner, TheRun):
                return self._on_run(function.owner, function.name, arguments, keywords)
            return collection_method(function.owner, function.name, arguments)
        if isinstance(function, Local):
            return self._follow(function.node, function.scope, arguments, keywords, {})
        if function is partial:
            return Applied(arguments[0], arguments[1:], keywords) if arguments else UNKNOWN
        if isinstance(function, type | BuiltinFunctionType) and function in PURE:
            return pure(function, arguments)
        if inspect.isclass(function):
            return self._make(function, arguments, keywords)
        return self._call_real(function, arguments, keywords)

    def _call_real(self, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        original = inspect.unwrap(function) if inspect.isfunction(function) else function
        node = function_node(original)
        if node is None:
            return UNKNOWN
        defaults = {
            name: wrapped(parameter.default)
            for name, parameter in inspect.signature(original).parameters.items()
            if parameter.default is not inspect.Parameter.empty
        }
        return self._follow(node, Scope(enclosed(original), original.__globals__), arguments, keywords, defaults)

    def _make(self, kind: type, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        if not is_readable(kind) and kind.__module__ != "generation_functions.stage":
            return UNKNOWN
        made = Instance(kind)
        build = vars(kind).get("__init__")
        if function_node(build) is not None:
            self._call_real(build, [made, *arguments], keywords)
        else:
            made.fields.update(zip(getattr(kind, "__annotations__", {}), arguments, strict=False))
            made.fields.update(keywords)
        return made

    def _follow(
        self,
        node: FunctionNode | ast.Lambda,
        outer: Scope,
        arguments: list[Any],
        keywords: dict[str, Any],
        defaults: dict[str, Any],
    ) -> Any:
        if node in self._stack:
            return UNKNOWN
        is_generator = yields(node)
        if is_generator and not any(isinstance(value, TheRun) for value in (*arguments, *keywords.values())):
            return UNKNOWN
        scope = Scope(self._bind(node.args, outer, arguments, keywords, defaults), outer)
        unsure, self._unsure = self._unsure, 0
        self._stack.append(node)
        self._results.append([])
        try:
            if isinstance(node, ast.Lambda):
                return self.value(node.body, scope)
            self._body(node.body, scope)
        except _Returned:
            pass
        finally:
            self._stack.pop()
            self._unsure = unsure
            results = self._results.pop()
        if is_generator:
            return UNKNOWN
        told = [result for result in results if result is not None]
        return next((result for result in told if result is not UNKNOWN), UNKNOWN if told else None)

    def _bind(
        self,
        parameters: ast.arguments,
        outer: Scope,
        arguments: list[Any],
        keywords: dict[str, Any],
        defaults: dict[str, Any],
    ) -> dict[str, Any]:
        positional = [*parameters.posonlyargs, *parameters.args]
        bound: dict[str, Any] = {}
        given = [*parameters.defaults, *(default for default in parameters.kw_defaults)]
        late = [*positional[len(positional) - len(parameters.defaults) :], *parameters.kwonlyargs]
        for parameter, default in zip(late, given, strict=True):
            if default is not None:
                known_default = parameter.arg in defaults
                bound[parameter.arg] = defaults[parameter.arg] if known_default else self.value(default, outer)
        names = [parameter.arg for parameter in positional]
        bound.update(zip(names, arguments, strict=False))
        if parameters.vararg:
            bound[parameters.vararg.arg] = Items(arguments[len(names) :])
        taken = {*names, *(parameter.arg for parameter in parameters.kwonlyargs)}
        bound.update({name: value for name, value in keywords.items() if name in taken})
        if parameters.kwarg:
            bound[parameters.kwarg.arg] = Table({name: item for name, item in keywords.items() if name not in taken})
        return {**dict.fromkeys(taken, UNKNOWN), **bound}

    # -- statements --------------------------------------------------------------------------------------

    def _body(self, statements: list[ast.stmt], scope: Scope) -> None:
        for statement in statements:
            self._statement(statement, scope)

    def _statement(self, node: ast.stmt, scope: Scope) -> None:
        follow = getattr(self, f"_{type(node).__name__.lower()}", None)
        if follow:
            follow(node, scope)

    def _functiondef(self, node: FunctionNode, scope: Scope) -> None:
        scope.names[node.name] = Local(node, scope)

    _asyncfunctiondef = _functiondef

    def _assign(self, node: ast.Assign, scope: Scope) -> None:
        value = self.value(node.value, scope)
        for target in node.targets:
            self.assign(target, value, scope)

    def _annassign(self, node: ast.AnnAssign, scope: Scope) -> None:
        if node.value is not None:
            self.assign(node.target, self.value(node.value, scope), scope)

    def _augassign(self, node: ast.AugAssign, scope: Scope) -> None:
        held, more = self.value(node.target, scope), self.value(node.value, scope)
        if isinstance(held, Items):
            collection_method(held, "extend", [more])
        else:
            self.assign(node.target, UNKNOWN, scope)

    def _expr(self, node: ast.Expr, scope: Scope) -> None:
        self.value(node.value, scope)

    def _return(self, node: ast.Return, scope: Scope) -> None:
        self._results[-1].append(None if node.value is None else self.value(node.value, scope))
        self._leave()

    def _raise(self, node: ast.Raise, scope: Scope) -> None:
        self._leave()

    def _if(self, node: ast.If, scope: Scope) -> None:
        outcome = truth(self.value(node.test, scope))
        if outcome is None:
            self._unsurely(node.body, scope)
            self._unsurely(node.orelse, scope)
        else:
            self._body(node.body if outcome else node.orelse, scope)

    def _for(self, node: ast.For | ast.AsyncFor, scope: Scope) -> None:
        self.each(node.target, self.value(node.iter, scope), scope, partial(self._body, node.body, scope))

    _asyncfor = _for

    def _while(self, node: ast.While, scope: Scope) -> None:
        self._unsurely(node.body, scope)

    def _with(self, node: ast.With | ast.AsyncWith, scope: Scope) -> None:
        for item in node.items:
            value = self.value(item.context_expr, scope)
            if item.optional_vars is not None:
                self.assign(item.optional_vars, value, scope)
        self._body(node.body, scope)

    _asyncwith = _with

    def _try(self, node: ast.Try, scope: Scope) -> None:
        self._body([*node.body, *node.orelse, *node.finalbody], scope)

    def _importfrom(self, node: ast.ImportFrom, scope: Scope) -> None:
        module = sys.modules.get(node.module or "")
        for alias in node.names:
            scope.names[alias.asname or alias.name] = vars(module).get(alias.name, UNKNOWN) if module else UNKNOWN

    def _leave(self) -> None:
        if not self._unsure:
            raise _Returned

    def _unsurely(self, body: list[ast.stmt], scope: Scope) -> None:
        self._unsure += 1
        try:
            self._body(body, scope)
        finally:
            self._unsure -= 1

    def each(self, target: ast.expr, values: Any, scope: Scope, do: Callable[[], Any]) -> bool:
        """Do something for each value, or once when they are not known; says whether they are."""
        certain = isinstance(values, Items | Table | list | tuple | range) and not getattr(values, "open", False)
        rounds = list(values)[:MOST_ROUNDS] if isinstance(values, Items | Table | list | tuple | range) else []
        if not rounds and not certain:
            rounds = [UNKNOWN]
        self._unsure += not certain
        try:
            for value in rounds:
                self.assign(target, value, scope)
                do()
        finally:
            self._unsure -= not certain
        return certain

    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        match target:
            case ast.Name():
                scope.names[target.id] = value
            case ast.Tuple() | ast.List():
                parts = list(value) if isinstance(value, Items | tuple) and len(value) == len(target.elts) else None
                for number, inner in enumerate(target.elts):
                    self.assign(inner, parts[number] if parts else UNKNOWN, scope)
            case ast.Attribute():
                owner = self.value(target.value, scope)
                if isinstance(owner, Instance | Local):
                    owner.fields[target.attr] = value
            case ast.Subscript():
                owner, key = self.value(target.value, scope), self.value(target.slice, scope)
                if isinstance(owner, Table):
                    put(owner, key, value)
                elif isinstance(owner, Items) and isinstance(key, int) and 0 <= key < len(owner):
                    owner[key] = value
