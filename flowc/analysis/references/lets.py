"""What a `let` stands for, within bounds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from flowc.analysis.references.fields import narrowed
from flowc.analysis.scope import Let, Scope
from flowc.analysis.typed import Typed, wrong
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions

DEEPEST = 150
"""Operations within one another in a value that a `let` stands for."""

DEEPEST_LETS = 30
"""Lets that need one another in turn."""

MOST_LETS = 1_000
"""Uses of `let` that come through one use."""


def let_value(checker: Expressions, let: Let, base: nodes.NameRef, scope: Scope) -> Typed:
    """What the `let` stands for where `base` names it; UNKNOWN, and an error reported, if it is too large."""
    if let in checker.open_lets:
        checker.report.error(
            codes.CYCLE,
            base.span,
            f"`{let.name.text}` is defined by itself",
            labels=[Label(let.name.span, "defined here")],
            help="give it a value that does not need it",
        )
        return wrong()
    if let in checker.large_lets:
        return wrong()
    checker.let_uses = checker.let_uses + 1 if checker.open_lets else 1
    if checker.let_uses > MOST_LETS or len(checker.open_lets) >= DEEPEST_LETS:
        return _too_large(checker, [*checker.open_lets, let])
    opened = len(checker.open_lets)
    try:
        value = _value_of_let(checker, let, scope)
    except RecursionError:
        del checker.open_lets[opened:]
        return _too_large(checker, [*checker.open_lets, let])
    if _is_deeper(value.tree, DEEPEST):
        return _too_large(checker, [let])
    return narrowed(value, scope)


def _value_of_let(checker: Expressions, let: Let, scope: Scope) -> Typed:
    inner = Scope(scope.task, let.home, nodes=scope.nodes and let.home is not None, parameters=scope.parameters)
    checker.open_lets.append(let)
    value = (let.checker or checker).infer(let.value, inner)
    checker.open_lets.pop()
    return value


def _too_large(checker: Expressions, lets: list[Let]) -> Typed:
    """The first of the lets, each of which needs the next, stands for more than can be computed at once."""
    checker.large_lets.update(lets)
    name = lets[0].name
    checker.report.error(
        codes.BAD_VALUE,
        name.span,
        f"`{name.text}` stands for too large an expression",
        help="compute a part of it once, in a task",
    )
    return wrong()


def _is_deeper(tree: Any, bound: int) -> bool:
    """Whether operations are nested more than `bound` deep."""
    level = [tree]
    for _ in range(bound):
        level = [part for entry in level if isinstance(entry, list) for part in entry]
        if not level:
            return False
    return True
