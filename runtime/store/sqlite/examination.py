"""What the doctor reads of a store: one snapshot of everything that can be checked against something else."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass

from runtime.model.errors import FlowerError
from runtime.model.graph import FlowGraph
from runtime.model.process import ProcessName
from runtime.picture import RunPicture
from runtime.store.sqlite import definitions
from runtime.store.sqlite.connection import connect_reader, migrations, translate
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.integrity import damage
from runtime.store.sqlite.tasks import TaskRuns

_LATEST_ATTEMPTS = 2_000
_HELD_BY = 4
_LANE = 3
_ACTIVE = 6


@dataclass(frozen=True, slots=True)
class Examination:
    """`damage`: in SQLite's words. `dangling`: tables with rows that refer to nothing, and how many. `miscounted`: runs
    whose derived columns do not follow from the states of their tasks. `unreadable`: runs whose definition cannot be
    read. `open_attempts`: runs with attempts of which no end is recorded, and how many. `ended_processes`: of attempts
    that are over, run and path with the process. `engines`: rows of processes that have not signed off, with their
    hosts. `workers`: the same of workers. `given_up`: calls that did not stop when asked and run on in threads of these
    processes. `components`: by project folder, flows with the hash of the components that they were deployed with."""

    schema: int
    newest_schema: int
    library: tuple[int, int, int]
    damage: tuple[str, ...]
    dangling: dict[str, int]
    miscounted: tuple[tuple[int, str], ...]
    unreadable: tuple[tuple[int, str], ...]
    runs: frozenset[int]
    attempts: frozenset[int]
    open_attempts: dict[str, int]
    ended_processes: tuple[tuple[str, str, ProcessName], ...]
    engines: tuple[tuple[int, str, ProcessName], ...]
    workers: tuple[tuple[int, str, ProcessName], ...]
    given_up: tuple[tuple[int, str, ProcessName], ...]
    hand_changes: int
    components: tuple[tuple[str, str, str], ...]


def examine(files: StoreFiles) -> Examination:
    """Everything, as of one moment; StoreProblem if the file cannot even be opened as a store."""
    with closing(connect_reader(files)) as connection:
        try:
            connection.execute("BEGIN")
            return _examine(connection)
        except sqlite3.Error as error:
            raise translate(error, files.db) from None


def _examine(connection: sqlite3.Connection) -> Examination:
    miscounted, unreadable = _check_runs(connection)
    dangling: dict[str, int] = {}
    for table, *_rest in connection.execute("PRAGMA foreign_key_check"):
        dangling[table] = dangling.get(table, 0) + 1
    return Examination(
        schema=connection.execute("PRAGMA user_version").fetchone()[0],
        newest_schema=migrations()[-1][0],
        library=sqlite3.sqlite_version_info[:3],
        damage=tuple(damage(connection)),
        dangling=dangling,
        miscounted=tuple(miscounted),
        unreadable=tuple(unreadable),
        runs=frozenset(row[0] for row in connection.execute("SELECT id FROM flow_run")),
        attempts=frozenset(row[0] for row in connection.execute("SELECT id FROM task_attempt")),
        open_attempts=dict(
            connection.execute(
                "SELECT r.flow || '-' || r.id, count(*) FROM task_attempt AS a JOIN flow_run AS r"
                " ON r.id = a.flow_run_id WHERE a.ended_at IS NULL GROUP BY r.id"
            ).fetchall()
        ),
        ended_processes=_ended_processes(connection),
        engines=_unsigned(connection, "kind = 'engine'"),
        workers=_unsigned(connection, "kind = 'worker'"),
        given_up=_given_up(connection),
        hand_changes=connection.execute("SELECT count(*) FROM hand_change").fetchone()[0],
        components=tuple(
            connection.execute(
                "SELECT project, name, components FROM flow_definition AS d WHERE components <> '' AND version ="
                " (SELECT max(version) FROM flow_definition WHERE name = d.name) ORDER BY name"
            ).fetchall()
        ),
    )


def _check_runs(connection: sqlite3.Connection) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    """Runs that may still move, with what is derived of them computed afresh."""
    rows = connection.execute(
        "SELECT id, flow || '-' || id, flow_definition_id FROM flow_run"
        " WHERE status IN ('queued', 'running', 'suspended') ORDER BY id"
    ).fetchall()
    graphs: dict[int, FlowGraph] = {}
    wrong, unreadable = [], []
    for run_id, ref, definition_id in rows:
        try:
            if definition_id not in graphs:
                graphs[definition_id] = FlowGraph.of(definition_id, definitions.load(connection, definition_id))
            good = _is_counted(connection, graphs[definition_id], run_id)
        except (FlowerError, ValueError, LookupError, TypeError, AttributeError):
            unreadable.append((run_id, ref))
        else:
            wrong += [] if good else [(run_id, ref)]
    return wrong, unreadable


def _is_counted(connection: sqlite3.Connection, graph: FlowGraph, run_id: int) -> bool:
    """Whether the columns follow from the states. Where a row is held, and in which lane it waits, does not; members
    under way are counted only where there is a limit."""
    tasks = TaskRuns(connection)
    known = tasks.derived(run_id)
    rows = tasks.of_run(run_id)
    wanted = RunPicture(graph, rows).derive(reopen=False)
    for row in rows:
        limited = row.kind != "item" and graph.task(row.node).limit is not None
        left_out = (_LANE, _HELD_BY) if limited else (_LANE, _HELD_BY, _ACTIVE)
        pairs = zip(wanted[row.id].columns(), known[row.id], strict=True)
        if any(one != other for index, (one, other) in enumerate(pairs) if index not in left_out):
            return False
    return True


def _ended_processes(connection: sqlite3.Connection) -> tuple[tuple[str, str, ProcessName], ...]:
    """Of the latest attempts; a worker lives longer than its calls."""
    rows = connection.execute(
        "SELECT r.flow || '-' || r.id, t.path, a.pid, a.start_ticks, a.boot_id FROM task_attempt AS a"
        " JOIN task_run AS t ON t.id = a.task_run_id JOIN flow_run AS r ON r.id = a.flow_run_id"
        " WHERE a.ended_at IS NOT NULL AND a.pid > 0 AND NOT EXISTS (SELECT 1 FROM worker AS w WHERE w.kind = 'worker'"
        "   AND w.pid = a.pid AND w.start_ticks = a.start_ticks AND w.boot_id = a.boot_id) ORDER BY a.id DESC LIMIT ?",
        (_LATEST_ATTEMPTS,),
    )
    return tuple((row[0], row[1], ProcessName(*row[2:])) for row in rows)


def _unsigned(connection: sqlite3.Connection, which: str) -> tuple[tuple[int, str, ProcessName], ...]:
    """Id, host and process of rows of `worker` that have not signed off."""
    rows = connection.execute(
        f"SELECT id, host, pid, start_ticks, boot_id FROM worker WHERE ended_at IS NULL AND {which} ORDER BY id"
    )
    return tuple((row[0], row[1], ProcessName(*row[2:])) for row in rows)


def _given_up(connection: sqlite3.Connection) -> tuple[tuple[int, str, ProcessName], ...]:
    """How many calls were given up in each process that has not signed off."""
    rows = connection.execute(
        "SELECT given_up, host, pid, start_ticks, boot_id FROM worker WHERE ended_at IS NULL AND given_up > 0"
    )
    return tuple((row[0], row[1], ProcessName(*row[2:])) for row in rows)
