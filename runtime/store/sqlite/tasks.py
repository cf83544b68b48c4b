"""Task runs: reading what is ready, and every transition of `exec_status`.

Every statement that changes a row raises its `revision`; that is how a person's update is told from ours.
Transitions are guarded by the state they leave, completions by the fence as well; they return whether they applied.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import Any, Final

from runtime.model.rows import NewTaskRow, TaskRow
from runtime.model.state import ExecStatus

_COLUMNS: Final = (
    "id, flow_run_id, node, scope_id, ordinal, parent_id, path, kind, exec_status, reason, remaining, lane, priority,"
    " fence, generation, attempts, attempt_id, item, started_at, forgiven, awaiting"
)
_INSERT: Final = (
    "INSERT INTO task_run (id, flow_run_id, node, scope_id, ordinal, parent_id, path, kind, exec_status, remaining,"
    " lane, priority, member_limit, open_members, awaiting, forgiven, item, item_key)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_READY: Final = (
    f"SELECT {_COLUMNS} FROM task_run WHERE flow_run_id = ? AND lane <= ? AND exec_status = 0 AND remaining = 0"
    " AND held_by = 0 AND not_before = 0 ORDER BY lane, priority, id LIMIT ?"
)


class TaskRuns:
    """The table `task_run`, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self._many = connection.executemany

    # Reading

    def next_id(self) -> int:
        """The first id never used so far; ids of new rows are consecutive from it."""
        row = self._sql("SELECT seq FROM sqlite_sequence WHERE name = 'task_run'").fetchone()
        return int(row[0]) + 1 if row else 1

    def ready(self, run_id: int, lane: int, limit: int) -> list[TaskRow]:
        """Rows of a run, up to a lane, that nothing keeps from starting: decisions first, then as they are claimed."""
        return [_row(found) for found in self._sql(_READY, (run_id, lane, limit))]

    def by_id(self, task_run_id: int) -> TaskRow | None:
        found = self._sql(f"SELECT {_COLUMNS} FROM task_run WHERE id = ?", (task_run_id,)).fetchone()
        return _row(found) if found else None

    def of_run(self, run_id: int) -> list[TaskRow]:
        """All rows of a run, parents first."""
        return [
            _row(found)
            for found in self._sql(
                f"SELECT {_COLUMNS} FROM task_run WHERE flow_run_id = ? ORDER BY id",
                (run_id,),
            )
        ]

    def executed(self, run_id: int) -> list[TaskRow]:
        """Tasks of a run that are running, or were until a person stopped them and may still be executed."""
        still = "SELECT {} FROM task_attempt WHERE flow_run_id = ?1 AND ended_at IS NULL"
        query = (
            f"SELECT {_COLUMNS} FROM task_run WHERE flow_run_id = ?1 AND exec_status = 1 AND kind = 'task' UNION"
            f" SELECT {_COLUMNS} FROM task_run WHERE id IN ({still.format('task_run_id')})"
            f" AND attempt_id IN ({still.format('id')})"
        )
        return [_row(found) for found in self._sql(query, (run_id,))]

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
            " WHERE flow_run_id = ? AND node = ? AND scope_id = ? ORDER BY ordinal",
            (run_id, node, container_id),
        ).fetchall()

    def children(self, parent_id: int) -> list[TaskRow]:
        return [
            _row(found)
            for found in self._sql(
                f"SELECT {_COLUMNS} FROM task_run WHERE parent_id = ? ORDER BY id",
                (parent_id,),
            )
        ]

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

    def next_due(self, run_id: int) -> int | None:
        """When the next retry of a run is due, in microseconds; None if none waits."""
        row = self._sql(
            "SELECT min(not_before) FROM task_run WHERE flow_run_id = ? AND exec_status = 0 AND not_before > 0",
            (run_id,),
        ).fetchone()
        return row[0]  # type: ignore[no-any-return]

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

    def awaiting(self, run_id: int) -> list[TaskRow]:
        """Waiting rows of a run whose condition on the outcomes of others is not decided yet."""
        query = f"SELECT {_COLUMNS} FROM task_run WHERE flow_run_id = ? AND exec_status = 0 AND awaiting = 1"
        return [_row(found) for found in self._sql(query, (run_id,))]

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

    def of_node(self, run_id: int, node: int) -> list[TaskRow]:
        """All rows of a node in a run."""
        query = f"SELECT {_COLUMNS} FROM task_run WHERE flow_run_id = ? AND node = ? ORDER BY id"
        return [_row(found) for found in self._sql(query, (run_id, node))]

    def settled(self, run_id: int) -> bool:
        """Whether the body of the flow has finished."""
        row = self._sql(
            "SELECT exec_status FROM task_run WHERE flow_run_id = ? AND node = 0 AND scope_id = 0",
            (run_id,),
        ).fetchone()
        return row is not None and row[0] == 3

    def any_held(self, run_id: int) -> bool:
        row = self._sql(
            "SELECT EXISTS (SELECT 1 FROM task_run AS held JOIN task_run AS holder ON holder.id = held.held_by"
            " WHERE held.held_by > 0 AND holder.flow_run_id = ?)",
            (run_id,),
        ).fetchone()
        return bool(row[0])

    # Writing

    def await_met(self, task_run_id: int) -> None:
        """The condition of a waiting row on the outcomes of others holds."""
        self._sql(
            "UPDATE task_run SET remaining = remaining - 1, awaiting = 0, revision = revision + 1"
            " WHERE id = ? AND awaiting = 1 AND exec_status = 0",
            (task_run_id,),
        )

    def forgive(self, task_run_id: int, forgiven: bool = True) -> None:
        """Whether a failure of this row stops nobody."""
        self._sql("UPDATE task_run SET forgiven = ?, revision = revision + 1 WHERE id = ?", (forgiven, task_run_id))

    def wait_until(self, task_run_id: int, not_before: int, now: int, reason: str) -> None:
        """A row that is ready waits for a time: a `wait` begins, or a pool's rate has no start left."""
        self._sql(
            "UPDATE task_run SET reason = ?, not_before = ?, started_at = coalesce(started_at, ?),"
            " revision = revision + 1 WHERE id = ? AND exec_status = 0",
            (reason, not_before, now if reason == "wait" else None, task_run_id),
        )

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

    def to_lane(self, task_run_id: int, lane: int) -> None:
        self._sql(
            "UPDATE task_run SET lane = ?, revision = revision + 1 WHERE id = ?",
            (lane, task_run_id),
        )

    def open(self, task_run_id: int, open_members: int, member_limit: int | None, now: int) -> None:
        """Set a container running."""
        self._sql(
            "UPDATE task_run SET exec_status = 1, reason = '', open_members = ?, member_limit = ?,"
            " started_at = coalesce(started_at, ?), revision = revision + 1 WHERE id = ? AND exec_status = 0",
            (open_members, member_limit, now, task_run_id),
        )

    def open_gate(self, parent_id: int) -> None:
        """The members of a group that opens wait for one thing less."""
        self._sql(
            "UPDATE task_run SET remaining = remaining - 1, revision = revision + 1"
            " WHERE parent_id = ? AND exec_status = 0",
            (parent_id,),
        )

    def close(self, task_run_id: int, outputs: str | None, now: int) -> None:
        """Finish a container all of whose members have ended well."""
        self._sql(
            "UPDATE task_run SET exec_status = 3, reason = '', message = '', outputs = ?, ended_at = ?,"
            " revision = revision + 1 WHERE id = ? AND exec_status = 1",
            (outputs, now, task_run_id),
        )

    def satisfy(self, waits: Iterable[tuple[int, int, int, int]]) -> None:
        """(how many, run, node, scope): the row of a node in a scope waits for so many things less."""
        self._many(
            "UPDATE task_run SET remaining = remaining - ?, revision = revision + 1"
            " WHERE flow_run_id = ? AND node = ? AND scope_id = ? AND ordinal = 0 AND exec_status = 0",
            waits,
        )

    def satisfy_deep(self, run_id: int, node: int, scope_id: int, *, mapped: bool) -> None:
        """All rows of a node within a scope, in further mapped nodes, wait for one thing less."""
        self._sql(
            "WITH RECURSIVE inside (id) AS (SELECT ?1 UNION ALL SELECT task_run.id FROM task_run"
            " JOIN inside ON task_run.scope_id = inside.id"
            " WHERE task_run.kind IN ('map', 'item') AND task_run.flow_run_id = ?2)"
            " UPDATE task_run SET remaining = remaining - 1, revision = revision + 1"
            " WHERE flow_run_id = ?2 AND node = ?3 AND exec_status = 0 AND scope_id IN inside"
            " AND (kind = 'map' OR NOT ?4)",
            (scope_id, run_id, node, mapped),
        )

    def satisfy_next_item(self, container_id: int, ordinal: int) -> None:
        """The item after `ordinal` of a mapped sequence waits for one thing less."""
        self._sql(
            "UPDATE task_run SET remaining = remaining - 1, revision = revision + 1"
            " WHERE parent_id = ? AND ordinal = ? AND exec_status = 0",
            (container_id, ordinal + 1),
        )

    def members_ended(self, parent_id: int, ended: int, freed: int) -> tuple[int, int | None, int, int]:
        """Count members of a container that ended and places that came free.

        Returns (open_members, member_limit, active_members, exec_status).
        """
        return self._sql(  # type: ignore[no-any-return]
            "UPDATE task_run SET open_members = open_members - ?, active_members = max(active_members - ?, 0),"
            " revision = revision + 1 WHERE id = ?"
            " RETURNING open_members, member_limit, active_members, exec_status",
            (ended, freed, parent_id),
        ).fetchall()[0]

    def members_started(self, parent_id: int, started: int) -> None:
        self._sql(
            "UPDATE task_run SET active_members = active_members + ?, revision = revision + 1 WHERE id = ?",
            (started, parent_id),
        )

    def hold(self, task_run_ids: Iterable[int], holder_id: int) -> None:
        """Ready rows that the limit of `holder_id` keeps from starting."""
        self._many(
            "UPDATE task_run SET held_by = ?, revision = revision + 1 WHERE id = ?",
            ((holder_id, task_run_id) for task_run_id in task_run_ids),
        )

    def let_go(self, holder_id: int, places: int) -> None:
        """Give free places of a limit to the first rows that it holds."""
        self._sql(
            "UPDATE task_run SET held_by = 0, revision = revision + 1 WHERE id IN"
            " (SELECT id FROM task_run WHERE held_by = ? ORDER BY priority, id LIMIT ?)",
            (holder_id, places),
        )

    def wake_due(self, run_id: int, now: int) -> int:
        """Make retries ready whose time has come; how many."""
        return self._sql(
            "UPDATE task_run SET not_before = 0, revision = revision + 1"
            " WHERE flow_run_id = ? AND exec_status = 0 AND not_before > 0 AND not_before <= ?",
            (run_id, now),
        ).rowcount

    def reset(self, task_run_ids: Iterable[int]) -> None:
        """A new generation with fresh retries."""
        self._many(
            "UPDATE task_run SET exec_status = 0, reason = '', message = '', generation = generation + 1, attempts = 0,"
            " outputs = NULL, exit_code = NULL, not_before = 0, held_by = 0, started_at = NULL, ended_at = NULL,"
            " revision = revision + 1 WHERE id = ?",
            ((task_run_id,) for task_run_id in task_run_ids),
        )

    def force(
        self,
        task_run_ids: Iterable[int],
        status: ExecStatus,
        reason: str,
        message: str,
        now: int,
    ) -> None:
        """Set a state by a person's word, whatever the row was. A result that still comes is refused: not running."""
        self._many(
            "UPDATE task_run SET exec_status = ?1, reason = ?2, message = ?3, held_by = 0, not_before = 0,"
            " ended_at = CASE WHEN ?1 IN (0, 1) THEN NULL ELSE ?4 END, revision = revision + 1 WHERE id = ?5",
            ((status, reason, message, now, task_run_id) for task_run_id in task_run_ids),
        )

    def put_back(self, task_run_id: int, status: ExecStatus) -> None:
        """Undo a person's update of `exec_status`; nothing else has changed."""
        self._sql("UPDATE task_run SET exec_status = ?, revision = revision + 1 WHERE id = ?", (status, task_run_id))

    def answer(self, task_run_id: int, outputs: str | None, now: int) -> None:
        """Finish a suspended row with what a person gave."""
        self._sql(
            "UPDATE task_run SET exec_status = 3, reason = '', outputs = ?, ended_at = ?, revision = revision + 1"
            " WHERE id = ? AND exec_status = 2",
            (outputs, now, task_run_id),
        )

    def recount(self, changes: Iterable[tuple[int, ...]]) -> None:
        """Derived columns afresh: those of `derived`, then the id."""
        self._many(
            "UPDATE task_run SET exec_status = ?, remaining = ?, awaiting = ?, lane = ?, held_by = ?,"
            " open_members = ?, active_members = ?, revision = revision + 1 WHERE id = ?",
            changes,
        )

    def derived(self, run_id: int) -> dict[int, tuple[int, ...]]:
        """What `recount` compares with: (exec_status, remaining, awaiting, lane, held_by, open_members,
        active_members) by id."""
        rows = self._sql(
            "SELECT id, exec_status, remaining, awaiting, lane, held_by, open_members, active_members FROM task_run"
            " WHERE flow_run_id = ?",
            (run_id,),
        )
        return {row[0]: row[1:] for row in rows}

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


def _row(found: Sequence[Any]) -> TaskRow:
    values = list(found)
    values[8] = ExecStatus(values[8])
    values[17] = _item(values[17]) if values[17] else None
    values[19:] = [bool(flag) for flag in values[19:]]
    return TaskRow(*values)


def _item(text: str) -> dict[str, Any]:
    """Loop variables as JSON. What cannot be read holds none: the row fails where it needs one, others go on."""
    try:
        item = json.loads(text)
    except ValueError:
        return {}
    return item if isinstance(item, dict) else {}
