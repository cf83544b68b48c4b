"""Taking up a run: from now on the engine works on it, and on what an engine that died was executing of it."""

from __future__ import annotations

from concurrent.futures import Future

from runtime import control
from runtime.deadline import has_passed
from runtime.engine.state import WorkedRun
from runtime.engine.turn import Turn
from runtime.executor.protocol import ProcessMark
from runtime.model.rows import TaskRow
from runtime.model.state import RunStatus
from runtime.step import ActiveRun
from runtime.work import Claim, recovered_attempt


def take_up(turn: Turn, run_id: int, rest: Future[RunStatus] | None = None) -> None:
    """Work on a run; `rest` is done when nothing of it can move any more. NotFound if there is no such run."""
    run = _load(turn, run_id)
    if run.row.status == RunStatus.QUEUED:
        _take_up_before(turn, run)
    else:
        _start(turn, run)
    turn.store.pools.ask_again(run_id)
    if run_id not in turn.new:
        _recover(turn, run)
    if turn.worked(run_id) is None:
        turn.new[run_id] = WorkedRun(run)
    if rest is not None:
        turn.wait_for(run_id, rest)
    turn.step.touched.add(run_id)


def _load(turn: Turn, run_id: int) -> ActiveRun:
    row = turn.store.runs.get(run_id)
    if row is None:
        raise control.not_found_run(str(run_id))
    return ActiveRun.load(turn.store, row)


def _start(turn: Turn, run: ActiveRun) -> None:
    runs = turn.store.runs
    runs.start(run.id, turn.step.now)
    held = run.row.status == RunStatus.CANCELLED or runs.suspended_from(run.id) is not None
    if not held and turn.store.tasks.moving(run.id) and not has_passed(turn.step, run):
        runs.set_status(run.id, RunStatus.RUNNING, None)


def _take_up_before(turn: Turn, queued: ActiveRun) -> None:
    """Work on the runs whose end a queued one waits for: nobody else may be doing it."""
    runs = turn.store.runs
    before = [run_id for run_id in runs.queued(queued.row.flow) if run_id < queued.id]
    for run_id in before[-1:] or runs.under_way(queued.row.flow):
        if turn.worked(run_id) is None and runs.status(run_id) != RunStatus.SUSPENDED:
            take_up(turn, run_id)


def _recover(turn: Turn, run: ActiveRun) -> None:
    """What an engine that died was executing; claims and fences stay as they are."""
    for row in turn.store.tasks.executed(run.id):
        if row.attempt_id is not None and row.attempt_id not in turn.state.running:
            turn.step.store.events.add(turn.step.now, "recovering", run.id, row.id, attempt=row.attempts)
            turn.recover(*_recovery(turn, run, row, row.attempt_id))


def _recovery(turn: Turn, run: ActiveRun, row: TaskRow, attempt_id: int) -> tuple[Claim, ProcessMark | None]:
    found = turn.store.attempts.process(attempt_id)
    claim = Claim(run, row, recovered_attempt(run, row, turn.store), recovered=True)
    return claim, ProcessMark(*found) if found else None
