"""Outputs of tasks and groups, and what has become of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis import states
from flowc.analysis.hooks import is_onlooker, seen_by_hook
from flowc.analysis.model import Reference, Task
from flowc.analysis.references.fields import fields, narrowed
from flowc.analysis.references.items import items_value
from flowc.analysis.references.own import own_value
from flowc.analysis.references.seen import seen_from
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Scope
from flowc.analysis.typed import Typed, wrong
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions


def output_value(
    checker: Expressions,
    expr: nodes.NameRef | nodes.Member,
    task: Task,
    base: nodes.NameRef,
    names: list[nodes.Member],
    scope: Scope,
) -> Typed:
    """The output that a path through groups leads to, as the task of `scope` sees it; the edge is noted."""
    at: nodes.NameRef | nodes.Member = base
    left = list(names)
    while left and task.kind == "group" and not task.called and left[0].name.text in task.members:
        at = left.pop(0)
        task = task.members[at.name.text]
    if not scope.nodes:
        return _too_early(checker, task, expr)
    if not left:
        return _no_value(checker, task, at)
    giver = task.giver
    out = giver.outs.get(left[0].name.text)
    if out is None and left[0].name.text in states.VALUES:
        return _state(checker, task, left, scope)
    if out is None and left[0].name.text == "items" and task.mapped:
        return _items(checker, task, left, scope)
    if out is None:
        return report_no_output(checker, task, left[0].name)
    if task is scope.task and scope.own:
        return fields(checker, own_value(checker, out, left[0].span, scope), left[0], left[1:], scope)
    if not _may_refer(checker, task, scope, left[0]):
        return wrong()
    span = left[0].span
    report = checker.report
    if scope.members and scope.task in task.ancestors():
        seen = seen_from(Task(-1, "flow", "", "", scope.task, span), giver, out)
        return fields(checker, narrowed(seen, scope), left[0], left[1:], scope)
    seen = seen_from(scope.task, giver, out)
    if is_onlooker(scope.task, task):
        seen.type = seen_by_hook(scope.task, task, seen.type)
    else:
        scope.task.references.append(Reference(task, report.place(span), report.text(span)))
    found = narrowed(seen, scope)
    return fields(checker, found, left[0], left[1:], scope)


def _state(checker: Expressions, task: Task, left: list[nodes.Member], scope: Scope) -> Typed:
    """What has become of a task or group."""
    if not _may_refer(checker, task, scope, left[0]):
        return wrong()
    found = narrowed(states.value(checker, task, left[0].name, scope), scope)
    return fields(checker, found, left[0], left[1:], scope)


def _items(checker: Expressions, task: Task, left: list[nodes.Member], scope: Scope) -> Typed:
    """The pairs of keys and values of a mapped node; the edge is noted."""
    if not _may_refer(checker, task, scope, left[0]):
        return wrong()
    span, report = left[0].span, checker.report
    found = items_value(scope.task, task)
    if found is None:
        return report_no_output(checker, task, left[0].name)
    if is_onlooker(scope.task, task):
        found.type = seen_by_hook(scope.task, task, found.type)
    else:
        scope.task.references.append(Reference(task, report.place(span), report.text(span)))
    return fields(checker, narrowed(found, scope), left[0], left[1:], scope)


def _may_refer(checker: Expressions, task: Task, scope: Scope, at: nodes.Member) -> bool:
    here = scope.task
    if here.kind == "flow" or (scope.members and here in task.ancestors()):
        return True
    if task is here:
        message = f"`{here.dotted}` cannot use its own output here: it is known only after the task has run"
    elif here in task.ancestors():
        message = f"the group `{here.dotted}` cannot need its own member `{task.dotted}` before it starts"
    elif task in here.ancestors():
        message = f"`{here.dotted}` cannot use outputs of `{task.dotted}`, which it is a part of"
    else:
        return True
    checker.report.error(
        codes.ORDER_WITHIN,
        at.span,
        message,
        labels=[Label(task.span, f"`{task.dotted}` is defined here")],
        help="take the value from a task outside, or move the condition to a member",
    )
    return False


def _too_early(checker: Expressions, task: Task, expr: nodes.NameRef | nodes.Member) -> Typed:
    checker.report.error(
        codes.KNOWN_LATER,
        expr.span,
        f"`{task.dotted}` is a task: its outputs are known only while the run goes on",
        label="known only later",
        help="here only literals and parameters can stand",
    )
    return wrong()


def _no_value(checker: Expressions, task: Task, at: nodes.NameRef | nodes.Member) -> Typed:
    kind = "group" if task.kind == "group" and not task.called else "task"
    help = ""
    shown = checker.report.text(at.span)
    outs = task.giver.outs
    if outs:
        help = f"name one of its outputs: {', '.join(f'`{shown}.{name}`' for name in list(outs)[:4])}"
    elif kind == "group" and task.members:
        help = f"name an output of one of its members: `{shown}.{next(iter(task.members))}.…`"
    elif kind == "task":
        help = f"`{task.dotted}` declares no output; to run after it write `after {shown}`"
    checker.report.error(
        codes.NOT_A_VALUE,
        at.span,
        f"`{shown}` is a {kind}, not a value",
        label=f"a {kind}",
        labels=[Label(task.span, "defined here")],
        help=help,
    )
    return wrong()


def report_no_output(checker: Expressions, task: Task, name: nodes.Name) -> Typed:
    """There is no such output or member: UNKNOWN, and an error reported unless one may have been lost."""
    report = checker.report
    outs = task.giver.outs
    is_task = task.kind == "task" or task.called
    kind, candidates = ("output", list(outs)) if is_task else ("member", list(task.members))
    if report.may_be_lost(name.text) or task.outs_unknown:
        return wrong()
    help, fixes = did_you_mean(name.text, candidates, name.span)
    if not help and candidates:
        help = f"its {kind}s are {', '.join(candidates[:8])}"
    elif not help:
        where = "flow" if task.called else "task"
        help = f"declare it in the {where}: `out {name.text}: …`" if kind == "output" else "the group is empty"
    report.error(
        codes.UNKNOWN_MEMBER,
        name.span,
        f"`{task.dotted}` has no {kind} called `{name.text}`",
        label="not found",
        labels=[Label(task.span, f"`{task.dotted}` is defined here")],
        help=help,
        fixes=fixes,
    )
    return wrong()
