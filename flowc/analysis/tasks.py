"""Checks one node: its items, conditions, action, outputs and settings, in the order in which a run needs them."""

from __future__ import annotations

from itertools import pairwise
from typing import Final

from flowc.analysis.calls import bind
from flowc.analysis.choices import branches_of, check_match, condition_of, joined, statements_of
from flowc.analysis.declarations import Entry
from flowc.analysis.detaching import check_detached, detach, refuse_detached
from flowc.analysis.frame import Frame, Layer, file_frame
from flowc.analysis.model import Task
from flowc.analysis.outputs import Outputs
from flowc.analysis.rounds import check_bound, has_rounds
from flowc.analysis.scope import Scope
from flowc.analysis.types import described, is_unknown
from flowc.analysis.values import check_variable, items_of
from flowc.analysis.waiting import read_waiting
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Generator
from runtime.model.slotted import dataclass
from runtime.model.types import Enum, Scalar, type_to_json

Decl = nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl
Action = nodes.Action | nodes.Ask | nodes.Wait

_MEMBERS: Final = (nodes.LetDecl, nodes.TaskDecl, nodes.GroupDecl, nodes.Chain, nodes.If, nodes.Match)
_BELONGS: Final[dict[type, tuple[type, ...]]] = {
    nodes.FlowDecl: (nodes.ParamDecl, nodes.OutDecl, nodes.Defaults, *_MEMBERS),
    nodes.GroupDecl: (nodes.Defaults, *_MEMBERS),
    nodes.TaskDecl: (nodes.OutDecl, nodes.Action, nodes.Ask, nodes.Wait),
}
_MISPLACED: Final[dict[type, tuple[str, str]]] = {
    nodes.ParamDecl: ("`param`", "parameters belong to the flow: write it at the top of the flow"),
    nodes.OutDecl: ("`out`", "write it in the task that gives it, or in the flow"),
    nodes.LetDecl: ("`let`", "write it in the flow or group around"),
    nodes.TaskDecl: ("a task", "write it after this task; what one of them needs of the other makes the order"),
    nodes.GroupDecl: ("a group", "write it in the flow or in a group"),
    nodes.Chain: ("a chain", "write it in the flow or group around"),
    nodes.Action: ("an action", "put it into a task: `task NAME { … }`"),
    nodes.Ask: ("an action", "put it into a task: `task NAME { ask … }`"),
    nodes.Wait: ("an action", "put it into a task: `task NAME { wait … }`"),
    nodes.Defaults: ("`defaults`", "write it in the file, the flow or the group around"),
    nodes.If: ("`if`", "a task has `when` for its condition; `if` stands in the flow or a group"),
    nodes.Match: ("`match`", "write it in the flow or group around"),
    nodes.Rate: ("`rate`", "declare a pool, `pool NAME { rate 10 per 1s }`, and write `use NAME` in the tasks"),
}
_OF_CALLED_FLOWS: Final = (nodes.Limit, nodes.FailFast)
"""Settings of a flow that count where it is called."""
_UNFIT_KEYS: Final = ("json", "secret", "bool")


@dataclass(frozen=True, slots=True)
class _Inherited:
    """A `defaults` block, in its frame, and the group that it stands in."""

    block: nodes.Defaults
    frame: Frame
    home: Task | None


