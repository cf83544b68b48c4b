"""Outputs of tasks and flows: those that are computed, and those that the action gives."""

from __future__ import annotations

from flowc.analysis.frame import Frame, Layer
from flowc.analysis.mismatch import Wanted
from flowc.analysis.model import Out, Task
from flowc.analysis.scope import Scope
from flowc.analysis.types import described, is_unknown
from flowc.diagnostics import codes
from flowc.syntax import nodes
from runtime.model.definition import OutDefinition
from runtime.model.slotted import replace
from runtime.model.types import JSON, Optional, Scalar, Type, type_to_json


class Outputs:
    """Checks the outputs that are declared in one frame."""

    def __init__(self, frame: Frame) -> None:
        self._frame = frame
        self._checker = frame.checker
        self._report = frame.report

    @staticmethod
    def of_task(task: Task, layers: list[Layer], scopes: list[Scope], has_action: bool) -> list[Scope]:
        """Computes the outputs of a task, those of what it calls first. Gives the scope of each layer, in which its
        outputs and those of what it calls are known by their bare names. Those of a called flow itself are left to
        `of_flow`."""
        giver = task.giver
        known = {name: out for name, out in giver.outs.items() if name in giver.of_callee}
        rows = {name: OutDefinition(name, type_to_json(out.type)) for name, out in known.items() if not task.called}
        inside = []
        for layer, scope in zip(reversed(layers), reversed(scopes), strict=True):
            if isinstance(layer.decl, nodes.TaskDecl):
                outputs = Outputs(layer.frame)
                known = outputs._of_layer(task, layer.decl, scope, known, rows, has_action)
            inside.append(scope.with_own(known, late=False))
        giver.out_definitions = tuple(rows.values())
        return inside[::-1]

    def _of_layer(
        self,
        task: Task,
        decl: nodes.TaskDecl,
        scope: Scope,
        known: dict[str, Out],
        rows: dict[str, OutDefinition],
        has_action: bool,
    ) -> dict[str, Out]:
        items = [item for item in decl.body if isinstance(item, nodes.OutDecl)]
        outs = task.giver.outs
        own = known | {
            item.name.text: outs[item.name.text] for item in items if item.value is None and item.name.text in outs
        }
        for item in items:
            name = item.name.text
            if name in task.item_types:
                self._hides_item(item.name)
            if item.value is not None:
                own[name], rows[name] = self._computed(outs[name].type, item, scope.with_own(own, late=True))
                outs[name] = own[name]
            elif name in outs:
                rows[name] = self._given(task, item, has_action, decl)
        self._conditions(outs, items, own, rows, scope)
        return own

    def _conditions(
        self,
        outs: dict[str, Out],
        items: list[nodes.OutDecl],
        own: dict[str, Out],
        rows: dict[str, OutDefinition],
        scope: Scope,
    ) -> None:
        """What stands in for an output, and what it must fulfil; the latter sees all outputs of the task."""
        late = scope.with_own(own, late=True)
        for item in items:
            name = item.name.text
            if name not in rows:
                continue
            if item.default is not None:
                default = self._checker.check(item.default, scope, self._wanted(item, outs[name].type))
                rows[name] = replace(rows[name], has_default=True, default=default.tree)
            if item.where is not None:
                condition = self._checker.condition(item.where, late, "the condition of an output")
                rows[name] = replace(rows[name], where=condition.tree)

    def _wanted(self, item: nodes.OutDecl, declared: Type) -> Wanted:
        why = f"the output `{item.name.text}` is {described(declared)}"
        return Wanted(declared, why, item.type.span, "its type is declared here")

    def _computed(self, declared: Type, item: nodes.OutDecl, scope: Scope) -> tuple[Out, OutDefinition]:
        assert item.value is not None
        value = self._checker.check(item.value, scope, self._wanted(item, declared))
        self._refuse_secret(item, declared)
        has_default = item.default is not None
        out = Out(
            item.name.text, declared, item.name.span, computed=True, early=not value.late, has_default=has_default
        )
        kind = declared if not is_unknown(declared) else JSON
        return out, OutDefinition(
            item.name.text, type_to_json(kind), computed=True, value=value.tree, early=not value.late, doc=item.doc
        )

    def _given(self, task: Task, item: nodes.OutDecl, has_action: bool, decl: nodes.TaskDecl) -> OutDefinition:
        name, kind = item.name.text, task.giver.outs[item.name.text].type
        self._refuse_secret(item, kind)
        if decl.callee is not None and not task.outs_unknown:
            callee = decl.callee.path.text
            self._report.error(
                codes.NO_ACTION,
                item.name.span,
                f"nothing gives the output `{name}`: `{callee}` has no output of that name",
                help=f"compute it, `out {name}: {kind} = …`, or remove it",
            )
        elif any(isinstance(entry, nodes.Wait) for entry in decl.body):
            self._report.error(
                codes.NO_ACTION,
                item.name.span,
                f"nothing gives the output `{name}`: a `wait` has no outputs",
                help=f"compute it: `out {name}: {kind} = …`",
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

    def _parts_of_tasks(self, item: nodes.OutDecl) -> None:
        """What an output of a flow cannot have: no action gives it."""
        if item.default is not None:
            self._report.error(
                codes.MISPLACED,
                item.default.span,
                "an output of a flow is computed, so nothing can stand in for it",
                help="write `??` where a part of it may be missing",
            )
        if item.where is not None:
            self._report.error(
                codes.MISPLACED,
                item.where.span,
                "an output of a flow has no condition of its own",
                help="write `where` at the output of the task that it comes from",
            )

    def of_flow(self, task: Task, decl: nodes.FlowDecl, scope: Scope) -> None:
        """The outputs of a flow, computed by its body, or by a task of its own where the flow is called, which has
        those of the call already."""
        rows = []
        for item in decl.body:
            if not isinstance(item, nodes.OutDecl) or item.name.text not in task.outs:
                continue
            self._parts_of_tasks(item)
            if item.value is None:
                self._report.error(
                    codes.NO_ACTION,
                    item.name.span,
                    f"the output `{item.name.text}` of a flow needs a value",
                    help=f"say where it comes from: `out {item.name.text}: {self._report.text(item.type.span)} = …`",
                )
                continue
            _, row = self._computed(task.outs[item.name.text].type, item, scope)
            rows.append(row)
        task.out_definitions = (*rows, *task.out_definitions)
