"""The one evaluator: the value of a tree of `runtime.expression` in a scope.

Trees are compiled to closures, once each while they stay in memory. Pure and total: every failure is an
ExpressionError with a sentence (or whatever the scope itself raises), and every evaluation ends.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any, Final, Protocol

from runtime.expression.access import element, field_of
from runtime.expression.budget import MAX_STEPS, check_list_size, check_text_size, too_much_work, weight
from runtime.expression.errors import ExpressionError
from runtime.expression.operators import MAX_INT, arithmetic, compare, contains, equal, kind_of, negated
from runtime.model.types import type_from_json
from runtime.model.values import ValueProblem, from_json, to_text

__all__ = ["ExpressionError", "Scope", "evaluate"]


class Scope(Protocol):
    """Where an expression's names get their values: Python objects of `runtime.model.values`."""

    def param(self, name: str) -> Any: ...

    def item(self, name: str) -> Any: ...

    def own(self, name: str) -> Any: ...

    def out(self, path: str, name: str) -> Any: ...

    def state(self, path: str, name: str) -> Any: ...

    def run(self, name: str) -> Any: ...

    def error(self, name: str) -> Any: ...

    def hook(self, name: str) -> Any: ...

    def round(self, path: str) -> Any: ...

    def last(self, path: str, name: str) -> Any: ...

    def items(self, path: str, value: Any) -> Any: ...


class _Frame:
    """One evaluation: its scope, the variables of comprehensions, the steps left."""

    __slots__ = ("scope", "steps", "variables")

    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.variables: dict[str, Any] = {}
        self.steps = MAX_STEPS

    def spend(self, steps: int) -> None:
        self.steps -= steps
        if self.steps < 0:
            raise too_much_work()


_Code = Callable[[_Frame], Any]

_CACHED_TREES: Final = 8192
_compiled: dict[int, tuple[list[Any], _Code]] = {}


def evaluate(tree: Any, scope: Scope) -> Any:
    """The value of the tree. ExpressionError if it has none; exceptions of the scope pass through."""
    if not isinstance(tree, list | tuple):
        return tree
    try:
        return _code_of(tree)(_Frame(scope))
    except RecursionError:
        raise ExpressionError("the expression is nested too deeply") from None


def _code_of(tree: Any) -> _Code:
    """The closure of a tree, compiled once while the tree lives; the cache keeps the tree, so its id stays its own."""
    known = _compiled.get(id(tree))
    if known is not None and known[0] is tree:
        return known[1]
    code = _compile(tree)
    if len(_compiled) >= _CACHED_TREES:
        _compiled.clear()
    _compiled[id(tree)] = (tree, code)
    return code


def _compile(tree: Any) -> _Code:
    if not isinstance(tree, list | tuple):
        return lambda frame: tree
    try:
        build = _BUILDERS[tree[0]]
    except (LookupError, TypeError):
        raise ExpressionError(
            f"the flow's rows hold an operation `{tree[0] if tree else ''}` that this version does not know; "
            "deploy the flow again with this version"
        ) from None
    try:
        return build(*tree)
    except (TypeError, ValueError) as problem:
        if isinstance(problem, ValueProblem):
            raise ExpressionError(str(problem)) from None
        raise ExpressionError(f"the flow's rows hold a damaged `{tree[0]}`; deploy the flow again") from None


def _literal(op: str, kind: Any, data: Any) -> _Code:
    value = from_json(type_from_json(kind), data)
    return lambda frame: value


def _param(op: str, name: str) -> _Code:
    return lambda frame: frame.scope.param(name)


def _item(op: str, name: str) -> _Code:
    def code(frame: _Frame) -> Any:
        if name in frame.variables:
            return frame.variables[name]
        return frame.scope.item(name)

    return code


def _items(op: str, path: str, value: Any) -> _Code:
    return lambda frame: frame.scope.items(path, value)


def _own(op: str, name: str) -> _Code:
    return lambda frame: frame.scope.own(name)


def _out(op: str, path: str, name: str) -> _Code:
    return lambda frame: frame.scope.out(path, name)


def _state(op: str, path: str, name: str) -> _Code:
    return lambda frame: frame.scope.state(path, name)


def _run(op: str, name: str) -> _Code:
    return lambda frame: frame.scope.run(name)


def _error(op: str, name: str) -> _Code:
    return lambda frame: frame.scope.error(name)


def _hook(op: str, name: str) -> _Code:
    return lambda frame: frame.scope.hook(name)


def _round(op: str, path: str) -> _Code:
    return lambda frame: frame.scope.round(path)


def _last(op: str, path: str, name: str) -> _Code:
    return lambda frame: frame.scope.last(path, name)


def _list(op: str, *trees: Any) -> _Code:
    codes = [_compile(tree) for tree in trees]

    def code(frame: _Frame) -> list[Any]:
        values = [part(frame) for part in codes]
        frame.spend(weight(values, frame.steps))
        return values

    return code


def _record(op: str, *entries: Any) -> _Code:
    codes = [(name, _compile(tree)) for name, tree in entries]

    def code(frame: _Frame) -> dict[str, Any]:
        values = {name: part(frame) for name, part in codes}
        frame.spend(weight(values, frame.steps))
        return values

    return code


def _text(op: str, *trees: Any) -> _Code:
    codes = [_compile(tree) for tree in trees]

    def code(frame: _Frame) -> str:
        parts = [_as_text(part(frame), frame) for part in codes]
        check_text_size(sum(map(len, parts)))
        return "".join(parts)

    return code


