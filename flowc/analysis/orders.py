"""Orders that the source states: chains, `after`, and the order written in a sequence."""

from __future__ import annotations

from itertools import pairwise

from flowc.analysis.choices import statements_of
from flowc.analysis.model import Flow, Order, Span, Task
from flowc.analysis.outcomes import STATES, Outcomes, impossible, is_plain, joined
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scope import Names
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.types import required


class Orders:
    """Collects the orders of one flow."""

    def __init__(self, flow: Flow, names: Names, report: Report) -> None:
        self._flow = flow
        self._names = names
        self._report = report

    def read(self, task: Task, body: list[nodes.Statement]) -> None:
        """The orders in the block of a node: its chains, its own `after`, the order of a sequence's members."""
        for item in statements_of(body):
            if isinstance(item, nodes.Chain):
                self._chain(task, item)
            elif isinstance(item, nodes.After):
                self._after(task, item)
        if task.ordered:
            members = list(task.members.values())
            for first, second in pairwise(members):
                self._flow.orders.append(Order(first, second, second.span, "sequence"))

    def _chain(self, home: Task, chain: nodes.Chain) -> None:
        steps = [[(path, self._node(path, home)) for path in step] for step in chain.steps]
        for before, behind in pairwise(steps):
            for _, first in before:
                for path, second in behind:
                    if first is not None and second is not None:
                        self._add(first, second, path.span, "chain")

    def _after(self, task: Task, item: nodes.After) -> None:
        if task.kind == "flow":
            return
        for part in item.parts:
            if isinstance(part, nodes.Path) and is_plain(part):
                first = self._node(part, task.home)
                if first is not None:
                    self._add(first, task, part.span, "after")
            else:
                self._outcome(task, part)

    def _outcome(self, task: Task, part: nodes.Awaited) -> None:
        outcomes = Outcomes(
            lambda path: self._node(path, task.home),
            lambda found, span: self._may_order(found, task, span) and self._has_one_outcome(found, task, span),
            self._report,
        )
        condition = outcomes.tree(part)
        if condition is None:
            return
        task.awaits = joined([tree for tree in (task.awaits, condition) if tree is not None])
        for found, span in outcomes.asked:
            self.ask(found, task, span)
        contradiction = impossible(task.awaits)
        if contradiction:
            path, one, other = contradiction
            self._report.warning(
                codes.NEVER_RUNS,
                part.span,
                f"`{task.dotted}` never runs: `{path.replace('/', '.')}` cannot be both {one} and {other}",
                help="for one or the other write `or`",
            )

    def ask(self, first: Task, second: Task, span: Span) -> None:
        """`second` asks what has become of `first`."""
        self._flow.orders.append(Order(first, second, self._report.place(span), "after", outcome=True))

    def _has_one_outcome(self, node: Task, task: Task, span: Span) -> bool:
        """Inside a map each item has an outcome of its own, and inside a group that goes again each round."""
        around = [task, *task.ancestors()]
        outer = [group for group in node.ancestors() if (group.mapped or group.repeats) and group not in around]
        if not outer:
            return True
        group = outer[-1]
        if not group.mapped:
            self._report.error(
                codes.BAD_OUTCOME,
                span,
                f"`{node.dotted}` has no outcome of its own here: it has another each time `{group.dotted}` goes again",
                labels=[Label(group.span, "this group has an `until` or a `retry`")],
                help=f"ask about the group: `{group.dotted}.failed`",
            )
            return False
        self._report.error(
            codes.BAD_OUTCOME,
            span,
            f"`{node.dotted}` has no outcome of its own here: every item of `{group.dotted}` has another one",
            labels=[Label(group.span, "its `for` is here")],
            help=f"ask about the group: `{group.dotted}.failed`, or count its items: `any({group.dotted}, 1)`",
        )
        return False

    def _add(self, first: Task, second: Task, span: Span, origin: str) -> None:
        if self._may_order(first, second, span):
            self._flow.orders.append(Order(first, second, self._report.place(span), origin))  # type: ignore[arg-type]

    def _may_order(self, first: Task, second: Task, span: Span) -> bool:
        if first is second:
            message = f"`{first.dotted}` cannot come after itself"
        elif first in second.ancestors() or second in first.ancestors():
            inner, outer = (first, second) if second in first.ancestors() else (second, first)
            message = f"`{inner.dotted}` is a part of `{outer.dotted}`, so neither can come after the other"
        else:
            return True
        self._report.error(codes.ORDER_WITHIN, span, message, help="order it with tasks and groups outside of it")
        return False

    def _node(self, path: nodes.Path, home: Task | None) -> Task | None:
        """The task or group of a path; None if an error was reported."""
        first, *rest = path.names
        meaning = self._names.find(first.text, home)
        if not isinstance(meaning, Task):
            self._no_task(first, meaning is not None, home)
            return None
        node = meaning
        for name in rest:
            member = None if node.called else node.members.get(name.text)
            if member is None:
                self._no_member(node, name)
                return None
            node = member
        return node

    def _no_task(self, name: nodes.Name, is_other: bool, home: Task | None) -> None:
        flow = self._flow.name
        if is_other:
            self._report.error(
                codes.NOT_A_VALUE,
                name.span,
                f"`{name.text}` is no task or group, so it has no place in an order",
                help="name tasks and groups of this flow",
            )
            return
        if self._report.may_be_lost(name.text):
            return
        inside = self._names.elsewhere(name.text)
        nodes_here = {found: node for found, node in self._names.visible(home) if isinstance(node, Task)}
        help, fixes = did_you_mean(name.text, nodes_here, name.span)
        if len(inside) == 1 and inside[0].parent is not None:
            help, fixes = f"it is inside the group `{inside[0].parent.dotted}`: write `{inside[0].dotted}`", ()
        elif fixes:
            line = self._report.line(nodes_here[fixes[0].replacement].span)
            help += f" (defined on line {line})"
        self._report.error(
            codes.UNKNOWN_NAME,
            name.span,
            f"there is no task called `{name.text}` in flow `{flow}`",
            label="not found",
            help=help or f"declare it: `task {name.text} {{ … }}`",
            fixes=fixes,
        )

    def _no_member(self, node: Task, name: nodes.Name) -> None:
        if node.kind == "task":
            self._no_member_of_task(node, name)
            return
        if self._report.may_be_lost(name.text):
            return
        if node.called and name.text not in STATES:
            message = f"`{node.dotted}` calls a flow, whose tasks cannot be named from outside"
            self._report.error(codes.UNKNOWN_MEMBER, name.span, message, help=f"write `{node.dotted}`")
            return
        help, fixes = did_you_mean(name.text, node.members, name.span)
        if name.text in STATES:
            self._no_state(node, name)
            return
        self._report.error(
            codes.UNKNOWN_MEMBER,
            name.span,
            f"the group `{node.dotted}` has no member called `{name.text}`",
            label="not found",
            labels=[Label(node.span, f"`{node.dotted}` is defined here")],
            help=help or f"its members are {', '.join(node.members)}",
            fixes=fixes,
        )

    def _no_state(self, node: Task, name: nodes.Name) -> None:
        self._report.error(
            codes.UNKNOWN_MEMBER,
            name.span,
            f"a chain asks nothing about outcomes, so `.{name.text}` has no place in it",
            help=f"write `after {node.dotted}.{name.text}` in the task that is to follow",
        )

    def _no_member_of_task(self, node: Task, name: nodes.Name) -> None:
        if name.text in STATES:
            self._no_state(node, name)
            return
        out = node.outs.get(name.text)
        if out is not None:
            message = f"`{name.text}` is an output of `{node.dotted}`; an order names tasks and groups"
            help = f"write `{node.dotted}`"
            if required(out.type) != out.type:
                help += ", or use the output where its value is needed"
        else:
            message, help = f"the task `{node.dotted}` has no members", f"write `{node.dotted}`"
        self._report.error(codes.UNKNOWN_MEMBER, name.span, message, help=help)
