"""Watch: what may move now. Opens groups, maps lists to items, decides conditions, finishes joins.

Everything here happens inside one transaction of the engine; `Step` collects what follows from it and writes it
before the commit, so that completion, successors and next claims are one durable step.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import Ask, Call, Script, TaskDefinition, Wait
from runtime.model.encode import dumps
from runtime.model.graph import DECIDE, EXECUTE, FlowGraph
from runtime.model.rows import NewTaskRow, RunRow, TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.model.values import Percent, ValueProblem, to_json, to_text
from runtime.outputs import computed_outputs, default_outputs
from runtime.pools import take_pools
from runtime.register import RunValues
from runtime.scope import MissingValue, TaskScope
from runtime.store.protocol import Store

MOST_ITEMS: Final = 1_000_000
_DECISIONS_AT_ONCE: Final = 1_000

UNUSABLE: Final = (ExpressionError, ValueError, LookupError, TypeError, AttributeError)
"""What a row can raise whose expressions fail, or that cannot be read at all: its task fails, the loop goes on."""


def sentence(problem: Exception) -> str:
    """The message of a failed row."""
    if isinstance(problem, ExpressionError | ValueProblem):
        return str(problem)
    return f"its definition cannot be understood ({type(problem).__name__}: {problem}); deploy the flow again"


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that the engine works on, with what never changes of it.

    `folder` holds a folder for each attempt; `shared_folder` is the one that all tasks of the run may use.
    """

    row: RunRow
    graph: FlowGraph
    values: RunValues
    project: Path
    folder: Path
    shared_folder: Path

    @property
    def id(self) -> int:
        return self.row.id

    def task(self, row: TaskRow) -> TaskDefinition:
        return self.graph.flow.tasks[row.node]

    def is_item(self, row: TaskRow) -> bool:
        """Whether the row is one instance of a mapped node."""
        return row.kind == "item" or (row.kind == "task" and self.graph.mapped(row.node))

    def limited(self, row: TaskRow) -> bool:
        """Whether the container of the row has a limit."""
        if self.is_item(row):
            return self.graph.task(row.node).limit is not None
        parent = self.graph.task(row.node).parent
        return parent is not None and self.graph.task(parent).limit is not None and not self.graph.mapped(parent)


