"""Deadlines: how long a run may move. A rerun opens a new one; a run that only waits for a person uses none up."""

from __future__ import annotations

import datetime as dt

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.expression.outcome import subject_of
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.model.values import format_duration
from runtime.scope import UNUSABLE
from runtime.step import ActiveRun, Step


def deadline_of(step: Step, run: ActiveRun) -> int | None:
    """When a run that moves must be over, in microseconds; its time begins with the first look at it."""
    tree = run.graph.task(0).timeout_seconds
    if tree is None or has_passed(step, run):
        return None
    at = step.store.runs.deadline(run.id)
    if at is None:
        at = step.now + round(_seconds(tree, run) * 1e6)
        step.store.runs.set_deadline(run.id, at)
    return at


def expire(step: Step, run: ActiveRun) -> RunStatus:
    """The time of a run is over: it fails, and nothing more of it starts. What runs is to be ended.

    The run goes on only for its own hooks on that, if it has any.
    """
    allowed = format_duration(dt.timedelta(seconds=_seconds(run.graph.task(0).timeout_seconds, run)))
    message = f"it was not over at its deadline of {allowed}"
    (body,) = step.store.tasks.of_node(run.id, 0)
    step.store.tasks.fail_container(body.id, Reason.TIMEOUT, message, step.now)
    step.store.events.add(step.now, "deadline passed", run.id, body.id, message=message)
    if hooks := _hooks(run):
        step.store.tasks.park(run.id, hooks)
        return RunStatus.RUNNING
    step.store.runs.set_status(run.id, RunStatus.FAILED, step.now)
    return RunStatus.FAILED


def keep_parked(step: Step, run: ActiveRun) -> None:
    """What comes back to waiting after the deadline of its run does not start any more."""
    if run.graph.task(0).timeout_seconds is not None and has_passed(step, run) and (hooks := _hooks(run)):
        step.store.tasks.park(run.id, hooks)


def _hooks(run: ActiveRun) -> list[int]:
    """Nodes of the run's own hooks."""
    return [task.node for task in run.graph.flow.tasks if task.hook and subject_of(task.awaits) == ""]


def has_passed(step: Step, run: ActiveRun) -> bool:
    """Whether the run has failed by its deadline: it goes on for its hooks only, until a person lets it begin again."""
    (body,) = step.store.tasks.of_node(run.id, 0)
    return body.status is ExecStatus.FAILED and body.reason == Reason.TIMEOUT


def _seconds(tree: object, run: ActiveRun) -> float:
    try:
        value = evaluate(tree, run.values)
    except UNUSABLE:
        return 0.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ExpressionError("a deadline must be a duration")
    return float(value)
