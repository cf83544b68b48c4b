"""Rerun: what of a run begins a new generation. Planned from rows alone, then written.

Three ways, which add up: what failed; the tasks that are named, with all that follows them if that is asked for; what
needs a parameter that has another value now, with all that follows it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime.control import OF_GROUPS, find_row, reopen, reset_rows
from runtime.fixed_settings import check_fixed
from runtime.model.definition import TaskDefinition
from runtime.model.encode import action_to_json, out_to_json
from runtime.model.errors import Refused
from runtime.model.graph import FlowGraph
from runtime.model.rows import RunRow, TaskRow
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.picture import RunPicture
from runtime.register import RunValues, check_parameters, decode_parameters
from runtime.step import ActiveRun, Step


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a person asks for. `tasks`: names; without any, what failed. `follow`: with all that comes after them.
    `parameters`: new values as JSON."""

    tasks: Sequence[str] = ()
    follow: bool = False
    parameters: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Plan:
    """What a rerun would do. `reset`: rows that begin anew. `closing`: groups of which only the outputs are computed
    again. `rows`: all of the run. `parameters`: those that change, with the value before and after, as JSON."""

    rows: Sequence[TaskRow]
    reset: Sequence[TaskRow]
    closing: Sequence[TaskRow]
    parameters: Mapping[str, tuple[Any, Any]]

    def named(self) -> dict[str, list[str]]:
        """Paths of the tasks by what becomes of them: `reset`, `reused` (keeps its result), `skipped` (stays so),
        `waiting` (has not run, and goes on), `left` (failed or suspended, and stays so)."""
        again = {row.id for row in self.reset}
        found: dict[str, list[str]] = {name: [] for name in ("reset", "reused", "skipped", "waiting", "left")}
        for row in self.rows:
            if row.kind == "task" or (row.id in again and not self._has_rows_below(row)):
                found["reset" if row.id in again else _FATES[row.status]].append(row.path)
        return found

    def _has_rows_below(self, row: TaskRow) -> bool:
        return any(other.parent_id == row.id for other in self.rows)


_FATES = {
    ExecStatus.FINISHED: "reused",
    ExecStatus.IGNORED: "skipped",
    ExecStatus.WAITING: "waiting",
    ExecStatus.RUNNING: "waiting",
    ExecStatus.SUSPENDED: "left",
    ExecStatus.FAILED: "left",
}


def plan(graph: FlowGraph, run: RunRow, rows: list[TaskRow], wanted: Wanted) -> Plan:
    """What the rerun of a run would do; nothing is written.

    BadParameter if a parameter does not fit, NotFound if there is no such task, Refused if something is running that
    would have to begin anew.
    """
    shape = RunPicture(graph, rows)
    values = check_parameters(graph.flow, {**run.parameters, **wanted.parameters}, run.time, run.zone)
    if wanted.parameters:
        check_fixed(graph, RunValues(decode_parameters(graph.flow, values), run.time, run.zone, run.id, run.ref))
    changed = {
        name: (run.parameters.get(name), value) for name, value in values.items() if run.parameters.get(name) != value
    }
    first = list(_first(rows, wanted, shape))
    needing, closing = _needing(graph, rows, changed)
    if wanted.follow or needing or closing:
        follows = shape.following([*needing, *(first if wanted.follow else ())], closing)
        closing = [row for row in closing if row.status is ExecStatus.FINISHED and row.id not in follows]
        first = [*(row for row in first if row.id not in follows), *(row for row in follows.values() if _begun(row))]
    reset = [row for row in first if row.kind != "flow" and row not in closing]
    _refuse_running(run, rows if changed else reset)
    return Plan(rows, sorted(reset, key=lambda row: row.id), closing, changed)


def rerun(step: Step, run: ActiveRun, wanted: Wanted) -> list[str]:
    """Do what is planned; the paths that were reset. A rerun that changes nothing leaves the run as it was."""
    rows = step.store.tasks.of_run(run.id)
    found = plan(run.graph, run.row, rows, wanted)
    ended = RunStatus(step.store.runs.status(run.id)).ended
    if not found.reset and not found.parameters and ended and step.store.tasks.settled(run.id):
        return []
    if found.parameters:
        run = _with_parameters(step, run, found)
    reset_rows(step, run, found.reset, RunPicture(run.graph, rows))
    step.store.tasks.force((row.id for row in found.closing), ExecStatus.RUNNING, "", "", step.now)
    reopen(step, run)
    paths = [row.path for row in found.reset]
    detail: dict[str, Any] = {"parameters": {name: new for name, (_, new) in found.parameters.items()}}
    step.store.events.add(step.now, "rerun", run.id, tasks=paths, **(detail if found.parameters else {}))
    return paths


