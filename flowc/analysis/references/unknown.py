"""Names that mean nothing here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.foreign import foreign_name
from flowc.analysis.model import Parameter, Task
from flowc.analysis.references.known_records import RUN_VALUES
from flowc.analysis.references.own import own_value
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.diagnostics import codes
from flowc.syntax import nodes

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


def report_unknown(checker: Expressions, base: nodes.NameRef, scope: Scope) -> None:
    """Report a name that means nothing here, with what was probably meant."""
    name, report, names = base.name, checker.report, checker.names
    if report.may_be_lost(name):
        return
    if name in scope.task.outs:
        own_value(checker, scope.task.outs[name], base.span, scope)
        return
    inside = names.elsewhere(name)
    visible = [
        *scope.variables,
        *scope.own,
        *checker.names.item_names(scope.task),
        *(found for found, _ in names.visible(scope.home)),
    ]
    help, fixes = did_you_mean(name, [*visible, "run"], base.span)
    if (known_elsewhere := foreign_name(report.source, name, base.span)) is not None:
        help, fixes = known_elsewhere
    elif len(inside) == 1:
        help, fixes = f"`{name}` is inside the group `{_group_of(inside[0])}`: write `{inside[0].dotted}`", ()
    elif fixes:
        meaning = names.find(fixes[0].replacement, scope.home)
        if isinstance(meaning, Task | Parameter):
            help += f" (defined on line {report.line(meaning.span)})"
    report.error(
        codes.UNKNOWN_NAME,
        base.span,
        f"there is nothing called `{name}` here",
        label="not found",
        help=help or _suggest_declaring(name, scope),
        fixes=fixes,
    )


def _suggest_declaring(name: str, scope: Scope) -> str:
    if name == "run":
        return f"name a value of it: {', '.join(f'`run.{value}`' for value in RUN_VALUES)}"
    if name in ("failed", "failures", "attempt"):
        return f"`{name}` is known to tasks of hooks: `on failure {{ task NAME {{ … }} }}`"
    if name in ("round", "last"):
        return f"`{name}` is known only in a task or group with `until`, and in what is inside of it"
    return f'for a text write "{name}" in quotes; for a parameter declare `param {name}: str`'


def _group_of(task: Task) -> str:
    return task.parent.dotted if task.parent is not None else ""
