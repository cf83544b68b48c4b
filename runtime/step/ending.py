"""Rows that end without an attempt: skipped, ended with their group, unable to start, decided by others' outcomes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from runtime.expression.evaluator import evaluate
from runtime.model.encode import dumps
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.model.values import Percent
from runtime.outputs import default_outputs
from runtime.scope import UNUSABLE, MissingValue
from runtime.step.repetition import Repetition
from runtime.step.run import ActiveRun

_ALL: Final = 1 << 62


class Ending(Repetition):
    """Ends rows, and whatever is below them."""

    def skip(self, run: ActiveRun, row: TaskRow, reason: Reason = Reason.CONDITION) -> None:
        """Ignore a row and all below it; what waits for any of them goes on."""
        below = [(member, self._defaults(run, member)) for member in self._below(row)]
        self.store.tasks.decide(row.id, ExecStatus.IGNORED, reason, "", self._defaults(run, row), self.now)
        self.ended(run, row, active=False)
        for member, outputs in below:
            self.store.tasks.decide(member.id, ExecStatus.IGNORED, Reason.PARENT, "", outputs, self.now)
            self.met(run, member)

    def _defaults(self, run: ActiveRun, row: TaskRow) -> str | None:
        """The outputs of a skipped row that have a default."""
        task = run.task(row)
        if not any(out.has_default for out in task.outs):
            return None
        return dumps(default_outputs(task, self.scope(run, row)))

    def _below(self, row: TaskRow) -> Iterator[TaskRow]:
        for member in self.store.tasks.children(row.id) if row.kind != "task" else ():
            yield member
            yield from self._below(member)

    def end_running_inside(self, run: ActiveRun, row: TaskRow, message: str) -> None:
        """Fail what is under way inside a container: what runs, the open groups with it, and what waits for a time or
        for a person. What has not begun is left to a repair."""
        delayed = self.store.tasks.delayed(run.id)
        below = self.store.tasks.below(row.id)
        running = [each for each in below if each.status is ExecStatus.RUNNING or each.id in delayed or _asks(each)]
        self.store.tasks.force((inner.id for inner in running), ExecStatus.FAILED, Reason.CANCELLED, message, self.now)
        for inner in running:
            self._leave_pools(run, inner)
            if inner.status is ExecStatus.RUNNING and inner.kind == "task" and inner.attempt_id is not None:
                self.to_end.append(inner.attempt_id)

    def end_inside(self, run: ActiveRun, row: TaskRow, status: ExecStatus, reason: Reason, message: str) -> None:
        """Settle everything below a container, and itself if it is a task, that has not ended; end what is executed."""
        below = [*self.store.tasks.below(row.id), row] if row.kind != "task" else [row]
        left = [each for each in below if each.status in (ExecStatus.WAITING, ExecStatus.RUNNING) or _asks(each)]
        self.store.tasks.force((inner.id for inner in left), status, reason, message, self.now)
        for inner in left:
            self._leave_pools(run, inner)
            if status is ExecStatus.IGNORED:
                self.store.tasks.stand_in(inner.id, self._defaults(run, inner))
                self.met(run, inner)
            if inner.status is ExecStatus.RUNNING and inner.kind == "task" and inner.attempt_id is not None:
                self.to_end.append(inner.attempt_id)

    def cannot_start(self, run: ActiveRun, row: TaskRow, status: ExecStatus, reason: Reason, message: str) -> None:
        """Fail or suspend a waiting row; a place that was let go for it goes to the next."""
        self.store.tasks.decide(row.id, status, reason, message, None, self.now)
        self.failed.add(run.id)
        self.store.events.add(self.now, status.word, run.id, row.id, task=row.path, message=message)
        if status is ExecStatus.FAILED and (row.forgiven or self.within_allowance(run, row)):
            self.ended(run, row, active=False)
        else:
            self.stopped(run, row, active=False)

    def within_allowance(self, run: ActiveRun, row: TaskRow) -> bool:
        """Whether a failed item is one of those that its mapped node may lose; it is then forgiven."""
        tree = run.task(row).allow_failures
        if tree is None or not run.is_item(row):
            return False
        items, failed = self.store.tasks.items_and_failed(run.id, row.node, row.scope_id)
        if failed > allowance(evaluate(tree, self.scope(run, row)), items):
            return False
        self.store.tasks.forgive(row.id)
        return True

    def is_stopped_fast(self, run: ActiveRun, row: TaskRow) -> bool:
        """Whether something has failed in a node with `fail_fast` that a ready row is in, or a container between the
        two has, with or without leave; the row is then held."""
        outer = self.store.tasks.by_id(row.parent_id) if row.parent_id is not None else None
        while outer is not None:
            whole = outer.kind == "map" or not run.graph.mapped(outer.node)
            hasty = whole and outer.node in run.graph.hasty[row.node] and self._has_failure(run, outer)
            if hasty or outer.status is ExecStatus.FAILED:
                self.store.tasks.hold([row.id], outer.id)
                self.failed.add(run.id)
                return True
            outer = self.store.tasks.by_id(outer.parent_id) if outer.parent_id is not None else None
        return False

    def let_hasty_go(self, run: ActiveRun, row: TaskRow) -> None:
        """A failure of the row is made up for: what nodes with `fail_fast` around it have held asks anew."""
        self._hasty.clear()
        outer = self.store.tasks.by_id(row.parent_id) if row.parent_id is not None else None
        while outer is not None:
            if outer.node in run.graph.hasty[row.node]:
                self.store.tasks.let_go(outer.id, _ALL)
            outer = self.store.tasks.by_id(outer.parent_id) if outer.parent_id is not None else None

    def _has_failure(self, run: ActiveRun, container: TaskRow) -> bool:
        if container.id not in self._hasty:
            self._hasty[container.id] = self.store.tasks.failed_inside(run.id, container.id)
        return self._hasty[container.id]

    def _decide_awaiting(self, run: ActiveRun, row: TaskRow, node: int) -> None:
        """An outcome is known that rows of `node` ask for: let those go on whose condition is decided by it."""
        for waiting in self.store.tasks.of_node(run.id, node):
            if waiting.awaiting and waiting.status is ExecStatus.WAITING:
                self.decide_awaiting(run, waiting)

    def decide_awaiting(self, run: ActiveRun, row: TaskRow, *, at_rest: bool = False) -> bool:
        """Start or skip a row if its condition on the outcomes of others is decided; whether it was."""
        try:
            holds = self.scope(run, row).awaits(run.task(row).awaits, self.now, at_rest=at_rest)
        except (MissingValue, *UNUSABLE) as problem:
            self.cannot_start(run, row, ExecStatus.FAILED, Reason.EXPRESSION, str(problem))
            return True
        if holds is None:
            return False
        if holds:
            self.store.tasks.await_met(row.id)
            return True
        try:
            self.skip(run, row, Reason.NO_EVENT if run.task(row).hook else Reason.CONDITION)
        except (MissingValue, *UNUSABLE) as problem:
            self.cannot_start(run, row, ExecStatus.FAILED, Reason.EXPRESSION, str(problem))
        return True


def _asks(row: TaskRow) -> bool:
    return row.status is ExecStatus.SUSPENDED and row.reason == Reason.ASKED


def allowance(value: Any, items: int) -> int:
    """How many of so many items may fail: a number, or a percentage rounded down."""
    return int(items * value) if isinstance(value, Percent) else int(value)
