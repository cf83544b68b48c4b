"""Lateness: when hooks of `on late` are due. Nothing of it is stored: it follows from when a node started."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus
from runtime.scope import UNUSABLE, MissingValue, TaskScope
from runtime.step import ActiveRun, Step
from runtime.store.protocol import Store


def next_late(store: Store, run: ActiveRun) -> int | None:
    """When the next node of a run is late, in microseconds, as far as nodes have started and somebody asks."""
    return min((at for row in _waiting(store, run) if (at := _late_at(store, run, row)) is not None), default=None)


def decide_late(step: Step, run: ActiveRun) -> None:
    """Start the hooks whose node is late by now."""
    for row in list(_waiting(step.store, run)):
        step.decide_awaiting(run, row)


def _waiting(store: Store, run: ActiveRun) -> Iterator[TaskRow]:
    for node in run.graph.late:
        for row in store.tasks.of_node(run.id, node):
            if row.awaiting and row.status is ExecStatus.WAITING:
                yield row


def _late_at(store: Store, run: ActiveRun, row: TaskRow) -> int | None:
    scope = TaskScope(run.graph, run.values, store.tasks, row)
    try:
        return min((at for at in _times(scope, run.task(row).awaits) if at is not None), default=None)
    except (MissingValue, *UNUSABLE):
        return None


def _times(scope: TaskScope, tree: Any) -> Iterator[int | None]:
    match tree:
        case ["late", path, after]:
            yield scope.late_at(scope.row_at(path), after)
        case ["and" | "or" | "not", *parts]:
            for part in parts:
                yield from _times(scope, part)
