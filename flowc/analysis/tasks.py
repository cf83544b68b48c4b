"""Checks one node: its items, conditions, action, outputs and settings, in the order in which a run needs them."""

from __future__ import annotations

from typing import Final

from flowc.analysis.actions import Actions
from flowc.analysis.expressions import Expressions
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Out, Task
from flowc.analysis.scope import Scope
from flowc.analysis.settings import Settings
from flowc.analysis.types import described, is_unknown
from flowc.analysis.values import check_variable, items_of
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.definition import Generator, OutDefinition
from runtime.model.types import JSON, Enum, Optional, Scalar, Type, type_to_json

Decl = nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl

_BELONGS: Final[dict[str, tuple[type, ...]]] = {
    "flow": (nodes.ParamDecl, nodes.OutDecl, nodes.LetDecl, nodes.TaskDecl, nodes.GroupDecl, nodes.Chain),
    "group": (nodes.LetDecl, nodes.TaskDecl, nodes.GroupDecl, nodes.Chain),
    "task": (nodes.OutDecl, nodes.Action),
}
_MISPLACED: Final[dict[type, tuple[str, str]]] = {
    nodes.ParamDecl: ("`param`", "parameters belong to the flow: write it at the top of the flow"),
    nodes.OutDecl: ("`out`", "write it in the task that gives it, or in the flow"),
    nodes.LetDecl: ("`let`", "write it in the flow or group around"),
    nodes.TaskDecl: ("a task", "write it after this task; what one of them needs of the other makes the order"),
    nodes.GroupDecl: ("a group", "write it in the flow or in a group"),
    nodes.Chain: ("a chain", "write it in the flow or group around"),
    nodes.Action: ("an action", "put it into a task: `task NAME { … }`"),
}
_UNFIT_KEYS: Final = ("json", "secret", "bool")


