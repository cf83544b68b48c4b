"""Flow runs, attempts, workers, events and hand changes: the rest of the state tables."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from runtime.model.encode import dumps
from runtime.model.rows import AttemptEnd, HandChange, KnownAttempt, RunRow
from runtime.store.sqlite.tasks import TaskRuns

_RECEIPT_MICROSECONDS: Final = 86_400_000_000


class FlowRuns:
    """The table `flow_run`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self.changed: set[int] = set()
        """Runs that were made, or whose status was set, since somebody emptied this."""

    def insert(
        self,
        flow: str,
        definition_id: int,
        key: str | None,
        parameters: str,
        now: int,
        zone: str,
        time: int | None = None,
        status: str = "running",
    ) -> int:
        """`time`: that of the run, if it is not its creation."""
        cursor = self._sql(
            "INSERT INTO flow_run (flow, flow_definition_id, key, status, parameters, time, zone, created_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (flow, definition_id, key, status, parameters, now if time is None else time, zone, now),
        )
        run_id = int(cursor.lastrowid or 0)
        self.changed.add(run_id)
        return run_id

    def under_way(self, flow: str) -> list[int]:
        """Runs of a flow that take up its room: running, suspended, or cancelled while something of them still runs;
        oldest first."""
        rows = self._sql(
            "SELECT id FROM flow_run WHERE +flow = ? AND status IN ('running', 'suspended')"
            " UNION SELECT r.id FROM task_run AS t JOIN flow_run AS r ON r.id = t.flow_run_id"
            " WHERE t.exec_status = 1 AND t.kind = 'task' AND r.flow = ? AND r.status = 'cancelled' ORDER BY id",
            (flow, flow),
        )
        return [row[0] for row in rows]

    def queued(self, flow: str) -> list[int]:
        """Runs of a flow that wait for room, oldest first."""
        rows = self._sql("SELECT id FROM flow_run WHERE +flow = ? AND status = 'queued' ORDER BY id", (flow,))
        return [row[0] for row in rows]

    def queueing_flows(self) -> list[str]:
        """Flows of which a run waits for room."""
        rows = self._sql("SELECT DISTINCT flow FROM flow_run WHERE status = 'queued' ORDER BY flow")
        return [row[0] for row in rows]

    def by_key(self, flow: str, key: str) -> int | None:
        """The run of a flow that was registered with this key, or None."""
        row = self._sql("SELECT id FROM flow_run WHERE flow = ? AND key = ?", (flow, key)).fetchone()
        return int(row[0]) if row else None

    def get(self, run_id: int) -> RunRow | None:
        row = self._sql(
            "SELECT r.id, r.flow, r.flow_definition_id, r.status, r.parameters, r.time, r.zone, r.created_at, d.project"
            " FROM flow_run AS r JOIN flow_definition AS d ON d.id = r.flow_definition_id WHERE r.id = ?",
            (run_id,),
        ).fetchone()
        if row is None:
            return None
        values = list(row)
        values[4] = json.loads(values[4])
        return RunRow(*values)

    def moving(self) -> list[int]:
        """Runs that have not come to rest, and those cancelled, suspended or late of which something still runs;
        oldest first."""
        rows = self._sql(
            "SELECT id FROM flow_run WHERE status = 'running' UNION SELECT id FROM flow_run"
            " WHERE status IN ('cancelled', 'suspended', 'failed')"
            " AND id IN (SELECT flow_run_id FROM task_run WHERE exec_status = 1 AND kind = 'task') ORDER BY id"
        )
        return [row[0] for row in rows]

    def status(self, run_id: int) -> str:
        row = self._sql("SELECT status FROM flow_run WHERE id = ?", (run_id,)).fetchone()
        return str(row[0])

    def to_prune(self, flow: str | None, before: int, keep: int, limit: int) -> list[int]:
        """Runs that have succeeded, failed or been cancelled before a time, of which nothing runs, without the newest
        `keep` of each flow; oldest first."""
        rows = self._sql(
            "SELECT id FROM (SELECT id, flow, status, ended_at, row_number() OVER (PARTITION BY flow ORDER BY id DESC)"
            "   AS age FROM flow_run WHERE ?1 IS NULL OR flow = ?1) AS r"
            " WHERE status IN ('succeeded', 'failed', 'cancelled') AND ended_at < ?2 AND age > ?3 AND NOT EXISTS"
            " (SELECT 1 FROM task_run WHERE flow_run_id = r.id AND exec_status = 1 AND kind = 'task')"
            " ORDER BY id LIMIT ?4",
            (flow, before, keep, limit),
        )
        return [row[0] for row in rows]

    def forget(self, run_id: int) -> None:
        """Delete a run with all that belongs to it."""
        for statement in (
            "DELETE FROM pool_holder WHERE task_run_id IN (SELECT id FROM task_run WHERE flow_run_id = ?)",
            "DELETE FROM task_attempt WHERE flow_run_id = ?",
            "DELETE FROM event WHERE flow_run_id = ?",
            "DELETE FROM task_run WHERE flow_run_id = ?",
            "DELETE FROM flow_run WHERE id = ?",
        ):
            self._sql(statement, (run_id,))

    def set_status(self, run_id: int, status: str, ended_at: int | None) -> None:
        """Any other status than suspended ends a suspension by a person."""
        self.changed.add(run_id)
        self._sql(
            "UPDATE flow_run SET status = ?1, ended_at = ?2,"
            " suspended_from = CASE WHEN ?1 = 'suspended' THEN suspended_from END WHERE id = ?3",
            (status, ended_at, run_id),
        )

    def set_parameters(self, run_id: int, parameters: Mapping[str, Any]) -> None:
        """Other values for a run, as JSON."""
        self.changed.add(run_id)
        self._sql("UPDATE flow_run SET parameters = ? WHERE id = ?", (dumps(parameters), run_id))

    def suspend(self, run_id: int, now: int) -> None:
        """A person suspends the run; the status that it had is kept for `suspended_from`."""
        self.changed.add(run_id)
        self._sql(
            "UPDATE flow_run SET suspended_from = CASE status WHEN 'queued' THEN 'queued' ELSE 'running' END,"
            " status = 'suspended', ended_at = ? WHERE id = ?",
            (now, run_id),
        )

    def suspended_from(self, run_id: int) -> str | None:
        """The status in which a person suspended the run; None if nobody did."""
        row = self._sql("SELECT suspended_from FROM flow_run WHERE id = ?", (run_id,)).fetchone()
        return row[0]  # type: ignore[no-any-return]

    def deadline(self, run_id: int) -> int | None:
        """When the run must be over, in microseconds; None if it has no deadline, or its time has not begun."""
        row = self._sql("SELECT deadline_at FROM flow_run WHERE id = ?", (run_id,)).fetchone()
        return row[0]  # type: ignore[no-any-return]

    def set_deadline(self, run_id: int, at: int | None) -> None:
        self.changed.add(run_id)
        self._sql("UPDATE flow_run SET deadline_at = ? WHERE id = ?", (at, run_id))

    def start(self, run_id: int, now: int) -> None:
        self._sql(
            "UPDATE flow_run SET started_at = coalesce(started_at, ?) WHERE id = ?",
            (now, run_id),
        )