class Step:
    """The consequences of one transaction: successors met, members ended, places of limits taken and freed."""

    def __init__(self, store: Store, now: int) -> None:
        self.store = store
        self.now = now
        self.finished: set[int] = set()
        self.failed: set[int] = set()
        self.delayed: set[int] = set()
        self.pools_freed = False
        self.after_commit: list[Callable[[], None]] = []
        self._met: Counter[tuple[int, int, int]] = Counter()
        self._met_deep: list[tuple[int, int, int, bool]] = []
        self._next_items: list[tuple[int, int]] = []
        self._outcomes: list[tuple[ActiveRun, TaskRow, int]] = []
        self._ended: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        self._places: dict[int, list[int]] = {}
        self._runs: dict[int, ActiveRun] = {}

    def scope(self, run: ActiveRun, row: TaskRow) -> TaskScope:
        return TaskScope(run.graph, run.values, self.store.tasks, row)

    # What happened to a row

    def ended(self, run: ActiveRun, row: TaskRow, *, active: bool) -> None:
        """The row is finished or ignored; `active`: it held a place of its container's limit."""
        self._runs[run.id] = run
        self._leave_pools(run, row)
        self.met(run, row)
        if row.parent_id is None:
            self.finished.add(run.id)
            return
        count = self._ended[run.id, row.parent_id]
        count[0] += 1
        count[1] += active

    def met(self, run: ActiveRun, row: TaskRow) -> None:
        """What waits for the row waits for one thing less."""
        if run.is_item(row):
            if run.task(row).sequential and row.parent_id is not None:
                self._next_items.append((row.parent_id, row.ordinal))
            self._tell_outcome(run, row)
            return
        for edge in run.graph.successors[row.node]:
            if edge.outcome:
                self._outcomes.append((run, row, edge.successor))
            elif edge.deep:
                self._met_deep.append(
                    (
                        run.id,
                        edge.successor,
                        row.scope_id,
                        run.graph.mapped(edge.successor),
                    )
                )
            else:
                self._met[run.id, edge.successor, row.scope_id] += 1

    def stopped(self, run: ActiveRun, row: TaskRow) -> None:
        """The row failed, is suspended or waits again: its place is free, nothing is met. Outcomes may be awaited."""
        self._runs[run.id] = run
        self._leave_pools(run, row)
        self._tell_outcome(run, row)
        if row.parent_id is not None and run.limited(row):
            self._ended[run.id, row.parent_id][1] += 1

    def _tell_outcome(self, run: ActiveRun, row: TaskRow) -> None:
        self._outcomes += [(run, row, edge.successor) for edge in run.graph.successors[row.node] if edge.outcome]

    def take_place(self, run: ActiveRun, row: TaskRow, uses_pools: object = False) -> bool:
        """Take a place of the container's limit, and of pools, for a row that starts; False: the row is held."""
        if row.parent_id is not None and run.limited(row) and self._full(row, row.parent_id):
            return False
        if uses_pools and not take_pools(self.store, run.task(row), row, self.scope(run, row), self.now):
            self.delayed.add(run.id)
            return False
        if row.parent_id is not None and run.limited(row):
            place = self._places[row.parent_id]
            place[1] += 1
            place[2] += 1
        return True

    def _full(self, row: TaskRow, parent_id: int) -> bool:
        """Hold the row if its container has as many members under way as its limit allows."""
        place = self._places.get(parent_id)
        if place is None:
            limit, active, _, _ = self.store.tasks.counters(parent_id)
            place = self._places[parent_id] = [limit if limit is not None else MOST_ITEMS, active, 0]
        if place[1] >= place[0]:
            self.store.tasks.hold([row.id], parent_id)
            return True
        return False

    def _leave_pools(self, run: ActiveRun, row: TaskRow) -> None:
        if run.task(row).uses and row.kind != "item" and self.store.pools.give_back(row.id):
            self.pools_freed = True

    def flush(self) -> None:
        """Write the consequences, and theirs: groups that end, flows that end, places given to who waits."""
        self._write_started()
        while self._met or self._met_deep or self._next_items or self._ended or self._outcomes:
            met, self._met = self._met, Counter()
            if met:
                self.store.tasks.satisfy((count, *place) for place, count in met.items())
            deep, self._met_deep = self._met_deep, []
            for run_id, node, scope_id, mapped in deep:
                self.store.tasks.satisfy_deep(run_id, node, scope_id, mapped=mapped)
            items, self._next_items = self._next_items, []
            for container_id, ordinal in items:
                self.store.tasks.satisfy_next_item(container_id, ordinal)
            outcomes, self._outcomes = self._outcomes, []
            for run, row, node in outcomes:
                self._decide_awaiting(run, row, node)
            ended, self._ended = self._ended, defaultdict(lambda: [0, 0])
            for (run_id, parent_id), (count, freed) in ended.items():
                self._members_ended(self._runs[run_id], parent_id, count, freed)

    def _decide_awaiting(self, run: ActiveRun, row: TaskRow, node: int) -> None:
        """An outcome is known that rows of `node` ask for: let those go on whose condition is decided by it."""
        for waiting in self.store.tasks.of_node(run.id, node):
            if waiting.awaiting and waiting.status is ExecStatus.WAITING:
                self.decide_awaiting(run, waiting)

    def decide_awaiting(self, run: ActiveRun, row: TaskRow, *, at_rest: bool = False) -> bool:
        """Start or skip a row if its condition on the outcomes of others is decided; whether it was."""
        holds = self.scope(run, row).awaits(run.task(row).awaits, at_rest=at_rest)
        if holds is None:
            return False
        if holds:
            self.store.tasks.await_met(row.id)
        else:
            Watcher(self).skip(run, row)
        return True

    def _write_started(self) -> None:
        places, self._places = self._places, {}
        for parent_id, (_, _, started) in places.items():
            if started:
                self.store.tasks.members_started(parent_id, started)

    def _members_ended(self, run: ActiveRun, parent_id: int, count: int, freed: int) -> None:
        left, limit, active, status = self.store.tasks.members_ended(parent_id, count, freed)
        if limit is not None and active < limit:
            self.store.tasks.let_go(parent_id, limit - active)
        if left <= 0 and status == ExecStatus.RUNNING:
            parent = self.store.tasks.by_id(parent_id)
            if parent is not None:
                self.store.tasks.close(parent.id, None, self.now)
                self.ended(run, parent, active=run.limited(parent))


