"""The checker: what a simulation has come to when nothing of it can move, and when it is over."""

from __future__ import annotations

from typing import Any, Final

from runtime.model.definition import Wait
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason
from tests.simulation.history import History, Seen

_MOST_CRASHES: Final = 3


class Checker(History):
    """Follows a simulation and judges where it ends. Each check raises AssertionError."""

    # At rest

    def check_rest(self) -> None:
        """Nothing can move any more, before somebody does something."""
        for run, status in self._sql("SELECT id, status FROM flow_run ORDER BY id").fetchall():
            moves = status in ("running", "queued") and not self._is_held_by_pools(run)
            assert not moves, f"run {run} is {status}, and nothing of it will ever move"
            self._check_status(run, status)
        open_ones = self._sql("SELECT id FROM task_attempt WHERE ended_at IS NULL").fetchall()
        assert not open_ones, f"attempt {open_ones[0][0]} has no end"
        running = self._sql("SELECT path FROM task_run WHERE kind = 'task' AND exec_status = 1").fetchall()
        assert not running, f"`{running[0][0]}` runs for ever"
        alive = self._world.alive()
        assert not alive, f"the body of `{alive[0].attempt.path}` was left behind"
        left = self._sql(
            "SELECT t.path FROM pool_holder AS h JOIN task_run AS t ON t.id = h.task_run_id"
            " JOIN flow_run AS r ON r.id = t.flow_run_id"
            " WHERE t.exec_status <> 1 OR r.status IN ('succeeded', 'cancelled')"
        ).fetchall()
        assert not left, f"`{left[0][0]}` still holds places of a pool"
        assert not self._sql("SELECT 1 FROM hand_change").fetchone(), "an update by hand was overlooked"

    def _is_held_by_pools(self, run: int) -> bool:
        """Whether it waits for places that other runs hold while they wait for a person."""
        found = self._sql("SELECT 1 FROM task_run WHERE flow_run_id = ? AND held_by < 0 AND exec_status = 0", (run,))
        return found.fetchone() is not None

    def _check_status(self, run: int, status: str) -> None:
        rows = self._tasks.of_run(run)
        by_id = {row.id: row for row in rows}
        held = self._sql("SELECT suspended_from FROM flow_run WHERE id = ?", (run,)).fetchone()[0] is not None
        open_ones = [row for row in rows if not row.settled and not self._in_settled(row, by_id)]
        if status == "succeeded":
            left = [row for row in open_ones if not self._graph(run).task(row.node).hook]
            assert not left, f"run {run} has succeeded, but `{left[0].path}` is {left[0].status.word}"
        elif status == "failed":
            stuck = self._sql(
                "SELECT 1 FROM event WHERE flow_run_id = ? AND kind = 'nothing can move'", (run,)
            ).fetchone()
            failed = any(row.status is ExecStatus.FAILED for row in open_ones)
            assert failed or stuck, f"run {run} failed, but no task did"
        elif status == "suspended":
            some = any(row.status is ExecStatus.SUSPENDED for row in open_ones)
            assert some or held, f"run {run} is suspended, but no task is"

    def _in_settled(self, row: TaskRow, by_id: dict[int, TaskRow]) -> bool:
        """Whether a group around it has ended in a way that stops nobody."""
        while row.parent_id is not None:
            row = by_id[row.parent_id]
            if row.settled:
                return True
        return False

    def check_end(self) -> None:
        """All is over: the ledger of the world and the store tell the same story."""
        self.check_rest()
        attempts = self._sql(
            "SELECT id, task_run_id, generation, number, fence, outcome, reason, started_at, ended_at FROM task_attempt"
            " ORDER BY id"
        ).fetchall()
        before: dict[tuple[int, int], Any] = {}
        for attempt in attempts:
            self._check_told(attempt[0], attempt[5], attempt[6])
            earlier = before.get((attempt[1], attempt[2]))
            if earlier is not None:
                self._check_repeat(self._seen[attempt[1]], earlier, attempt)
            before[attempt[1], attempt[2]] = attempt
        known = {attempt[0] for attempt in attempts}
        for body in self._world.bodies.values():
            assert body.attempt.id in known, f"`{body.attempt.path}` was handed out without a trace"
        self._check_waits()
        self._check_generations()
        asked_for = {1} | self._acknowledged
        assert set(self.runs()) == asked_for, f"runs {set(self.runs()) ^ asked_for} are nobody's, or are lost"

    def _check_generations(self) -> None:
        """Nothing begins anew by itself but hooks that report on one retry after the other."""
        for identity in self._sql("SELECT id FROM task_run WHERE generation > 1").fetchall():
            seen = self._seen[identity[0]]
            known = seen.run in self.touched_by_people or self._task(seen).hook == "retry" or self._goes_again(seen)
            assert known, f"`{seen.path}` began a new generation, and nobody wanted that"

    def _goes_again(self, seen: Seen) -> bool:
        """Whether a group around it may have had another attempt, or another round."""
        graph, task = self._graph(seen.run), self._task(seen)
        while task.parent is not None:
            task = graph.task(task.parent)
            if task.retry or task.until is not None:
                return True
        return False

    def _check_told(self, attempt: int, outcome: str, reason: str) -> None:
        body = self._world.bodies.get(attempt)
        began = body is not None and body.began
        word = outcome.partition(",")[0]
        result = body.outcome if body is not None else None
        good = result is not None and result.succeeded
        name = body.attempt.path if body is not None else f"attempt {attempt}"
        if word == "succeeded":
            assert good, f"`{name}` is told to have succeeded, but it did not"
        elif word == "never ran":
            assert not began, f"`{name}` is told never to have run, but it did"
        elif word == "in doubt":
            over = body is not None and body.is_script and body.state == "over"
            assert not over, f"`{name}` is told to be in doubt, but its end is known"
        elif word != "ended" and reason != Reason.CANCELLED:
            assert not good, f"`{name}` ended well, but is told to have failed"

    def _check_repeat(self, seen: Seen, earlier: Any, later: Any) -> None:
        """Why a task was started again in the same generation."""
        task, word = self._task(seen), earlier[5].partition(",")[0]
        assert later[4] > earlier[4], f"the fence of `{seen.path}` did not rise"
        if word == "never ran" or seen.run in self.touched_by_people or (task.until is not None and later[3] == 1):
            return
        assert word != "succeeded", f"`{seen.path}` was started again after it had succeeded"
        may_rerun = task.idempotent or task.on_crash == "rerun"
        assert task.retry or (word == "in doubt" and may_rerun), f"`{seen.path}` was started again: {word}"
        if task.retry and word != "in doubt":
            rule = task.retry[0]
            delay = rule.delay_seconds * rule.backoff ** (earlier[3] - 1) * (1 - rule.jitter)
            assert later[7] - earlier[8] >= delay * 1e6 - 1, f"`{seen.path}` did not wait {delay} s for its retry"

    def _check_waits(self) -> None:
        for identity, started, ended in self._sql(
            "SELECT id, started_at, ended_at FROM task_run WHERE kind = 'task' AND exec_status = 3 AND reason = ''"
        ).fetchall():
            seen = self._seen[identity]
            action = self._task(seen).action
            if isinstance(action, Wait) and seen.run not in self.touched_by_people:
                assert ended - started >= 1_000_000, f"`{seen.path}` did not wait"
