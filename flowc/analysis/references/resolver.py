"""The order in which meanings of a name are looked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.model import Parameter, Task
from flowc.analysis.references.fields import fields, narrowed
from flowc.analysis.references.imported import imported_value
from flowc.analysis.references.known_records import enum_member, record_value
from flowc.analysis.references.lets import let_value
from flowc.analysis.references.outputs import output_value
from flowc.analysis.references.own import own_value
from flowc.analysis.references.repeated import round_value
from flowc.analysis.references.reported import hook_value
from flowc.analysis.references.unknown import report_unknown
from flowc.analysis.scope import Bound, Let, Scope
from flowc.analysis.typed import CREATION, RUN_TIME, WRITTEN, Typed, wrong
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


def resolve(checker: Expressions, expr: nodes.NameRef | nodes.Member, scope: Scope) -> Typed:
    """The value of a name or a dotted name."""
    asked = scope.subjects.value(expr) if scope.subjects is not None else None
    if asked is not None:
        return fields(checker, *asked, scope)
    base, names = _flattened(expr)
    if not isinstance(base, nodes.NameRef):
        return fields(checker, checker.infer(base, scope), base, names, scope)
    found = _bare(checker, base, names, scope)
    if found is None:
        return _named(checker, expr, base, names, scope)
    return fields(checker, found, base, names, scope)


def _bare(checker: Expressions, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
    """What is known without the flow's names: variables, own outputs, items."""
    name = base.name
    if name in scope.variables:
        tree = ["item", checker.names.variable(name)]
        return narrowed(Typed(scope.variables[name], tree, WRITTEN), scope)
    if name in scope.own:
        return own_value(checker, scope.own[name], base.span, scope)
    item = checker.names.item_type(name, scope.task)
    if item is not None:
        return narrowed(Typed(item, ["item", checker.names.variable(name)], RUN_TIME), scope)
    return None


def _named(
    checker: Expressions,
    expr: nodes.NameRef | nodes.Member,
    base: nodes.NameRef,
    names: list[nodes.Member],
    scope: Scope,
) -> Typed:
    meaning = checker.names.find(base.name, scope.home)
    match meaning:
        case Parameter():
            return fields(checker, _parameter(checker, meaning, base, scope), base, names, scope)
        case Bound():
            return fields(checker, narrowed(meaning.value, scope), base, names, scope)
        case Let():
            return fields(checker, let_value(checker, meaning, base, scope), base, names, scope)
        case Task():
            return output_value(checker, expr, meaning, base, names, scope)
    if names and (of_record := record_value(checker, base, names, scope)) is not None:
        return of_record
    if (of_round := round_value(checker, base, names, scope)) is not None:
        return of_round
    if scope.task.hook and (of_hook := hook_value(checker, base, names, scope)) is not None:
        return of_hook
    if base.name in checker.enums and names:
        return enum_member(checker, checker.enums[base.name], names, scope)
    if base.name in checker.names.modules:
        return imported_value(checker, checker.names.modules[base.name], base, names, scope)
    if base.name == scope.task.name and scope.own and names and names[0].name.text in scope.own:
        own = own_value(checker, scope.own[names[0].name.text], expr.span, scope)
        return fields(checker, own, names[0], names[1:], scope)
    report_unknown(checker, base, scope)
    return wrong()


def _parameter(checker: Expressions, parameter: Parameter, base: nodes.NameRef, scope: Scope) -> Typed:
    if scope.parameters is not None and parameter.name not in scope.parameters:
        checker.report.error(
            codes.KNOWN_LATER,
            base.span,
            f"`{parameter.name}` is not known yet: it is declared at or after this place",
            labels=[Label(parameter.span, "declared here")],
            help="declare it before the parameter that uses it",
        )
        return wrong()
    return narrowed(Typed(parameter.type, ["param", parameter.name], CREATION), scope)


def _flattened(expr: nodes.Expr) -> tuple[nodes.Expr, list[nodes.Member]]:
    names: list[nodes.Member] = []
    while isinstance(expr, nodes.Member):
        names.append(expr)
        expr = expr.base
    return expr, names[::-1]
