"""Values of a file that is imported as a whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.references.fields import fields
from flowc.analysis.references.known_records import enum_member
from flowc.analysis.references.lets import let_value
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import Typed, wrong
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.slotted import replace

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions
    from flowc.analysis.module import Module


def imported_value(
    checker: Expressions, module: Module, base: nodes.NameRef, names: list[nodes.Member], scope: Scope
) -> Typed:
    """A value or enum of a file that is imported as a whole."""
    first = names[0].name if names else None
    if first is not None and first.text in module.lets:
        let = module.lets[first.text]
        value = let_value(checker, replace(let, checker=let.checker or module.checker()), base, scope)
        return fields(checker, value, names[0], names[1:], scope)
    enums = module.types.enums()
    if first is not None and first.text in enums and len(names) > 1:
        return enum_member(checker, enums[first.text], names[1:], scope)
    named = first or nodes.Name(base.name, base.span)
    candidates = [*module.lets, *enums]
    help, fixes = did_you_mean(named.text, candidates, named.span)
    checker.report.error(
        codes.UNKNOWN_MEMBER if first is not None else codes.NOT_A_VALUE,
        named.span,
        f"`{base.name}` has no value called `{named.text}`" if first else f"`{base.name}` is a file, not a value",
        label="not found" if first is not None else "an imported file",
        help=help or (f"its values are {', '.join(candidates)}" if candidates else "it declares no `let`"),
        fixes=fixes if first is not None else (),
    )
    return wrong()
