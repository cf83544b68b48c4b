"""What people ask for: states set whatever the row was, and derived columns afresh."""

from __future__ import annotations

from collections.abc import Iterable

from runtime.model.state import ExecStatus
from runtime.store.sqlite.tasks.row import TaskTable


class TaskCorrections(TaskTable):
    """Changes of rows that are not on the path of a run."""

    def reset(self, task_run_ids: Iterable[int]) -> None:
        """A new generation with fresh retries."""
        self._many(
            "UPDATE task_run SET exec_status = 0, reason = '', message = '', generation = generation + 1, attempts = 0,"
            " outputs = NULL, exit_code = NULL, not_before = 0, held_by = 0, started_at = NULL, ended_at = NULL,"
            " round = 1, last = NULL, expires_at = NULL,"
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

    def place_items(self, places: Iterable[tuple[int, str, int]]) -> None:
        """(ordinal, loop variables as JSON, id) of items whose list was made anew. A negative ordinal is one that is in
        the list no more. Each place is free first: the old ones would stand in the way."""
        wanted = list(places)
        self._many("UPDATE task_run SET ordinal = -id WHERE id = ?", ((place[2],) for place in wanted))
        self._many("UPDATE task_run SET ordinal = ?, item = ?, revision = revision + 1 WHERE id = ?", wanted)

    def recount(self, changes: Iterable[tuple[int, ...]]) -> None:
        """Derived columns afresh: those of `derived`, then the id."""
        self._many(
            "UPDATE task_run SET exec_status = ?, remaining = ?, awaiting = ?, lane = ?, held_by = ?,"
            " open_members = ?, active_members = ?, revision = revision + 1 WHERE id = ?",
            changes,
        )
