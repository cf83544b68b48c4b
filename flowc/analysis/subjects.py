"""What an expectation of a test may ask about: `publish.skipped`, `ingest.copy["orders"].rows`, `flow.failed`.

Paths of instances have the keys of their items in brackets, as rows of a run have: `ingest[orders]/copy`.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Final

from flowc.analysis.model import Catalog, Out, Task
from flowc.analysis.outcomes import STATES
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scope import Names
from flowc.analysis.typed import RUN_TIME, Typed, wrong
from flowc.diagnostics import Label, codes
from flowc.source import Source
from flowc.syntax import nodes
from runtime.model.definition import Call, Tree
from runtime.model.slotted import dataclass
from runtime.model.types import BOOL, INT, STR, ListOf, Record, Type, optional
from runtime.model.values import to_text

WHOLE_FLOW: Final = "flow"
ERROR: Final = Record((("kind", STR), ("message", STR), ("exit_code", optional(INT))))

Step = nodes.Member | nodes.Index


@dataclass(frozen=True, slots=True)
class Subject:
    """A node, or with `keys` one instance of it; `steps`: what of the expression comes after it."""

    task: Task
    keys: tuple[str, ...]
    steps: tuple[Step, ...]
    span: nodes.Span

    @property
    def mapped(self) -> list[Task]:
        """The mapped nodes that it is in, outermost first, itself included."""
        return [node for node in (*reversed(self.task.ancestors()), self.task) if node.mapped]

    @property
    def is_one(self) -> bool:
        """Whether it stands for one instance."""
        return len(self.keys) == len(self.mapped)

    @property
    def has_row(self) -> bool:
        """Whether it is one instance, or a mapped node as one."""
        return self.is_one or (self.task.mapped and len(self.keys) == len(self.mapped) - 1)

    def path(self, task: Task | None = None) -> str:
        """The path of the instance; of another task of the same item, if one is named."""
        keys, path = iter(self.keys), ""
        task = task or self.task
        for node in (*reversed(task.ancestors()), task):
            path += node.path.removeprefix(node.parent.path if node.parent is not None else "")
            path += "".join(f"[{key}]" for key in islice(keys, int(node.mapped)))
        return path


class Subjects:
    """Finds the nodes of one flow for one test. `source`: the file of the flow. `arguments`: those that were asked for,
    by path of the node and name."""

    def __init__(self, names: Names, report: Report, catalog: Catalog, source: Source) -> None:
        self.arguments: dict[tuple[str, str], Tree] = {}
        self._names = names
        self._report = report
        self._catalog = catalog
        self._source = source

    def find(self, expr: nodes.Expr) -> Subject | None:
        """The node that an expression begins with; None if it begins with something else."""
        base, steps = _flattened(expr)
        if not isinstance(base, nodes.NameRef):
            return None
        found = self._names.find(base.name, self._names.root)
        if found is None and base.name == WHOLE_FLOW:
            found = self._names.flow.body
        if not isinstance(found, Task):
            return None
        return self._walk(found, base, steps)

    def _walk(self, task: Task, base: nodes.NameRef, steps: list[Step]) -> Subject:
        keys: list[str] = []
        end, used = base.span[1], 0
        for step in steps:
            if isinstance(step, nodes.Index):
                key = _key(step.index)
                mapped = sum(node.mapped for node in (task, *task.ancestors()))
                if key is None or len(keys) >= mapped:
                    break
                keys.append(key)
            else:
                inner = self._inner(task, step.name.text)
                if inner is None:
                    break
                task = inner
            end, used = step.span[1], used + 1
        return Subject(task, tuple(keys), tuple(steps[used:]), (base.span[0], end))

    def _inner(self, task: Task, name: str) -> Task | None:
        """A member, or the hooks on an event as a group; outputs go before members."""
        if task.result is not None and name in task.result.outs:
            return None
        inner = None if task.kind == "flow" else task.members.get(name)
        if inner is None:
            spaces = (each.space for each in self._names.flow.tasks if each.space is not None)
            inner = next((each for each in spaces if each.path == f"{task.path}/{name}".lstrip("/")), None)
        return inner if inner is not task.result else None

    # Values

    def value(self, expr: nodes.Expr) -> tuple[Typed, nodes.Expr, list[nodes.Member]] | None:
        """What an expression about a node is worth, and the fields of that which it names; None if it is not about one.

        `None` also for outputs in lists, which mean what they mean in the flow.
        """
        subject = self.find(expr)
        if subject is None:
            return None
        steps = list(subject.steps)
        fields = [step for step in steps if isinstance(step, nodes.Member)]
        if len(fields) < len(steps):
            return None
        if not fields:
            return self._itself(subject), expr, []
        first, *rest = fields
        value = self._named(subject, first.name)
        return None if value is None else (value, first, rest)

    def _itself(self, subject: Subject) -> Typed:
        """A mapped node stands for the keys of its items."""
        if subject.mapped and not subject.keys:
            kind: Type = STR
            for _ in subject.mapped:
                kind = ListOf(kind)
            return Typed(kind, ["state", subject.task.path, "items"], RUN_TIME)
        shown = self._report.text(subject.span)
        self._report.error(
            codes.NOT_A_VALUE,
            subject.span,
            f"`{shown}` is a {_kind(subject.task)}, not a value",
            label=f"a {_kind(subject.task)}",
            help=f"say what is expected of it, for example `{shown}.succeeded`",
        )
        return wrong()

    def _named(self, subject: Subject, name: nodes.Name) -> Typed | None:
        task = subject.task
        giver = task.giver
        if name.text in giver.outs:
            return self._output(subject, giver, giver.outs[name.text])
        if name.text in STATES:
            return self._state(subject, name)
        if name.text == "attempts" and task.kind == "task":
            return self._of_one(subject, name, INT, "attempts")
        if name.text == "error" and task.kind != "flow":
            return self._of_one(subject, name, ERROR, "error")
        if name.text == "items" and task.mapped and not subject.keys:
            return None
        kind = self._argument(task, name.text)
        if kind is not None:
            return self._of_one(subject, name, kind, f"argument {name.text}")
        return self._unknown(subject, name)

    def _output(self, subject: Subject, giver: Task, out: Out) -> Typed | None:
        if subject.mapped and not subject.keys:
            return None
        if not subject.is_one:
            return self._several(subject)
        return Typed(out.type, ["out", subject.path(giver), out.name], RUN_TIME)

    def _state(self, subject: Subject, name: nodes.Name) -> Typed:
        if not subject.has_row:
            return self._several(subject)
        return Typed(BOOL, ["state", subject.path(), name.text], RUN_TIME)

    def _of_one(self, subject: Subject, name: nodes.Name, kind: Type, asked: str) -> Typed:
        if not subject.is_one:
            return self._several(subject)
        return Typed(kind, ["state", subject.path(), asked], RUN_TIME)

    def _argument(self, task: Task, name: str) -> Type | None:
        """The type of an argument of what a task calls."""
        if name in task.arguments:
            self.arguments[task.path, name] = task.arguments[name].tree
            return task.arguments[name].type
        if not isinstance(task.action, Call) or task.action.component not in self._catalog:
            return None
        found = (item for item in self._catalog[task.action.component].parameters if item.name == name)
        parameter = next(found, None)
        if parameter is None:
            return None
        return parameter.type if name in task.action.arguments else optional(parameter.type)

    def _several(self, subject: Subject) -> Typed:
        around = subject.mapped[len(subject.keys)]
        self._report.error(
            codes.NOT_A_VALUE,
            subject.span,
            f"there is one `{subject.task.dotted}` for each item of `{around.dotted}`",
            label="which of them?",
            labels=[Label(around.span, "an item for each", self._elsewhere)],
            help=f'name one by its key: `{self._report.text(subject.span)}["…"]`',
        )
        return wrong()

    def _unknown(self, subject: Subject, name: nodes.Name) -> Typed:
        if self._report.may_be_lost(name.text) or subject.task.outs_unknown:
            return wrong()
        known = self.known(subject.task)
        help, fixes = did_you_mean(name.text, known, name.span)
        shown = self._report.text(subject.span)
        self._report.error(
            codes.UNKNOWN_MEMBER,
            name.span,
            f"`{shown}` has nothing called `{name.text}`",
            label="not found",
            labels=[Label(subject.task.span, f"`{shown}` is defined here", self._elsewhere)],
            help=help or f"it has {', '.join(known[:9])}",
            fixes=fixes,
        )
        return wrong()

    @property
    def _elsewhere(self) -> Source | None:
        return None if self._source is self._report.source else self._source

    def known(self, task: Task) -> Sequence[str]:
        """The names that may follow that of a node."""
        members = [name for name, member in task.members.items() if member is not task.result]
        own = ["attempts", "error"] if task.kind == "task" else []
        arguments = list(task.arguments) or (list(task.action.arguments) if isinstance(task.action, Call) else [])
        return [*members, *task.giver.outs, *arguments, *STATES, *own]


def _kind(task: Task) -> str:
    return "task" if task.called else task.kind


def _key(expr: nodes.Expr) -> str | None:
    """A key as rows show it; None if it is not written out."""
    if isinstance(expr, nodes.Text):
        return expr.plain
    return to_text(expr.value) if isinstance(expr, nodes.Literal) and expr.kind != "null" else None


def _flattened(expr: nodes.Expr) -> tuple[nodes.Expr, list[Step]]:
    steps: list[Step] = []
    while isinstance(expr, nodes.Member | nodes.Index):
        steps.append(expr)
        expr = expr.base
    return expr, steps[::-1]
