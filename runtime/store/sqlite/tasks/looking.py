"""Questions about `task_run` that are answered with a number or a word."""

from __future__ import annotations

from runtime.model.state import ExecStatus
from runtime.store.sqlite.tasks.row import TaskTable


class TaskQuestions(TaskTable):
    """What the rows of a run or a group amount to."""

    def moving(self, run_id: int) -> bool:
        """Whether anything of a run is running, ready, or waits for a time, a pool, or an answer up to some time."""
        return bool(
            self._sql(
                "SELECT EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND exec_status = 1 AND kind = 'task')"
                " OR EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND lane IN (0, 1) AND exec_status = 0"
                "   AND remaining = 0 AND held_by = 0 AND not_before = 0)"
                " OR EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND exec_status = 0 AND not_before > 0)"
                " OR EXISTS (SELECT 1 FROM task_run INDEXED BY task_run_held WHERE held_by < 0 AND held_by <> 0"
                "   AND flow_run_id = ?1 AND exec_status = 0)"
                " OR EXISTS (SELECT 1 FROM task_run WHERE flow_run_id = ?1 AND exec_status = 2"
                "   AND exec_status IN (2, 4) AND reason = 'asked' AND expires_at IS NOT NULL)",
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

    def delayed(self, run_id: int) -> set[int]:
        """The ids of the rows that wait for a time: a `wait` that has begun, or the next attempt or round."""
        rows = self._sql(
            "SELECT id FROM task_run WHERE flow_run_id = ? AND exec_status = 0 AND not_before > 0",
            (run_id,),
        )
        return {row[0] for row in rows}

    def is_of_latest_run(self, run_id: int) -> bool:
        """Whether no run of the same flow has a later time."""
        row = self._sql(
            "SELECT EXISTS (SELECT 1 FROM flow_run mine JOIN flow_run other ON other.flow = mine.flow"
            " WHERE mine.id = ? AND (other.time, other.id) > (mine.time, mine.id))",
            (run_id,),
        ).fetchone()
        return not row[0]

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
                " AND exec_status IN (2, 4) AND NOT (exec_status = 4 AND forgiven)"
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
        """How many direct members of a group have not ended in a way that lets it close."""
        row = self._sql(
            "SELECT count(*) FROM task_run WHERE parent_id = ? AND exec_status NOT IN (3, 9)"
            " AND NOT (exec_status = 4 AND forgiven)",
            (parent_id,),
        ).fetchone()
        return int(row[0])

    def first_start(self, task_run_id: int) -> int | None:
        """When a row started first in its generation, microseconds; of a flow's body when its run did."""
        row = self._sql(
            "SELECT coalesce((SELECT min(a.started_at) FROM task_attempt AS a"
            " WHERE a.task_run_id = t.id AND a.generation = t.generation), t.started_at,"
            " (SELECT r.started_at FROM flow_run AS r WHERE r.id = t.flow_run_id AND t.kind = 'flow'))"
            " FROM task_run AS t WHERE t.id = ?",
            (task_run_id,),
        ).fetchone()
        return row[0] if row is not None else None

    def last_failure(self, task_run_id: int) -> tuple[int, str] | None:
        """(number, message) of the newest attempt of a row that has ended, in its generation."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT a.number, a.message FROM task_attempt AS a JOIN task_run AS t ON t.id = a.task_run_id"
            " WHERE t.id = ? AND a.generation = t.generation AND a.ended_at IS NOT NULL ORDER BY a.number DESC LIMIT 1",
            (task_run_id,),
        ).fetchone()

    def end_of(self, task_run_id: int) -> tuple[int, int | None, str, str]:
        """(attempts, exit_code, reason, message) of a row."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT attempts, exit_code, reason, message FROM task_run WHERE id = ?", (task_run_id,)
        ).fetchone()

    def round_of(self, task_run_id: int) -> tuple[int, str | None]:
        """(the number of a row's round, from 1, what the one before gave, as JSON)."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT round, last FROM task_run WHERE id = ?", (task_run_id,)
        ).fetchone()

    def expires_at(self, task_run_id: int) -> int | None:
        """When a node as a whole must be over, in microseconds."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT expires_at FROM task_run WHERE id = ?", (task_run_id,)
        ).fetchone()[0]

    def next_expiry(self, run_id: int) -> int | None:
        """When the time of the next open group or question of a run is over, in microseconds, if one has a bound."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT min(at) FROM (SELECT min(expires_at) AS at FROM task_run WHERE flow_run_id = ?1 AND exec_status = 1"
            "  AND kind <> 'task' AND expires_at IS NOT NULL"
            " UNION ALL SELECT min(expires_at) FROM task_run WHERE flow_run_id = ?1 AND exec_status = 2"
            "  AND reason = 'asked' AND expires_at IS NOT NULL)",
            (run_id,),
        ).fetchone()[0]

    def succeeded_members(self, parent_id: int, at_most: int) -> int:
        """How many direct members of a container have succeeded; counts no further than `at_most`."""
        row = self._sql(
            "SELECT count(*) FROM (SELECT 1 FROM task_run WHERE parent_id = ? AND exec_status = 3 LIMIT ?)",
            (parent_id, at_most),
        ).fetchone()
        return int(row[0])

    def failed_inside(self, run_id: int, container_id: int) -> bool:
        """Whether something inside a container has failed, and nothing between the two makes up for it."""
        row = self._sql(
            "WITH RECURSIVE up (id, parent_id) AS ("
            " SELECT id, parent_id FROM task_run WHERE flow_run_id = ? AND exec_status = 4"
            " AND exec_status IN (2, 4) AND NOT forgiven"
            " UNION SELECT t.id, t.parent_id FROM up JOIN task_run AS t ON t.id = up.parent_id"
            " WHERE up.id <> ?2 AND NOT (t.exec_status = 4 AND t.forgiven))"
            " SELECT EXISTS (SELECT 1 FROM up WHERE parent_id = ?2)",
            (run_id, container_id),
        ).fetchone()
        return bool(row[0])

    def items_and_failed(self, run_id: int, node: int, container_id: int) -> tuple[int, int]:
        """(how many items a mapped node has, how many of them have failed)."""
        last = self._sql(
            "SELECT max(ordinal) FROM task_run WHERE flow_run_id = ? AND node = ? AND scope_id = ?",
            (run_id, node, container_id),
        ).fetchone()[0]
        failed = self._sql(
            "SELECT count(*) FROM task_run INDEXED BY task_run_failed WHERE exec_status = 4 AND parent_id = ?",
            (container_id,),
        ).fetchone()[0]
        return (0 if last is None else int(last) + 1), int(failed)

    def live_containers(self, run_id: int) -> set[int]:
        """Containers in which something is seen to run, to be ready or to wait for a time; a look at some of each."""
        found = self._sql(
            "WITH RECURSIVE"
            " live (parent_id) AS ("
            "  SELECT * FROM (SELECT parent_id FROM task_run WHERE flow_run_id = ?1 AND exec_status = 1"
            "   AND kind = 'task' LIMIT 100)"
            "  UNION SELECT * FROM (SELECT parent_id FROM task_run WHERE flow_run_id = ?1 AND lane IN (0, 1)"
            "   AND exec_status = 0 AND remaining = 0 AND held_by = 0 AND not_before = 0 LIMIT 100)"
            "  UNION SELECT * FROM (SELECT parent_id FROM task_run WHERE flow_run_id = ?1 AND exec_status = 0"
            "   AND not_before > 0 LIMIT 100)),"
            " up (id) AS (SELECT parent_id FROM live"
            "  UNION SELECT t.parent_id FROM up JOIN task_run AS t ON t.id = up.id)"
            " SELECT id FROM up WHERE id IS NOT NULL",
            (run_id,),
        )
        return {row[0] for row in found}

    def counters(self, task_run_id: int) -> tuple[int | None, int, int, int]:
        """(member_limit, active_members, open_members, exec_status) of a container."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT member_limit, active_members, open_members, exec_status FROM task_run WHERE id = ?",
            (task_run_id,),
        ).fetchone()
