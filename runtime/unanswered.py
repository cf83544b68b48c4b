"""Questions that nobody has answered by their `timeout`: the outputs take their defaults, or the task fails."""

from __future__ import annotations

import datetime as dt

from runtime.control import complete
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.model.values import format_duration
from runtime.outputs import computed_outputs
from runtime.rest import recount
from runtime.scope import UNUSABLE, MissingValue
from runtime.step import ActiveRun, Step


def close_unanswered(step: Step, run: ActiveRun) -> None:
    """Of a run that is under way: end the tasks whose time to be answered is over."""
    late = step.store.tasks.unanswered(run.id, step.now)
    for row in late:
        _close(step, run, row)
    if late:
        step.flush()
        recount(step, run)


def _close(step: Step, run: ActiveRun, row: TaskRow) -> None:
    task = run.task(row)
    fields = [out for out in task.outs if not out.computed]
    waited = format_duration(dt.timedelta(seconds=round((step.now - (row.started_at or step.now)) / 1e6)))
    if not fields or not all(out.has_default for out in fields):
        _fail(step, run, row, Reason.TIMEOUT, f"nobody answered within {waited}")
        return
    try:
        outputs = computed_outputs(task, {}, step.scope(run, row))
        verdict = step.judge_round(run, row, outputs)
    except (MissingValue, *UNUSABLE) as problem:
        _fail(step, run, row, Reason.TIMEOUT, f"nobody answered within {waited}, and the defaults do not do: {problem}")
        return
    step.store.events.add(step.now, "not answered", run.id, row.id, task=row.path, message=f"defaults after {waited}")
    complete(step, run, row, outputs, verdict)


def _fail(step: Step, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> None:
    step.store.tasks.force([row.id], ExecStatus.FAILED, reason, message, step.now)
    step.store.events.add(step.now, "failed", run.id, row.id, task=row.path, message=message)
    step.failed.add(run.id)
    if row.forgiven or step.within_allowance(run, row):
        step.ended(run, row, active=False)
    else:
        step.stopped(run, row, active=False)
