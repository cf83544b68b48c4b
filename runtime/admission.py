"""Admission: makes runs of a flow, and decides by its other runs whether one may start.

`limit N runs` says how many runs of a flow may be under way, `overlap` what becomes of one more. Running and suspended
runs count. A run without room that is not turned away is queued: its rows exist, and it starts when there is room.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from runtime.expression.evaluator import ExpressionError
from runtime.fixed_settings import check_fixed, limit_of
from runtime.model.definition import FlowDefinition
from runtime.model.encode import dumps
from runtime.model.errors import BadParameter, FlowerError, NotFound, Refused
from runtime.model.graph import FlowGraph
from runtime.model.state import RunStatus
from runtime.register import RunValues, check_parameters, decode_parameters, rows_of_run
from runtime.step import Step

MOST_QUEUED: Final = 100
"""How many runs of a flow may wait for room."""

Asker = Literal["person", "tick", "late tick", "event"]
Place = Literal["start", "queue", "replace", "refuse"]


class NoRoom(Refused):
    """Other runs of the flow are under way, and it may not have one more. `queue_full`: it might wait, but too many
    do."""

    queue_full = False


@dataclass(frozen=True, slots=True)
class Wanted:
    """A run that somebody asks for. `time`: that of the run, microseconds; `parameters`: JSON values."""

    flow: str
    time: int
    zone: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    key: str | None = None
    asker: Asker = "person"


def register(step: Step, wanted: Wanted) -> tuple[int, bool]:
    """The id of the run, and whether it is new: the same key is the same run.

    NotFound if there is no such flow, BadParameter if a parameter does not fit, NoRoom if others are in the way; then
    nothing has been written.
    """
    store = step.store
    newest = store.newest(wanted.flow)
    if newest is None:
        raise NotFound(f"no flow `{wanted.flow}` is deployed here", "deploy it first: flowc deploy FILE.flow")
    known = store.runs.by_key(wanted.flow, wanted.key) if wanted.key is not None else None
    if known is not None:
        step.touched.add(known)
        return known, False
    graph = store.graph(newest[0])
    if graph.flow.zone and wanted.asker in ("person", "event"):
        wanted = replace(wanted, zone=graph.flow.zone)
    parameters = check_parameters(graph.flow, wanted.parameters, wanted.time, wanted.zone)
    status = _status(step, graph.flow, wanted.asker)
    run_id = store.runs.insert(
        wanted.flow, newest[0], wanted.key, dumps(parameters), step.now, wanted.zone, wanted.time, status
    )
    values = _values(graph, parameters, wanted, run_id, step.now)
    check_fixed(graph, values)
    store.tasks.insert(rows_of_run(graph, run_id, store.tasks.next_id(), _limits(graph, values), values))
    kind = {"person": "registered", "event": "triggered"}.get(wanted.asker, "tick")
    store.events.add(step.now, kind, run_id, version=newest[1], key=wanted.key)
    if status == RunStatus.QUEUED:
        store.events.add(step.now, "queued", run_id)
    return run_id, True


def admit_queued(step: Step, known: Container[int] | None = None) -> list[int]:
    """Let queued runs start, oldest first, as far as there is room; their ids. `known`: only these, None: all."""
    admitted: list[int] = []
    for name in step.store.runs.queueing_flows():
        waiting = [run_id for run_id in step.store.runs.queued(name) if known is None or run_id in known]
        for run_id in waiting[: _free(step, name)]:
            step.store.runs.set_status(run_id, RunStatus.RUNNING, None)
            step.store.runs.start(run_id, step.now)
            step.store.events.add(step.now, "admitted", run_id)
            admitted.append(run_id)
    return admitted


def _free(step: Step, name: str) -> int | None:
    """How many more runs of a flow may be under way, by its newest version; None if any number."""
    newest = step.store.newest(name)
    try:
        room = room_of(step.store.graph(newest[0]).flow, "tick") if newest else None
    except FlowerError:
        return 0
    return None if room is None else max(room - len(step.store.runs.under_way(name)), 0)


def may_queue(step: Step, flow: str) -> bool:
    """Whether the queue of a flow has a place left."""
    return len(step.store.runs.queued(flow)) < MOST_QUEUED


def room_of(flow: FlowDefinition, asker: Asker) -> int | None:
    """How many runs of the flow may be under way for one that `asker` wants to start; None if any number."""
    if flow.limit_runs is not None:
        return flow.limit_runs
    if flow.overlap == "allow" or (not flow.overlap and asker == "person"):
        return None
    return 1


def place_of(flow: FlowDefinition, asker: Asker, under_way: int, queued: int) -> Place:
    """What becomes of one more run of the flow, beside those under way and those that wait before it."""
    room = room_of(flow, asker)
    if room is None or under_way + queued < room:
        return "start"
    if flow.overlap == "cancel" and asker != "late tick":
        return "replace"
    waits = flow.overlap in ("queue", "allow") or asker == "late tick" or _never_misses(flow)
    waits = waits or (asker == "event" and not flow.overlap)
    return "queue" if waits and queued < MOST_QUEUED else "refuse"


def _never_misses(flow: FlowDefinition) -> bool:
    """Without a word about overlaps, a flow that catches up on everything has none of its ticks skipped."""
    return not flow.overlap and any(schedule.catchup == "all" for schedule in flow.schedules)


def _status(step: Step, flow: FlowDefinition, asker: Asker) -> RunStatus:
    if room_of(flow, asker) is None:
        return RunStatus.RUNNING
    under_way, queued = step.store.runs.under_way(flow.name), step.store.runs.queued(flow.name)
    match place_of(flow, asker, len(under_way), len(queued)):
        case "start":
            return RunStatus.RUNNING
        case "queue":
            return RunStatus.QUEUED
        case "replace":
            for run_id in [*under_way, *queued]:
                _replace(step, run_id)
            return RunStatus.QUEUED
        case "refuse":
            raise _no_room(step, flow, under_way, queued)


def _replace(step: Step, run_id: int) -> None:
    if step.store.runs.status(run_id) != RunStatus.CANCELLED:
        step.store.runs.set_status(run_id, RunStatus.CANCELLED, step.now)
        step.store.events.add(step.now, "cancelled", run_id, why="a newer run takes its place")


def _no_room(step: Step, flow: FlowDefinition, under_way: list[int], queued: list[int]) -> NoRoom:
    if len(queued) >= MOST_QUEUED:
        full = NoRoom(
            f"{len(queued)} runs of flow `{flow.name}` are queued, and there is no room for more",
            f"see what the first is waiting for: flower status {flow.name}-{queued[0]}",
        )
        full.queue_full = True
        return full
    first = (under_way or queued)[0]
    rule = f"`limit {flow.limit_runs} runs`" if flow.limit_runs is not None else "runs of it may not overlap"
    return NoRoom(
        f"run {flow.name}-{first} is {step.store.runs.status(first)}, and {rule}",
        f"wait until it has ended, or end it: flower cancel {flow.name}-{first}",
    )


def _values(graph: FlowGraph, parameters: Mapping[str, Any], wanted: Wanted, run_id: int, now: int) -> RunValues:
    return RunValues(
        decode_parameters(graph.flow, parameters), wanted.time, wanted.zone, run_id, f"{wanted.flow}-{run_id}", now
    )


def _limits(graph: FlowGraph, values: RunValues) -> dict[int, int | None]:
    """Of the flow's body, which is open from the start; other groups get theirs when they open."""
    try:
        return {0: limit_of(graph.task(0), values)}
    except ExpressionError as problem:
        raise BadParameter(str(problem), "see `limit` in the flow") from None
