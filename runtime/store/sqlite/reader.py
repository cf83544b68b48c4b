"""The reading side: snapshots for people and programs, on a connection that cannot write."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any, Final

from runtime.model.definition import FlowDefinition
from runtime.model.errors import NotFound, StoreProblem
from runtime.model.graph import FlowGraph
from runtime.model.names import find_path, nearest
from runtime.model.rows import EndedRun, FiredTrigger, RunRow, TaskRow, TriggeredFlow
from runtime.model.run import (
    AttemptView,
    EventView,
    Executing,
    FlowSummary,
    Overview,
    PoolHolder,
    PoolView,
    RunSummary,
    ScheduleSummary,
    TaskView,
    TickView,
    VersionSummary,
)
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.store.sqlite import definitions
from runtime.store.sqlite.connection import connect_reader
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.runs import FlowRuns
from runtime.store.sqlite.schedules import scheduled_flows
from runtime.store.sqlite.tasks import TaskRuns
from runtime.store.sqlite.telling import TellingConnection
from runtime.store.sqlite.triggers import ended_runs, last_fired, triggered_flows

_RUN: Final = (
    "SELECT r.id, r.flow, d.version, r.status, r.key, r.parameters, r.created_at, r.started_at, r.ended_at,"
    " r.suspended_from FROM flow_run AS r JOIN flow_definition AS d ON d.id = r.flow_definition_id"
)
_VERSION: Final = (
    "SELECT d.id, d.name, d.version, d.content_hash, d.source_file, d.project, d.deployed_at,"
    " (SELECT count(*) FROM task_definition WHERE flow_definition_id = d.id AND kind = 'task'),"
    " (SELECT count(*) FROM flow_run WHERE flow_definition_id = d.id)"
    " FROM flow_definition AS d WHERE d.name = ?"
)
_TASK: Final = (
    "SELECT id, flow_run_id, node, path, kind, parent_id, exec_status, reason, message, remaining, held_by, not_before,"
    " generation, fence, attempts, item_key, open_members, started_at, ended_at, exit_code, attempt_id, outputs, round"
    " FROM task_run WHERE flow_run_id = ? ORDER BY id"
)
_ATTEMPT: Final = (
    "SELECT a.id, a.task_run_id, t.path, a.generation, a.number, a.fence, a.outcome, a.reason, a.message, a.exit_code,"
    " w.host, a.pid, a.started_at, a.ended_at, a.flow_run_id FROM task_attempt AS a"
    " JOIN task_run AS t ON t.id = a.task_run_id JOIN worker AS w ON w.id = a.worker_id"
    " WHERE a.flow_run_id = ? ORDER BY a.id"
)
_EVENT: Final = (
    "SELECT e.id, e.at, e.flow_run_id, r.flow || '-' || r.id, t.path, e.kind, e.detail FROM event AS e"
    " LEFT JOIN flow_run AS r ON r.id = e.flow_run_id LEFT JOIN task_run AS t ON t.id = e.task_run_id"
)
_RATED_ATTEMPTS: Final = 20_000
"""Attempts that are looked at to tell how many there were in a minute."""
_STATES: Final = frozenset(int(status) for status in ExecStatus)
_REASONS: Final = frozenset(str(reason) for reason in Reason)
_REF: Final = re.compile(r"(?:(?P<flow>.+)-)?(?P<id>\d+)")


class Reader:
    """Reads one store; each call is a snapshot of its own. Use it from one thread at a time."""

    def __init__(self, files: StoreFiles) -> None:
        self.files = files
        connection = connect_reader(files, TellingConnection)
        assert isinstance(connection, TellingConnection)
        self._connection = connection
        self._graphs: dict[int, FlowGraph] = {}

    def close(self) -> None:
        self._connection.close()

    def flows(self) -> list[FlowSummary]:
        """Every deployed flow at its newest version, by name."""
        rows = self._all(
            "SELECT d.name, d.version, d.source_file, d.project, d.doc, d.deployed_at, d.content_hash,"
            " (SELECT count(*) FROM flow_run WHERE flow = d.name),"
            " (SELECT id FROM flow_run WHERE flow = d.name ORDER BY id DESC LIMIT 1),"
            " (SELECT status FROM flow_run WHERE flow = d.name ORDER BY id DESC LIMIT 1)"
            " FROM flow_definition AS d"
            " WHERE d.version = (SELECT max(version) FROM flow_definition WHERE name = d.name) ORDER BY d.name"
        )
        return [_flow(row) for row in rows]

    def schedules(self) -> list[ScheduleSummary]:
        """Every scheduled flow at its newest version, by name, with what came of its last tick."""
        flows = scheduled_flows(self._connection)
        return [
            ScheduleSummary(each.flow, each.version, each.schedules, each.until, each.paused_at, self._tick(each.flow))
            for each in flows
        ]

    def triggers(self) -> list[TriggeredFlow]:
        """Every flow with triggers at its newest version, by name."""
        return triggered_flows(self._connection)

    def ended_runs(self, after: int) -> list[EndedRun]:
        """The first ends of runs whose events come after this one."""
        return ended_runs(self._connection, after)

    def last_fired(self, flow: str, part: str) -> FiredTrigger | None:
        """What came of the newest event of a part of a flow's triggers."""
        return last_fired(self._connection, flow, part)

    def _tick(self, flow: str) -> TickView | None:
        row = self._maybe(
            "SELECT k.at, k.outcome, k.message, r.flow || '-' || r.id, r.status FROM tick AS k"
            " LEFT JOIN flow_run AS r ON r.id = k.flow_run_id WHERE k.flow = ? ORDER BY k.at DESC LIMIT 1",
            flow,
        )
        if row is None:
            return None
        at, outcome, message, run, status = row
        return TickView(at, outcome, message, run, RunStatus(status) if status else None)

    def flow(self, name: str) -> FlowDefinition:
        """A deployed flow at its newest version; NotFound with the nearest name."""
        return definitions.load(self._connection, self.newest(name))

    def newest(self, name: str) -> int:
        """The id of a flow's newest version; NotFound with the nearest name."""
        found = definitions.newest(self._connection, name)
        if found is None:
            known = [row[0] for row in self._all("SELECT DISTINCT name FROM flow_definition ORDER BY name")]
            raise NotFound(
                f"no flow `{name}` is deployed here",
                nearest(name, known) or "deploy it first: flowc deploy FILE.flow (flower flows lists what there is)",
            )
        return found[0]

    def versions(self, name: str) -> list[VersionSummary]:
        """Every version of a flow, newest first; NotFound with the nearest name if it was never deployed."""
        self.newest(name)
        return [self._version(row) for row in self._all(f"{_VERSION} ORDER BY d.version DESC", name)]

    def version(self, name: str, number: int) -> tuple[VersionSummary, FlowDefinition]:
        """One version of a flow, whole; NotFound says which there are."""
        self.newest(name)
        row = self._maybe(f"{_VERSION} AND d.version = ?", name, number)
        if row is None:
            last = self._one("SELECT max(version) FROM flow_definition WHERE name = ?", name)[0]
            raise NotFound(
                f"flow `{name}` has no version {number}", f"its versions are 1 to {last}: flowc history {name}"
            )
        return self._version(row), definitions.load(self._connection, row[0])

    def _version(self, row: Sequence[Any]) -> VersionSummary:
        under_way = self._all(
            "SELECT flow || '-' || id FROM flow_run WHERE flow_definition_id = ? AND status IN (?, ?, ?) ORDER BY id",
            row[0],
            RunStatus.QUEUED,
            RunStatus.RUNNING,
            RunStatus.SUSPENDED,
        )
        values = [*row[1:], tuple(each[0] for each in under_way)]
        return VersionSummary(*values)

    def definition(self, run_id: int) -> FlowDefinition:
        """The version of the flow that a run was registered with."""
        row = self._one("SELECT flow_definition_id FROM flow_run WHERE id = ?", run_id)
        return definitions.load(self._connection, row[0])

    def runs(self, flow: str | None = None, limit: int = 20) -> list[RunSummary]:
        """The newest runs, newest first."""
        condition = " WHERE r.flow = ?" if flow is not None else ""
        arguments = (flow, limit) if flow is not None else (limit,)
        rows = self._all(f"{_RUN}{condition} ORDER BY r.id DESC LIMIT ?", *arguments)
        return [self._summary(row) for row in rows]

    def run(self, ref: str | None = None) -> RunSummary:
        """A run by what people type (`etl-12`, `12`, or a flow's name for its latest); None is the latest of all."""
        if ref is None:
            row = self._maybe(f"{_RUN} ORDER BY r.id DESC LIMIT 1")
            if row is None:
                raise NotFound("there are no runs yet", "start one: flower run FLOW")
            return self._summary(row)
        found = _REF.fullmatch(ref)
        row = self._maybe(f"{_RUN} WHERE r.id = ?", int(found["id"])) if found and len(found["id"]) < 19 else None
        if row is not None and found is not None and found["flow"] in (None, row[1]):
            return self._summary(row)
        row = self._maybe(f"{_RUN} WHERE r.flow = ? ORDER BY r.id DESC LIMIT 1", ref)
        if row is not None:
            return self._summary(row)
        known = [f"{each[1]}-{each[0]}" for each in self._all(f"{_RUN} ORDER BY r.id DESC LIMIT 200")]
        raise NotFound(f"there is no run `{ref}`", nearest(ref, known) or "flower runs lists them")

    def tasks(self, run_id: int) -> list[TaskView]:
        """All task runs of a run, groups included, in the order of the source; the flow's body first."""
        graph = self._graph(run_id)
        return [_task(row, graph) for row in self._all(_TASK, run_id)]

    def whole(self, run_id: int) -> tuple[FlowGraph, RunRow, list[TaskRow]]:
        """A run as the engine sees it: the version of its flow, its row, and those of its tasks."""
        row = FlowRuns(self._connection).get(run_id)
        if row is None:
            raise NotFound(f"there is no run {run_id}")
        return self._graph(run_id), row, TaskRuns(self._connection).of_run(run_id)

    def ahead(self, run_id: int) -> list[RunSummary]:
        """For a queued run those of its flow that are under way or were queued before it, oldest first."""
        runs = FlowRuns(self._connection)
        flow = str(self._one("SELECT flow FROM flow_run WHERE id = ?", run_id)[0])
        before = [*runs.under_way(flow), *(other for other in runs.queued(flow) if other < run_id)]
        return [self.run(str(other)) for other in sorted(before)]

    def pools(self, now: int) -> list[PoolView]:
        """Every pool of the store, by name, with who holds places of it."""
        rows = self._all(
            "SELECT id, name, places, rate, per,"
            " (SELECT coalesce(sum(weight), 0) FROM pool_holder WHERE pool_id = p.id),"
            " (SELECT count(*) FROM task_run WHERE held_by = -p.id),"
            " (SELECT count(*) FROM pool_start WHERE pool_id = p.id AND at > ? - p.per AND at <= ?)"
            " FROM pool AS p ORDER BY name",
            now,
            now,
        )
        return [PoolView(*[*row, self._holders(row[0])]) for row in rows]

    def _holders(self, pool_id: int) -> tuple[PoolHolder, ...]:
        rows = self._all(
            "SELECT r.flow || '-' || r.id, t.path, h.weight, h.since FROM pool_holder AS h"
            " JOIN task_run AS t ON t.id = h.task_run_id JOIN flow_run AS r ON r.id = t.flow_run_id"
            " WHERE h.pool_id = ? ORDER BY h.since, t.id",
            pool_id,
        )
        return tuple(PoolHolder(*row) for row in rows)

    def overview(self, now: int, ended_runs: int = 5) -> Overview:
        """What goes on in the whole store: at most so many runs that have ended, the newest."""
        active = self._all(f"{_RUN} WHERE r.status IN ('running', 'suspended', 'queued') ORDER BY r.id")
        ended = self._all(
            f"{_RUN} WHERE r.status NOT IN ('running', 'suspended', 'queued') ORDER BY r.id DESC LIMIT ?", ended_runs
        )
        ready = self._one(
            "SELECT count(*) FROM flow_run AS r JOIN task_run AS t ON t.flow_run_id = r.id"
            " WHERE r.status = 'running' AND t.lane IN (0, 1) AND t.exec_status = 0 AND t.remaining = 0"
            " AND t.held_by = 0 AND t.not_before = 0"
        )
        rates = self._one(
            "SELECT count(*) FILTER (WHERE started_at > ?1), count(*) FILTER (WHERE ended_at > ?1),"
            " count(*) FILTER (WHERE ended_at > ?1 AND outcome NOT IN ('succeeded', 'never ran', 'ended'))"
            " FROM task_attempt WHERE id > (SELECT coalesce(max(id), 0) FROM task_attempt) - ?2",
            now - 60_000_000,
            _RATED_ATTEMPTS,
        )
        executing = self._all(
            "SELECT r.flow || '-' || r.id, t.path, a.number, a.started_at, a.pid FROM task_attempt AS a"
            " JOIN task_run AS t ON t.id = a.task_run_id JOIN flow_run AS r ON r.id = a.flow_run_id"
            " WHERE a.ended_at IS NULL ORDER BY a.started_at, a.id"
        )
        return Overview(
            now,
            tuple(self._summary(row) for row in (*active, *ended)),
            tuple(Executing(*row) for row in executing),
            tuple(self.pools(now)),
            int(ready[0]),
            *rates,
        )

    def executing(self) -> int:
        """How many tasks of the store are executed at this moment."""
        return int(self._one("SELECT count(*) FROM task_attempt WHERE ended_at IS NULL")[0])

    def given_up(self) -> int:
        """How many calls of components did not stop when asked and run on in threads of processes that live."""
        return int(self._one("SELECT coalesce(sum(given_up), 0) FROM worker WHERE ended_at IS NULL")[0])

    def attempts(self, run_id: int, path: str | None = None) -> list[AttemptView]:
        """All attempts of a run, or of one task of it, oldest first."""
        rows = self._all(_ATTEMPT, run_id)
        wanted = None
        if path is not None:
            paths = [row[0] for row in self._all("SELECT path FROM task_run WHERE flow_run_id = ?", run_id)]
            wanted = find_path(path, paths)
        return [self._attempt(row) for row in rows if wanted is None or row[2] == wanted]

    def events(self, run_id: int) -> list[EventView]:
        """What happened to a run beside its attempts, oldest first."""
        return [_event(row) for row in self._all(f"{_EVENT} WHERE e.flow_run_id = ? ORDER BY e.id", run_id)]

    def events_since(self, event_id: int, limit: int = 1_000) -> list[EventView]:
        """What happened in the whole store after an event, oldest first."""
        return [_event(row) for row in self._all(f"{_EVENT} WHERE e.id > ? ORDER BY e.id LIMIT ?", event_id, limit)]

    def to_prune(self, flow: str | None, before: int, keep: int) -> list[int]:
        """Runs that `prune` would forget."""
        return FlowRuns(self._connection).to_prune(flow, before, keep, 1_000_000)

    def last_event(self) -> int:
        """The id of the newest event; 0 if there is none."""
        return int(self._one("SELECT coalesce(max(id), 0) FROM event")[0])

    def _summary(self, row: Sequence[Any]) -> RunSummary:
        counts = self._all(
            "SELECT exec_status, count(*) FROM task_run WHERE flow_run_id = ? AND kind = 'task' GROUP BY exec_status",
            row[0],
        )
        return RunSummary(
            id=row[0],
            ref=f"{row[1]}-{row[0]}",
            flow=row[1],
            version=row[2],
            status=RunStatus(row[3]),
            key=row[4],
            parameters=json.loads(row[5]),
            created_at=row[6],
            started_at=row[7],
            ended_at=row[8],
            counts={ExecStatus(status): count for status, count in counts if status in _STATES},
            held=row[9] is not None,
        )

    def _attempt(self, row: Sequence[Any]) -> AttemptView:
        values = list(row)
        values[7] = Reason(values[7])
        values[14] = str(self.files.log(values[14], values[0]))
        return AttemptView(*values)

    def _graph(self, run_id: int) -> FlowGraph:
        row = self._one("SELECT flow_definition_id FROM flow_run WHERE id = ?", run_id)
        if row[0] not in self._graphs:
            self._graphs[row[0]] = FlowGraph.of(row[0], definitions.load(self._connection, row[0]))
        return self._graphs[row[0]]

    def _all(self, query: str, *arguments: Any) -> list[tuple[Any, ...]]:
        return list(self._connection.execute(query, arguments).fetchall())

    def _maybe(self, query: str, *arguments: Any) -> tuple[Any, ...] | None:
        found = self._all(query, *arguments)
        return found[0] if found else None

    def _one(self, query: str, *arguments: Any) -> tuple[Any, ...]:
        found = self._maybe(query, *arguments)
        if found is None:
            raise StoreProblem(f"{self.files.db}: a row that must exist is missing")
        return found


