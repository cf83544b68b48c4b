"""Rest: what a run has come to when nothing of it can move, and what may move after all."""

from __future__ import annotations

from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, RunStatus
from runtime.picture import RunPicture
from runtime.step import ActiveRun, Step


def come_to_rest(step: Step, run: ActiveRun) -> RunStatus:
    """What a run in which nothing moves has come to; RUNNING if something can move after all."""
    if not step.store.tasks.settled(run.id) and (fail_stuck_groups(step, run) or decide_at_rest(step, run)):
        return RunStatus.RUNNING
    return conclude(step, run)


def fail_stuck_groups(step: Step, run: ActiveRun) -> bool:
    """Fail groups whose members cannot move any more; whether that lets others go on."""
    failed = False
    while stuck := picture(step, run).stuck():
        failed = True
        around = {row.parent_id for row in stuck}
        innermost = [row for row in stuck if row.id not in around]
        step.store.tasks.fail_containers((row.id for row in innermost), step.now)
        forgiven = [_forgiven(step, run, row) for row in innermost]
        step.flush()
        if any(forgiven) and step.store.tasks.moving(run.id):
            return True
    return failed and step.store.tasks.moving(run.id)


def _forgiven(step: Step, run: ActiveRun, row: TaskRow) -> bool:
    """Says what follows from a group that has failed; whether that stops nobody."""
    if row.forgiven or step.within_allowance(run, row):
        step.ended(run, row, active=run.limited(row))
        return True
    step.stopped(run, row)
    return False


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
        if tasks.moving(run.id) or tasks.settled(run.id):
            return RunStatus.RUNNING
        step.store.events.add(step.now, "nothing can move", run.id)
        status = RunStatus.FAILED
    step.store.runs.set_status(run.id, status, step.now)
    step.store.events.add(step.now, "ended", run.id, status=status)
    return status


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
