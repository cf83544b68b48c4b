"""Triggers: the tables `trigger_state` and `trigger_event`."""

from __future__ import annotations

import contextlib
import json
import sqlite3
from typing import Final

from runtime.model.definition import TriggerDefinition
from runtime.model.rows import EndedRun, FiredTrigger, TriggeredFlow

MOST_AT_ONCE: Final = 100
"""Ends of runs that are looked at together."""

_FLOWS: Final = (
    "SELECT d.name, d.version, d.project, d.settings, s.since, s.seen_event, p.paused_at"
    " FROM flow_definition AS d JOIN trigger_state AS s ON s.flow = d.name"
    " LEFT JOIN schedule_state AS p ON p.flow = d.name WHERE d.settings LIKE '%\"triggers\":%'"
    " AND d.version = (SELECT max(version) FROM flow_definition WHERE name = d.name) ORDER BY d.name"
)
_ENDS: Final = (
    "SELECT e.id, r.flow, r.id, CASE e.kind WHEN 'ended' THEN e.detail ->> '$.status' WHEN 'cancelled' THEN 'cancelled'"
    " ELSE 'failed' END, r.time FROM event AS e JOIN flow_run AS r ON r.id = e.flow_run_id"
    " WHERE e.id > ? AND e.kind IN ('ended', 'cancelled', 'deadline passed') ORDER BY e.id LIMIT ?"
)


def triggered_flows(connection: sqlite3.Connection) -> list[TriggeredFlow]:
    """Every flow whose newest version has triggers that can be read, by name."""
    found = []
    for name, version, project, settings, *state in connection.execute(_FLOWS).fetchall():
        with contextlib.suppress(ValueError, KeyError, TypeError):
            triggers = tuple(TriggerDefinition(**trigger) for trigger in json.loads(settings)["triggers"])
            found.append(TriggeredFlow(name, version, project, triggers, *state))
    return found


def ended_runs(connection: sqlite3.Connection, after: int) -> list[EndedRun]:
    """Ends of runs whose events come after this one, in their order."""
    return [EndedRun(*row) for row in connection.execute(_ENDS, (after, MOST_AT_ONCE))]


def last_fired(connection: sqlite3.Connection, flow: str, part: str) -> FiredTrigger | None:
    """What came of the newest event of a part of a flow's triggers."""
    row = connection.execute(
        "SELECT source, at, outcome, message, flow_run_id FROM trigger_event WHERE flow = ? AND part = ?"
        " AND outcome <> 'waits' ORDER BY at DESC LIMIT 1",
        (flow, part),
    ).fetchone()
    return None if row is None else FiredTrigger(*row)


class Triggers:
    """What is read and written when something happens, inside a transaction of the caller."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sql = connection.execute

    def declare(self, flow: str, has_triggers: bool, now: int) -> None:
        """A version was deployed: what happens from now on counts, unless an earlier version had triggers already."""
        if not has_triggers:
            self._sql("DELETE FROM trigger_state WHERE flow = ?", (flow,))
            return
        self._sql(
            "INSERT INTO trigger_state (flow, since, seen_event)"
            " VALUES (?, ?, (SELECT coalesce(max(id), 0) FROM event)) ON CONFLICT (flow) DO NOTHING",
            (flow, now),
        )

    def flows(self) -> list[TriggeredFlow]:
        return triggered_flows(self._connection)

    def ended(self, after: int) -> list[EndedRun]:
        return ended_runs(self._connection, after)

    def seen(self, flow: str, event: int) -> None:
        """Ends of runs up to this event have been looked at."""
        self._sql("UPDATE trigger_state SET seen_event = ? WHERE flow = ? AND seen_event < ?", (event, flow, event))

    def fired(self, flow: str, source: str) -> FiredTrigger | None:
        """What has come of an event, if anything has."""
        row = self._sql(
            "SELECT source, at, outcome, message, flow_run_id FROM trigger_event"
            " WHERE flow = ? AND source = ? AND outcome <> 'waits'",
            (flow, source),
        ).fetchone()
        return None if row is None else FiredTrigger(*row)

    def record(self, flow: str, part: str, fired: FiredTrigger) -> None:
        """What has come of an event: `run`, `skipped`, `refused`, or that it `waits` for another one."""
        self._sql(
            "INSERT INTO trigger_event (flow, source, part, at, outcome, message, flow_run_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (flow, source) DO UPDATE SET at = excluded.at,"
            " outcome = excluded.outcome, message = excluded.message, flow_run_id = excluded.flow_run_id"
            " WHERE outcome = 'waits'",
            (flow, fired.source, part, fired.at, fired.outcome, fired.message, fired.run_id),
        )

    def forget(self, flow: str | None, before: int, limit: int) -> None:
        """Delete up to so many events of a flow, or of all, that something came of before a time. Those of files stay:
        a file that still lies there is no new one."""
        self._sql(
            "DELETE FROM trigger_event WHERE (flow, source) IN (SELECT flow, source FROM trigger_event"
            " WHERE (?1 IS NULL OR flow = ?1) AND at < ?2 AND outcome <> 'waits' AND part NOT LIKE 'file %' LIMIT ?3)",
            (flow, before, limit),
        )

    def waiting(self, flow: str) -> list[tuple[str, str]]:
        """(source, part) of the events that wait for another one, oldest first."""
        return self._sql(
            "SELECT source, part FROM trigger_event WHERE flow = ? AND outcome = 'waits' ORDER BY at, source", (flow,)
        ).fetchall()
