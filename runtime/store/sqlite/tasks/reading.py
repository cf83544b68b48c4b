"""Reading rows of `task_run`."""

from __future__ import annotations

from typing import Final

from runtime.model.rows import TaskRow
from runtime.store.sqlite.tasks.row import COLUMNS, TaskTable, task_row

_READY: Final = (
    f"SELECT {COLUMNS} FROM task_run WHERE flow_run_id = ? AND lane <= ? AND exec_status = 0 AND remaining = 0"
    " AND held_by = 0 AND not_before = 0 ORDER BY lane, priority, id LIMIT ?"
)


class TaskReading(TaskTable):
    """Rows as the engine works with them."""

    def next_id(self) -> int:
        """The first id never used so far; ids of new rows are consecutive from it."""
        row = self._sql("SELECT seq FROM sqlite_sequence WHERE name = 'task_run'").fetchone()
        return int(row[0]) + 1 if row else 1

    def ready(self, run_id: int, lane: int, limit: int) -> list[TaskRow]:
        """Rows of a run, up to a lane, that nothing keeps from starting: decisions first, then as they are claimed."""
        return [task_row(found) for found in self._sql(_READY, (run_id, lane, limit))]

    def by_id(self, task_run_id: int) -> TaskRow | None:
        found = self._sql(f"SELECT {COLUMNS} FROM task_run WHERE id = ?", (task_run_id,)).fetchone()
        return task_row(found) if found else None

    def of_run(self, run_id: int) -> list[TaskRow]:
        """All rows of a run, parents first."""
        return [
            task_row(found)
            for found in self._sql(
                f"SELECT {COLUMNS} FROM task_run WHERE flow_run_id = ? ORDER BY id",
                (run_id,),
            )
        ]

    def of_node(self, run_id: int, node: int) -> list[TaskRow]:
        """All rows of a node in a run."""
        query = f"SELECT {COLUMNS} FROM task_run WHERE flow_run_id = ? AND node = ? ORDER BY id"
        return [task_row(found) for found in self._sql(query, (run_id, node))]

    def executed(self, run_id: int) -> list[TaskRow]:
        """Tasks of a run that are running, or were until a person stopped them and may still be executed."""
        still = "SELECT {} FROM task_attempt WHERE flow_run_id = ?1 AND ended_at IS NULL"
        query = (
            f"SELECT {COLUMNS} FROM task_run WHERE flow_run_id = ?1 AND exec_status = 1 AND kind = 'task' UNION"
            f" SELECT {COLUMNS} FROM task_run WHERE id IN ({still.format('task_run_id')})"
            f" AND attempt_id IN ({still.format('id')})"
        )
        return [task_row(found) for found in self._sql(query, (run_id,))]

    def awaiting(self, run_id: int) -> list[TaskRow]:
        """Waiting rows of a run whose condition on the outcomes of others is not decided yet."""
        query = f"SELECT {COLUMNS} FROM task_run WHERE flow_run_id = ? AND exec_status = 0 AND awaiting = 1"
        return [task_row(found) for found in self._sql(query, (run_id,))]

    def children(self, parent_id: int) -> list[TaskRow]:
        return [
            task_row(found)
            for found in self._sql(
                f"SELECT {COLUMNS} FROM task_run WHERE parent_id = ? ORDER BY id",
                (parent_id,),
            )
        ]

    def at(self, run_id: int, node: int, scope_id: int) -> tuple[int, int, str | None] | None:
        """(id, exec_status, outputs) of the row of a node in a scope."""
        return self._sql(  # type: ignore[no-any-return]
            "SELECT id, exec_status, outputs FROM task_run"
            " WHERE flow_run_id = ? AND node = ? AND scope_id = ? AND ordinal = 0",
            (run_id, node, scope_id),
        ).fetchone()

    def items(self, run_id: int, node: int, container_id: int) -> list[tuple[int, int, str | None]]:
        """(id, exec_status, outputs) of a mapped node's items, in the order of the input."""
        return self._sql(
            "SELECT id, exec_status, outputs FROM task_run"
            " WHERE flow_run_id = ? AND node = ? AND scope_id = ? AND ordinal >= 0 ORDER BY ordinal",
            (run_id, node, container_id),
        ).fetchall()

    def failures(self, run_id: int, path: str) -> list[tuple[str, str]]:
        """(path, message) of what failed at `path` and below it, first those whose failure counts, in the order of
        their ends; the empty path is the whole run. Groups that failed only by their members are left out, and so are
        hooks."""
        found = self._sql(
            "WITH RECURSIVE allowed (id) AS ("
            " SELECT id FROM task_run WHERE flow_run_id = ?1 AND exec_status = 4 AND forgiven"
            " UNION SELECT t.id FROM allowed JOIN task_run AS t ON t.parent_id = allowed.id)"
            " SELECT t.path, t.message, t.reason FROM task_run AS t"
            " JOIN flow_run AS r ON r.id = t.flow_run_id"
            " JOIN task_definition AS d ON d.flow_definition_id = r.flow_definition_id AND d.node = t.node"
            " WHERE t.flow_run_id = ?1 AND t.exec_status = 4 AND t.reason <> 'members'"
            " AND d.settings ->> '$.hook' IS NULL"
            " AND (?2 = '' OR t.path = ?2 OR substr(t.path, 1, length(?2) + 1) IN (?2 || '/', ?2 || '['))"
            " ORDER BY t.id IN (SELECT id FROM allowed), t.ended_at, t.id",
            (run_id, path),
        )
        return [(row[0], row[1] or row[2]) for row in found]

    def below(self, task_run_id: int) -> list[TaskRow]:
        """All rows inside a container, parents first."""
        query = (
            "WITH RECURSIVE inside (id) AS (SELECT id FROM task_run WHERE parent_id = ?"
            " UNION ALL SELECT t.id FROM inside JOIN task_run AS t ON t.parent_id = inside.id)"
            f" SELECT {COLUMNS} FROM task_run WHERE id IN inside ORDER BY id"
        )
        return [task_row(found) for found in self._sql(query, (task_run_id,))]

    def expired(self, run_id: int, now: int) -> list[TaskRow]:
        """Open groups of a run whose time is over, the outermost first."""
        query = (
            f"SELECT {COLUMNS} FROM task_run WHERE flow_run_id = ? AND exec_status = 1 AND expires_at <= ?"
            " AND kind <> 'task' ORDER BY id"
        )
        return [task_row(found) for found in self._sql(query, (run_id, now))]

    def unanswered(self, run_id: int, now: int) -> list[TaskRow]:
        """Tasks of a run that asked something, and whose time to be answered is over."""
        query = (
            f"SELECT {COLUMNS} FROM task_run WHERE flow_run_id = ? AND exec_status = 2 AND reason = 'asked'"
            " AND expires_at IS NOT NULL AND expires_at <= ? ORDER BY id"
        )
        return [task_row(found) for found in self._sql(query, (run_id, now))]

    def derived(self, run_id: int) -> dict[int, tuple[int, ...]]:
        """What `recount` compares with: (exec_status, remaining, awaiting, lane, held_by, open_members,
        active_members) by id."""
        rows = self._sql(
            "SELECT id, exec_status, remaining, awaiting, lane, held_by, open_members, active_members FROM task_run"
            " WHERE flow_run_id = ?",
            (run_id,),
        )
        return {row[0]: row[1:] for row in rows}
