"""The consequences of one transaction, written before its commit."""

from __future__ import annotations

from collections import Counter, defaultdict

from runtime.expression.evaluator import evaluate
from runtime.model.encode import dumps
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.scope import UNUSABLE, MissingValue
from runtime.step.ending import Ending
from runtime.step.run import ActiveRun


class Step(Ending):
    """The consequences of one transaction: successors met, members ended, places of limits taken and freed."""

    def close(self, run: ActiveRun, row: TaskRow) -> None:
        """All members of an open container have ended well: it is finished, with the outputs computed from theirs."""
        try:
            task = run.task(row)
            outputs = self.outputs(run, row, {}) if task.outs and row.kind != "map" else {}
            verdict = self.judge_round(run, row, {})
        except (MissingValue, *UNUSABLE) as problem:
            self._fail_group(run, row, Reason.EXPRESSION, str(problem))
            return
        if verdict.kind == "failed":
            self._fail_group(run, row, verdict.reason, verdict.message)
        elif verdict.kind == "again":
            self.next_round(run, row, verdict)
        else:
            self.store.tasks.close(row.id, dumps(outputs) if outputs else None, self.now)
            self.ended(run, row, active=run.limited(row))

    def _fail_group(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> None:
        self.store.tasks.fail_container(row.id, reason, message, self.now)
        self.store.events.add(self.now, "failed", run.id, row.id, task=row.path, message=message)
        self.failed.add(run.id)
        self.group_failed(run, row, reason, message)

    def group_failed(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> bool:
        """What follows from an open group that has been failed; whether others go on, or it has another attempt."""
        if self._tried_again(run, row, reason, message):
            self.let_hasty_go(run, row)
            return True
        if row.forgiven or self.within_allowance(run, row):
            self.let_hasty_go(run, row)
            self.ended(run, row, active=run.limited(row))
            return True
        self.stopped(run, row)
        return False

    def _end_rest(self, run: ActiveRun, parent_id: int, left: int) -> int:
        """If enough members of a container have succeeded, end the others; how many are left."""
        parent = self.store.tasks.by_id(parent_id)
        if parent is None or not self._has_enough(run, parent, left):
            return left
        for member in self.store.tasks.children(parent_id):
            if not member.settled:
                self._not_needed(run, member)
        self.store.tasks.members_ended(parent_id, left, 0)
        self.store.events.add(self.now, "enough", run.id, parent_id, task=parent.path)
        return 0

    def _has_enough(self, run: ActiveRun, parent: TaskRow, left: int) -> bool:
        task = run.task(parent)
        if task.enough is None or parent.kind == "item":
            return False
        members = len(run.graph.members[parent.node])
        if parent.kind == "map":
            members, _ = self.store.tasks.items_and_failed(run.id, parent.node, parent.id)
        try:
            wanted = evaluate(task.enough, self.scope(run, parent))
        except (MissingValue, *UNUSABLE):
            return False
        return members - left >= int(wanted) and self.store.tasks.succeeded_members(parent.id, wanted) >= wanted

    def _not_needed(self, run: ActiveRun, member: TaskRow) -> None:
        """A member without which its group has succeeded: ignored, or failed with leave if something in it has."""
        if member.status is ExecStatus.FAILED:
            self.store.tasks.forgive(member.id)
            return
        failed = member.kind != "task" and self.store.tasks.failed_inside(run.id, member.id)
        self.end_inside(run, member, ExecStatus.IGNORED, Reason.ENOUGH, "")
        if failed:
            self.store.tasks.force([member.id], ExecStatus.FAILED, Reason.MEMBERS, "", self.now)
            self.store.tasks.forgive(member.id)

    def flush(self) -> None:
        """Write the consequences, and theirs: groups that end, flows that end, places given to who waits."""
        self._write_started()
        if self.attempt_ends:
            ends, self.attempt_ends = self.attempt_ends, []
            self.store.attempts.end(ends)
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

    def _members_ended(self, run: ActiveRun, parent_id: int, count: int, freed: int) -> None:
        left, limit, active, status = self.store.tasks.members_ended(parent_id, count, freed)
        if limit is not None and active < limit:
            self.store.tasks.let_go(parent_id, limit - active)
        if left > 0 and status == ExecStatus.RUNNING and run.graph.choosy:
            left = self._end_rest(run, parent_id, left)
        if left <= 0 and status == ExecStatus.RUNNING:
            parent = self.store.tasks.by_id(parent_id)
            if parent is not None:
                self.close(run, parent)
