"""What commands cost that look at a store full of ended runs."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Final

from benchmarks import floors
from benchmarks.generate import write_flow, write_project
from benchmarks.measure import Measure, command, repeat

_COMMANDS: Final = (("runs",), ("status",), ("why",), ("flows",), ("events",))
_FULL_STORE: Final = """
INSERT INTO flow_run (flow, flow_definition_id, status, parameters, time, zone, created_at, started_at, ended_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
SELECT 'chain', 1, 'succeeded', '{{}}', i, 'UTC', i, i, i FROM n;
INSERT INTO task_run (flow_run_id, node, scope_id, ordinal, path, kind, exec_status, remaining, lane, priority,
    attempts, fence, started_at, ended_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {tasks})
SELECT r.id, n.i, 0, 0, 't' || n.i, 'task', 3, 0, 1, 0, 1, 1, r.id, r.id FROM flow_run AS r CROSS JOIN n;
INSERT INTO task_attempt (task_run_id, flow_run_id, generation, number, fence, worker_id, started_at, ended_at, outcome)
SELECT id, flow_run_id, 1, 1, 1, 1, started_at, ended_at, 'succeeded' FROM task_run;
"""


def full(folder: Path, rounds: int, runs: int = 1_000, tasks: int = 1_000) -> Iterator[Measure]:
    """`flower` commands on a store with a flow of three tasks and `runs` times `tasks` ended task runs, beside the same
    command on a store that has the one run only. The run that is looked at is the latest, and small."""
    small, large = folder / "one-run", folder / "full-store"
    for project in (small, large):
        write_project(project, "inline")
        write_flow(project, "chain", 3)
        floors.command_seconds(command("flowc"), "deploy", "chain.flow", folder=project)
    fill(large / ".flower" / "flower.db", runs, tasks)
    for project in (small, large):
        floors.command_seconds(command("flower"), "run", "chain.flow", folder=project)
    for words in _COMMANDS:
        take, floor = (partial(floors.command_seconds, command("flower"), *words, folder=at) for at in (large, small))
        name = f"flower {' '.join(words)}, {runs * tasks:,} ended tasks"
        yield repeat(Measure(name, "command", "the same, one run"), rounds, take, floor)


def fill(db: Path, runs: int, tasks: int = 1_000) -> None:
    """As many runs that have ended well, with an attempt for each task."""
    with closing(sqlite3.connect(db)) as connection:
        connection.executescript(_FULL_STORE.format(runs=runs, tasks=tasks))
