"""Noticing that a run, or a group of it, has come to rest; who waits for that is told."""

from __future__ import annotations

from runtime import rest
from runtime.engine.state import WorkedRun
from runtime.engine.turn import Turn
from runtime.model.state import RunStatus


def settle(turn: Turn, worked: WorkedRun) -> None:
    """After a run has gone as far as it can: fail groups that are stuck, and tell the end if nothing moves."""
    run, state, tasks = worked.run, turn.state, turn.store.tasks
    if run.id in turn.step.failed and (run.graph.patient or tasks.any_held(run.id)):
        _look_again(turn, worked, rest.fail_stuck_near(turn.step, run))
    if turn.is_busy(worked) or (worked.status == RunStatus.QUEUED and _waits_its_turn(turn, worked)):
        return
    if worked.status == RunStatus.RUNNING and state.claiming:
        if tasks.moving(run.id):
            return
        worked.status = rest.come_to_rest(turn.step, run)
        turn.store.runs.changed.discard(run.id)
        if worked.status == RunStatus.RUNNING:
            _look_again(turn, worked, True)
            return
    elif worked.status == RunStatus.SUSPENDED and tasks.settled(run.id):
        worked.status = rest.conclude(turn.step, run)
        turn.store.runs.changed.discard(run.id)
    _announce(turn, worked)


def _look_again(turn: Turn, worked: WorkedRun, moves: bool) -> None:
    if moves:
        turn.step.touched.add(worked.id)


def _waits_its_turn(turn: Turn, queued: WorkedRun) -> bool:
    """Whether a run moves whose end may let the queued one start; if none does, a person has to."""
    if not turn.state.claiming:
        return False
    flow = queued.run.row.flow
    others = (each for each in turn.all_worked() if each.run.row.flow == flow and each.id != queued.id)
    return any(each.status != RunStatus.QUEUED for each in others)


def _announce(turn: Turn, worked: WorkedRun) -> None:
    queueing = bool(turn.store.runs.queueing_flows())
    state, status = turn.state, RunStatus(worked.status)

    def forget() -> None:
        if queueing:
            state.vacancy = True
        state.offspring.at_rest(worked.id, state.forget(worked.id), status)

    turn.step.after_commit.append(forget)
