"""Progress: every run to which something has happened goes as far as it can, and those without a place take turns."""

from __future__ import annotations

from itertools import islice

from runtime.deadline import expire
from runtime.engine.ending import settle
from runtime.engine.looking import next_due
from runtime.engine.state import WorkedRun
from runtime.engine.turn import Turn
from runtime.lateness import decide_late
from runtime.model.state import RunStatus
from runtime.rest import expire_groups
from runtime.unanswered import close_unanswered


def advance(turn: Turn) -> None:
    """Let runs go on: first those that have waited longest for a place, then those to which something has happened.

    Free places are shared out evenly among them; what one leaves over is for those that could use more.
    """
    state = turn.state
    turn.relist()
    places = turn.places()
    order = _order(turn, places)
    eager = []
    for index, worked in enumerate(order):
        share = -(-places // (len(order) - index))
        claimed = _go_on(turn, worked, share)
        places -= claimed
        if 0 < share == claimed:
            eager.append(worked)
    for worked in eager if places else ():
        places -= _go_on(turn, worked, places)
    for worked in order:
        settle(turn, worked)
    turn.store.pools.pass_on_unclaimed()
    _set_times(turn)
    turn.again |= places > 0 and bool(state.hungry)


def _order(turn: Turn, places: int) -> list[WorkedRun]:
    state = turn.state
    turn.dirty |= set(state.times.passed(turn.step.now)) if state.claiming else {each.id for each in turn.all_worked()}
    hungry = list(islice(state.hungry, places))
    chosen = dict.fromkeys([*hungry, *sorted(turn.dirty)])
    return [worked for run_id in chosen if (worked := turn.worked(run_id)) is not None]


def _go_on(turn: Turn, worked: WorkedRun, places: int) -> int:
    """One run goes as far as it can with so many places; how many attempts of it begin."""
    state, run = turn.state, worked.run
    if _is_late(turn, worked):
        worked.status, worked.deadline = expire(turn.step, run), None
        turn.store.runs.changed.discard(run.id)
        turn.step.delayed.add(run.id)
        _end_what_runs(turn, worked)
    state.hungry.pop(run.id, None)
    if worked.status == RunStatus.RUNNING and state.claiming:
        _wake_due(turn, worked)
        claimed = turn.claim(worked, places)
        if claimed >= places:
            state.hungry[run.id] = None
        return claimed
    if worked.status in (RunStatus.CANCELLED, RunStatus.FAILED):
        _end_what_runs(turn, worked)
    return 0


def _is_late(turn: Turn, worked: WorkedRun) -> bool:
    """Whether a run moves after its deadline; one whose last task ended in this turn does not."""
    if worked.status != RunStatus.RUNNING or worked.deadline is None or worked.deadline > turn.step.now:
        return False
    return not turn.store.tasks.settled(worked.id)


def _wake_due(turn: Turn, worked: WorkedRun) -> None:
    at = turn.state.times.of(worked.id)
    if at is not None and at <= turn.step.now:
        turn.store.tasks.wake_due(worked.id, turn.step.now)
        decide_late(turn.step, worked.run)
        expire_groups(turn.step, worked.run)
        close_unanswered(turn.step, worked.run)
        turn.step.delayed.add(worked.id)


def _end_what_runs(turn: Turn, worked: WorkedRun) -> None:
    """Of a run that was cancelled or is late; then its groups give back what they hold of pools."""
    attempts = turn.attempts_of(worked)
    for attempt_id in attempts:
        turn.end_attempt(attempt_id)
    if not attempts:
        turn.store.pools.give_back_all(worked.id)


def _set_times(turn: Turn) -> None:
    for run_id in turn.step.delayed:
        worked = turn.worked(run_id)
        if worked is not None:
            turn.state.times.set(run_id, next_due(turn, worked))
