"""Watch: what may move now. Opens groups, maps lists to items, decides conditions, finishes joins.

Everything here happens inside one transaction of the engine.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from runtime.admission import Wanted, register
from runtime.backoff import timeout_of
from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.fixed_settings import limit_of
from runtime.items import Items
from runtime.model.definition import Ask, Call, Detach, Script, TaskDefinition, Wait
from runtime.model.encode import dumps
from runtime.model.errors import FlowerError
from runtime.model.graph import DECIDE, EXECUTE
from runtime.model.rows import NewTaskRow, TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.model.values import ValueProblem, to_json, to_text
from runtime.outputs import check_required
from runtime.scope import UNUSABLE, MissingValue
from runtime.step import ActiveRun, Step

_DECISIONS_AT_ONCE: Final = 1_000
MOST_PASSES: Final = 1_000
"""How often one turn looks at a run for what has become ready meanwhile."""


def sentence(problem: Exception) -> str:
    """The message of a failed row."""
    if isinstance(problem, ExpressionError | ValueProblem):
        return str(problem)
    return f"its definition cannot be understood ({type(problem).__name__}: {problem}); deploy the flow again"


class Watcher:
    """Moves a run as far as it goes without an executor."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._tasks = step.store.tasks

    def advance(self, run: ActiveRun) -> None:
        """Decide every row that is ready for a decision, and those that become so; what is left after very many passes
        waits for the next turn, so that others are heard."""
        for _ in range(MOST_PASSES):
            rows = self._tasks.ready(run.id, DECIDE, _DECISIONS_AT_ONCE)
            for row in rows:
                self._decide(run, row)
            self._step.flush()
            if not rows:
                return
        self._step.touched.add(run.id)

    def _decide(self, run: ActiveRun, row: TaskRow) -> None:
        try:
            with self._step.store.savepoint():
                self._move(run, row)
        except MissingValue as problem:
            self.suspend(run, row, Reason.MISSING_VALUE, str(problem))
        except UNUSABLE as problem:
            self.fail(run, row, Reason.EXPRESSION, sentence(problem))
        if row.kind != "task":
            self._step.pass_on(run, row)

    def _move(self, run: ActiveRun, row: TaskRow) -> None:
        if run.graph.hasty[row.node] and self._step.is_stopped_fast(run, row):
            return
        task = run.task(row)
        if row.kind != "map" and task.when is not None and not self._holds(run, row, task):
            self._step.skip(run, row)
            return
        if task.requires and row.kind != "map":
            check_required(task, self._step.scope(run, row))
        if row.kind != "task":
            self._open(run, row, task)
        elif isinstance(task.action, Script | Call):
            self._tasks.to_lane(row.id, EXECUTE)
        elif isinstance(task.action, Wait) and row.reason != Reason.WAIT:
            self._begin_wait(run, row, task.action)
        elif isinstance(task.action, Wait) and self._is_late(row):
            self.fail(run, row, Reason.TIMEOUT, "what it waits for had not come at its timeout")
        elif isinstance(task.action, Ask):
            self._ask(run, row, task.action)
        elif isinstance(task.action, Detach):
            self._detach(run, row, task.action)
        else:
            self._join(run, row)

    def _holds(self, run: ActiveRun, row: TaskRow, task: TaskDefinition) -> bool:
        value = evaluate(task.when, self._step.scope(run, row))
        if not isinstance(value, bool):
            raise ExpressionError(f"the condition of `{row.path}` is neither true nor false")
        return value

    def _begin_wait(self, run: ActiveRun, row: TaskRow, action: Wait) -> None:
        scope = self._step.scope(run, row)
        until = due_at(evaluate(action.until, scope), self._step.now, run.row.zone)
        seconds = timeout_of(run.task(row), scope)
        if seconds is not None and until > self._step.now + round(seconds * 1e6):
            until = self._step.now + round(seconds * 1e6)
            self._tasks.expire_at(row.id, until)
        self._tasks.wait_until(row.id, until, self._step.now, Reason.WAIT)
        self._step.started(run, row)
        self._step.delayed.add(run.id)

    def _is_late(self, row: TaskRow) -> bool:
        at = self._tasks.expires_at(row.id)
        return at is not None and at <= self._step.now

    def _ask(self, run: ActiveRun, row: TaskRow, action: Ask) -> None:
        question = to_text(evaluate(action.text, self._step.scope(run, row)))
        seconds = timeout_of(run.task(row), self._step.scope(run, row))
        self._tasks.decide(row.id, ExecStatus.SUSPENDED, Reason.ASKED, question, None, self._step.now)
        if seconds is not None:
            self._tasks.expire_at(row.id, self._step.now + round(seconds * 1e6))
            self._step.delayed.add(run.id)
        self._step.store.events.add(self._step.now, "asked", run.id, row.id, task=row.path, message=question)
        self._step.started(run, row)

    def _detach(self, run: ActiveRun, row: TaskRow, action: Detach) -> None:
        """Start a run of another flow. The run, the task and its round are its key: there is never a second one."""
        scope = self._step.scope(run, row)
        given = {name: to_json(evaluate(tree, scope)) for name, tree in action.arguments.items()}
        key = f"task:{run.row.ref}/{row.path}" + (f"#{row.round}" if row.round > 1 else "")
        try:
            with self._step.store.savepoint():
                started, _ = register(self._step, Wanted(action.flow, self._step.now, run.row.zone, given, key))
        except FlowerError as problem:
            self.fail(run, row, Reason.COULD_NOT_START, str(problem))
            return
        self._step.detached.append((run.id, started))
        ref = f"{action.flow}-{started}"
        self._step.store.events.add(self._step.now, "detached", run.id, row.id, task=row.path, started=ref)
        self._join(run, row, {"run": ref})

    def _join(self, run: ActiveRun, row: TaskRow, given: Mapping[str, Any] | None = None) -> None:
        """End a row that needs no executor. `given`: outputs that are not computed, as JSON."""
        outputs = self._step.outputs(run, row, given or {})
        verdict = self._step.judge_round(run, row, outputs)
        if verdict.kind == "again":
            self._step.next_round(run, row, verdict)
            return
        if verdict.kind == "failed":
            self.fail(run, row, verdict.reason, verdict.message)
            return
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
        again = row.kind == "map" and row.generation > 1 and bool(self._tasks.children(row.id))
        items = self._item_rows(run, row) if row.kind == "map" and not again else []
        if not self._step.take_place(run, row, task.uses and task.kind == "group" and row.kind != "item"):
            return
        members = (
            sum(1 for new in items if new.parent_id == row.id)
            if row.kind == "map"
            else self._tasks.unsettled_members(row.id)
        )
        self._tasks.insert(items)
        self._tasks.open(row.id, members, limit, self._step.now)
        if self._step.expiry(run, row) is not None:
            self._step.delayed.add(run.id)
        self._step.started(run, row)
        if again:
            self._step.relisted.append((run, row.id))
            return
        self._decide_new(run, [new.id for new in items if new.awaiting])
        if members == 0:
            self._step.close(run, row)
        elif row.kind != "map":
            self._tasks.open_gate(row.id)

    def _item_rows(self, run: ActiveRun, row: TaskRow) -> list[NewTaskRow]:
        items = Items(self._step)
        return list(items.rows(run, row, items.of(run, row)))

    def _decide_new(self, run: ActiveRun, rows: list[int]) -> None:
        """Rows that come into being may ask for outcomes that are known already."""
        for identity in rows:
            row = self._tasks.by_id(identity)
            if row is not None:
                self._step.decide_awaiting(run, row)

    def fail(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> None:
        """Fail a waiting row that cannot even start."""
        self._stop(run, row, ExecStatus.FAILED, reason, message)

    def suspend(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> None:
        """Leave a waiting row to a person."""
        self._stop(run, row, ExecStatus.SUSPENDED, reason, message)

    def _stop(self, run: ActiveRun, row: TaskRow, status: ExecStatus, reason: Reason, message: str) -> None:
        self._step.cannot_start(run, row, status, reason, message)


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