def _as_text(value: Any, frame: _Frame) -> str:
    if type(value) is str:
        return value
    frame.spend(weight(value, frame.steps))
    try:
        return to_text(value)
    except TypeError:
        if value is None:
            raise ExpressionError("a missing value has no text; give a default with `??`") from None
        raise ExpressionError(f"{kind_of(value)} cannot stand in a text") from None


def _get(op: str, tree: Any, name: str) -> _Code:
    inner = _compile(tree)

    return lambda frame: field_of(inner(frame), name)


def _index(op: str, tree: Any, at: Any) -> _Code:
    inner, position = _compile(tree), _compile(at)
    return lambda frame: element(inner(frame), position(frame))


def _not(op: str, tree: Any) -> _Code:
    inner = _condition(tree, "not")
    return lambda frame: not inner(frame)


def _neg(op: str, tree: Any) -> _Code:
    inner = _compile(tree)
    return lambda frame: negated(inner(frame))


def _condition(tree: Any, op: str) -> Callable[[_Frame], bool]:
    inner = _compile(tree)

    def code(frame: _Frame) -> bool:
        value = inner(frame)
        if value is True or value is False:
            return value
        if value is None:
            raise ExpressionError(f"`{op}` has a condition that is missing; give a default with `?? false`")
        raise ExpressionError(f"`{op}` needs true or false, but this is {kind_of(value)}")

    return code


_INT_RULES: Final[dict[str, Callable[[int, int], int]]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}


def _arithmetic(op: str, left: Any, right: Any) -> _Code:
    one, other = _compile(left), _compile(right)
    rule = _INT_RULES.get(op)

    def code(frame: _Frame) -> Any:
        a, b = one(frame), other(frame)
        if rule is not None and type(a) is int and type(b) is int:
            result = rule(a, b)
            if -MAX_INT <= result <= MAX_INT:
                return result
        value = arithmetic(op, a, b)
        frame.spend(weight(value, frame.steps))
        return value

    return code


def _equal(op: str, left: Any, right: Any) -> _Code:
    one, other, wanted = _compile(left), _compile(right), op == "=="

    def code(frame: _Frame) -> bool:
        a, b = one(frame), other(frame)
        frame.spend(weight(a, frame.steps))
        return equal(a, b) is wanted

    return code


def _compare(op: str, left: Any, right: Any) -> _Code:
    one, other = _compile(left), _compile(right)
    return lambda frame: compare(op, one(frame), other(frame))


def _in(op: str, left: Any, right: Any) -> _Code:
    one, other, wanted = _compile(left), _compile(right), op == "in"

    def code(frame: _Frame) -> bool:
        needle, haystack = one(frame), other(frame)
        frame.spend(weight(haystack, frame.steps))
        return contains(needle, haystack) is wanted

    return code


def _and(op: str, left: Any, right: Any) -> _Code:
    one, other = _condition(left, "and"), _condition(right, "and")
    return lambda frame: one(frame) and other(frame)


def _or(op: str, left: Any, right: Any) -> _Code:
    one, other = _condition(left, "or"), _condition(right, "or")
    return lambda frame: one(frame) or other(frame)


def _fallback(op: str, left: Any, right: Any) -> _Code:
    one, other = _compile(left), _compile(right)

    def code(frame: _Frame) -> Any:
        value = one(frame)
        return other(frame) if value is None else value

    return code


def _if(op: str, condition: Any, then: Any, otherwise: Any) -> _Code:
    test, one, other = _condition(condition, "if"), _compile(then), _compile(otherwise)
    return lambda frame: one(frame) if test(frame) else other(frame)


def _for(op: str, name: str, over: Any, body: Any, condition: Any = True) -> _Code:
    items, value, test = _compile(over), _compile(body), _condition(condition, "if")

    def code(frame: _Frame) -> list[Any]:
        values = items(frame)
        if not isinstance(values, list):
            raise ExpressionError(f"`for {name} in` goes over a list, but this is {kind_of(values)}")
        check_list_size(len(values))
        outer = frame.variables
        frame.variables = inner = dict(outer)
        try:
            built = []
            for entry in values:
                inner[name] = entry
                frame.spend(1)
                if test(frame):
                    built.append(value(frame))
        finally:
            frame.variables = outer
        frame.spend(weight(built, frame.steps))
        return built

    return code


def _call(op: str, name: str, *trees: Any) -> _Code:
    from runtime.expression.functions import RUN_FUNCTIONS, find_function

    if name in RUN_FUNCTIONS and not trees:
        return lambda frame: frame.scope.run(name)
    function = find_function(name)
    codes = [_compile(tree) for tree in trees]

    def code(frame: _Frame) -> Any:
        arguments = [part(frame) for part in codes]
        frame.spend(sum(weight(argument, frame.steps) for argument in arguments))
        result = function.call(arguments)
        frame.spend(weight(result, frame.steps))
        return result

    return code


_BUILDERS: Final[dict[str, Callable[..., _Code]]] = {
    "lit": _literal,
    "param": _param,
    "item": _item,
    "own": _own,
    "out": _out,
    "state": _state,
    "items": _items,
    "run": _run,
    "error": _error,
    "hook": _hook,
    "round": _round,
    "last": _last,
    "list": _list,
    "record": _record,
    "text": _text,
    "get": _get,
    "index": _index,
    "not": _not,
    "neg": _neg,
    **dict.fromkeys(("+", "-", "*", "/"), _arithmetic),
    **dict.fromkeys(("==", "!="), _equal),
    **dict.fromkeys(("<", "<=", ">", ">="), _compare),
    **dict.fromkeys(("in", "not in"), _in),
    "and": _and,
    "or": _or,
    "??": _fallback,
    "if": _if,
    "for": _for,
    "call": _call,
}
