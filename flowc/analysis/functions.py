"""Calls of functions in expressions, checked against the signatures of `runtime.expression.functions`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from flowc.analysis.foreign import foreign_name
from flowc.analysis.mismatch import Wanted, report_secret
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import CREATION, Typed, wrong
from flowc.analysis.types import UNKNOWN, described, fits, holds_secret, is_unknown, join
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from flowc.syntax.words import KINDS
from runtime.expression.forms import Form, Problem, Rules
from runtime.expression.functions import FUNCTIONS, RUN_FUNCTIONS, Function, signature_text
from runtime.model.types import Type

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions

_ELSEWHERE: Final = {
    "length": "it is called `len`",
    "size": "it is called `len`",
    "total": "it is called `sum`",
    "strip": "it is called `trim`",
    "uppercase": "it is called `upper`",
    "lowercase": "it is called `lower`",
    "substring": "it is called `slice`",
    "sort": "it is called `sorted`",
    "concat": 'write `a + b`, or put values into a text: `"{{ a }}{{ b }}"`',
    "string": "it is called `str`",
    "number": "it is called `int` or `float`",
    "map": "write a comprehension: `[f(x) for x in xs]`",
    "filter": "write a comprehension: `[x for x in xs if …]`",
    "default": "write `value ?? default`",
    "isnull": "write `value == null`",
    "env": "a script reads the environment; a flow takes a parameter",
    "glob": "let a task find the files: `task NAME = files.glob(…)`",
}
"""Functions of other languages, and what they are here."""

_RULES: Final = Rules(fits, join)


def check_call(checker: Expressions, expr: nodes.Call, scope: Scope) -> Typed:
    """The type and tree of `name(arguments)`."""
    function = _function(checker, expr)
    if function is None and (not isinstance(expr.callee, nodes.NameRef) or expr.callee.name in KINDS):
        return wrong()
    if function is None:
        for argument in expr.arguments:
            checker.infer(argument.value, scope)
        return wrong()
    arguments = _in_order(checker, expr, function)
    if arguments is None:
        return wrong()
    values = [checker.infer(argument, scope) for argument in arguments]
    for written, value in zip(arguments, values, strict=True):
        if holds_secret(value.type):
            report_secret(checker.report, written)
            return wrong()
    kind = _infer(checker, expr, function, arguments, values, scope)
    if kind is None or any(is_unknown(value.type) for value in values):
        return wrong()
    if function.name in RUN_FUNCTIONS:
        return Typed(kind, ["run", function.name], CREATION)
    known = max((value.known for value in values), default=0)
    tree = ["call", function.name, *(value.tree for value in values)]
    return Typed(kind, tree, known, late=any(value.late for value in values))


def _function(checker: Expressions, expr: nodes.Call) -> Function | None:
    report = checker.report
    if isinstance(expr.callee, nodes.Member):
        name = expr.callee.name.text
        base = report.text(expr.callee.base.span)
        help = f"write `{name}({base})`" if name in FUNCTIONS else "functions are called by their name: `len(xs)`"
        if "." not in base and base.isidentifier() and name not in FUNCTIONS:
            help = f"components are called by a task: `task NAME = {base}.{name}(…)`"
        if (elsewhere := foreign_name(report.source, base, expr.callee.base.span)) is not None:
            help = elsewhere[0]
        report.error(codes.UNKNOWN_FUNCTION, expr.callee.span, "values have no functions of their own", help=help)
        return None
    if not isinstance(expr.callee, nodes.NameRef):
        if not isinstance(expr.callee, nodes.ErrorNode):
            report.error(codes.UNKNOWN_FUNCTION, expr.callee.span, "only a function can be called by `( )`")
        return None
    name = expr.callee.name
    if name in FUNCTIONS:
        return FUNCTIONS[name]
    help, fixes = did_you_mean(name, FUNCTIONS, expr.callee.span)
    help = _ELSEWHERE.get(name, help)
    if name == "raw":
        message = "`raw( )` gives no value: it stands alone in the `{{ }}` of a script, and pastes text into it"
        report.error(codes.BAD_CALL, expr.span, message, help="leave it out: `{{ value }}` binds a value")
        return None
    report.error(
        codes.UNKNOWN_FUNCTION,
        expr.callee.span,
        f"there is no function called `{name}`",
        label="not found",
        help=help or f"`flowc explain {codes.UNKNOWN_FUNCTION}` lists the functions",
        fixes=fixes,
    )
    return None


def _in_order(checker: Expressions, expr: nodes.Call, function: Function) -> list[nodes.Expr] | None:
    """The arguments by position. Named ones go to the place of that name in a form that has all the names."""
    named = [argument for argument in expr.arguments if argument.name is not None]
    if not named:
        return [argument.value for argument in expr.arguments]
    count = len(expr.arguments) - len(named)
    if any(argument.name is not None for argument in expr.arguments[:count]):
        checker.report.error(
            codes.BAD_CALL, named[0].span, "arguments with a name come last", help="move it behind the others"
        )
        return None
    for form in function.forms:
        placed = _placed(form, named, count)
        if placed is not None:
            return [argument.value for argument in expr.arguments[:count]] + placed
    name = named[0].name
    assert name is not None
    checker.report.error(
        codes.BAD_CALL,
        name.span,
        f"`{function.name}` does not take these named arguments",
        help=f"its form is {signature_text(function)}",
    )
    return None


def _placed(form: Form, named: list[nodes.Argument], count: int) -> list[nodes.Expr] | None:
    places = {parameter.name: place for place, parameter in enumerate(form.parameters)}
    found: dict[int, nodes.Expr] = {}
    for argument in named:
        place = places.get(argument.name.text, -1) if argument.name else -1
        if place < count or place in found:
            return None
        found[place] = argument.value
    wanted = range(count, count + len(named))
    return [found[place] for place in wanted] if set(found) == set(wanted) else None


def _infer(
    checker: Expressions,
    expr: nodes.Call,
    function: Function,
    arguments: list[nodes.Expr],
    values: list[Typed],
    scope: Scope,
) -> Type | None:
    """The type of the call; None if an error was reported. Text literals take the type that is wanted of them."""
    for _ in range(len(arguments) + 1):
        if any(is_unknown(value.type) for value in values):
            return UNKNOWN
        found = function.infer([value.type for value in values], _RULES)
        if not isinstance(found, Problem):
            break
        index = found.argument
        if index is None or found.wanted is None or not isinstance(arguments[index], nodes.Text):
            break
        if values[index].type == found.wanted or arguments[index].plain is None:  # type: ignore[union-attr]
            break
        adapted = checker.check(arguments[index], scope, Wanted(found.wanted, found.message.rpartition(", but")[0]))
        if adapted.wrong:
            return None
        values[index] = adapted
    if isinstance(found, Problem):
        _report_problem(checker, expr, arguments, values, found)
        return None
    return found


def _report_problem(
    checker: Expressions, expr: nodes.Call, arguments: list[nodes.Expr], values: list[Typed], problem: Problem
) -> None:
    report = checker.report
    if problem.argument is None:
        report.error(codes.BAD_CALL, expr.span, problem.message, help=problem.help)
        return
    given, place = values[problem.argument], arguments[problem.argument].span
    labels = []
    if given.skipper is not None:
        labels.append(Label(given.skipper.span, f"`{given.skipper.dotted}` may be skipped"))
    report.error(
        codes.BAD_CALL,
        place,
        problem.message,
        label=f"this is {described(given.type)}",
        labels=labels,
        help=problem.help,
    )