class Tasks:
    """The checker of the nodes of one flow; parents come before their members."""

    def __init__(self) -> None:
        self._narrowed: dict[int, frozenset[str]] = {}
        self._inherited: dict[int, list[_Inherited]] = {}

    def check(self, entry: Entry) -> None:
        """Everything of the node itself; its members have their own turn."""
        task, first = entry.task, entry.layers[0]
        decl, frame = first.decl, first.frame
        if isinstance(decl, nodes.FlowDecl):
            self._body(task, decl, frame)
            return
        _check_places(frame, decl)
        home = task.space or (task.parent if frame.names.root is not None else None)
        around = self._narrowed.get(task.parent.node, frozenset()) if task.parent else frozenset()
        scope = self._branches(task, frame, Scope(task, home, narrowed=around))
        _generators(frame, task, decl, scope)
        scope = frame.settings.conditions(task, decl.body, scope)
        if isinstance(decl, nodes.GroupDecl):
            refuse_detached(frame, decl.body, "group")
            self._narrowed[task.node] = scope.narrowed
            self._group(task, decl.body, frame)
            frame.settings.read(task, decl.body, scope, has_action=True)
            check_bound(frame.settings, task, [decl.body])
        else:
            self._task(task, entry.layers, scope)

    def _body(self, task: Task, decl: nodes.FlowDecl, frame: Frame) -> None:
        """A flow's own body; or the task that computes the outputs of a called flow."""
        if task.kind == "task":
            if frame.definition is not None and frame.definition.broken:
                return
            Outputs(frame).of_flow(task, decl, Scope(task, task.parent))
            return
        _check_places(frame, decl)
        refuse_detached(frame, decl.body, "flow")
        self._group(task, decl.body, frame)
        frame.settings.read(task, decl.body, Scope(task, task), has_action=False)
        Outputs(frame).of_flow(task, decl, Scope(task, task, late=True))

    def _group(self, group: Task, body: list[nodes.Statement], frame: Frame) -> None:
        """What stands in a group or body for its members: `let`, `match`, `defaults`."""
        onlooker = Task(-1, "flow", "", "", group, group.span)
        scope = Scope(onlooker, group)
        for item in statements_of(body):
            if isinstance(item, nodes.LetDecl):
                frame.checker.infer(item.value, scope)
        for match in _own_matches(body):
            check_match(frame.checker, match, scope)
        blocks = [item for item in body if isinstance(item, nodes.Defaults)]
        for block in blocks:
            _check_defaults(block, frame, group)
        own = [_Inherited(block, frame, group) for block in reversed(blocks)]
        if frame.names.root is group:
            own += _of_file(frame)
        around = self._inherited.get(group.parent.node, []) if group.parent is not None else []
        self._inherited[group.node] = own + around

    def _branches(self, task: Task, frame: Frame, scope: Scope) -> Scope:
        """The conditions of the branches that a node stands in."""
        trees = []
        for branch in task.branches:
            tree, scope = condition_of(frame.checker, branch, scope)
            trees.append(tree)
        task.when = joined(trees)
        return scope

    # Tasks

    def _task(self, task: Task, layers: list[Layer], scope: Scope) -> None:
        _refuse_parameters(task, layers[0])
        scopes = _scopes(task, layers, scope)
        layers = layers[: len(scopes)]
        has_action = _one_action(task, layers)
        check_detached(task, layers)
        needs_worker = has_action and task.detached is None
        inside = Outputs.of_task(task, layers, scopes, has_action)
        given: set[type] = set()
        for layer, own in zip(layers, inside, strict=True):
            body = layer.decl.body
            if isinstance(layer.decl, nodes.FlowDecl):
                body = [item for item in body if isinstance(item, _OF_CALLED_FLOWS)]
            layer.frame.settings.read(task, body, own, needs_worker, given)
        if task.until is not None:
            self._bounded(task, layers)
        if task.called:
            self._called(task, layers[-1])
        else:
            self._inherit(task, layers, needs_worker and not _only_waits(layers[-1]), given)
            _action(task, layers[-1], scopes[-1], inside[-1])

    def _bounded(self, task: Task, layers: list[Layer]) -> None:
        """Rounds must come to an end; a `timeout` may stand in `defaults` around the task."""
        around = self._inherited.get(task.parent.node, []) if task.parent is not None and not task.called else []
        blocks = [block.block.body for block in around if not task.called]
        layer = next(layer for layer in layers if has_rounds(layer.decl.body))
        check_bound(layer.frame.settings, task, [*(each.decl.body for each in layers), *blocks])

    def _called(self, task: Task, last: Layer) -> None:
        """A flow that is called: its body is this group."""
        if isinstance(last.decl, nodes.FlowDecl):
            self._group(task, last.decl.body, last.frame)

    def _inherit(self, task: Task, layers: list[Layer], has_action: bool, given: set[type]) -> None:
        around = self._inherited.get(task.parent.node, []) if task.parent is not None else []
        for block in [*around, *(found for layer in layers[1:] for found in _of_file(layer.frame))]:
            scope = Scope(task, block.home)
            block.frame.settings.inherit(task, block.block.body, scope, has_action, given)


