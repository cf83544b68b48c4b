"""What size does: a hundred thousand tasks in one run, and a store with a million that have ended."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Final

from benchmarks.generate import write_flow, write_project
from benchmarks.measure import Measure, repeat
from benchmarks.measures import run, run_seconds

_FULL_STORE: Final = """
INSERT INTO flow_run (flow, flow_definition_id, status, parameters, time, zone, created_at, started_at, ended_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {runs})
SELECT 'chain', 1, 'succeeded', '{{}}', i, 'UTC', i, i, i FROM n;
INSERT INTO task_run (flow_run_id, node, scope_id, ordinal, path, kind, exec_status, remaining, lane, priority,
    attempts, fence, started_at, ended_at)
WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {tasks})
SELECT r.id, n.i, 0, 0, 't' || n.i, 'task', 3, 0, 1, 0, 1, 1, r.id, r.id FROM flow_run AS r, n;
INSERT INTO task_attempt (task_run_id, flow_run_id, generation, number, fence, worker_id, started_at, ended_at, outcome)
SELECT id, flow_run_id, 1, 1, 1, 1, started_at, ended_at, 'succeeded' FROM task_run;
"""


def large(folder: Path, rounds: int, tasks: int = 100_000, runs: int = 1_000, links: int = 1_000) -> Iterator[Measure]:
    """`tasks` in one run; and a chain of `links` beside `runs` ended runs of 1,000 tasks each."""
    yield run(folder, min(rounds, 2), f"{tasks:,} in layers, inline, 32 at once", "layered", tasks, 32, "inline")
    project = folder / "full"
    write_project(project, "inline")
    file = write_flow(project, "chain", links)
    measure = Measure(f"chain of {links:,}, {runs * 1_000:,} ended tasks", "task", "the same, empty store")
    yield repeat(
        measure,
        min(rounds, 3),
        lambda: run_seconds(file, 2, lambda db: fill(db, runs)) / links,
        lambda: run_seconds(file, 2) / links,
    )


def fill(db: Path, runs: int, tasks: int = 1_000) -> None:
    """As many runs that have ended well, with an attempt for each task."""
    with closing(sqlite3.connect(db)) as connection:
        connection.executescript(_FULL_STORE.format(runs=runs, tasks=tasks))
