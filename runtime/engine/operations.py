"""What was queued, applied within a turn: ends and starts of attempts, requests, runs to take up."""

from __future__ import annotations

import random
from concurrent.futures import Future
from typing import Any

from runtime import control, rest
from runtime.deadline import keep_parked
from runtime.engine.taking_up import take_up
from runtime.engine.turn import Turn
from runtime.executor.protocol import Outcome
from runtime.model.errors import FlowerError
from runtime.model.state import ExecStatus, Reason
from runtime.operation import Asked, Durable, Ended, Operation, Request, Started, TakeUp
from runtime.work import Claim


def apply_all(turn: Turn, batch: list[Operation]) -> None:
    """Everything of a batch, in its order; people's updates of the store come first."""
    turn.ended |= {operation.attempt_id for operation in batch if isinstance(operation, Ended)}
    turn.state.changed_outside |= turn.store.changed_outside()
    if turn.state.changed_outside:
        _apply_hand_changes(turn)
    for operation in batch:
        _apply(turn, operation)
    turn.step.flush()


def _apply(turn: Turn, operation: Operation) -> None:
    match operation:
        case Ended(attempt_id, outcome):
            claim = turn.state.running.get(attempt_id)
            if claim is not None:
                turn.dirty.add(claim.run.id)
                _record(turn, claim, outcome)
        case Started(attempt_id, process, future):
            granted = attempt_id not in turn.step.ending and _may_start(turn, attempt_id)
            if granted:
                turn.store.attempts.started(attempt_id, process.pid, process.start_ticks, process.boot_id)
            step = turn.step
            # What comes later in this turn may still end it, before its gate is open.
            step.after_commit.append(lambda: future.set_result(granted and not step.ends(attempt_id)))
        case Asked(request, answer):
            turn.asked = True
            _answer(turn, request, answer)
        case Durable(told):
            turn.step.after_commit.append(lambda: told.set_result(None))
        case TakeUp(run_id, at_rest):
            turn.asked = True
            _take_up(turn, run_id, at_rest)


def _record(turn: Turn, claim: Claim, outcome: Outcome) -> None:
    ending = turn.state.ending | turn.step.ending
    row = turn.store.tasks.by_id(claim.row.id) if claim.attempt.id in ending else None
    if row is not None and row.reason == Reason.RESET_WHEN_ENDED and row.fence == claim.row.fence:
        turn.worker.take_back(claim, outcome)
        rest.recount(turn.step, claim.run)
        turn.step.touched.add(claim.run.id)
        return
    turn.worker.record(claim, outcome, random.random())
    if outcome.never_ran:
        keep_parked(turn.step, claim.run)


def _may_start(turn: Turn, attempt_id: int) -> bool:
    """Whether the claim is still ours: not cancelled, not reset by hand."""
    claim = turn.state.running.get(attempt_id)
    if claim is None or attempt_id in turn.state.ending:
        return False
    row = turn.store.tasks.by_id(claim.row.id)
    return row is not None and row.status is ExecStatus.RUNNING and row.fence == claim.row.fence and not row.reason


def _answer(turn: Turn, request: Request, future: Future[Any]) -> None:
    """Do a request. Which runs it concerns is known by what it touches; one that touches none may concern all. Until it
    is begun, who asked may have given up waiting."""
    if not future.running() and not future.set_running_or_notify_cancel():
        return
    step, runs = turn.step, turn.store.runs
    step.flush()
    touched = len(step.touched) + len(runs.changed)
    try:
        with turn.store.savepoint():
            result = request(step)
            step.flush()
    except FlowerError as problem:
        refused = problem
        step.after_commit.append(lambda: future.set_exception(refused))
    else:
        step.after_commit.append(lambda: future.set_result(result))
        turn.state.look_at_all |= len(step.touched) + len(runs.changed) == touched


def _take_up(turn: Turn, run_id: int, at_rest: Future[Any]) -> None:
    turn.step.flush()
    try:
        with turn.store.savepoint():
            take_up(turn, run_id, at_rest)
    except FlowerError as problem:
        refused = problem
        turn.step.after_commit.append(lambda: at_rest.set_exception(refused))


def _apply_hand_changes(turn: Turn) -> None:
    turn.state.look_at_all = True
    known = {run_id: worked.run for run_id, worked in turn.state.runs.items()}
    for attempt_id in control.apply_hand_changes(turn.step, known):
        turn.end_attempt(attempt_id)
