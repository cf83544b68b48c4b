"""Hints on what is written and does nothing, or not what it seems to: names, orders, conditions, variables."""

from __future__ import annotations

import re
from typing import Any, Final

from flowc.analysis.constant import Unknown, holds
from flowc.analysis.model import Flow, Task
from flowc.analysis.outcomes import required_states
from flowc.diagnostics import Code, Fix, codes
from flowc.emit.hints.hints import Hints
from flowc.source import Source, Span
from flowc.syntax import nodes
from flowc.syntax.inside import everything
from runtime.model.definition import Call, FlowDefinition, Script
from runtime.model.encode import flow_settings_to_json, task_to_json
from runtime.model.slotted import dataclass
from runtime.model.types import PATH, required

_VARIABLE: Final = re.compile(r"(?<!\\)\$\{?([a-z_][A-Za-z0-9_]*)\b")

Uses = set[tuple[str, ...]]
"""What expressions name: `("param", NAME)`, `("out", PATH, NAME)`, `("own", NAME)`."""


def _trees_of(definition: FlowDefinition) -> list[Any]:
    """Everything of a flow that may hold expressions; its edges are left out."""
    return [
        [task_to_json(task) for task in definition.tasks],
        [[parameter.default, parameter.where] for parameter in definition.parameters],
        flow_settings_to_json(definition),
    ]


def uses_in(data: Any) -> Uses:
    """What the trees in JSON name."""
    found: Uses = set()
    pending = [data]
    while pending:
        part = pending.pop()
        if isinstance(part, dict):
            pending.extend(part.values())
        elif isinstance(part, list):
            if part and part[0] in ("param", "own", "out") and all(isinstance(word, str) for word in part):
                found.add(tuple(part))
            pending.extend(part)
    return found


