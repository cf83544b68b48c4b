"""What the engine knows of runs, brought up to date; and runs that come into being or may start."""

from __future__ import annotations

from functools import partial

from runtime.admission import admit_queued
from runtime.deadline import deadline_of
from runtime.engine.state import WorkedRun
from runtime.engine.taking_up import take_up
from runtime.engine.turn import Turn
from runtime.lateness import next_late
from runtime.model.errors import FlowerError
from runtime.model.state import RunStatus
from runtime.step import ActiveRun


def make_runs(turn: Turn) -> None:
    """Runs whose time has come, and queued ones for which there is room now."""
    state, step = turn.state, turn.step
    asked = turn.asked or state.look_at_all
    if state.scheduler is not None and state.starting and (asked or state.scheduler.is_due(step.now)):
        state.scheduler.turn(step)
    if state.vacancy or asked:
        admit_queued(step, None if state.all_runs else state.runs.keys() | turn.new.keys())
        turn.dirty |= {worked.id for worked in turn.all_worked() if worked.status == RunStatus.QUEUED}
        turn.vacancy_filled = True


def look(turn: Turn) -> None:
    """Bring up to date what is known of the runs that were touched, or of all; take up those that nobody works on."""
    state, runs = turn.state, turn.store.runs
    touched = state.touched | turn.step.touched | runs.changed | turn.store.pools.asking
    moving: set[int] = set()
    if state.look_at_all:
        state.look_at_all = False
        moving = set(runs.moving()) if state.all_runs else set()
        touched |= {worked.id for worked in turn.all_worked()} | moving
    for run_id in sorted(touched):
        mine = state.all_runs or run_id in state.offspring
        if mine and state.claiming and turn.worked(run_id) is None:
            _take_up_if_moving(turn, run_id, run_id in moving or run_id in state.offspring)
        if run_id in state.offspring and turn.worked(run_id) is None:
            turn.step.after_commit.append(partial(state.offspring.at_rest, run_id, [], RunStatus.RUNNING))
        worked = turn.worked(run_id)
        if worked is not None:
            _look_at(turn, worked)
    turn.dirty |= touched
    for seen in (turn.step.touched, runs.changed, turn.store.pools.asking):
        seen.clear()


def _take_up_if_moving(turn: Turn, run_id: int, moving: bool) -> None:
    """A run that cannot be read is left alone, so that the others go on."""
    if run_id in turn.state.unreadable:
        return
    row = turn.store.runs.get(run_id)
    if row is None or not (moving or row.status == RunStatus.RUNNING):
        return
    try:
        with turn.store.savepoint():
            take_up(turn, run_id)
    except FlowerError as problem:
        turn.state.unreadable.add(run_id)
        turn.store.events.add(turn.step.now, "cannot be taken up", run_id, message=str(problem))


def _look_at(turn: Turn, worked: WorkedRun) -> None:
    renewed = turn.step.renewed | turn.state.stale
    if worked.id in renewed and (row := turn.store.runs.get(worked.id)) is not None:
        worked.run = ActiveRun.load(turn.store, row)
        turn.state.stale.discard(worked.id)
    worked.status = turn.store.runs.status(worked.id)
    moves = worked.status == RunStatus.RUNNING
    worked.deadline = deadline_of(turn.step, worked.run) if moves else None
    turn.state.times.set(worked.id, next_due(turn, worked))


def next_due(turn: Turn, worked: WorkedRun) -> int | None:
    """When something happens to a run by itself: a retry, the end of a wait, its deadline. None if it does not move."""
    if worked.status != RunStatus.RUNNING:
        return None
    tasks = turn.store.tasks
    times = (tasks.next_due(worked.id), tasks.next_expiry(worked.id))
    known = (*times, worked.deadline, next_late(turn.store, worked.run))
    return min((at for at in known if at is not None), default=None)
