"""Rounds, and attempts of whole groups: what begins again instead of having ended."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Mapping
from typing import Any

from runtime.backoff import may_try_again, retry_delay, settled, timeout_of
from runtime.expression.evaluator import evaluate
from runtime.model.definition import Retry
from runtime.model.rows import TaskRow
from runtime.model.state import Reason
from runtime.model.types import type_from_json
from runtime.model.values import from_json
from runtime.renewal import renew, still_awaited
from runtime.rounds import Verdict, judge
from runtime.scope import UNUSABLE, MissingValue
from runtime.step.ledger import Ledger
from runtime.step.run import ActiveRun


class Repetition(Ledger):
    """Lets nodes go again, as their `until` and `retry` say."""

    def judge_round(self, run: ActiveRun, row: TaskRow, outputs: Mapping[str, Any]) -> Verdict:
        """Whether a round that has ended well was the last of its node. `outputs`: those of a task, as JSON."""
        task = run.task(row)
        if task.until is None or row.kind == "map":
            return Verdict("over")
        scope = self.scope(run, row)
        scope.own_values = {
            out.name: from_json(type_from_json(out.type), outputs[out.name], out.name)
            for out in task.outs
            if out.name in outputs
        }
        return judge(task.until, row.round, self.expiry(run, row), scope, self.now)

    def next_round(self, run: ActiveRun, row: TaskRow, verdict: Verdict) -> bool:
        """Let a node wait for its next round, its members with it; False if the fence was stale."""
        if not self.store.tasks.next_round(row.id, row.fence, verdict.kept, verdict.not_before):
            return False
        self.store.events.add(self.now, "round ended", run.id, row.id, task=row.path, round=row.round)
        self._begin_again(run, row)
        return True

    def _begin_again(self, run: ActiveRun, row: TaskRow) -> None:
        if row.kind != "task":
            renew(self.store, run.graph, row, self.scope(run, row))
        self.wait_anew(run, row)
        self.delayed.add(run.id)
        self.stopped(run, row)

    def wait_anew(self, run: ActiveRun, row: TaskRow) -> None:
        """What a row waited for when it started may have been reset since: it waits for that once more."""
        if run.graph.predecessors[row.node] and not run.is_item(row):
            self.flush()
            self.store.tasks.wait_for(row.id, still_awaited(self.store, run.graph, row, self.scope(run, row)))

    def flush(self) -> None:
        """Write what follows from all that has been told so far."""
        raise NotImplementedError

    def _tried_again(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> bool:
        """Give a group that has failed another attempt, if a `retry` of it covers that."""
        task = run.task(row)
        if not task.retry or row.kind == "map" or reason in (Reason.TIMEOUT, Reason.ROUNDS):
            return False
        if reason is Reason.MEMBERS:
            message = next((f"`{path}`: {told}" for path, told in self.store.tasks.failures(run.id, row.path)), "")
        try:
            scope = self.scope(run, row)
            scope.error_values = {"kind": reason.value, "exit_code": None, "message": message, "took": self._took(row)}
            rule = next((rule for rule in task.retry if rule.when is None or evaluate(rule.when, scope) is True), None)
            rule = settled(rule, scope) if rule is not None else None
        except (MissingValue, *UNUSABLE):
            return False
        delay = retry_delay(rule, row.attempts, random.random()) if rule is not None else 0.0
        if rule is None or not may_try_again(rule, row.attempts, delay, self.since_first_start(row, rule)):
            return False
        not_before = self.now + max(round(delay * 1e6), 1)
        expires_at = self.store.tasks.expires_at(row.id)
        if expires_at is not None and not_before >= expires_at:
            return False
        if not self.store.tasks.retry_container(row.id, message, not_before):
            return False
        self.store.events.add(self.now, "retried", run.id, row.id, task=row.path, attempt=row.attempts, message=message)
        self.retried(run, row)
        self._begin_again(run, row)
        return True

    def since_first_start(self, row: TaskRow, rule: Retry) -> float:
        """Seconds since a row started first in its generation, as far as the rule asks for that."""
        first = self.store.tasks.first_start(row.id) if rule.within_seconds is not None else None
        return max(self.now - first, 0) / 1e6 if first is not None else 0.0

    def _took(self, row: TaskRow) -> dt.timedelta:
        return dt.timedelta(microseconds=max(self.now - (row.started_at or self.now), 0))

    def expiry(self, run: ActiveRun, row: TaskRow) -> int | None:
        """When a node whose `timeout` is about the whole of it must be over, in microseconds; fixed at first."""
        task = run.task(row)
        if task.timeout_seconds is None or row.kind in ("map", "flow") or (row.kind == "task" and task.until is None):
            return None
        at = self.store.tasks.expires_at(row.id)
        if at is None:
            at = self.now + round((timeout_of(task, self.scope(run, row)) or 0.0) * 1e6)
            self.store.tasks.expire_at(row.id, at)
        return at
