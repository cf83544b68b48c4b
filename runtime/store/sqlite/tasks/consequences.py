"""What follows for other rows: things waited for, members of groups, places of limits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runtime.store.sqlite.tasks.row import TaskTable


class TaskConsequences(TaskTable):
    """Counters of rows that wait, of groups and of their limits."""

    def satisfy(self, waits: Iterable[tuple[int, int, int, int]]) -> None:
        """(how many, run, node, scope): the row of a node in a scope waits for so many things less."""
        self._many(
            "UPDATE task_run SET remaining = remaining - ?, revision = revision + 1"
            " WHERE flow_run_id = ? AND node = ? AND scope_id = ? AND ordinal = 0 AND exec_status = 0",
            waits,
        )

    def wait_for(self, task_run_id: int, things: int) -> None:
        """A row that waits again does so for this many things."""
        self._sql(
            "UPDATE task_run SET remaining = ?, revision = revision + 1 WHERE id = ? AND exec_status = 0",
            (things, task_run_id),
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

    def await_met(self, task_run_id: int) -> None:
        """The condition of a waiting row on the outcomes of others holds."""
        self._sql(
            "UPDATE task_run SET remaining = remaining - 1, awaiting = 0, revision = revision + 1"
            " WHERE id = ? AND awaiting = 1 AND exec_status = 0",
            (task_run_id,),
        )

    def park(self, run_id: int, but: Sequence[int]) -> None:
        """Nothing that waits in a run starts any more, until its states are derived afresh; `but`: nodes that may.
        A question is left to a person: that nobody has answered in time is of no use any more."""
        self._sql(
            "UPDATE task_run SET expires_at = NULL, revision = revision + 1"
            " WHERE flow_run_id = ? AND exec_status = 2 AND expires_at IS NOT NULL",
            (run_id,),
        )
        self._sql(
            "UPDATE task_run SET lane = 2, held_by = 0, not_before = 0, revision = revision + 1"
            f" WHERE flow_run_id = ? AND exec_status = 0 AND node NOT IN ({', '.join('?' * len(but))})",
            (run_id, *but),
        )

    def report_again(self, waits: Iterable[tuple[int, int, int]]) -> None:
        """(remaining, lane, id): a hook that has reported begins a new generation, and waits for its event again."""
        self._many(
            "UPDATE task_run SET exec_status = 0, reason = '', message = '', generation = generation + 1, attempts = 0,"
            " outputs = NULL, exit_code = NULL, started_at = NULL, ended_at = NULL, awaiting = 1, remaining = ?,"
            " lane = ?, revision = revision + 1 WHERE id = ?",
            waits,
        )

    def open_gate(self, parent_id: int) -> None:
        """The members of a group that opens wait for one thing less."""
        self._sql(
            "UPDATE task_run SET remaining = remaining - 1, revision = revision + 1"
            " WHERE parent_id = ? AND exec_status = 0",
            (parent_id,),
        )

    def to_lane(self, task_run_id: int, lane: int) -> None:
        self._sql(
            "UPDATE task_run SET lane = ?, revision = revision + 1 WHERE id = ?",
            (lane, task_run_id),
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