def _flow(row: Sequence[Any]) -> FlowSummary:
    values = list(row)
    values[8] = f"{row[0]}-{row[8]}" if row[8] else None
    values[9] = RunStatus(row[9]) if row[9] else None
    return FlowSummary(*values)


def _event(row: Sequence[Any]) -> EventView:
    values = list(row)
    values[6] = json.loads(values[6])
    return EventView(*values)


def _task(row: Sequence[Any], graph: FlowGraph) -> TaskView:
    task = graph.task(row[2])
    item_key = row[15]
    name = graph.flow.name if row[4] == "flow" else task.name if item_key is None else f"{task.name}[{item_key}]"
    return TaskView(
        id=row[0],
        run_id=row[1],
        node=row[2],
        path=row[3],
        name=name,
        kind=row[4],
        parent_id=row[5],
        status=ExecStatus(row[6]) if row[6] in _STATES else ExecStatus.SUSPENDED,
        reason=Reason(row[7]) if row[7] in _REASONS else Reason.NONE,
        message=row[8] if row[6] in _STATES else f"exec_status {row[6]} means nothing; the engine will put it back",
        remaining=row[9],
        held_by=row[10],
        not_before=row[11],
        generation=row[12],
        fence=row[13],
        attempts=row[14],
        item_key=item_key,
        open_members=row[16],
        started_at=row[17],
        ended_at=row[18],
        exit_code=row[19],
        attempt_id=row[20],
        outputs=json.loads(row[21]) if row[21] else None,
        line=task.line,
        round=row[22],
    )