@dataclass(slots=True)
class Meaning:
    """Hints on one file."""

    _hints: Hints

    @property
    def _source(self) -> Source:
        return self._hints.source

    def _hint(self, code: Code, span: Span, message: str, help: str, fixes: tuple[Fix, ...] = ()) -> None:
        self._hints.hint(code, span, message, help, fixes)

    def names_of_the_file(self, tree: nodes.File) -> None:
        """Imported names, and `let` in flows and groups, that occur nowhere else in the text."""
        for part in everything(tree.items):
            if isinstance(part, nodes.FromImport):
                for imported in part.names:
                    self._occurs(imported.local, "imported", _without(self._source, part, imported))
            elif isinstance(part, nodes.ModuleImport):
                self._occurs(part.alias, "imported", _without(self._source, part, None))
            elif isinstance(part, nodes.LetDecl) and part not in tree.items:
                self._occurs(part.name, "defined")

    def _occurs(self, name: nodes.Name, how: str, fixes: tuple[Fix, ...] = ()) -> None:
        if len(re.findall(rf"\b{re.escape(name.text)}\b", self._source.text)) == 1:
            message = f"`{name.text}` is {how} and never used"
            self._hint(codes.UNUSED, name.span, message, "remove it, or use it", fixes)

    def of_flow(self, flow: Flow, definition: FlowDefinition) -> None:
        uses = uses_in(_trees_of(definition))
        for parameter in flow.parameters.values():
            if ("param", parameter.name) not in uses:
                self._hint(
                    codes.UNUSED,
                    parameter.span,
                    f"nothing uses the parameter `{parameter.name}`",
                    "remove it, or use it",
                )
        awaited = {edge.predecessor for edge in definition.dependencies}
        for task in flow.tasks:
            if task.node in awaited and task.kind != "flow":
                self._outputs(task, uses)
            self._task(task)
            self._variables(flow, task)
        self._orders(flow)

    def _outputs(self, task: Task, uses: Uses) -> None:
        """Outputs of a task that has successors, none of which wants them. A file is an output for people, too."""
        for out in task.outs.values():
            used = ("out", task.path, out.name) in uses or ("own", out.name) in uses
            here = self._source.text[slice(*out.span)] == out.name
            if out.declared and here and not used and not task.called and required(out.type) != PATH:
                self._hint(
                    codes.UNUSED,
                    out.span,
                    f"nothing uses the output `{out.name}` of `{task.dotted}`",
                    "remove it, or use it in a task that follows",
                )

    def _task(self, task: Task) -> None:
        if task.when is not None and not task.arguments and _always_true(task.when):
            self._hint(
                codes.CONSTANT_CONDITION,
                task.span,
                f"the condition of `{task.dotted}` is always true",
                "remove the condition",
            )
        if task.by is None and any(
            name[0] == "out" for generator in task.generators for name in uses_in(generator.over)
        ):
            self._hint(
                codes.UNNAMED_ITEMS,
                task.span,
                f"the items of `{task.dotted}` are known only at run time, and have no names but their numbers",
                "name them after `by`, so that a rerun knows them again when the list has changed",
            )
        if isinstance(task.action, Call) and task.retry and not task.idempotent:
            self._hint(
                codes.RETRY_REPEATS,
                task.span,
                f"`{task.dotted}` is tried again, but `{task.action.component}` is not known to do no harm twice",
                "write `idempotent` if it does none, or let nothing be tried again",
            )

    def _variables(self, flow: Flow, task: Task) -> None:
        """`$name` in a shell script, where `name` is a value of the flow and nothing sets such a variable."""
        if not isinstance(task.action, Script) or task.action.language not in ("sh", "bash") or task.called:
            return
        text = "".join(part for part in task.action.parts if isinstance(part, str))
        known = {*flow.parameters, *(generator.name for generator in task.generators)}
        given = {name for name, _ in task.env}
        for name in dict.fromkeys(_VARIABLE.findall(text)):
            if name in known and name not in given and not _sets(name, text):
                start = self._source.text.find(f"${name}", task.span[0])
                span = (start, start + len(name) + 1) if start >= 0 else task.span
                self._hint(
                    codes.UNSET_VARIABLE,
                    span,
                    f"nothing sets the shell variable `{name}`, so it is empty here",
                    f"for the value `{name}` of the flow write `{{{{ {name} }}}}`",
                )

    def _orders(self, flow: Flow) -> None:
        for order in flow.orders:
            needs = {id(reference.target) for reference in order.successor.references}
            if order.origin == "after" and not order.outcome and id(order.predecessor) in needs:
                first, second = order.predecessor.dotted, order.successor.dotted
                self._hint(
                    codes.IMPLIED_ORDER,
                    order.span,
                    f"`{second}` uses an output of `{first}`, so it comes after it in any case",
                    "remove this `after`",
                )
        asking = [task for task in flow.tasks if task.awaits is not None and not task.hook]
        before: dict[int, list[Task]] = {task.node: [] for task in asking}
        for order in flow.orders:
            if order.successor.node in before and not order.outcome:
                before[order.successor.node].append(order.predecessor)
        for task in asking:
            self._never(task, before[task.node])

    def _never(self, task: Task, before: list[Task]) -> None:
        """A task that asks for the failure of what it also needs."""
        needed = {needs.path: needs for needs in (*(reference.target for reference in task.references), *before)}
        for path, state in required_states(task.awaits):
            if state == "failed" and path in needed and not needed[path].may_fail:
                self._hint(
                    codes.NEVER_RUNS,
                    task.span,
                    f"`{task.dotted}` never runs: it waits for `{path.replace('/', '.')}` and asks for its failure",
                    "use nothing of it here, and order the task by the question alone",
                )


def _without(
    source: Source, item: nodes.FromImport | nodes.ModuleImport, imported: nodes.Imported | None
) -> tuple[Fix, ...]:
    """The fix that leaves out a name, or the whole line if it imports nothing else."""
    text = source.text
    if isinstance(item, nodes.FromImport) and imported is not None and len(item.names) > 1:
        place = item.names.index(imported)
        if place:
            return (Fix((item.names[place - 1].span[1], imported.span[1]), "", certain=True),)
        return (Fix((imported.span[0], item.names[1].span[0]), "", certain=True),)
    line = source.line(item.span[0])
    alone = source.line(item.span[1]) == line and source.line_text(line).strip() == text[slice(*item.span)]
    start = source.line_start(line)
    end = min(start + len(source.line_text(line)) + 1, len(text))
    return (Fix((start, end), "", certain=True),) if alone else ()


def _sets(name: str, text: str) -> bool:
    """Whether a script may set a variable itself."""
    return (
        re.search(rf"\b{name}(\+)?=|\b(for|read|mapfile|readarray|getopts|unset)\b[^\n;]*\b{name}\b", text) is not None
    )


def _always_true(condition: Any) -> bool:
    try:
        return holds(condition)
    except Unknown:
        return False
