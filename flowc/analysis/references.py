"""Names and dotted names in expressions: parameters, items, outputs of tasks, fields of records, values of the run."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from flowc.analysis import conversion, hooks, rounds, states
from flowc.analysis.foreign import foreign_name
from flowc.analysis.hooks import is_onlooker, seen_by_hook
from flowc.analysis.mismatch import report_missing
from flowc.analysis.model import Out, Parameter, Reference, Task
from flowc.analysis.report import did_you_mean
from flowc.analysis.scope import Bound, Let, Scope
from flowc.analysis.typed import CREATION, RUN_TIME, WRITTEN, Typed, wrong
from flowc.analysis.types import UNKNOWN, described, is_unknown
from flowc.diagnostics import Label, codes
from flowc.syntax import nodes
from runtime.model.types import (
    DATETIME,
    DURATION,
    INT,
    JSON,
    PATH,
    STR,
    Enum,
    ListOf,
    MapOf,
    Optional,
    Record,
    Type,
    optional,
)

if TYPE_CHECKING:
    from flowc.analysis.choices import Branch
    from flowc.analysis.expressions import Expressions
    from flowc.analysis.module import Module

RUN_VALUES: dict[str, Type] = {"id": STR, "time": DATETIME, "created": DATETIME, "dir": PATH}
TICK_VALUES: dict[str, Type] = {"time": DATETIME, "since_last": optional(DURATION)}
ERROR_VALUES: dict[str, Type] = {"kind": STR, "exit_code": optional(INT), "message": STR, "took": DURATION}
LATER_VALUES = ("items",)
"""Of every task, in the language; not compiled by this version."""

DEEPEST = 150
"""Operations within one another in a value that a `let` stands for."""

DEEPEST_LETS = 30
"""Lets that need one another in turn."""

MOST_LETS = 1_000
"""Uses of `let` that come through one use."""


def resolve(checker: Expressions, expr: nodes.NameRef | nodes.Member, scope: Scope) -> Typed:
    """The value of a name or a dotted name."""
    return References(checker).resolve(expr, scope)


@dataclass(slots=True)
class References:
    """Resolves names for the checker of expressions."""

    checker: Expressions

    def resolve(self, expr: nodes.NameRef | nodes.Member, scope: Scope) -> Typed:
        asked = scope.subjects.value(expr) if scope.subjects is not None else None
        if asked is not None:
            return self._fields(*asked, scope)
        base, names = _flattened(expr)
        if not isinstance(base, nodes.NameRef):
            return self._fields(self.checker.infer(base, scope), base, names, scope)
        found = self._bare(base, names, scope)
        if found is None:
            return self._named(expr, base, names, scope)
        return self._fields(found, base, names, scope)

    def _bare(self, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
        """What is known without the flow's names: variables, own outputs, items."""
        name = base.name
        if name in scope.variables:
            tree = ["item", self.checker.names.variable(name)]
            return self._narrowed(Typed(scope.variables[name], tree, WRITTEN), scope)
        if name in scope.own:
            return self._own(scope.own[name], base.span, scope)
        item = self.checker.names.item_type(name, scope.task)
        if item is not None:
            return self._narrowed(Typed(item, ["item", self.checker.names.variable(name)], RUN_TIME), scope)
        return None

    def _own(self, out: Out, span: nodes.Span, scope: Scope) -> Typed:
        if scope.members and scope.task.result is not None:
            return Typed(out.type, ["out", scope.task.result.path, out.name], RUN_TIME)
        if not out.early and not scope.late:
            self.checker.report.error(
                codes.KNOWN_LATER,
                span,
                f"`{out.name}` is an output of this task, so it is known only after the action",
                label="not known yet",
                labels=[Label(out.span, "the action gives it")] if out.declared else [],
                help="use it in a task that follows this one",
            )
            return wrong()
        return Typed(out.type, ["own", out.name], RUN_TIME, late=not out.early)

    def _named(
        self, expr: nodes.NameRef | nodes.Member, base: nodes.NameRef, names: list[nodes.Member], scope: Scope
    ) -> Typed:
        meaning = self.checker.names.find(base.name, scope.home)
        match meaning:
            case Parameter():
                return self._fields(self._parameter(meaning, base, scope), base, names, scope)
            case Bound():
                return self._fields(self._narrowed(meaning.value, scope), base, names, scope)
            case Let():
                return self._fields(self._let(meaning, base, scope), base, names, scope)
            case Task():
                return self._output(expr, meaning, base, names, scope)
        if names and (of_record := self._of_record(base, names, scope)) is not None:
            return of_record
        if (of_round := self._of_round(base, names, scope)) is not None:
            return of_round
        if scope.task.hook and (of_hook := self._of_hook(base, names, scope)) is not None:
            return of_hook
        if base.name in self.checker.enums and names:
            return self._enum_member(self.checker.enums[base.name], names, scope)
        if base.name in self.checker.names.modules:
            return self._of_module(self.checker.names.modules[base.name], base, names, scope)
        if base.name == scope.task.name and scope.own and names and names[0].name.text in scope.own:
            own = self._own(scope.own[names[0].name.text], expr.span, scope)
            return self._fields(own, names[0], names[1:], scope)
        self._unknown(base, scope)
        return wrong()

    def _of_record(self, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
        """A value of the run, of a failure or of a tick, where these are known."""
        if base.name == "run":
            return self._value_of("run", RUN_VALUES, names, CREATION, scope)
        if base.name == "error" and scope.error:
            return self._value_of("error", ERROR_VALUES, names, RUN_TIME, scope)
        if base.name == "tick" and scope.tick:
            return self._value_of("run", TICK_VALUES, names, RUN_TIME, scope, shown="tick")
        return None

    def _of_round(self, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
        """`round`, and `last.NAME` of the round before; None if neither is meant or there are no rounds."""
        is_round = base.name == "round" and not names
        if not is_round and not (base.name == "last" and names):
            return None
        node = rounds.around(scope.task, self.checker.names)
        if node is None:
            return None
        if is_round:
            return Typed(INT, ["round", node.path], RUN_TIME)
        return self._of_last(node, base, names, scope)

    def _of_last(self, node: Task, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed:
        giver, left = node, list(names)
        while giver.kind == "group" and not giver.called and len(left) > 1 and left[0].name.text in giver.members:
            giver, left = giver.members[left[0].name.text], left[1:]
        out = (giver.result or giver).outs.get(left[0].name.text)
        if out is None:
            return self._no_output(giver, left[0].name)
        inside = Typed(out.type, ["own", out.name], RUN_TIME)
        if giver is not node or giver.result is not None:
            onlooker = Task(-1, "flow", "", "", node, node.span)
            inside = _seen_from(onlooker, giver.result or giver, out)
        key = ".".join(member.name.text for member in names[: len(names) - len(left) + 1])
        node.kept[key] = (inside.tree, inside.type)
        found = self._narrowed(Typed(optional(inside.type), ["last", node.path, key], RUN_TIME), scope)
        return self._fields(found, left[0], left[1:], scope)

    def _of_hook(self, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed | None:
        """What a hook knows of that on which it reports."""
        event = scope.task.hook
        if base.name == "attempt":
            return self._fields(Typed(hooks.ATTEMPT, ["hook", "attempt"], RUN_TIME), base, names, scope)
        if base.name not in ("failed", "failures") or (base.name == "failed" and not names):
            return None
        if event not in ("failure", "done", "retry", "timeout"):
            self.checker.report.error(
                codes.KNOWN_LATER,
                base.span,
                f"`{base.name}` has no meaning in `on {event}`, where nothing need have failed",
                help="use it in `on failure`, `on retry`, `on timeout` or `on done`",
            )
            return wrong()
        if base.name == "failures":
            return self._fields(Typed(hooks.FAILURES, ["hook", "failures"], RUN_TIME), base, names, scope)
        known = {name: hooks.failed_type(scope.task, name) for name in hooks.VALUES}
        return self._value_of("hook", known, names, RUN_TIME, scope, shown="failed")

    def _parameter(self, parameter: Parameter, base: nodes.NameRef, scope: Scope) -> Typed:
        if scope.parameters is not None and parameter.name not in scope.parameters:
            self.checker.report.error(
                codes.KNOWN_LATER,
                base.span,
                f"`{parameter.name}` is not known yet: it is declared at or after this place",
                labels=[Label(parameter.span, "declared here")],
                help="declare it before the parameter that uses it",
            )
            return wrong()
        return self._narrowed(Typed(parameter.type, ["param", parameter.name], CREATION), scope)

    def _let(self, let: Let, base: nodes.NameRef, scope: Scope) -> Typed:
        checker = self.checker
        if let in checker.open_lets:
            checker.report.error(
                codes.CYCLE,
                base.span,
                f"`{let.name.text}` is defined by itself",
                labels=[Label(let.name.span, "defined here")],
                help="give it a value that does not need it",
            )
            return wrong()
        if let in checker.large_lets:
            return wrong()
        checker.let_uses = checker.let_uses + 1 if checker.open_lets else 1
        if checker.let_uses > MOST_LETS or len(checker.open_lets) >= DEEPEST_LETS:
            return self._too_large([*checker.open_lets, let])
        opened = len(checker.open_lets)
        try:
            value = self._value_of_let(let, scope)
        except RecursionError:
            del checker.open_lets[opened:]
            return self._too_large([*checker.open_lets, let])
        if is_deeper(value.tree, DEEPEST):
            return self._too_large([let])
        return self._narrowed(value, scope)

    def _value_of_let(self, let: Let, scope: Scope) -> Typed:
        inner = Scope(scope.task, let.home, nodes=scope.nodes and let.home is not None, parameters=scope.parameters)
        self.checker.open_lets.append(let)
        value = (let.checker or self.checker).infer(let.value, inner)
        self.checker.open_lets.pop()
        return value

    def _too_large(self, lets: list[Let]) -> Typed:
        """The first of the lets, each of which needs the next, stands for more than can be computed at once."""
        self.checker.large_lets.update(lets)
        name = lets[0].name
        self.checker.report.error(
            codes.BAD_VALUE,
            name.span,
            f"`{name.text}` stands for too large an expression",
            help="compute a part of it once, in a task",
        )
        return wrong()

    def _value_of(
        self,
        owner: str,
        values: dict[str, Type],
        names: list[nodes.Member],
        known: int,
        scope: Scope,
        shown: str = "",
    ) -> Typed:
        first = names[0].name
        if first.text not in values:
            help, fixes = did_you_mean(first.text, values, first.span)
            self.checker.report.error(
                codes.UNKNOWN_MEMBER,
                first.span,
                f"`{shown or owner}` has no value called `{first.text}`",
                label="not found",
                help=help or f"it has {', '.join(values)}",
                fixes=fixes,
            )
            return wrong()
        found = Typed(values[first.text], [owner, first.text], known)
        return self._fields(self._narrowed(found, scope), names[0], names[1:], scope)

    def _enum_member(self, kind: Enum, names: list[nodes.Member], scope: Scope) -> Typed:
        first, members = names[0].name, dict(kind.members)
        if first.text not in members:
            help, fixes = did_you_mean(first.text, members, first.span)
            self.checker.report.error(
                codes.UNKNOWN_MEMBER,
                first.span,
                f"`{kind}` has no member called `{first.text}`",
                label="not found",
                help=help or f"its members are {', '.join(members)}",
                fixes=fixes,
            )
            return wrong()
        return self._fields(Typed(kind, members[first.text]), names[0], names[1:], scope)

    def _of_module(self, module: Module, base: nodes.NameRef, names: list[nodes.Member], scope: Scope) -> Typed:
        """A value or enum of a file that is imported as a whole."""
        first = names[0].name if names else None
        if first is not None and first.text in module.lets:
            let = module.lets[first.text]
            value = self._let(replace(let, checker=let.checker or module.checker()), base, scope)
            return self._fields(value, names[0], names[1:], scope)
        enums = module.types.enums()
        if first is not None and first.text in enums and len(names) > 1:
            return self._enum_member(enums[first.text], names[1:], scope)
        named = first or nodes.Name(base.name, base.span)
        candidates = [*module.lets, *enums]
        help, fixes = did_you_mean(named.text, candidates, named.span)
        self.checker.report.error(
            codes.UNKNOWN_MEMBER if first is not None else codes.NOT_A_VALUE,
            named.span,
            f"`{base.name}` has no value called `{named.text}`" if first else f"`{base.name}` is a file, not a value",
            label="not found" if first is not None else "an imported file",
            help=help or (f"its values are {', '.join(candidates)}" if candidates else "it declares no `let`"),
            fixes=fixes if first is not None else (),
        )
        return wrong()

    # Outputs of tasks

    def _output(
        self,
        expr: nodes.NameRef | nodes.Member,
        task: Task,
        base: nodes.NameRef,
        names: list[nodes.Member],
        scope: Scope,
    ) -> Typed:
        at: nodes.NameRef | nodes.Member = base
        left = list(names)
        while left and task.kind == "group" and not task.called and left[0].name.text in task.members:
            at = left.pop(0)
            task = task.members[at.name.text]
        if not scope.nodes:
            return self._too_early(task, expr)
        if not left:
            return self._no_value(task, at)
        giver = task.result or task
        out = giver.outs.get(left[0].name.text)
        if out is None and left[0].name.text in states.VALUES:
            return self._state(task, left, scope)
        if out is None:
            return self._no_output(task, left[0].name)
        if task is scope.task and scope.own:
            return self._fields(self._own(out, left[0].span, scope), left[0], left[1:], scope)
        if not self._may_refer(task, scope, left[0]):
            return wrong()
        span = left[0].span
        report = self.checker.report
        if scope.members and scope.task in task.ancestors():
            seen = _seen_from(Task(-1, "flow", "", "", scope.task, span), giver, out)
            return self._fields(self._narrowed(seen, scope), left[0], left[1:], scope)
        seen = _seen_from(scope.task, giver, out)
        if is_onlooker(scope.task, task):
            seen.type = seen_by_hook(scope.task, task, seen.type)
        else:
            scope.task.references.append(Reference(task, report.place(span), report.text(span)))
        found = self._narrowed(seen, scope)
        return self._fields(found, left[0], left[1:], scope)

    def _state(self, task: Task, left: list[nodes.Member], scope: Scope) -> Typed:
        """What has become of a task or group."""
        if not self._may_refer(task, scope, left[0]):
            return wrong()
        found = self._narrowed(states.value(self.checker, task, left[0].name, scope), scope)
        return self._fields(found, left[0], left[1:], scope)

    def _may_refer(self, task: Task, scope: Scope, at: nodes.Member) -> bool:
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
        self.checker.report.error(
            codes.ORDER_WITHIN,
            at.span,
            message,
            labels=[Label(task.span, f"`{task.dotted}` is defined here")],
            help="take the value from a task outside, or move the condition to a member",
        )
        return False

    def _too_early(self, task: Task, expr: nodes.NameRef | nodes.Member) -> Typed:
        self.checker.report.error(
            codes.KNOWN_LATER,
            expr.span,
            f"`{task.dotted}` is a task: its outputs are known only while the run goes on",
            label="known only later",
            help="here only literals and parameters can stand",
        )
        return wrong()

    def _no_value(self, task: Task, at: nodes.NameRef | nodes.Member) -> Typed:
        kind = "group" if task.kind == "group" and not task.called else "task"
        help = ""
        shown = self.checker.report.text(at.span)
        outs = (task.result or task).outs
        if outs:
            help = f"name one of its outputs: {', '.join(f'`{shown}.{name}`' for name in list(outs)[:4])}"
        elif kind == "group" and task.members:
            help = f"name an output of one of its members: `{shown}.{next(iter(task.members))}.…`"
        elif kind == "task":
            help = f"`{task.dotted}` declares no output; to run after it write `after {shown}`"
        self.checker.report.error(
            codes.NOT_A_VALUE,
            at.span,
            f"`{shown}` is a {kind}, not a value",
            label=f"a {kind}",
            labels=[Label(task.span, "defined here")],
            help=help,
        )
        return wrong()

    def _no_output(self, task: Task, name: nodes.Name) -> Typed:
        report = self.checker.report
        if name.text in LATER_VALUES:
            report.not_yet(name.span, f"`.{name.text}` of a task or group as a value")
            return wrong()
        outs = (task.result or task).outs
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

    # Fields and unknown names

    def _fields(self, value: Typed, base: nodes.Expr, names: list[nodes.Member], scope: Scope) -> Typed:
        at = base
        for member in names:
            if is_unknown(value.type):
                return wrong()
            kind = self._field(value, at, member)
            if kind is None:
                return wrong()
            tree = ["get", value.tree, member.name.text]
            value = self._narrowed(Typed(kind, tree, value.known, late=value.late), scope)
            at = member
        return value

    def _field(self, value: Typed, at: nodes.Expr, member: nodes.Member) -> Type | None:
        kind, name, report = value.type, member.name, self.checker.report
        if isinstance(kind, Record):
            found = kind.get(name.text)
            if found is None:
                conversion.report_unknown_field(report, name, kind)
            return found
        shown = report.text(at.span)
        if isinstance(kind, Optional):
            report_missing(report, at, value)
            return None
        help = "only records have fields"
        if isinstance(kind, ListOf) and isinstance(kind.item, Record) and kind.item.get(name.text):
            help = f"for the field of every element: `[x.{name.text} for x in {shown}]`"
        elif isinstance(kind, MapOf):
            help = f'an entry of a map is taken with brackets: `{shown}["{name.text}"]`'
        elif kind == JSON:
            help = f'`get({shown}, "{name.text}")` looks for it; with a record type instead of `json` its fields are known'
        report.error(
            codes.UNKNOWN_MEMBER,
            name.span,
            f"{described(kind)} has no fields, so no `{name.text}`",
            label="not a field",
            labels=[Label(at.span, f"this is {described(kind)}")],
            help=help,
        )
        return None

    def _narrowed(self, value: Typed, scope: Scope) -> Typed:
        if scope.narrowed and isinstance(value.type, Optional) and str(value.tree) in scope.narrowed:
            return Typed(value.type.inner, value.tree, value.known, late=value.late)
        return value

    def _unknown(self, base: nodes.NameRef, scope: Scope) -> None:
        name, report, names = base.name, self.checker.report, self.checker.names
        if report.may_be_lost(name):
            return
        if name in scope.task.outs:
            self._own(scope.task.outs[name], base.span, scope)
            return
        inside = names.elsewhere(name)
        visible = [
            *scope.variables,
            *scope.own,
            *self.checker.names.item_names(scope.task),
            *(found for found, _ in names.visible(scope.home)),
        ]
        help, fixes = did_you_mean(name, [*visible, "run"], base.span)
        if (known_elsewhere := foreign_name(report.source, name, base.span)) is not None:
            help, fixes = known_elsewhere
        elif len(inside) == 1:
            help, fixes = f"`{name}` is inside the group `{_group_of(inside[0])}`: write `{inside[0].dotted}`", ()
        elif fixes:
            meaning = names.find(fixes[0].replacement, scope.home)
            if isinstance(meaning, Task | Parameter):
                help += f" (defined on line {report.line(meaning.span)})"
        report.error(
            codes.UNKNOWN_NAME,
            base.span,
            f"there is nothing called `{name}` here",
            label="not found",
            help=help or self._suggest_declaring(name, scope),
            fixes=fixes,
        )

    def _suggest_declaring(self, name: str, scope: Scope) -> str:
        if name == "run":
            return f"name a value of it: {', '.join(f'`run.{value}`' for value in RUN_VALUES)}"
        if name in ("failed", "failures", "attempt"):
            return f"`{name}` is known to tasks of hooks: `on failure {{ task NAME {{ … }} }}`"
        if name in ("round", "last"):
            return f"`{name}` is known only in a task or group with `until`, and in what is inside of it"
        return f'for a text write "{name}" in quotes; for a parameter declare `param {name}: str`'


def _seen_from(observer: Task, task: Task, out: Out) -> Typed:
    """The output as `observer` sees it: a list for each mapped node it is outside of, optional where a condition of
    a node, or a branch that it stands in, may skip the task and `observer` is outside of that."""
    kind, skipper, listed = out.type, None, False
    covers: frozenset[Branch] = frozenset()
    special = task.optional or task.may_fail or task.mapped or task.branches
    inside = observer.parent is task.parent and not special
    if not inside:
        beside = [observer, *observer.ancestors()]
        around = {id(node) for node in beside}
        shared = {id(branch) for node in beside for branch in node.branches}
        causes = 0
        node: Task | None = task
        while node is not None and id(node) not in around:
            left = [branch for branch in node.branches if id(branch) not in shared]
            skips = (node.optional or bool(left)) and not (out.has_default and not listed)
            if (skips or node.may_fail) and kind != UNKNOWN:
                kind, skipper = optional(kind), node
                causes += len(left) + 2 * (node.optional or node.may_fail)
                covers = frozenset(left) if causes == 1 else frozenset()
            if node.mapped and kind != UNKNOWN:
                kind, covers, causes, listed = ListOf(kind), frozenset(), causes and 2, True
            node = node.parent
    tree = ["out", task.path, out.name]
    return Typed(kind, tree, RUN_TIME, skipper if isinstance(kind, Optional) else None, covers=covers)


def is_deeper(tree: Any, bound: int) -> bool:
    """Whether operations are nested more than `bound` deep."""
    level = [tree]
    for _ in range(bound):
        level = [part for entry in level if isinstance(entry, list) for part in entry]
        if not level:
            return False
    return True


def _flattened(expr: nodes.Expr) -> tuple[nodes.Expr, list[nodes.Member]]:
    names: list[nodes.Member] = []
    while isinstance(expr, nodes.Member):
        names.append(expr)
        expr = expr.base
    return expr, names[::-1]


def _group_of(task: Task) -> str:
    return task.parent.dotted if task.parent is not None else ""