def _only_waits(layer: Layer) -> bool:
    """Whether the action needs no worker, so that settings about processes and results are not about it."""
    return any(isinstance(item, nodes.Ask | nodes.Wait) for item in layer.decl.body)


def _own_matches(body: list[nodes.Statement]) -> list[nodes.Match]:
    """Each `match` of a block, those in branches included, those in inner groups left out."""
    found: list[nodes.Match] = []
    for item in body:
        if isinstance(item, nodes.Match):
            found.append(item)
        if isinstance(item, nodes.If | nodes.Match):
            for part in item.branches if isinstance(item, nodes.If) else item.cases:
                found += _own_matches(part.body) if not isinstance(part, nodes.ErrorNode) else []
    return found


def _of_file(frame: Frame) -> list[_Inherited]:
    own = file_frame(frame.module)
    return [_Inherited(block, own, None) for block in reversed(frame.module.defaults)]


def _check_defaults(block: nodes.Defaults, frame: Frame, home: Task | None) -> None:
    """Checks a block where it stands, whether a task takes anything of it or not."""
    frame.settings.check_inherited(block.body)
    unused = Task(-1, "task", "", "", home, block.head)
    frame.settings.inherit(unused, block.body, Scope(unused, home), True, set())


def check_file_defaults(frame: Frame) -> None:
    """Checks the `defaults` of a file."""
    for block in frame.module.defaults:
        _check_defaults(block, frame, None)


def _check_places(frame: Frame, decl: Decl) -> None:
    kind = {nodes.FlowDecl: "flow", nodes.GroupDecl: "group"}.get(type(decl), "task")
    allowed = _BELONGS[type(decl)]
    for item in decl.body:
        if type(item) in _MISPLACED and not isinstance(item, allowed):
            _misplaced(frame, item, kind)
        elif kind != "task" and isinstance(item, nodes.If | nodes.Match):
            for branch in branches_of(item):
                _check_branch(frame, branch.body)


def _check_branch(frame: Frame, body: list[nodes.Statement]) -> None:
    for item in statements_of(body):
        if type(item) in _MISPLACED and not isinstance(item, _MEMBERS):
            _misplaced(frame, item, "branch")
        elif not isinstance(item, (*_MEMBERS, nodes.ErrorNode)):
            frame.report.error(
                codes.MISPLACED,
                _short(item),
                "a branch holds tasks, groups, chains and `let`, no settings",
                help="write settings into the tasks of the branch",
            )


def _misplaced(frame: Frame, item: nodes.Statement, place: str) -> None:
    what, help = _MISPLACED[type(item)]
    frame.report.error(codes.MISPLACED, _short(item), f"{what} does not belong in a {place}", help=help)


def _refuse_parameters(task: Task, layer: Layer) -> None:
    decl = layer.decl
    if isinstance(decl, nodes.TaskDecl) and decl.parameters is not None and layer.frame.names.root is not None:
        layer.frame.report.error(
            codes.MISPLACED,
            decl.name.span,
            f"task `{task.name}` stands in a flow, so it takes no parameters",
            help="it sees the parameters of the flow and the outputs of other tasks by their names",
        )


def _scopes(task: Task, layers: list[Layer], scope: Scope) -> list[Scope]:
    """The scope of each layer; parameters of what is called are bound. What is called and broken has none."""
    scopes = [scope]
    for outer, inner in pairwise(layers):
        assert isinstance(outer.decl, nodes.TaskDecl)
        assert outer.decl.callee is not None
        bind(outer.decl.callee, outer.frame, scopes[-1], inner.frame)
        task.arguments = task.arguments or {name: bound.value for name, bound in inner.frame.names.bound.items()}
        if inner.frame.definition is None or inner.frame.definition.broken:
            break
        if isinstance(inner.decl, nodes.FlowDecl):
            scopes.append(Scope(task, task))
        else:
            scopes.append(inner.frame.settings.conditions(task, inner.decl.body, Scope(task, None)))
    return scopes


