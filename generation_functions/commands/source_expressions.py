"""What the expressions of a source stand for."""

from __future__ import annotations

import ast
import inspect
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from generation_functions.commands.source_collections import TABLE_METHODS, added, collection_method, is_key, put
from generation_functions.commands.source_values import (
    UNKNOWN,
    Applied,
    Instance,
    Items,
    Loaded,
    LoadedPrompt,
    Local,
    Method,
    Scope,
    Table,
    TheRun,
    as_text,
    attribute,
    compared,
    truth,
)


class Expressions(ABC):
    """Reads expressions: a method for each kind of node, called like it in small letters."""

    @abstractmethod
    def call(self, function: Any, arguments: list[Any], keywords: dict[str, Any]) -> Any:
        """What a call gives."""

    @abstractmethod
    def assign(self, target: ast.expr, value: Any, scope: Scope) -> None:
        """Let a name, an attribute or a key stand for `value`."""

    @abstractmethod
    def each(self, target: ast.expr, values: Any, scope: Scope, do: Callable[[], Any]) -> bool:
        """Do something for each value, or once when they are not known; says whether they are."""

    def value(self, node: ast.expr, scope: Scope) -> Any:
        """What an expression stands for; calls in it are followed."""
        read = getattr(self, f"_{type(node).__name__.lower()}", None)
        return read(node, scope) if read else UNKNOWN

    def _constant(self, node: ast.Constant, scope: Scope) -> Any:
        return node.value

    def _name(self, node: ast.Name, scope: Scope) -> Any:
        return scope.find(node.id)

    def _attribute(self, node: ast.Attribute, scope: Scope) -> Any:
        return self._member(self.value(node.value, scope), node.attr)

    def _subscript(self, node: ast.Subscript, scope: Scope) -> Any:
        return _subscript(self.value(node.value, scope), self.value(node.slice, scope))

    def _joinedstr(self, node: ast.JoinedStr, scope: Scope) -> Any:
        return "".join(map(as_text, [self.value(part, scope) for part in node.values]))

    def _formattedvalue(self, node: ast.FormattedValue, scope: Scope) -> Any:
        return self.value(node.value, scope) if node.format_spec is None else UNKNOWN

    def _list(self, node: ast.List | ast.Tuple | ast.Set, scope: Scope) -> Any:
        return self._items(node.elts, scope)

    _tuple = _set = _list

    def _lambda(self, node: ast.Lambda, scope: Scope) -> Any:
        return Local(node, scope)

    def _ifexp(self, node: ast.IfExp, scope: Scope) -> Any:
        outcome = truth(self.value(node.test, scope))
        if outcome is not None:
            return self.value(node.body if outcome else node.orelse, scope)
        self.value(node.body, scope)
        self.value(node.orelse, scope)
        return UNKNOWN

    def _unaryop(self, node: ast.UnaryOp, scope: Scope) -> Any:
        outcome = truth(self.value(node.operand, scope))
        return UNKNOWN if outcome is None or not isinstance(node.op, ast.Not) else not outcome

    def _compare(self, node: ast.Compare, scope: Scope) -> Any:
        left, *others = [self.value(each, scope) for each in (node.left, *node.comparators)]
        return compared(node.ops[0], left, others[0]) if len(others) == 1 else UNKNOWN

    def _binop(self, node: ast.BinOp, scope: Scope) -> Any:
        left, right = self.value(node.left, scope), self.value(node.right, scope)
        return added(left, right) if isinstance(node.op, ast.Add) else UNKNOWN

    def _namedexpr(self, node: ast.NamedExpr, scope: Scope) -> Any:
        value = self.value(node.value, scope)
        self.assign(node.target, value, scope)
        return value

    def _await(self, node: ast.Await | ast.Starred, scope: Scope) -> Any:
        return self.value(node.value, scope)

    _starred = _await

    def _call(self, node: ast.Call, scope: Scope) -> Any:
        function = self.value(node.func, scope)
        arguments = list(self._items(node.args, scope))
        keywords: dict[str, Any] = {}
        for keyword in node.keywords:
            value = self.value(keyword.value, scope)
            if keyword.arg:
                keywords[keyword.arg] = value
            elif isinstance(value, Table):
                keywords.update({key: item for key, item in value.items() if isinstance(key, str)})
        return self.call(function, arguments, keywords)

    def _member(self, owner: Any, name: str) -> Any:
        match owner:
            case TheRun() | Items():
                return Method(owner, name)
            case Table() if name in TABLE_METHODS:
                return Method(owner, name)
            case LoadedPrompt() if name == "name":
                return owner.name
            case Instance():
                return owner.fields[name] if name in owner.fields else self._of_class(owner, name)
            case Local():
                return owner.fields.get(name, UNKNOWN)
        return dict.fromkeys if owner is dict and name == "fromkeys" else attribute(owner, name)

    def _of_class(self, owner: Instance, name: str) -> Any:
        found = inspect.getattr_static(owner.kind, name, UNKNOWN)
        if isinstance(found, property):
            return self.call(found.fget, [owner], {})
        if isinstance(found, staticmethod):
            return found.__func__
        return Applied(found, [owner]) if inspect.isfunction(found) else UNKNOWN

    def _items(self, nodes: list[ast.expr], scope: Scope) -> Items:
        made = Items()
        for node in nodes:
            value = self.value(node, scope)
            collection_method(made, "extend" if isinstance(node, ast.Starred) else "append", [value])
        return made

    def _dict(self, node: ast.Dict, scope: Scope) -> Table:
        made = Table()
        for key, item in zip(node.keys, node.values, strict=True):
            value = self.value(item, scope)
            if key is not None:
                put(made, self.value(key, scope), value)
            elif isinstance(value, dict):
                made.update(value)
                made.open |= getattr(value, "open", False)
            else:
                made.open = True
        return made

    def _boolop(self, node: ast.BoolOp, scope: Scope) -> Any:
        unsure = False
        value: Any = UNKNOWN
        for each in node.values:
            value = self.value(each, scope)
            outcome = truth(value)
            if outcome is None:
                unsure = True
            elif outcome == isinstance(node.op, ast.Or):
                return UNKNOWN if unsure and outcome is not False else value
        return UNKNOWN if unsure else value

    def _listcomp(
        self, node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp, scope: Scope
    ) -> Items | Table:
        inner = Scope({}, scope)
        items, table = Items(), Table()
        certain = [True]

        def take() -> None:
            if isinstance(node, ast.DictComp):
                put(table, self.value(node.key, inner), self.value(node.value, inner))
            else:
                items.append(self.value(node.elt, inner))

        def turn(number: int) -> None:
            if number == len(node.generators):
                take()
                return
            clause = node.generators[number]

            def filtered() -> None:
                outcomes = [truth(self.value(test, inner)) for test in clause.ifs]
                if False not in outcomes:
                    turn(number + 1)

            certain[0] &= self.each(clause.target, self.value(clause.iter, inner), inner, filtered)

        turn(0)
        made = table if isinstance(node, ast.DictComp) else items
        if not certain[0]:
            made = type(made)()
            made.open = True
        return made

    _setcomp = _dictcomp = _generatorexp = _listcomp


def _subscript(owner: Any, key: Any) -> Any:
    if isinstance(owner, Loaded):
        return LoadedPrompt(key)
    if isinstance(owner, Items) and isinstance(key, int) and -len(owner) <= key < len(owner):
        return owner[key]
    return owner.get(key, UNKNOWN) if isinstance(owner, Table) and is_key(key) else UNKNOWN