class Watcher:
    """Moves a run as far as it goes without an executor."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._tasks = step.store.tasks

    def advance(self, run: ActiveRun) -> None:
        """Decide every row that is ready for a decision, and those that become so."""
        while rows := self._tasks.ready(run.id, DECIDE, _DECISIONS_AT_ONCE):
            for row in rows:
                self._decide(run, row)
            self._step.flush()

    def _decide(self, run: ActiveRun, row: TaskRow) -> None:
        try:
            with self._step.store.savepoint():
                self._move(run, row)
        except MissingValue as problem:
            self.suspend(run, row, Reason.MISSING_VALUE, str(problem))
        except UNUSABLE as problem:
            self.fail(run, row, Reason.EXPRESSION, sentence(problem))

    def _move(self, run: ActiveRun, row: TaskRow) -> None:
        task = run.task(row)
        if row.kind != "map" and task.when is not None and not self._holds(run, row, task):
            self.skip(run, row)
        elif row.kind == "task" and isinstance(task.action, Script | Call):
            self._tasks.to_lane(row.id, EXECUTE)
        elif isinstance(task.action, Wait) and row.reason != Reason.WAIT:
            self._begin_wait(run, row, task.action)
        elif isinstance(task.action, Ask):
            self._ask(run, row, task.action)
        elif row.kind == "task":
            self._join(run, row, task)
        else:
            self._open(run, row, task)

    def _holds(self, run: ActiveRun, row: TaskRow, task: TaskDefinition) -> bool:
        value = evaluate(task.when, self._step.scope(run, row))
        if not isinstance(value, bool):
            raise ExpressionError(f"the condition of `{row.path}` is neither true nor false")
        return value

    def _begin_wait(self, run: ActiveRun, row: TaskRow, action: Wait) -> None:
        until = due_at(evaluate(action.until, self._step.scope(run, row)), self._step.now, run.row.zone)
        self._tasks.wait_until(row.id, until, self._step.now, Reason.WAIT)
        self._step.delayed.add(run.id)

    def _ask(self, run: ActiveRun, row: TaskRow, action: Ask) -> None:
        question = to_text(evaluate(action.text, self._step.scope(run, row)))
        self._tasks.decide(row.id, ExecStatus.SUSPENDED, Reason.ASKED, question, None, self._step.now)
        self._step.store.events.add(self._step.now, "asked", run.id, row.id, task=row.path, message=question)

    def _join(self, run: ActiveRun, row: TaskRow, task: TaskDefinition) -> None:
        outputs = computed_outputs(task, {}, self._step.scope(run, row))
        self._tasks.decide(
            row.id,
            ExecStatus.FINISHED,
            "",
            "",
            dumps(outputs) if outputs else None,
            self._step.now,
        )
        self._step.ended(run, row, active=False)

    def _open(self, run: ActiveRun, row: TaskRow, task: TaskDefinition) -> None:
        scope = self._step.scope(run, row)
        limit = None if row.kind == "item" else limit_of(task, scope)
        items = list(self._item_rows(run, row, task)) if row.kind == "map" else []
        if not self._step.take_place(run, row, task.uses and row.kind != "item"):
            return
        members = (
            sum(1 for new in items if new.parent_id == row.id)
            if row.kind == "map"
            else self._tasks.unsettled_members(row.id)
        )
        self._tasks.insert(items)
        self._tasks.open(row.id, members, limit, self._step.now)
        if members == 0:
            self._tasks.close(row.id, None, self._step.now)
            self._step.ended(run, row, active=run.limited(row))
        elif row.kind != "map":
            self._tasks.open_gate(row.id)

    def skip(self, run: ActiveRun, row: TaskRow, reason: Reason = Reason.CONDITION) -> None:
        """Ignore a row and all below it; what waits for any of them goes on."""
        self._tasks.decide(row.id, ExecStatus.IGNORED, reason, "", self._defaults(run, row), self._step.now)
        self._step.ended(run, row, active=False)
        self._skip_members(run, row)

    def _defaults(self, run: ActiveRun, row: TaskRow) -> str | None:
        """The outputs of a skipped row that have a default."""
        task = run.task(row)
        if not any(out.has_default for out in task.outs):
            return None
        return dumps(default_outputs(task, self._step.scope(run, row)))

    def _skip_members(self, run: ActiveRun, row: TaskRow) -> None:
        if row.kind == "task":
            return
        for member in self._tasks.children(row.id):
            outputs = self._defaults(run, member)
            self._tasks.decide(member.id, ExecStatus.IGNORED, Reason.PARENT, "", outputs, self._step.now)
            self._step.met(run, member)
            self._skip_members(run, member)

    def fail(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> None:
        """Fail a waiting row that cannot even start."""
        self._stop(run, row, ExecStatus.FAILED, reason, message)

    def suspend(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> None:
        """Leave a waiting row to a person."""
        self._stop(run, row, ExecStatus.SUSPENDED, reason, message)

    def _stop(self, run: ActiveRun, row: TaskRow, status: ExecStatus, reason: Reason, message: str) -> None:
        self._tasks.decide(row.id, status, reason, message, None, self._step.now)
        self._step.failed.add(run.id)
        self._step.store.events.add(self._step.now, status.word, run.id, row.id, task=row.path, message=message)

    # Mapped nodes

    def _item_rows(self, run: ActiveRun, row: TaskRow, task: TaskDefinition) -> Iterator[NewTaskRow]:
        graph = run.graph
        nodes = graph.subtree(row.node) if task.kind == "group" else []
        waits = self._waits(run, row, nodes)
        next_id = self._tasks.next_id()
        for ordinal, (key, item) in enumerate(self._items(run, row, task)):
            kind = graph.item_kind(row.node)
            top = NewTaskRow(
                id=next_id,
                run_id=run.id,
                node=row.node,
                scope_id=row.id,
                ordinal=ordinal,
                parent_id=row.id,
                path=f"{row.path}[{key}]",
                kind=kind,
                status=ExecStatus.WAITING,
                remaining=1 if task.sequential and ordinal else 0,
                lane=graph.lane(row.node, kind),
                priority=task.priority,
                open_members=len(graph.members[row.node]),
                forgiven=graph.forgiven(row.node, item=True),
                item=dumps(item),
                item_key=key,
            )
            yield top
            identity = {row.node: top.id} | {node: top.id + 1 + index for index, node in enumerate(nodes)}
            for node in nodes:
                yield _member_row(run, task, top, node, identity, waits[node])
            next_id += 1 + len(nodes)

    def _waits(self, run: ActiveRun, row: TaskRow, nodes: list[int]) -> dict[int, int]:
        """For each node below a mapped one, how many things a fresh row of it waits for."""
        scope = self._step.scope(run, row)
        inside = set(nodes)
        return {
            node: 1
            + (run.graph.task(node).awaits is not None)
            + sum(
                1
                for edge in run.graph.predecessors[node]
                if not edge.outcome
                and (edge.predecessor in inside or not self._satisfied(run, scope, edge.predecessor))
            )
            for node in nodes
        }

    def _satisfied(self, run: ActiveRun, scope: TaskScope, node: int) -> bool:
        found = self._tasks.at(run.id, node, scope.scope_of(node))
        return found is not None and ExecStatus(found[1]).satisfies

    def _items(self, run: ActiveRun, row: TaskRow, task: TaskDefinition) -> list[tuple[str, dict[str, Any]]]:
        """Key and loop variables of every item; ExpressionError if a key repeats or there are too many."""
        scope = self._step.scope(run, row)
        seen: dict[str, int] = {}
        items: list[tuple[str, dict[str, Any]]] = []
        for values in _combinations(task, scope, 0, {}):
            ordinal = len(items)
            if ordinal >= MOST_ITEMS:
                raise ExpressionError(f"the list of `{row.path}` has more than {MOST_ITEMS} items")
            scope.loop_values = values
            key = str(ordinal) if task.by is None else _key(evaluate(task.by, scope))
            if key in seen:
                raise ExpressionError(
                    f"items {seen[key]} and {ordinal} of `{row.path}` have the same key `{key}`;"
                    " `by` must tell them apart"
                )
            seen[key] = ordinal
            items.append((key, {name: to_json(value) for name, value in values.items()}))
        return items


def _combinations(
    task: TaskDefinition, scope: TaskScope, level: int, values: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if level == len(task.generators):
        yield dict(values)
        return
    generator = task.generators[level]
    scope.loop_values = values
    over = evaluate(generator.over, scope)
    if not isinstance(over, list):
        raise ExpressionError(f"the list that `{generator.name}` runs over is missing")
    for value in over:
        yield from _combinations(task, scope, level + 1, {**values, generator.name: value})


def _key(value: Any) -> str:
    if value is None:
        raise ExpressionError("the value after `by` is missing")
    return to_text(value)


def _member_row(
    run: ActiveRun,
    task: TaskDefinition,
    top: NewTaskRow,
    node: int,
    identity: dict[int, int],
    remaining: int,
) -> NewTaskRow:
    member = run.graph.task(node)
    kind = run.graph.row_kind(node)
    return NewTaskRow(
        id=identity[node],
        run_id=run.id,
        node=node,
        scope_id=top.id,
        ordinal=0,
        parent_id=identity[member.parent if member.parent is not None else 0],
        path=top.path + member.path.removeprefix(task.path),
        kind=kind,
        status=ExecStatus.WAITING,
        remaining=remaining,
        awaiting=member.awaits is not None,
        forgiven=run.graph.forgiven(node),
        lane=run.graph.lane(node, kind),
        priority=member.priority,
        open_members=len(run.graph.members[node]) if kind == "group" else 0,
    )


def due_at(value: Any, now: int, zone: str) -> int:
    """When a wait is over, in microseconds: a duration from now, the next such time of day, or a datetime."""
    moment = dt.datetime.fromtimestamp(now / 1e6, ZoneInfo(zone))
    if isinstance(value, dt.timedelta):
        moment += value
    elif isinstance(value, dt.datetime):
        moment = value
    elif isinstance(value, dt.time):
        at = dt.datetime.combine(moment.date(), value, moment.tzinfo)
        moment = at if at > moment else dt.datetime.combine(moment.date() + dt.timedelta(days=1), value, moment.tzinfo)
    else:
        raise ExpressionError("a wait needs a duration, a time of day or a datetime")
    return max(round(moment.timestamp() * 1e6), now + 1)


def limit_of(task: TaskDefinition, scope: Any) -> int | None:
    """The limit of a container as a number; None if it has none."""
    if task.limit is None:
        return None
    value = evaluate(task.limit, scope)
    if isinstance(value, bool | Percent) or not isinstance(value, int) or value < 1:
        raise ExpressionError(f"the limit of `{task.path or 'the flow'}` must be a whole number of at least 1")
    return value