def _with_parameters(step: Step, run: ActiveRun, found: Plan) -> ActiveRun:
    values = {**run.row.parameters, **{name: new for name, (_, new) in found.parameters.items()}}
    step.store.runs.set_parameters(run.id, values)
    step.renewed.add(run.id)
    row = step.store.runs.get(run.id)
    assert row is not None, "it was just written"
    return ActiveRun.load(step.store, row)


def _first(rows: list[TaskRow], wanted: Wanted, shape: RunPicture) -> Iterator[TaskRow]:
    """What is reset without regard to what follows."""
    if not wanted.tasks:
        yield from (row for row in rows if (_never_ran(row) or _failed_itself(row)) and _stopped_itself(row))
    for name in wanted.tasks:
        row = find_row(rows, name)
        if wanted.follow:
            yield row
        else:
            yield from (each for each in (row, *_unfinished_below(row, shape)) if _stopped_itself(each))


def _unfinished_below(row: TaskRow, shape: RunPicture) -> Iterator[TaskRow]:
    unfinished = (ExecStatus.FAILED, ExecStatus.SUSPENDED, ExecStatus.RUNNING)
    return (inner for inner in shape.below(row) if row.kind != "task" and inner.status in unfinished)


def _never_ran(row: TaskRow) -> bool:
    """Whether a row is suspended because it could not start: trying again does no harm."""
    return row.status is ExecStatus.SUSPENDED and row.reason in (Reason.MISSING_VALUE, Reason.NO_SECRET)


def _stopped_itself(row: TaskRow) -> bool:
    """A task, or a group that could not open or close; other groups are what their members make of them."""
    return row.kind == "task" or row.reason in OF_GROUPS


def _failed_itself(row: TaskRow) -> bool:
    """Failed, and not only as the group of others that did."""
    return row.status is ExecStatus.FAILED and row.reason != Reason.MEMBERS


def _begun(row: TaskRow) -> bool:
    """Whether there is anything to reset."""
    return row.status is not ExecStatus.WAITING or row.attempts > 0


def _refuse_running(run: RunRow, rows: Iterable[TaskRow]) -> None:
    running = next((row.path for row in rows if row.kind == "task" and row.status is ExecStatus.RUNNING), None)
    if running is not None:
        raise Refused(f"`{running}` is still running", f"end it first: flower cancel {run.ref}")


def _needing(
    graph: FlowGraph, rows: list[TaskRow], changed: Mapping[str, object]
) -> tuple[list[TaskRow], list[TaskRow]]:
    """The rows whose work needs one of these parameters, and the groups whose outputs alone do."""
    if not changed:
        return [], []
    work = {task.node for task in graph.flow.tasks if _mentions(_work_of(task), changed)}
    results = {task.node for task in graph.flow.tasks if _mentions(_results_of(task), changed)}
    inner = {task.node for task in graph.flow.tasks if task.kind == "task"}
    needing = [row for row in rows if row.node in work or (row.node in results and row.node in inner)]
    return needing, [row for row in rows if row.node in results - work - inner and row.kind != "map"]


def _work_of(task: TaskDefinition) -> list[Any]:
    """The trees that decide what a node does: whether, over what, and with which values."""
    mapping = [generator.over for generator in task.generators]
    return [action_to_json(task.action), task.when, task.by, mapping, [tree for _, tree in task.env], task.cwd]


def _results_of(task: TaskDefinition) -> list[Any]:
    """The trees that decide what a node gives."""
    return [
        *(out_to_json(out) for out in task.outs),
        *([each.condition, each.text] for each in (*task.requires, *task.ensures)),
    ]


def _mentions(tree: Any, names: Mapping[str, object]) -> bool:
    match tree:
        case ["param", str(name)]:
            return name in names
        case list() | tuple():
            return any(_mentions(part, names) for part in tree)
        case dict():
            return any(_mentions(part, names) for part in tree.values())
    return False
