"""Values that are known from the text alone, computed by the evaluator of the runner."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from runtime.model.definition import Tree
from runtime.model.values import Percent, format_duration


class Unknown(Exception):
    """The value depends on something that only a run has, or cannot be computed."""


def holds(condition: Tree, parameters: Mapping[str, Tree] | None = None) -> bool:
    """Whether a condition is true, given the parameters that are written out. Raises Unknown."""
    from runtime.expression.evaluator import ExpressionError, evaluate

    try:
        return evaluate(condition, _Written(parameters or {})) is not False
    except ExpressionError:
        raise Unknown from None


def folded(tree: Tree) -> Tree:
    """A number, duration or percentage that is computed from written values, as if it were written out; others as they
    are."""
    from runtime.expression.evaluator import ExpressionError, evaluate

    if not isinstance(tree, list) or tree[0] == "lit":
        return tree
    try:
        value = evaluate(tree, _Written({}))
    except (ExpressionError, Unknown):
        return tree
    match value:
        case Percent():
            return ["lit", "percent", float(value)]
        case dt.timedelta():
            return ["lit", "duration", format_duration(value)]
        case int() | float():
            return value
        case _:
            return tree


class _Written:
    """A scope in which only written parameters are known."""

    def __init__(self, trees: Mapping[str, Tree]) -> None:
        self._trees = trees

    def param(self, name: str) -> Any:
        from runtime.expression.evaluator import evaluate

        if name not in self._trees:
            raise Unknown
        return evaluate(self._trees[name], self)

    def run(self, name: str) -> Any:
        raise Unknown

    def item(self, name: str) -> Any:
        raise Unknown

    def own(self, name: str) -> Any:
        raise Unknown

    def out(self, path: str, name: str) -> Any:
        raise Unknown

    def state(self, path: str, name: str) -> Any:
        raise Unknown

    def hook(self, name: str) -> Any:
        raise Unknown

    def error(self, name: str) -> Any:
        raise Unknown

    def round(self, path: str) -> Any:
        raise Unknown

    def items(self, path: str, value: Any) -> Any:
        raise Unknown

    def last(self, path: str, name: str) -> Any:
        raise Unknown
