"""Parameters of a flow: their defaults and conditions, the conditions tried on defaults that are written out."""

from __future__ import annotations

from flowc.analysis.constant import Unknown, holds
from flowc.analysis.declarations import Declared
from flowc.analysis.expressions import Expressions
from flowc.analysis.model import Parameter
from flowc.analysis.scope import Scope
from flowc.analysis.typed import WRITTEN
from flowc.analysis.types import is_unknown
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Tree
from runtime.model.slotted import replace


def check_parameters(checker: Expressions, found: Declared) -> None:
    """Checks every parameter and puts its default and condition into the flow."""
    body = found.flow.body
    earlier: frozenset[str] = frozenset()
    written: dict[str, Tree] = {}
    for parameter, decl in found.parameters:
        full = parameter
        if decl.default is not None:
            value = checker.check_default(decl, parameter.type, Scope(body, body, nodes=False, parameters=earlier))
            full = replace(full, has_default=True, default=value.tree)
            if value.known == WRITTEN and not is_unknown(value.type):
                written[parameter.name] = value.tree
        earlier |= {parameter.name}
        if found.flow.parameters.get(parameter.name) is parameter:
            found.flow.parameters[parameter.name] = full
    for parameter, decl in found.parameters:
        if decl.where is not None:
            _condition(checker, found, parameter, decl, written)


def _condition(
    checker: Expressions, found: Declared, parameter: Parameter, decl: nodes.ParamDecl, written: dict[str, Tree]
) -> None:
    assert decl.where is not None
    body = found.flow.body
    condition = checker.condition(decl.where, Scope(body, body, nodes=False), "the condition of a parameter")
    known = found.flow.parameters.get(parameter.name)
    if known is not None and known.span == parameter.span:
        found.flow.parameters[parameter.name] = replace(known, where=condition.tree)
    if decl.default is not None and parameter.name in written and not checker.report.sink.has_errors:
        _try_default(checker, parameter, decl, condition.tree, written)


def _try_default(
    checker: Expressions, parameter: Parameter, decl: nodes.ParamDecl, condition: Tree, written: dict[str, Tree]
) -> None:
    assert decl.default is not None
    assert decl.where is not None
    try:
        good = holds(condition, written)
    except Unknown:
        return
    if not good:
        checker.report.error(
            codes.CONDITION_FAILS,
            decl.default.span,
            f"the default of `{parameter.name}` is refused by its own condition",
            label="not allowed",
            labels=[Label(decl.where.span, "by this condition")],
            help="change the default or the condition",
        )
