"""Schedules, pauses and ticks: the tables `schedule_state` and `tick`."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import Any

from runtime.model.encode import schedule_from_json
from runtime.model.rows import ScheduledFlow

_FLOWS = (
    "SELECT d.name, d.version, d.settings, d.deployed_at, s.decided_until, s.paused_at FROM flow_definition AS d"
    " LEFT JOIN schedule_state AS s ON s.flow = d.name WHERE d.settings LIKE '%\"schedules\":%'"
    " AND d.version = (SELECT max(version) FROM flow_definition WHERE name = d.name) ORDER BY d.name"
)


def scheduled_flows(connection: sqlite3.Connection) -> list[ScheduledFlow]:
    """Every flow whose newest version has schedules that can be read, by name."""
    found = []
    for name, version, settings, deployed_at, decided_until, paused_at in connection.execute(_FLOWS).fetchall():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            written = json.loads(settings)["schedules"]
            schedules = tuple(schedule_from_json(schedule) for schedule in written)
            since = _since(connection, name, version, written, deployed_at, decided_until or 0)
            found.append(ScheduledFlow(name, version, schedules, since, decided_until, paused_at))
    return found


def _since(
    connection: sqlite3.Connection, flow: str, version: int, schedules: Any, deployed_at: int, enough: int
) -> int:
    """When the oldest of the versions that have had these schedules without a break was deployed; not looked for any
    further than `enough`."""
    wanted = [{**schedule, "line": 0} for schedule in schedules]
    older = connection.execute(
        "SELECT settings, deployed_at FROM flow_definition WHERE name = ? AND version < ? ORDER BY version DESC",
        (flow, version),
    )
    for settings, at in older:
        if deployed_at <= enough:
            break
        if [{**schedule, "line": 0} for schedule in json.loads(settings).get("schedules", ())] != wanted:
            break
        deployed_at = at
    return deployed_at


class Schedules:
    """What the scheduler reads and writes, inside a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sql = connection.execute

    def version(self) -> tuple[int, ...]:
        """Changes whenever a flow is deployed, paused or unpaused."""
        definitions = self._sql("SELECT coalesce(max(id), 0) FROM flow_definition").fetchone()
        pauses = self._sql("SELECT count(paused_at), coalesce(sum(paused_at), 0) FROM schedule_state").fetchone()
        return (*definitions, *pauses)

    def flows(self) -> list[ScheduledFlow]:
        """Every flow whose newest version has schedules, by name."""
        return scheduled_flows(self._connection)

    def decided(self, flow: str, until: int) -> None:
        """The instants of a flow up to here have been looked at."""
        self._sql(
            "INSERT INTO schedule_state (flow, decided_until) VALUES (?, ?)"
            " ON CONFLICT (flow) DO UPDATE SET decided_until = excluded.decided_until",
            (flow, until),
        )

    def pause(self, flow: str, now: int) -> bool:
        """Whether it was not paused before."""
        changed = self._sql(
            "INSERT INTO schedule_state (flow, paused_at) VALUES (?, ?)"
            " ON CONFLICT (flow) DO UPDATE SET paused_at = excluded.paused_at WHERE paused_at IS NULL",
            (flow, now),
        )
        return changed.rowcount > 0

    def unpause(self, flow: str, now: int) -> bool:
        """Whether it was paused. Its instants count again from now on."""
        changed = self._sql(
            "UPDATE schedule_state SET paused_at = NULL, decided_until = ? WHERE flow = ? AND paused_at IS NOT NULL",
            (now, flow),
        )
        return changed.rowcount > 0

    def is_paused(self, flow: str) -> bool:
        return bool(self._sql("SELECT 1 FROM schedule_state WHERE flow = ? AND paused_at > 0", (flow,)).fetchone())

    def is_ticked(self, flow: str, at: int) -> bool:
        """Whether something has come of this instant already."""
        return self._sql("SELECT 1 FROM tick WHERE flow = ? AND at = ?", (flow, at)).fetchone() is not None

    def tick(self, flow: str, at: int, now: int, outcome: str, message: str, run_id: int | None) -> None:
        """What has come of an instant: `run`, `skipped` or `refused`. Its key is unique."""
        self._sql(
            "INSERT INTO tick (flow, at, decided_at, outcome, message, flow_run_id) VALUES (?, ?, ?, ?, ?, ?)",
            (flow, at, now, outcome, message, run_id),
        )

    def forget_ticks(self, flow: str | None, before: int, limit: int) -> None:
        """Delete up to so many ticks of a flow, or of all, decided before a time; not the last that made a run, which
        says how long ago that was."""
        self._sql(
            "DELETE FROM tick WHERE (flow, at) IN (SELECT flow, at FROM tick AS old"
            " WHERE (?1 IS NULL OR flow = ?1) AND decided_at < ?2 AND at IS NOT"
            " (SELECT max(at) FROM tick WHERE flow = old.flow AND outcome = 'run') LIMIT ?3)",
            (flow, before, limit),
        )

    def last_run_tick(self, flow: str, before: int) -> int | None:
        """The newest instant before this one that made a run."""
        row = self._sql(
            "SELECT at FROM tick WHERE flow = ? AND at < ? AND outcome = 'run' ORDER BY at DESC LIMIT 1",
            (flow, before),
        ).fetchone()
        return int(row[0]) if row else None
