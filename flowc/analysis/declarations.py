"""The first pass over a flow: its nodes with their names, places and declared output types. Expressions come later."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from flowc.analysis.declared_types import DeclaredTypes
from flowc.analysis.model import Catalog, Flow, Out, Parameter, Span, Task
from flowc.analysis.report import Report
from flowc.analysis.scope import Let, Names
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes

RESERVED: Final = ("succeeded", "failed", "skipped", "done", "error")
"""No names for outputs and members of groups: after a point they are states."""


@dataclass(slots=True, eq=False)
class Declared:
    """A flow after the first pass. `pairs`: each node with its declaration, by number; the body's is the flow's own."""

    flow: Flow
    names: Names
    pairs: list[tuple[Task, nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl]] = field(default_factory=list)
    parameters: list[tuple[Parameter, nodes.ParamDecl]] = field(default_factory=list)


def declare(
    decl: nodes.FlowDecl, report: Report, types: DeclaredTypes, catalog: Catalog, file_lets: dict[str, Let]
) -> Declared:
    """The nodes and names of a flow. Doubles are reported, with both places."""
    return _Declaration(report, types, catalog).flow(decl, file_lets)


class _Declaration:
    def __init__(self, report: Report, types: DeclaredTypes, catalog: Catalog) -> None:
        self._report = report
        self._types = types
        self._catalog = catalog

    def flow(self, decl: nodes.FlowDecl, file_lets: dict[str, Let]) -> Declared:
        flow = Flow(decl.name.text, decl.name.span, decl.doc)
        self.found = Declared(flow, Names(flow, flow.parameters, file_lets=file_lets))
        body = Task(0, "flow", "", "", None, decl.name.span, doc=decl.doc)
        self._add(body, decl)
        taken: dict[str, tuple[str, Span]] = {}
        for item in decl.body:
            if isinstance(item, nodes.ParamDecl):
                self._parameter(item, taken)
            elif isinstance(item, nodes.OutDecl) and self._free(item.name, "output", taken):
                body.outs[item.name.text] = self._out(item)
        self._members(body, decl.body, taken)
        return self.found

    def _add(self, task: Task, decl: nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl) -> None:
        self.found.flow.tasks.append(task)
        self.found.pairs.append((task, decl))

    def _free(self, name: nodes.Name, kind: str, taken: dict[str, tuple[str, Span]]) -> bool:
        first = taken.get(name.text)
        if first is None:
            taken[name.text] = (kind, name.span)
            return True
        article = "an" if first[0] == "output" else "a"
        same = f"there are two {kind}s called `{name.text}`"
        other = f"the name `{name.text}` is taken by {article} {first[0]}"
        self._report.error(
            codes.DUPLICATE_NAME,
            name.span,
            same if first[0] == kind else other,
            label="defined again here",
            labels=[Label(first[1], "first defined here")],
            help="give one of them another name; parameters, tasks, groups and outputs of a flow share their names",
        )
        return False

    def _parameter(self, item: nodes.ParamDecl, taken: dict[str, tuple[str, Span]]) -> None:
        kind = self._types.resolve(item.type)
        parameter = Parameter(item.name.text, kind, item.name.span, doc=item.doc)
        if self._free(item.name, "parameter", taken):
            self.found.flow.parameters[item.name.text] = parameter
        self.found.parameters.append((parameter, item))

    def _out(self, item: nodes.OutDecl) -> Out:
        self._check_reserved(item.name, "an output")
        kind = self._types.resolve(item.type)
        return Out(item.name.text, kind, item.name.span, computed=item.value is not None)

    def _check_reserved(self, name: nodes.Name, what: str) -> None:
        if name.text in RESERVED:
            self._report.error(
                codes.RESERVED_NAME,
                name.span,
                f"`{name.text}` cannot be the name of {what}: after a point it means a state",
                help=f"give it another name; {', '.join(f'`{word}`' for word in RESERVED)} are taken",
            )

    def _members(self, group: Task, body: list[nodes.Statement], taken: dict[str, tuple[str, Span]]) -> None:
        for item in body:
            if isinstance(item, nodes.LetDecl):
                if self._free(item.name, "let", taken):
                    lets = self.found.names.lets.setdefault(group.node, {})
                    lets[item.name.text] = Let(item.name, item.value, group)
            elif isinstance(item, nodes.TaskDecl | nodes.GroupDecl):
                self._member(group, item, taken)

    def _member(self, group: Task, item: nodes.TaskDecl | nodes.GroupDecl, taken: dict[str, tuple[str, Span]]) -> None:
        name = item.name.text
        is_task = isinstance(item, nodes.TaskDecl)
        path = f"{group.path}/{name}" if group.path else name
        kind = "task" if is_task else "group"
        task = Task(len(self.found.flow.tasks), kind, name, path, group, item.name.span, doc=item.doc)  # type: ignore[arg-type]
        task.optional = any(isinstance(entry, nodes.When) for entry in item.body)
        task.mapped = bool(item.generators)
        if group.kind == "group":
            self._check_reserved(item.name, "a member of a group")
        if self._free(item.name, kind, taken):
            group.members[name] = task
        self._add(task, item)
        if isinstance(item, nodes.TaskDecl):
            self._task_outs(task, item)
        else:
            task.ordered = item.kind == "sequence"
            self._members(task, item.body, {})

    def _task_outs(self, task: Task, item: nodes.TaskDecl) -> None:
        if item.callee is not None:
            signature = self._catalog.get(item.callee.path.text)
            task.outs_unknown = signature is None
            for name, kind in signature.outs if signature else ():
                task.outs[name] = Out(name, kind, item.callee.path.span, declared=False)
        places: dict[str, tuple[str, Span]] = {}
        for entry in item.body:
            if isinstance(entry, nodes.OutDecl) and self._free(entry.name, "output", places):
                given = task.outs.get(entry.name.text)
                out = self._out(entry)
                if given is not None:
                    self._given_already(entry, item)
                task.outs[entry.name.text] = out

    def _given_already(self, entry: nodes.OutDecl, item: nodes.TaskDecl) -> None:
        assert item.callee is not None
        callee = item.callee.path
        self._report.error(
            codes.DUPLICATE_NAME,
            entry.name.span,
            f"`{callee.text}` gives an output called `{entry.name.text}` itself",
            label="defined again here",
            labels=[Label(callee.span, f"`{callee.text}` is called here")],
            help="remove this `out`, or give it another name",
        )
