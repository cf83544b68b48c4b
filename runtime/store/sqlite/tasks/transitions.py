"""Transitions of `exec_status` that the engine makes.

They are guarded by the state they leave, completions by the fence as well; they return whether they applied.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from runtime.model.rows import NewTaskRow
from runtime.model.state import ExecStatus
from runtime.store.sqlite.tasks.row import TaskTable

_INSERT: Final = (
    "INSERT INTO task_run (id, flow_run_id, node, scope_id, ordinal, parent_id, path, kind, exec_status, remaining,"
    " lane, priority, member_limit, open_members, awaiting, forgiven, item, item_key)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class TaskTransitions(TaskTable):
    """Every transition of a row that follows from what happened to it."""

    def insert(self, rows: Iterable[NewTaskRow]) -> None:
        self._many(
            _INSERT,
            (
                (
                    row.id,
                    row.run_id,
                    row.node,
                    row.scope_id,
                    row.ordinal,
                    row.parent_id,
                    row.path,
                    row.kind,
                    row.status,
                    row.remaining,
                    row.lane,
                    row.priority,
                    row.member_limit,
                    row.open_members,
                    row.awaiting,
                    row.forgiven,
                    row.item,
                    row.item_key,
                )
                for row in rows
            ),
        )

    def claim(self, claims: Sequence[tuple[int, int, int]]) -> None:
        """Set ready rows running: (attempt id, now, task run id) each. The caller read them in this transaction."""
        self._many(
            "UPDATE task_run SET exec_status = 1, reason = '', message = '', fence = fence + 1,"
            " attempts = attempts + 1, attempt_id = ?, started_at = ?, ended_at = NULL, exit_code = NULL,"
            " revision = revision + 1 WHERE id = ? AND exec_status = 0 AND remaining = 0",
            claims,
        )

    def complete(
        self,
        task_run_id: int,
        fence: int,
        outputs: str | None,
        exit_code: int | None,
        now: int,
    ) -> bool:
        """Finish a running task if the fence is the one that was handed out; whether it applied."""
        return (
            self._sql(
                "UPDATE task_run SET exec_status = 3, reason = '', message = '', outputs = ?, exit_code = ?,"
                " ended_at = ?, revision = revision + 1 WHERE id = ? AND fence = ? AND exec_status = 1",
                (outputs, exit_code, now, task_run_id, fence),
            ).rowcount
            == 1
        )

    def stop(
        self,
        task_run_id: int,
        fence: int,
        status: ExecStatus,
        reason: str,
        message: str,
        exit_code: int | None,
        now: int,
    ) -> bool:
        """Fail or suspend a running task, fenced; whether it applied."""
        return (
            self._sql(
                "UPDATE task_run SET exec_status = ?, reason = ?, message = ?, exit_code = ?, ended_at = ?,"
                " revision = revision + 1 WHERE id = ? AND fence = ? AND exec_status = 1",
                (status, reason, message, exit_code, now, task_run_id, fence),
            ).rowcount
            == 1
        )

    def retry_at(
        self,
        task_run_id: int,
        fence: int,
        message: str,
        exit_code: int | None,
        not_before: int,
    ) -> bool:
        """Let a running task wait for another attempt (0: at once), fenced; whether it applied."""
        return (
            self._sql(
                "UPDATE task_run SET exec_status = 0, reason = 'retry', message = ?, exit_code = ?, not_before = ?,"
                " revision = revision + 1 WHERE id = ? AND fence = ? AND exec_status = 1",
                (message, exit_code, not_before, task_run_id, fence),
            ).rowcount
            == 1
        )

    def unclaim(self, task_run_id: int, fence: int) -> bool:
        """Take back a claim of which nothing ran: it does not count as an attempt; whether it applied."""
        return (
            self._sql(
                "UPDATE task_run SET exec_status = 0, reason = '', attempts = attempts - 1, started_at = NULL,"
                " revision = revision + 1 WHERE id = ? AND fence = ? AND exec_status = 1",
                (task_run_id, fence),
            ).rowcount
            == 1
        )

    def put_off(self, task_run_id: int, fence: int, message: str, not_before: int) -> bool:
        """As `unclaim`, of what could not be started for want of something that the machine has again soon."""
        return (
            self._sql(
                "UPDATE task_run SET exec_status = 0, reason = 'scarce', message = ?, attempts = attempts - 1,"
                " started_at = NULL, not_before = ?, revision = revision + 1"
                " WHERE id = ? AND fence = ? AND exec_status = 1",
                (message, not_before, task_run_id, fence),
            ).rowcount
            == 1
        )

    def next_round(self, task_run_id: int, fence: int, last: str | None, not_before: int) -> bool:
        """A round has ended and another one begins at `not_before`, with fresh retries; `last`: what it gave, as JSON.
        Of a row that runs, is ready or is answered, fenced; whether it applied."""
        return (
            self._sql(
                "UPDATE task_run SET exec_status = 0, reason = 'round', message = '', outputs = NULL, last = ?,"
                " round = round + 1, attempts = 0, not_before = ?, revision = revision + 1"
                " WHERE id = ? AND fence = ? AND exec_status IN (0, 1, 2)",
                (last, not_before, task_run_id, fence),
            ).rowcount
            == 1
        )

    def stand_in(self, task_run_id: int, outputs: str | None) -> None:
        """Outputs of a row that was ignored: those that have a default."""
        self._sql(
            "UPDATE task_run SET outputs = ?, revision = revision + 1 WHERE id = ? AND exec_status = 9",
            (outputs, task_run_id),
        )

    def retry_container(self, task_run_id: int, message: str, not_before: int) -> bool:
        """A group that failed waits for another attempt (0: at once); whether it applied."""
        return (
            self._sql(
                "UPDATE task_run SET exec_status = 0, reason = 'retry', message = ?, not_before = ?, ended_at = NULL,"
                " revision = revision + 1 WHERE id = ? AND exec_status IN (1, 4)",
                (message, not_before, task_run_id),
            ).rowcount
            == 1
        )

    def renew(self, rows: Iterable[tuple[int, bool, int, bool, int]]) -> None:
        """Members of a group that goes again, in a new generation: (remaining, awaiting, lane, forgiven, id) each."""
        self._many(
            "UPDATE task_run SET exec_status = 0, reason = '', message = '', generation = generation + 1, attempts = 0,"
            " remaining = ?, awaiting = ?, lane = ?, forgiven = ?, round = 1, last = NULL, expires_at = NULL,"
            " outputs = NULL, exit_code = NULL, not_before = 0, held_by = 0, active_members = 0, started_at = NULL,"
            " ended_at = NULL, revision = revision + 1 WHERE id = ?",
            rows,
        )

    def expire_at(self, task_run_id: int, at: int) -> None:
        """When a node as a whole must be over; the first word counts until it is reset."""
        self._sql(
            "UPDATE task_run SET expires_at = ?, revision = revision + 1 WHERE id = ? AND expires_at IS NULL",
            (at, task_run_id),
        )

    def decide(
        self,
        task_run_id: int,
        status: ExecStatus,
        reason: str,
        message: str,
        outputs: str | None,
        now: int,
    ) -> None:
        """Settle a waiting row that needs no executor: finished, ignored, failed or suspended."""
        self._sql(
            "UPDATE task_run SET exec_status = ?, reason = ?, message = ?, outputs = ?, ended_at = ?,"
            " started_at = coalesce(started_at, ?), held_by = 0, revision = revision + 1"
            " WHERE id = ? AND exec_status = 0",
            (status, reason, message, outputs, now, now, task_run_id),
        )

    def open(self, task_run_id: int, open_members: int, member_limit: int | None, now: int) -> None:
        """Set a container running."""
        self._sql(
            "UPDATE task_run SET exec_status = 1, reason = '', open_members = ?, member_limit = ?,"
            " attempts = attempts + 1, started_at = coalesce(started_at, ?), revision = revision + 1"
            " WHERE id = ? AND exec_status = 0",
            (open_members, member_limit, now, task_run_id),
        )

    def close(self, task_run_id: int, outputs: str | None, now: int) -> None:
        """Finish a container all of whose members have ended well."""
        self._sql(
            "UPDATE task_run SET exec_status = 3, reason = '', message = '', outputs = ?, ended_at = ?,"
            " revision = revision + 1 WHERE id = ? AND exec_status = 1",
            (outputs, now, task_run_id),
        )

    def fail_container(self, task_run_id: int, reason: str, message: str, now: int) -> None:
        """An open container whose own outputs cannot be computed."""
        self._sql(
            "UPDATE task_run SET exec_status = 4, reason = ?, message = ?, ended_at = ?, revision = revision + 1"
            " WHERE id = ? AND exec_status = 1",
            (reason, message, now, task_run_id),
        )

    def fail_containers(self, task_run_ids: Iterable[int], now: int) -> None:
        """Groups in which nothing can move any more because a member failed."""
        self._many(
            "UPDATE task_run SET exec_status = 4, reason = 'members', ended_at = ?, revision = revision + 1"
            " WHERE id = ? AND exec_status = 1",
            ((now, task_run_id) for task_run_id in task_run_ids),
        )

    def wait_until(self, task_run_id: int, not_before: int, now: int, reason: str) -> None:
        """A row that is ready waits for a time: a `wait` begins, or a pool's rate has no start left."""
        self._sql(
            "UPDATE task_run SET reason = ?, not_before = ?, started_at = coalesce(started_at, ?),"
            " revision = revision + 1 WHERE id = ? AND exec_status = 0",
            (reason, not_before, now if reason == "wait" else None, task_run_id),
        )

    def wake_due(self, run_id: int, now: int) -> int:
        """Make retries ready whose time has come; how many."""
        return self._sql(
            "UPDATE task_run SET not_before = 0, revision = revision + 1"
            " WHERE flow_run_id = ? AND exec_status = 0 AND not_before > 0 AND not_before <= ?",
            (run_id, now),
        ).rowcount

    def forgive(self, task_run_id: int, forgiven: bool = True) -> None:
        """Whether a failure of this row stops nobody."""
        self._sql("UPDATE task_run SET forgiven = ?, revision = revision + 1 WHERE id = ?", (forgiven, task_run_id))
