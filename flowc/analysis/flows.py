"""The analysis of a file: declares its flows, then checks every node in the order of the source."""

from __future__ import annotations

from flowc.analysis.actions import Actions
from flowc.analysis.declarations import Declared, declare
from flowc.analysis.declared_types import DeclaredTypes
from flowc.analysis.expressions import Expressions
from flowc.analysis.later import report_later
from flowc.analysis.model import Catalog, Flow, Task
from flowc.analysis.orders import Orders
from flowc.analysis.parameters import check_parameters
from flowc.analysis.report import Report
from flowc.analysis.schedules import check_schedules
from flowc.analysis.scope import Let, Names, Scope
from flowc.analysis.settings import Settings
from flowc.analysis.tasks import Tasks
from flowc.diagnostics import Label, Sink, codes
from flowc.source import Source, Span
from flowc.syntax import nodes
from flowc.syntax.inside import everything


def analyse(file: nodes.File, source: Source, catalog: Catalog, sink: Sink) -> list[Flow]:
    """The flows of a file, resolved as far as they can be; what is wrong goes to the sink."""
    report = Report(sink, source, _unread(file))
    report_later(file, report)
    types = DeclaredTypes(report)
    types.declare(file.items)
    declared = _declared_items(file, report)
    lets = {
        name: Let(item.name, item.value, None) for name, item in declared.items() if isinstance(item, nodes.LetDecl)
    }
    _check_lets(lets, report, types)
    flows = []
    for item in file.items:
        if isinstance(item, nodes.FlowDecl):
            found = declare(item, report, types, catalog, lets)
            _check_flow(found, report, types, catalog, declared)
            flows.append(found.flow)
    return flows


def _check_flow(
    found: Declared, report: Report, types: DeclaredTypes, catalog: Catalog, declared: dict[str, nodes.Item]
) -> None:
    checker = Expressions(report, found.names, types.enums())
    check_parameters(checker, found)
    check_schedules(checker, found)
    orders = Orders(found.flow, found.names, report)
    tasks = Tasks(checker, Settings(checker), Actions(checker, catalog, declared))
    for task, decl in found.pairs:
        tasks.check(task, decl)
        orders.read(task, decl.body)


def _check_lets(lets: dict[str, Let], report: Report, types: DeclaredTypes) -> None:
    """Checks the lets of the file where they stand, whether a flow uses them or not."""
    nowhere = Flow("", (0, 0))
    checker = Expressions(report, Names(nowhere, file_lets=lets), types.enums())
    for let in lets.values():
        checker.infer(let.value, Scope(Task(-1, "flow", "", "", None, let.name.span), None))


def _declared_items(file: nodes.File, report: Report) -> dict[str, nodes.Item]:
    """Flows, templates and lets of the file by name; doubles are reported."""
    found: dict[str, nodes.Item] = {}
    for item in file.items:
        if isinstance(item, nodes.TaskDecl):
            report.not_yet(item.head, "a task outside of a flow", help="declare it inside the flow that uses it")
        if not isinstance(item, nodes.FlowDecl | nodes.TaskDecl | nodes.LetDecl):
            continue
        first = found.setdefault(item.name.text, item)
        if first is not item and isinstance(first, nodes.FlowDecl | nodes.TaskDecl | nodes.LetDecl):
            report.error(
                codes.DUPLICATE_NAME,
                item.name.span,
                f"the name `{item.name.text}` is defined twice in this file",
                label="defined again here",
                labels=[Label(first.name.span, "first defined here")],
                help="give one of them another name",
            )
    return found


def _unread(file: nodes.File) -> list[Span]:
    """The places of statements that the parser could not read."""
    return [part.span for part in everything(file.items) if isinstance(part, nodes.ErrorNode)]