def _one_action(task: Task, layers: list[Layer]) -> bool:
    """Whether the node does anything; more than one action is reported."""
    first: tuple[nodes.Span, Frame] | None = None
    for layer in reversed(layers):
        if not isinstance(layer.decl, nodes.TaskDecl):
            continue
        report = layer.frame.report
        if layer.decl.callee is not None and layer is layers[-1]:
            first = (layer.decl.callee.path.span, layer.frame)
        for extra in layer.decl.body:
            if not isinstance(extra, Action):
                continue
            if first is None:
                first = (_short(extra), layer.frame)
                continue
            place, source = first[0], first[1].report.source
            if layer is not layers[-1] and layer.decl.callee is not None:
                place, source = layer.decl.callee.path.span, report.source
            report.error(
                codes.TWO_ACTIONS,
                _short(extra),
                f"task `{task.name}` has more than one action",
                label="another action",
                labels=[Label(place, "the first is here", source)],
                help="make two tasks of it, or one script",
            )
    return first is not None


def _action(task: Task, last: Layer, scope: Scope, inside: Scope) -> None:
    decl = last.decl
    assert isinstance(decl, nodes.TaskDecl)
    if decl.callee is not None and task.detached is not None:
        task.action = detach(decl.callee, last.frame, task, scope)
        return
    if decl.callee is not None:
        called = None if last.frame.module.find(decl.callee.path) else last.frame.actions.call(decl.callee, scope)
        if called is not None:
            task.action, signature = called
            task.idempotent = task.idempotent or signature.repeatable
        return
    action = next((item for item in decl.body if isinstance(item, Action)), None)
    if isinstance(action, nodes.Action):
        task.action = last.frame.actions.script(action, inside)
    elif action is not None:
        task.action = read_waiting(last.frame.checker, action, decl.body, inside)


# Items


def _generators(frame: Frame, task: Task, decl: nodes.GroupDecl | nodes.TaskDecl, scope: Scope) -> None:
    found = []
    for generator in decl.generators:
        over = items_of(frame.checker, generator.iterable, scope, "`for` goes over a list")
        check_variable(frame.checker, generator.variable, scope)
        name = generator.variable.text
        task.item_types[name] = over.type
        if not is_unknown(over.type):
            found.append(Generator(frame.names.variable(name), over.tree, type_to_json(over.type)))
    task.generators = tuple(found)
    if decl.by is not None:
        _by(frame, task, decl.by, scope)


def _by(frame: Frame, task: Task, expr: nodes.Expr, scope: Scope) -> None:
    key = frame.checker.infer(expr, scope)
    task.by = key.tree
    if is_unknown(key.type):
        return
    if not isinstance(key.type, Scalar | Enum) or str(key.type) in _UNFIT_KEYS:
        frame.report.error(
            codes.TYPE_MISMATCH,
            expr.span,
            f"`by` names each item, but this is {described(key.type)}",
            label=f"this is {described(key.type)}",
            help="use a text, a number, a date or a path of the item that tells it from the others",
        )


def _short(item: nodes.Statement) -> nodes.Span:
    """The place to point at for a whole statement: its first words."""
    match item:
        case nodes.TaskDecl() | nodes.GroupDecl() | nodes.Defaults() | nodes.If() | nodes.Match():
            return item.head
        case nodes.ParamDecl() | nodes.OutDecl() | nodes.LetDecl():
            return item.name.span
        case nodes.Action():
            return item.language.span
        case nodes.Ask():
            return (item.span[0], item.span[0] + len("ask"))
        case nodes.Wait():
            return (item.span[0], item.span[0] + len("wait"))
        case _:
            return item.span
