"""The analysis of a file: declares its flows and tasks, then checks every node in the order of the source."""

from __future__ import annotations

from flowc.analysis.declarations import Declared, Entry, declare, declare_alone
from flowc.analysis.frame import file_frame, frame_of
from flowc.analysis.model import Catalog, Flow, Task
from flowc.analysis.module import Definition, Imports, Module
from flowc.analysis.modules import module_of
from flowc.analysis.orders import Orders
from flowc.analysis.parameters import check_parameters
from flowc.analysis.pools import check_pool
from flowc.analysis.report import Report
from flowc.analysis.schedules import check_schedules
from flowc.analysis.scope import Bound, Names, Scope
from flowc.analysis.tasks import Tasks, check_file_defaults
from flowc.analysis.trigger_circles import check_circles
from flowc.analysis.triggers import check_triggers
from flowc.analysis.typed import CREATION, Typed
from flowc.analysis.unread import unread_of
from flowc.diagnostics import Label, Sink, codes
from flowc.source import Source
from flowc.syntax import nodes


def analyse(
    file: nodes.File, source: Source, catalog: Catalog, sink: Sink, imports: Imports, stored_as: str
) -> tuple[Module, list[Flow]]:
    """The file as others see it, and its flows, resolved as far as they can be; what is wrong goes to the sink."""
    report = Report(sink, source, unread_of(file, source))
    module = module_of(file, report, catalog, imports)
    module.stored_as = stored_as
    for let in module.lets.values():
        if let.checker is None:
            module.checker().infer(let.value, Scope(Task(-1, "flow", "", "", None, let.name.span), None))
    for definition in module.own_definitions():
        if isinstance(definition.decl, nodes.PoolDecl):
            definition.pool = check_pool(definition.decl, report)
    check_file_defaults(file_frame(module))
    looked = _Looked(module)
    for definition in module.own_definitions():
        looked.prepare(definition)
    flows = looked.in_order()
    check_circles(file, flows, report)
    return module, flows


class _Looked:
    """Looks into each flow and task of a file once, those that are called before their callers."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._flows: dict[int, Flow] = {}
        self._known: set[int] = set()
        self.under_way: list[Definition] = []

    def in_order(self) -> list[Flow]:
        """The flows in the order of the source."""
        found = (self._flows.get(id(item)) for item in self._module.tree.items)
        return [flow for flow in found if flow is not None]

    def prepare(self, definition: Definition) -> None:
        """Finds out whether it is broken. What other files declare has been looked into."""
        decl = definition.decl
        if definition.module is not self._module or id(decl) in self._known:
            return
        self._known.add(id(decl))
        self.under_way.append(definition)
        if isinstance(decl, nodes.FlowDecl):
            before = self._module.report.errors
            self._flows[id(decl)] = definition.flow = self._flow(definition, decl)
            definition.broken = self._module.report.errors > before
        elif isinstance(decl, nodes.TaskDecl):
            self._task(definition, decl)
        self.under_way.pop()

    def _flow(self, definition: Definition, decl: nodes.FlowDecl) -> Flow:
        found = declare(decl, definition, self)
        check_parameters(found.frame.checker, found)
        check_schedules(found.frame.checker, found)
        check_triggers(found, definition.module)
        tasks = Tasks()
        for entry in found.entries:
            tasks.check(entry)
            _read_orders(found, entry)
        for hook in found.hooks:
            Orders(found.flow, hook.frame.names, hook.frame.report).read(hook.space, hook.decl.body)
            if hook.decl.late is not None:
                scope = Scope(hook.subject, hook.space.home, nodes=False)
                hook.event[2] = hook.frame.settings.bound(hook.decl.late, "on late", scope)
        return found.flow

    def _task(self, definition: Definition, decl: nodes.TaskDecl) -> None:
        """Checks a task outside of a flow on its own, its parameters standing for any values of their types."""
        module, report = self._module, self._module.report.draft()
        names = Names(Flow("", (0, 0)), file_lets=module.lets, modules=module.modules)
        frame = frame_of(module, report, names, definition)
        _check_head(decl, report)
        entry, *hooks = declare_alone(decl, frame, self)
        scope = Scope(entry.task, None, nodes=False)
        for item, parameter in zip(definition.parameters, definition.signature().parameters, strict=True):
            name = item.name.text
            if item.default is not None:
                frame.checker.check_default(item, parameter.type, scope)
            if name in names.bound:
                _report_double(report, item, names.bound[name])
            names.bound.setdefault(name, Bound(name, item.name.span, Typed(parameter.type, ["param", name], CREATION)))
        for item in definition.parameters:
            if item.where is not None:
                frame.checker.condition(item.where, scope, "the condition of a parameter")
        for each in (entry, *hooks):
            Tasks().check(each)
        definition.broken = report.errors > 0


def _read_orders(found: Declared, entry: Entry) -> None:
    """The orders of a node; those of the task that computes a called flow's outputs are its group's."""
    if entry.task.kind == "task" and isinstance(entry.layers[0].decl, nodes.FlowDecl):
        return
    for layer in entry.layers:
        definition = layer.frame.definition
        if layer.frame is not found.frame and definition is not None and definition.broken:
            return
        Orders(found.flow, layer.frame.names, layer.frame.report).read(entry.task, layer.decl.body)


def _check_head(decl: nodes.TaskDecl, report: Report) -> None:
    if decl.generators:
        report.error(
            codes.MISPLACED,
            decl.generators[0].span,
            "a task outside of a flow cannot have a `for` of its own",
            help=f"write it where the task is called: `task NAME for x in xs = {decl.name.text}(…)`",
        )
    for item in decl.body:
        if isinstance(item, nodes.After):
            report.error(
                codes.MISPLACED,
                item.span,
                "a task outside of a flow knows no other tasks, so it cannot come after one",
                help="write `after` where the task is called",
            )


def _report_double(report: Report, item: nodes.ParamDecl, first: Bound) -> None:
    report.error(
        codes.DUPLICATE_NAME,
        item.name.span,
        f"there are two parameters called `{item.name.text}`",
        label="defined again here",
        labels=[Label(first.span, "first defined here")],
        help="give one of them another name",
    )