class Attempts:
    """The table `task_attempt`, and `worker`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self._many = connection.executemany

    def next_id(self) -> int:
        row = self._sql("SELECT seq FROM sqlite_sequence WHERE name = 'task_attempt'").fetchone()
        return int(row[0]) + 1 if row else 1

    def insert(self, attempts: Sequence[tuple[int, int, int, int, int, int, int, int]]) -> None:
        """(id, task run, flow run, generation, number, fence, worker, now) each."""
        self._many(
            "INSERT INTO task_attempt (id, task_run_id, flow_run_id, generation, number, fence, worker_id, started_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            attempts,
        )

    def started(self, attempt_id: int, pid: int, start_ticks: int, boot_id: str) -> None:
        self._sql(
            "UPDATE task_attempt SET pid = ?, start_ticks = ?, boot_id = ? WHERE id = ?",
            (pid, start_ticks, boot_id, attempt_id),
        )

    def process(self, attempt_id: int) -> tuple[int, int, str] | None:
        """(pid, start ticks, boot id) of what was committed before the gate opened, or None."""
        row = self._sql(
            "SELECT pid, start_ticks, boot_id FROM task_attempt WHERE id = ?",
            (attempt_id,),
        ).fetchone()
        return tuple(row) if row and row[0] is not None else None

    def open(self, run_id: int) -> set[int]:
        """Attempts of a run of which no end is recorded: they are executed, or were when their engine died."""
        rows = self._sql("SELECT id FROM task_attempt WHERE flow_run_id = ? AND ended_at IS NULL", (run_id,))
        return {row[0] for row in rows}

    def end(self, ends: Iterable[AttemptEnd]) -> None:
        self._many(
            "UPDATE task_attempt SET outcome = ?, reason = ?, message = ?, exit_code = ?, ended_at = ? WHERE id = ?",
            (
                (
                    end.outcome,
                    end.reason,
                    end.message,
                    end.exit_code,
                    end.at,
                    end.attempt_id,
                )
                for end in ends
            ),
        )

    def gated(self, attempt_id: int) -> bool:
        """Whether the engine that made an attempt let scripts wait until their processes were durable."""
        row = self._sql(
            "SELECT w.gated FROM task_attempt AS a JOIN worker AS w ON w.id = a.worker_id WHERE a.id = ?", (attempt_id,)
        ).fetchone()
        return row is None or bool(row[0])

    def add_worker(self, host: str, boot_id: str, pid: int, start_ticks: int, now: int, *, gated: bool = True) -> int:
        cursor = self._sql(
            "INSERT INTO worker (host, boot_id, pid, start_ticks, started_at, gated) VALUES (?, ?, ?, ?, ?, ?)",
            (host, boot_id, pid, start_ticks, now, gated),
        )
        return int(cursor.lastrowid or 0)

    def end_worker(self, worker_id: int, now: int) -> None:
        self._sql("UPDATE worker SET ended_at = ? WHERE id = ?", (now, worker_id))

    def arrive_worker(self, host: str, boot_id: str, pid: int, start_ticks: int, now: int, jobs: int) -> int:
        """The row of a worker that has come, or has come back; its id."""
        row = self._sql(
            "SELECT id FROM worker WHERE kind = 'worker' AND boot_id = ? AND pid = ? AND start_ticks = ?",
            (boot_id, pid, start_ticks),
        ).fetchone()
        worker_id = int(row[0]) if row else self.add_worker(host, boot_id, pid, start_ticks, now)
        self._sql(
            "UPDATE worker SET kind = 'worker', jobs = ?, seen_at = ?, ended_at = NULL WHERE id = ?",
            (jobs, now, worker_id),
        )
        return worker_id

    def seen_worker(self, worker_id: int, now: int) -> None:
        self._sql("UPDATE worker SET seen_at = ? WHERE id = ?", (now, worker_id))

    def count_given_up(self, worker_id: int) -> None:
        """One more call that did not stop when asked runs on in a thread of this process."""
        self._sql("UPDATE worker SET given_up = given_up + 1 WHERE id = ?", (worker_id,))

    def whose(self, attempt_id: int) -> KnownAttempt | None:
        """What is known of an attempt; None if there is none of that id."""
        row = self._sql(
            "SELECT ended_at IS NULL, fence, flow_run_id, task_run_id FROM task_attempt WHERE id = ?", (attempt_id,)
        ).fetchone()
        return KnownAttempt(bool(row[0]), *row[1:]) if row else None


class Events:
    """The append-only table `event`, and `hand_change`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self._tasks = TaskRuns(connection)

    def add(
        self,
        now: int,
        kind: str,
        run_id: int | None,
        task_run_id: int | None = None,
        **detail: Any,
    ) -> None:
        self._sql(
            "INSERT INTO event (at, flow_run_id, task_run_id, kind, detail) VALUES (?, ?, ?, ?, ?)",
            (now, run_id, task_run_id, kind, dumps(detail)),
        )

    def receipt(self, request: str) -> str | None:
        """The answer that a request has had, as JSON; None if it is new."""
        row = self._sql("SELECT answer FROM receipt WHERE request = ?", (request,)).fetchone()
        return str(row[0]) if row else None

    def add_receipt(self, request: str, answer: str, now: int) -> None:
        """Keep an answer for a while: nobody asks again after a day."""
        self._sql("INSERT INTO receipt (request, answer, at) VALUES (?, ?, ?)", (request, answer, now))
        self._sql("DELETE FROM receipt WHERE at < ?", (now - _RECEIPT_MICROSECONDS,))

    def hand_changes(self) -> list[HandChange]:
        """What people have written since the engine looked last, oldest first. A state that does not exist is put
        back to what it was."""
        self._sql(
            "UPDATE task_run SET revision = revision + 1, exec_status = (SELECT was FROM hand_change"
            "   WHERE task_run_id = task_run.id AND was IN (0, 1, 2, 3, 4, 9) ORDER BY id LIMIT 1)"
            " WHERE id IN (SELECT task_run_id FROM hand_change) AND exec_status NOT IN (0, 1, 2, 3, 4, 9)"
        )
        changes = []
        for identity, task_run_id, was, wanted in self._sql(
            "SELECT id, task_run_id, was, wanted FROM hand_change ORDER BY id"
        ).fetchall():
            task = self._tasks.by_id(task_run_id)
            if task is not None:
                changes.append(HandChange(identity, task, was, wanted))
        return changes

    def clear_hand_changes(self) -> None:
        self._sql("DELETE FROM hand_change")
