"""Circles of triggers: flows of a file whose runs would start one another without end.

A trigger with a `when` is left out: its condition may be what ends the circle.
"""

from __future__ import annotations

from collections.abc import Sequence

from flowc.analysis.model import Flow
from flowc.analysis.report import Report
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.definition import Tree, TriggerDefinition


def check_circles(file: nodes.File, flows: Sequence[Flow], report: Report) -> None:
    """Reports each circle once, at the trigger of the first of its flows; what starts itself is reported already."""
    told: set[str] = set()
    triggered = [flow for flow in flows if flow.triggers]
    for flow in triggered:
        found = None if flow.name in told else _circle(flow, triggered)
        if found is None:
            continue
        path, trigger = found
        told.update(path)
        report.error(
            codes.RECURSION,
            _place(file, flow, trigger, report),
            f"each run of `{flow.name}` would start another one, without end: {' -> '.join([*path, flow.name])}",
            label="the circle closes here",
            help="take one of the triggers away, or give it a `when` that ends the circle",
        )


def _circle(flow: Flow, flows: Sequence[Flow]) -> tuple[list[str], TriggerDefinition] | None:
    """The flows on a way from one to itself, and its trigger at the end of it; None if its runs lead to no other."""
    behind: dict[str, list[str]] = {flow.name: [flow.name]}
    grown = True
    while grown:
        grown = False
        for other in flows:
            trigger, cause = _started(other, behind)
            if trigger is None or cause is None:
                continue
            if other is flow:
                return behind[cause], trigger
            if other.name not in behind:
                behind[other.name] = [*behind[cause], other.name]
                grown = True
    return None


def _started(flow: Flow, ended: dict[str, list[str]]) -> tuple[TriggerDefinition | None, str | None]:
    """The trigger that starts a flow when these have ended, and the last of them that it names."""
    for trigger in flow.triggers:
        if trigger.kind == "after" and trigger.condition is None:
            causes = _met(trigger.awaits, ended)
            if causes:
                return trigger, causes[-1]
    return None, None


def _met(awaits: Tree, ended: dict[str, list[str]]) -> list[str]:
    """The flows that fulfil a condition; empty if they do not."""
    if awaits[0] == "state":
        return [awaits[1]] if awaits[1] in ended else []
    parts = [_met(part, ended) for part in awaits[1:]]
    if awaits[0] == "or":
        return next((part for part in parts if part), [])
    return [name for part in parts for name in part] if all(parts) else []


def _place(file: nodes.File, flow: Flow, trigger: TriggerDefinition, report: Report) -> nodes.Span:
    for decl in file.items:
        for item in decl.body if isinstance(decl, nodes.FlowDecl) and decl.name.span == flow.span else ():
            if isinstance(item, nodes.Trigger) and item.awaited is not None and report.line(item.span) == trigger.line:
                return item.awaited.span
    return flow.span