class Tasks:
    """The checker of the nodes of one flow."""

    def __init__(self, checker: Expressions, settings: Settings, actions: Actions) -> None:
        self._checker = checker
        self._report = checker.report
        self._settings = settings
        self._actions = actions
        self._narrowed: dict[int, frozenset[str]] = {}

    def check(self, task: Task, decl: Decl) -> None:
        """Everything of the node itself; its members have their own turn."""
        self._check_places(task, decl)
        self._lets(task, decl)
        if isinstance(decl, nodes.FlowDecl):
            self._settings.read(task, decl.body, Scope(task, task), has_action=False)
            self._flow_outs(task, decl)
            return
        around = self._narrowed.get(task.parent.node, frozenset()) if task.parent else frozenset()
        scope = Scope(task, task.parent, narrowed=around)
        self._generators(task, decl, scope)
        scope = self._settings.conditions(task, decl.body, scope)
        if isinstance(decl, nodes.GroupDecl):
            self._narrowed[task.node] = scope.narrowed
            self._settings.read(task, decl.body, scope, has_action=True)
        else:
            self._task(task, decl, scope)

    def _check_places(self, task: Task, decl: Decl) -> None:
        allowed = _BELONGS[task.kind]
        for item in decl.body:
            if type(item) in _MISPLACED and not isinstance(item, allowed):
                what, help = _MISPLACED[type(item)]
                self._report.error(codes.MISPLACED, _short(item), f"{what} does not belong in a {task.kind}", help=help)

    def _lets(self, task: Task, decl: Decl) -> None:
        """Checks each `let` once where it stands, whether it is used or not. What it needs makes no edges here."""
        onlooker = Task(-1, "flow", "", "", task, task.span)
        for item in decl.body:
            if isinstance(item, nodes.LetDecl) and task.kind != "task":
                self._checker.infer(item.value, Scope(onlooker, task))

    # Items

    def _generators(self, task: Task, decl: nodes.GroupDecl | nodes.TaskDecl, scope: Scope) -> None:
        found = []
        for generator in decl.generators:
            over = items_of(self._checker, generator.iterable, scope, "`for` goes over a list")
            check_variable(self._checker, generator.variable, scope)
            task.item_types[generator.variable.text] = over.type
            if not is_unknown(over.type):
                found.append(Generator(generator.variable.text, over.tree, type_to_json(over.type)))
        task.generators = tuple(found)
        if decl.by is not None:
            self._by(task, decl.by, scope)

    def _by(self, task: Task, expr: nodes.Expr, scope: Scope) -> None:
        key = self._checker.infer(expr, scope)
        task.by = key.tree
        if is_unknown(key.type):
            return
        if not isinstance(key.type, Scalar | Enum) or str(key.type) in _UNFIT_KEYS:
            self._report.error(
                codes.TYPE_MISMATCH,
                expr.span,
                f"`by` names each item, but this is {described(key.type)}",
                label=f"this is {described(key.type)}",
                help="use a text, a number, a date or a path of the item that tells it from the others",
            )

    # Tasks

    def _task(self, task: Task, decl: nodes.TaskDecl, scope: Scope) -> None:
        if decl.parameters is not None:
            self._report.error(
                codes.MISPLACED,
                decl.name.span,
                f"task `{task.name}` stands in a flow, so it takes no parameters",
                help="it sees the parameters of the flow and the outputs of other tasks by their names",
            )
        actions = [item for item in decl.body if isinstance(item, nodes.Action)]
        self._one_action(task, decl, actions)
        outs = [item for item in decl.body if isinstance(item, nodes.OutDecl)]
        has_action = bool(actions) or decl.callee is not None
        own = self._outs(task, outs, scope, has_action, decl)
        inside = scope.with_own(own, late=False)
        self._settings.read(task, decl.body, inside, has_action)
        if decl.callee is not None:
            self._call(task, decl.callee, scope)
        elif actions:
            task.action = self._actions.script(actions[0], inside)

    def _one_action(self, task: Task, decl: nodes.TaskDecl, actions: list[nodes.Action]) -> None:
        first = decl.callee.path.span if decl.callee is not None else actions[0].language.span if actions else None
        for extra in actions if decl.callee is not None else actions[1:]:
            assert first is not None
            self._report.error(
                codes.TWO_ACTIONS,
                extra.language.span,
                f"task `{task.name}` has more than one action",
                label="another action",
                labels=[Label(first, "the first is here")],
                help="make two tasks of it, or one script",
            )

    def _call(self, task: Task, callee: nodes.Invocation, scope: Scope) -> None:
        called = self._actions.call(callee, scope)
        if called is not None:
            task.action, signature = called
            task.idempotent = task.idempotent or signature.idempotent

    # Outputs

    def _outs(
        self, task: Task, items: list[nodes.OutDecl], scope: Scope, has_action: bool, decl: nodes.TaskDecl
    ) -> dict[str, Out]:
        """Computes the outputs of a task; in its own block they are known by their bare names."""
        own = {name: out for name, out in task.outs.items() if not out.computed}
        rows = {name: OutDefinition(name, type_to_json(out.type)) for name, out in own.items() if not out.declared}
        for item in items:
            self._later_parts(item)
            name = item.name.text
            if name in task.item_types:
                self._hides_item(item.name)
            if item.value is not None:
                out, rows[name] = self._computed(task, item, scope.with_own(own, late=True))
                own[name] = out
                task.outs[name] = out
            elif name in task.outs:
                rows[name] = self._given(task, item, has_action, decl)
        task.out_definitions = tuple(rows.values())
        return {**task.outs, **own}

    def _computed(self, task: Task, item: nodes.OutDecl, scope: Scope) -> tuple[Out, OutDefinition]:
        assert item.value is not None
        declared = task.outs[item.name.text].type
        why = f"the output `{item.name.text}` is {described(declared)}"
        value = self._checker.check(
            item.value, scope, Wanted(declared, why, item.type.span, "its type is declared here")
        )
        self._refuse_secret(item, declared)
        out = Out(item.name.text, declared, item.name.span, computed=True, early=not value.late)
        kind = declared if not is_unknown(declared) else JSON
        return out, OutDefinition(
            item.name.text, type_to_json(kind), computed=True, value=value.tree, early=not value.late, doc=item.doc
        )

    def _given(self, task: Task, item: nodes.OutDecl, has_action: bool, decl: nodes.TaskDecl) -> OutDefinition:
        name, kind = item.name.text, task.outs[item.name.text].type
        self._refuse_secret(item, kind)
        if decl.callee is not None and not task.outs_unknown:
            callee = decl.callee.path.text
            self._report.error(
                codes.NO_ACTION,
                item.name.span,
                f"nothing gives the output `{name}`: `{callee}` has no output of that name",
                help=f"compute it, `out {name}: {kind} = …`, or remove it",
            )
        elif not has_action:
            self._report.error(
                codes.NO_ACTION,
                item.name.span,
                f"nothing gives the output `{name}`: task `{task.name}` has no action",
                help=f"add an action, or compute it: `out {name}: {kind} = …`",
            )
        return OutDefinition(name, type_to_json(kind if not is_unknown(kind) else JSON), doc=item.doc)

    def _hides_item(self, name: nodes.Name) -> None:
        self._report.error(
            codes.DUPLICATE_NAME,
            name.span,
            f"`{name.text}` is the variable of this task's `for` already",
            label="would hide it",
            help="give one of them another name",
        )

    def _refuse_secret(self, item: nodes.OutDecl, kind: Type) -> None:
        if kind == Scalar("secret") or (isinstance(kind, Optional) and kind.inner == Scalar("secret")):
            self._report.error(
                codes.SECRET_SHOWN,
                item.type.span,
                "a secret cannot be an output, because outputs are stored",
                help="hand the secret to each task that needs it as a parameter of the flow",
            )

    def _later_parts(self, item: nodes.OutDecl) -> None:
        if item.default is not None:
            self._report.not_yet(item.default.span, "`default` of an output", help="use `??` where the output is read")
        if item.where is not None:
            self._report.not_yet(item.where.span, "`where` of an output", help="let the script check it")

    def _flow_outs(self, task: Task, decl: nodes.FlowDecl) -> None:
        rows = []
        for item in decl.body:
            if not isinstance(item, nodes.OutDecl) or item.name.text not in task.outs:
                continue
            self._later_parts(item)
            if item.value is None:
                self._report.error(
                    codes.NO_ACTION,
                    item.name.span,
                    f"the output `{item.name.text}` of a flow needs a value",
                    help=f"say where it comes from: `out {item.name.text}: {self._report.text(item.type.span)} = …`",
                )
                continue
            _, row = self._computed(task, item, Scope(task, task, late=True))
            rows.append(row)
        task.out_definitions = tuple(rows)


def _short(item: nodes.Statement) -> nodes.Span:
    """The place to point at for a whole statement: its first words."""
    match item:
        case nodes.TaskDecl() | nodes.GroupDecl():
            return item.head
        case nodes.ParamDecl() | nodes.OutDecl() | nodes.LetDecl():
            return item.name.span
        case nodes.Action():
            return item.language.span
        case _:
            return item.span
