"""Rest: what a run has come to when nothing of it can move, and what may move after all."""

from __future__ import annotations

import datetime as dt
from typing import Final

from runtime.backoff import timeout_of
from runtime.model.graph import EXECUTE
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.model.values import format_duration
from runtime.picture import RunPicture
from runtime.step import ActiveRun, Step

_LOOKED_AT: Final = 1_000


def come_to_rest(step: Step, run: ActiveRun) -> RunStatus:
    """What a run in which nothing moves has come to; RUNNING if something can move after all."""
    if not step.store.tasks.settled(run.id) and (fail_stuck_groups(step, run) or decide_at_rest(step, run)):
        return RunStatus.RUNNING
    return conclude(step, run)


def fail_stuck_groups(step: Step, run: ActiveRun) -> bool:
    """Fail groups whose members cannot move any more; whether that lets others go on."""
    failed = False
    seen: set[int] = set()
    while stuck := [row for row in picture(step, run).stuck() if row.id not in seen]:
        failed = True
        around = {row.parent_id for row in stuck}
        innermost = [row for row in stuck if row.id not in around]
        seen |= {row.id for row in innermost}
        step.store.tasks.fail_containers((row.id for row in innermost), step.now)
        forgiven = [step.group_failed(run, row, Reason.MEMBERS, "") for row in innermost]
        step.flush()
        if any(forgiven) and step.store.tasks.moving(run.id):
            return True
    return failed and step.store.tasks.moving(run.id)


def fail_stuck_near(step: Step, run: ActiveRun) -> bool:
    """The same where something has failed in this step, as far as it lies within a group."""
    todo = step.stopped_in.pop(run.id, set())
    live = step.store.tasks.live_containers(run.id) if todo else set()
    failed = False
    while todo:
        row = step.store.tasks.by_id(todo.pop())
        if row is None or row.id in live or row.parent_id is None or row.status is not ExecStatus.RUNNING:
            continue
        for stuck in _stuck_inside(step, run, row):
            step.store.tasks.fail_containers([stuck.id], step.now)
            step.group_failed(run, stuck, Reason.MEMBERS, "")
            failed = True
        step.flush()
        todo |= step.stopped_in.pop(run.id, set())
    return failed and step.store.tasks.moving(run.id)


def _stuck_inside(step: Step, run: ActiveRun, row: TaskRow) -> list[TaskRow]:
    """The innermost groups that are stuck, of a group and those in it. What lies outside is not looked at, so a group
    that waits for something there is not known to be stuck."""
    inside = [row, *step.store.tasks.below(row.id)]
    stuck = RunPicture(run.graph, [*_around(step, row), *inside]).stuck()
    known = {each.id for each in inside}
    around = {each.parent_id for each in stuck}
    return [each for each in stuck if each.id in known and each.id not in around]


def _around(step: Step, row: TaskRow) -> list[TaskRow]:
    """The containers that a row is in, outermost first."""
    found: list[TaskRow] = []
    while row.parent_id is not None and (outer := step.store.tasks.by_id(row.parent_id)) is not None:
        found.append(outer)
        row = outer
    return found[::-1]


def expire_groups(step: Step, run: ActiveRun) -> None:
    """Fail groups that are not over at their `timeout`, with all that is under way in them."""
    late = step.store.tasks.expired(run.id, step.now)
    inner = {each.id for row in late for each in step.store.tasks.below(row.id)}
    for row in late:
        if row.id in inner:
            continue
        allowed = dt.timedelta(seconds=timeout_of(run.task(row), step.scope(run, row)) or 0.0)
        message = f"it was not over at its timeout of {format_duration(allowed)}"
        step.end_running_inside(run, row, f"ended with `{row.path}`, which was not over at its timeout")
        step.store.tasks.fail_container(row.id, Reason.TIMEOUT, message, step.now)
        step.store.events.add(step.now, "failed", run.id, row.id, task=row.path, message=message)
        step.failed.add(run.id)
        step.group_failed(run, row, Reason.TIMEOUT, message)
    if late:
        recount(step, run)


def decide_at_rest(step: Step, run: ActiveRun) -> bool:
    """Decide what waits for the outcome of what is blocked, or of the run; whether anything was."""
    decided = [row for row in step.store.tasks.awaiting(run.id) if step.decide_awaiting(run, row, at_rest=True)]
    step.flush()
    return bool(decided)


def conclude(step: Step, run: ActiveRun) -> RunStatus:
    """What a run in which nothing moves has come to; written, unless it turns out that something can move."""
    tasks = step.store.tasks
    if run.id in step.finished or tasks.settled(run.id):
        status = RunStatus.SUCCEEDED
    elif tasks.stopped(run.id, ExecStatus.FAILED):
        status = RunStatus.FAILED
    elif tasks.stopped(run.id, ExecStatus.SUSPENDED):
        status = RunStatus.SUSPENDED
    else:
        recount(step, run)
        if _has_room(step, run) or tasks.settled(run.id):
            return RunStatus.RUNNING
        step.store.events.add(step.now, "nothing can move", run.id)
        status = RunStatus.FAILED
    step.store.runs.set_status(run.id, status, step.now)
    step.store.events.add(step.now, "ended", run.id, status=status)
    return status


def _has_room(step: Step, run: ActiveRun) -> bool:
    """Whether something that is ready would not be held again at once: by a limit without a free place, or because a
    group with `fail_fast` around it has failed."""
    for row in step.store.tasks.ready(run.id, EXECUTE, _LOOKED_AT):
        if run.graph.hasty[row.node] and step.is_stopped_fast(run, row):
            continue
        limit, active, _, _ = step.store.tasks.counters(row.parent_id) if row.parent_id is not None else (None, 0, 0, 0)
        if limit is None or active < limit:
            return True
    return False


def picture(step: Step, run: ActiveRun) -> RunPicture:
    return RunPicture(run.graph, step.store.tasks.of_run(run.id))


def recount(step: Step, run: ActiveRun) -> None:
    """Derive `remaining`, group states and counters of a run afresh from the states of its tasks."""
    step.flush()
    tasks = step.store.tasks
    step.store.pools.give_back_leftovers(run.id)
    rows = tasks.of_run(run.id)
    known = tasks.derived(run.id)
    wanted = RunPicture(run.graph, rows).derive()
    tasks.recount(
        (*derived.columns(), identity) for identity, derived in wanted.items() if derived.columns() != known[identity]
    )
    for row in reversed(rows):
        if row.kind != "task" and wanted[row.id].status == ExecStatus.RUNNING and not wanted[row.id].open_members:
            step.close(run, row)
    step.flush()
