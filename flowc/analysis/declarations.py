"""The first pass over a flow: its nodes with their names, places and declared output types. Expressions come later.

What a node calls is looked up here, because a called flow brings nodes of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from flowc.analysis.choices import Branch, branches_of
from flowc.analysis.detaching import is_detached
from flowc.analysis.frame import Frame, Layer, called, frame_of
from flowc.analysis.hooks import Space, attach, event_of, namespace, tasks_of
from flowc.analysis.model import Flow, Out, Parameter, Span, Task
from flowc.analysis.module import Definition
from flowc.analysis.outcomes import may_skip
from flowc.analysis.rounds import has_rounds, repeats
from flowc.analysis.scope import Let, Names
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Tree
from runtime.model.slotted import dataclass, field
from runtime.model.types import STR

RESERVED: Final = ("succeeded", "failed", "skipped", "done", "error")
"""No names for outputs and members of groups: after a point they are states."""

MOST_NODES: Final = 200_000
"""Nodes of one flow with all that it calls."""

Taken = dict[str, tuple[str, Span]]
"""Names that are given already: what has them, and where."""


class Prepared(Protocol):
    """Looks into flows and tasks before they are called, so that `broken` is known. `under_way`: those that are being
    looked into, each called by the one before."""

    under_way: list[Definition]

    def prepare(self, definition: Definition) -> None: ...


@dataclass(slots=True, eq=False)
class Entry:
    """A node with what is said of it: first its own declaration, then what that calls, and so on."""

    task: Task
    layers: list[Layer]


@dataclass(frozen=True, slots=True)
class DeclaredHook:
    """A hook on `subject`, in its frame, with the namespace of its tasks. `event`: what they wait for, a tree."""

    space: Task
    subject: Task
    decl: nodes.Hook
    frame: Frame
    event: list[Tree]


@dataclass(slots=True, eq=False)
class Declared:
    """A flow after the first pass. `entries`: its nodes by number."""

    flow: Flow
    frame: Frame
    entries: list[Entry] = field(default_factory=list)
    parameters: list[tuple[Parameter, nodes.ParamDecl]] = field(default_factory=list)
    hooks: list[DeclaredHook] = field(default_factory=list)

    @property
    def pairs(self) -> list[tuple[Task, nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl]]:
        """The nodes that the flow declares itself, with their declarations; the body's is the flow's own."""
        return [(entry.task, entry.layers[0].decl) for entry in self.entries if entry.layers[0].frame is self.frame]


def declare(decl: nodes.FlowDecl, definition: Definition, prepared: Prepared) -> Declared:
    """The nodes and names of a flow. Doubles are reported, with both places."""
    module = definition.module
    flow = Flow(decl.name.text, decl.name.span, decl.doc)
    body = Task(0, "flow", "", "", None, decl.name.span, doc=decl.doc)
    names = Names(flow, flow.parameters, file_lets=module.lets, root=body, modules=module.modules)
    found = Declared(flow, frame_of(module, module.report, names, definition))
    _Declaration(found, prepared).flow(body, decl)
    return found


def declare_alone(decl: nodes.TaskDecl, frame: Frame, prepared: Prepared) -> list[Entry]:
    """A task outside of a flow, as a node without a place, and the tasks of its hooks."""
    found = Declared(frame.names.flow, frame)
    task = Task(0, "task", decl.name.text, decl.name.text, None, decl.name.span)
    _Declaration(found, prepared).alone(task, decl)
    return found.entries


class _Declaration:
    def __init__(self, found: Declared, prepared: Prepared) -> None:
        self._found = found
        self._prepared = prepared
        self._full = False
        self._spaces: dict[tuple[int, str], Space] = {}

    def flow(self, body: Task, decl: nodes.FlowDecl) -> None:
        frame = self._found.frame
        self._add(body, [Layer(decl, frame)])
        taken: Taken = {}
        for item in decl.body:
            if isinstance(item, nodes.ParamDecl):
                self._parameter(frame, item, taken)
        self._flow_outs(frame, body, decl, taken)
        self._members(frame, body, decl.body, taken)
        self._hooks(body, decl.body, frame)

    def alone(self, task: Task, decl: nodes.TaskDecl) -> None:
        layers = [Layer(decl, self._found.frame)]
        self._add(task, layers)
        self._task(task, layers)

    def _add(self, task: Task, layers: list[Layer]) -> None:
        self._found.flow.tasks.append(task)
        self._found.entries.append(Entry(task, layers))

    def _flow_outs(self, frame: Frame, giver: Task, decl: nodes.FlowDecl, taken: Taken) -> None:
        for item in decl.body:
            if isinstance(item, nodes.OutDecl) and _free(frame, item.name, "output", taken):
                giver.outs[item.name.text] = _out(frame, item)

    def _parameter(self, frame: Frame, item: nodes.ParamDecl, taken: Taken) -> None:
        kind = frame.module.types.resolve(item.type)
        parameter = Parameter(item.name.text, kind, item.name.span, doc=item.doc)
        if _free(frame, item.name, "parameter", taken):
            self._found.flow.parameters[item.name.text] = parameter
        self._found.parameters.append((parameter, item))

    # Members

    def _members(
        self,
        frame: Frame,
        group: Task,
        body: Sequence[nodes.Statement],
        taken: Taken,
        branches: tuple[Branch, ...] = (),
    ) -> None:
        for item in body:
            if isinstance(item, nodes.LetDecl):
                if _free(frame, item.name, "let", taken):
                    lets = frame.names.lets.setdefault(group.node, {})
                    lets[item.name.text] = Let(item.name, item.value, group)
            elif isinstance(item, nodes.TaskDecl | nodes.GroupDecl):
                self._member(frame, group, item, taken, branches)
            elif isinstance(item, nodes.If | nodes.Match):
                for branch in branches_of(item):
                    self._members(frame, group, branch.body, taken, (*branches, branch))

    def _member(
        self,
        frame: Frame,
        group: Task,
        item: nodes.TaskDecl | nodes.GroupDecl,
        taken: Taken,
        branches: tuple[Branch, ...],
    ) -> None:
        name = item.name.text
        is_task = isinstance(item, nodes.TaskDecl)
        kind = "task" if is_task else "group"
        task = self._node(group, name, kind, frame.report.place(item.name.span), item.doc)
        task.branches = branches
        task.mapped = bool(item.generators)
        if group.kind == "group":
            _check_reserved(frame, item.name, "a member of a group")
        if _free(frame, item.name, kind, taken):
            group.members[name] = task
        layers = [Layer(item, frame)]
        self._add(task, layers)
        if isinstance(item, nodes.TaskDecl):
            self._task(task, layers)
        else:
            task.optional = _has_condition(item.body)
            task.may_fail = _may_fail(item.body)
            task.has_rounds, task.repeats = has_rounds(item.body), repeats([item.body])
            task.ordered = item.kind == "sequence"
            self._members(frame, task, item.body, {})
            self._hooks(task, item.body, frame)

    def _node(self, group: Task, name: str, kind: str, span: Span, doc: str) -> Task:
        path = f"{group.path}/{name}" if group.path else name
        return Task(len(self._found.flow.tasks), kind, name, path, group, span, doc=doc)  # type: ignore[arg-type]

    def _task(self, task: Task, layers: list[Layer]) -> None:
        """Looks up what a task calls, and what that calls, and declares the outputs of all of them."""
        self._layers(task, layers)
        last = layers[-1]
        task.optional = any(_has_condition(layer.decl.body) for layer in layers if not _is_flow(layer))
        task.may_fail = any(_may_fail(layer.decl.body) for layer in layers if not _is_flow(layer))
        task.has_rounds = any(has_rounds(layer.decl.body) for layer in layers if not _is_flow(layer))
        task.doc = task.doc or next((layer.decl.doc for layer in layers if layer.decl.doc), "")
        if isinstance(last.decl, nodes.FlowDecl):
            layers = layers[:-1]
            self._called_flow(task, last, is_asked_for_more=any(_has_outputs(layer.decl.body) for layer in layers))
            task.repeats = repeats([layer.decl.body for layer in layers])
        for layer in reversed(layers):
            assert isinstance(layer.decl, nodes.TaskDecl)
            self._task_outs(task, layer.decl, layer.frame, first=layer is last)
            self._hooks(task, layer.decl.body, layer.frame)

    def _hooks(self, subject: Task, body: Sequence[nodes.Statement], frame: Frame) -> None:
        """The tasks of hooks are declared like others, in a namespace of their own."""
        flow = self._found.flow
        for decl in body:
            if not isinstance(decl, nodes.Hook):
                continue
            if subject.mapped and frame is not self._found.frame and frame.report.is_called:
                what = "a hook of something that is called with `for`"
                frame.report.not_yet(decl.head, what, help="put the call into a group that has the `for`")
                continue
            space = self._spaces.get((subject.node, decl.event.text)) or namespace(subject, decl, frame)
            if space is None:
                continue
            taken = self._spaces.setdefault((subject.node, decl.event.text), space).taken
            first, event = len(flow.tasks), event_of(subject, decl)
            self._members(frame, space.task, tasks_of(decl, frame.report), taken)
            for task in flow.tasks[first:]:
                if task.parent is space.task:
                    attach(task, space.task, subject, decl, event, flow, frame.report)
            self._found.hooks.append(DeclaredHook(space.task, subject, decl, frame, event))

    def _layers(self, task: Task, layers: list[Layer]) -> None:
        decl, frame = layers[-1].decl, layers[-1].frame
        while isinstance(decl, nodes.TaskDecl) and decl.callee is not None:
            definition = frame.module.find(decl.callee.path)
            if definition is None or isinstance(definition.decl, nodes.PoolDecl):
                return
            task.outs_unknown = task.outs_unknown or definition.decl.partial
            if self._is_recursive(definition, decl.callee, frame):
                task.outs_unknown = True
                return
            self._prepared.prepare(definition)
            is_flow = isinstance(definition.decl, nodes.FlowDecl)
            if is_flow and is_detached(layers):
                task.detached = definition
                return
            inner = called(definition, self._found.flow, frame, decl.callee.path.span, task if is_flow else None)
            layers.append(Layer(definition.decl, inner))
            if definition.broken:
                return
            decl, frame = definition.decl, inner

    def _is_recursive(self, definition: Definition, callee: nodes.Invocation, frame: Frame) -> bool:
        """Reports what calls itself; a flow that grows too large by calls counts as such."""
        under_way = self._prepared.under_way
        if definition in under_way:
            names = [known.name for known in under_way[under_way.index(definition) :]]
            frame.report.error(
                codes.RECURSION,
                callee.path.span,
                f"`{definition.name}` calls itself: {' -> '.join([*names, definition.name])}",
                label="the circle closes here",
                help="to repeat something, use `for` or `until`",
            )
            return True
        if len(self._found.flow.tasks) > MOST_NODES and self._full:
            return True
        if len(self._found.flow.tasks) > MOST_NODES:
            self._full = True
            frame.report.error(
                codes.RECURSION,
                callee.path.span,
                f"with all that it calls, `{self._found.flow.name}` has more than {MOST_NODES:,} tasks",
                help="call a flow once for each item of a list: `for`",
            )
            return True
        return False

    def _called_flow(self, task: Task, layer: Layer, *, is_asked_for_more: bool) -> None:
        """The task becomes a group with the members of the flow, and one more that computes its outputs, and those
        that the call asks for."""
        assert isinstance(layer.decl, nodes.FlowDecl)
        task.kind, task.called = "group", True
        frame, decl, taken = layer.frame, layer.decl, Taken()
        for parameter in decl.body:
            if isinstance(parameter, nodes.ParamDecl):
                taken.setdefault(parameter.name.text, ("parameter", parameter.name.span))
        result = self._node(task, "", "task", task.span, "")
        self._flow_outs(frame, result, decl, taken)
        if frame.definition is None or not frame.definition.broken:
            self._members(frame, task, decl.body, taken)
            self._hooks(task, decl.body, frame)
        result.of_callee = frozenset(result.outs)
        if result.outs or is_asked_for_more:
            self._result(task, result, layer)

    def _result(self, task: Task, result: Task, layer: Layer) -> None:
        name, number = "outputs", 1
        while name in task.members:
            number += 1
            name = f"outputs_{number}"
        result.name, result.path, result.node = name, f"{task.path}/{name}", len(self._found.flow.tasks)
        task.result = result
        self._add(result, [layer])

    # Outputs

    def _task_outs(self, task: Task, item: nodes.TaskDecl, frame: Frame, first: bool) -> None:
        known = task.giver.outs
        if task.detached is not None and first and item.callee is not None:
            task.outs["run"] = Out("run", STR, item.callee.path.span, declared=False)
        elif item.callee is not None and first:
            signature = frame.module.catalog.get(item.callee.path.text)
            task.outs_unknown = task.outs_unknown or signature is None
            for name, kind in signature.outs if signature else ():
                task.outs[name] = Out(name, kind, item.callee.path.span, declared=False)
        if first:
            task.of_callee = frozenset(task.outs)
        places: Taken = {}
        for entry in item.body:
            if isinstance(entry, nodes.OutDecl) and _free(frame, entry.name, "output", places):
                out = _out(frame, entry)
                if entry.name.text in known:
                    _given_already(frame, entry, item)
                known[entry.name.text] = out


def _is_flow(layer: Layer) -> bool:
    return isinstance(layer.decl, nodes.FlowDecl)


def _has_condition(body: Sequence[nodes.Statement]) -> bool:
    return any(isinstance(entry, nodes.When) or (isinstance(entry, nodes.After) and may_skip(entry)) for entry in body)


def _has_outputs(body: Sequence[nodes.Statement]) -> bool:
    """Whether a block has outputs of its own, or conditions on outputs."""
    return any(isinstance(entry, nodes.OutDecl | nodes.Ensure) for entry in body)


def _may_fail(body: Sequence[nodes.Statement]) -> bool:
    return any(isinstance(entry, nodes.AllowFailure | nodes.AllowFailures | nodes.Enough) for entry in body)


def _free(frame: Frame, name: nodes.Name, kind: str, taken: Taken) -> bool:
    first = taken.get(name.text)
    if first is None:
        taken[name.text] = (kind, name.span)
        return True
    article = "an" if first[0] == "output" else "a"
    same = f"there are two {kind}s called `{name.text}`"
    other = f"the name `{name.text}` is taken by {article} {first[0]}"
    frame.report.error(
        codes.DUPLICATE_NAME,
        name.span,
        same if first[0] == kind else other,
        label="defined again here",
        labels=[Label(first[1], "first defined here")],
        help="give one of them another name; parameters, tasks, groups and outputs of a flow share their names",
    )
    return False


def _out(frame: Frame, item: nodes.OutDecl) -> Out:
    _check_reserved(frame, item.name, "an output")
    kind = frame.module.types.resolve(item.type)
    has_default = item.default is not None
    return Out(item.name.text, kind, item.name.span, computed=item.value is not None, has_default=has_default)


def _check_reserved(frame: Frame, name: nodes.Name, what: str) -> None:
    if name.text in RESERVED:
        frame.report.error(
            codes.RESERVED_NAME,
            name.span,
            f"`{name.text}` cannot be the name of {what}: after a point it means a state",
            help=f"give it another name; {', '.join(f'`{word}`' for word in RESERVED)} are taken",
        )


def _given_already(frame: Frame, entry: nodes.OutDecl, item: nodes.TaskDecl) -> None:
    assert item.callee is not None
    callee = item.callee.path
    frame.report.error(
        codes.DUPLICATE_NAME,
        entry.name.span,
        f"`{callee.text}` gives an output called `{entry.name.text}` itself",
        label="defined again here",
        labels=[Label(callee.span, f"`{callee.text}` is called here")],
        help="remove this `out`, or give it another name",
    )
