"""Questions about `task_run` that are answered with a number or a word."""

from __future__ import annotations

from runtime.model.state import ExecStatus
from runtime.store.sqlite.tasks.row import TaskTable


class TaskQuestions(TaskTable):
    """What the rows of a run or a group amount to."""

    def moving(self, run_id: int) -> bool:
        """Whether anything of a run is running, ready, or waits for a time or a pool."""
        return bool(
            self._sql(
                "SELECT EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND exec_status = 1 AND kind = 'task')"
                " OR EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND lane IN (0, 1) AND exec_status = 0"
                "   AND remaining = 0 AND held_by = 0 AND not_before = 0)"
                " OR EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND exec_status = 0 AND not_before > 0)"
                " OR EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND exec_status = 0 AND held_by < 0)",
                (run_id,),
            ).fetchone()[0]
        )

    def next_due(self, run_id: int) -> int | None:
        """When the next retry of a run is due, in microseconds; None if none waits."""
        row = self._sql(
            "SELECT min(not_before) FROM task_run WHERE flow_run_id = ? AND exec_status = 0 AND not_before > 0",
            (run_id,),
        ).fetchone()
        return row[0]  # type: ignore[no-any-return]

    def settled(self, run_id: int) -> bool:
        """Whether the body of the flow has finished."""
        row = self._sql(
            "SELECT exec_status FROM task_run WHERE flow_run_id = ? AND node = 0 AND scope_id = 0",
            (run_id,),
        ).fetchone()
        return row is not None and row[0] == 3

    def stopped(self, run_id: int, status: ExecStatus) -> bool:
        """Whether a run has a suspended row, or a failed one whose failure counts: neither its own nor that of a
        group around it is allowed."""
        return bool(
            self._sql(
                "WITH RECURSIVE up (id, parent_id) AS ("
                " SELECT id, parent_id FROM task_run WHERE flow_run_id = ? AND exec_status = ?"
                " AND exec_status IN (2, 4) AND NOT forgiven"
                " UNION SELECT t.id, t.parent_id FROM up JOIN task_run AS t ON t.id = up.parent_id"
                " WHERE NOT (t.exec_status = 4 AND t.forgiven))"
                " SELECT EXISTS (SELECT 1 FROM up WHERE parent_id IS NULL)",
                (run_id, status),
            ).fetchone()[0]
        )

    def any_held(self, run_id: int) -> bool:
        row = self._sql(
            "SELECT EXISTS (SELECT 1 FROM task_run AS held JOIN task_run AS holder ON holder.id = held.held_by"
            " WHERE held.held_by > 0 AND holder.flow_run_id = ?)",
            (run_id,),
        ).fetchone()
        return bool(row[0])

    def unsettled_members(self, parent_id: int) -> int:
        """How many direct members of a group are neither finished nor ignored."""
        row = self._sql(
            "SELECT count(*) FROM task_run WHERE parent_id = ? AND exec_status NOT IN (3, 9)",
            (parent_id,),
        ).fetchone()
        return int(row[0])

    def counters(self, task_run_id: int) -> tuple[int | None, int, int, int]:
        """(member_limit, active_members, open_members, exec_status) of a container."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT member_limit, active_members, open_members, exec_status FROM task_run WHERE id = ?",
            (task_run_id,),
        ).fetchone()
