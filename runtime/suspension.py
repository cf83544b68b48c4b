"""Suspending and resuming: a run, or tasks of it, of which nothing starts until a person lets it go on.

What runs goes on and its end is recorded; only what has not started is held back.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from runtime.control import find_row, reopen, reset_rows
from runtime.model.errors import Refused
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.picture import RunPicture
from runtime.step import ActiveRun, Step

_DECIDED_OTHERWISE = {
    Reason.IN_DOUBT: ("nobody knows how it ended", "rerun"),
    Reason.ASKED: ("it waits for an answer", "answer"),
}
"""What `resume` must not decide, and the command that does."""


def suspend_run(step: Step, run: ActiveRun) -> None:
    """Start nothing more of a run until it is resumed. Refused if it has ended, or is suspended by a person already."""
    status = RunStatus(step.store.runs.status(run.id))
    if status in (RunStatus.SUCCEEDED, RunStatus.FAILED, RunStatus.CANCELLED):
        raise Refused(f"run {run.row.ref} has already {'been ' if status is RunStatus.CANCELLED else ''}{status}")
    if step.store.runs.suspended_from(run.id) is not None:
        raise Refused(f"run {run.row.ref} is suspended already", f"to let it go on: flower resume {run.row.ref}")
    step.store.runs.suspend(run.id, step.now)
    step.store.events.add(step.now, "suspended", run.id)


def resume_run(step: Step, run: ActiveRun) -> list[str]:
    """Let a run go on that a person has suspended, and the tasks of it that a person has; their paths.

    Refused if there is nothing of the kind.
    """
    rows = step.store.tasks.of_run(run.id)
    before = step.store.runs.suspended_from(run.id)
    chosen = [row for row in rows if _by_hand(row)]
    if before is None and not chosen:
        raise Refused(
            f"nobody has suspended run {run.row.ref}, nor a task of it",
            f"what it has come to: flower status {run.row.ref}",
        )
    if before is not None:
        step.store.runs.set_status(run.id, before, None)
        step.store.runs.set_deadline(run.id, None)
    return _let_go(step, run, rows, chosen)


def suspend_task(step: Step, run: ActiveRun, name: str) -> list[str]:
    """Hold back a task, or all that has not started in a group; the paths. What runs goes on."""
    rows = step.store.tasks.of_run(run.id)
    row = find_row(rows, name)
    chosen = list(_not_started(row, RunPicture(run.graph, rows)))
    if not chosen:
        raise Refused(f"`{row.path}` {_too_late(row)}", f"to end what runs: flower cancel {run.row.ref}")
    step.store.tasks.force((each.id for each in chosen), ExecStatus.SUSPENDED, Reason.BY_HAND, "", step.now)
    for each in chosen:
        step.store.events.add(step.now, "suspended", run.id, each.id, task=each.path, message="by a person")
    reopen(step, run)
    return [each.path for each in chosen]


def resume_task(step: Step, run: ActiveRun, name: str) -> list[str]:
    """Let a suspended task start, or those in a group that a person has suspended; the paths."""
    rows = step.store.tasks.of_run(run.id)
    row = find_row(rows, name)
    chosen = [row] if _may_resume(row) else [each for each in RunPicture(run.graph, rows).below(row) if _by_hand(each)]
    if not chosen:
        raise _not_suspended(run, row)
    return _let_go(step, run, rows, chosen)


def _not_started(row: TaskRow, shape: RunPicture) -> Iterable[TaskRow]:
    """The waiting rows that stand for the work of a row: it, or what waits inside an open group."""
    if row.status is ExecStatus.WAITING:
        yield row
        return
    for member in shape.children(row):
        yield from _not_started(member, shape)


def _by_hand(row: TaskRow) -> bool:
    return row.status is ExecStatus.SUSPENDED and row.reason == Reason.BY_HAND


def _may_resume(row: TaskRow) -> bool:
    """Suspended by a person, or because it could not start: trying again does no harm."""
    reasons = (Reason.BY_HAND, Reason.MISSING_VALUE, Reason.NO_SECRET)
    return row.status is ExecStatus.SUSPENDED and row.reason in reasons


def _let_go(step: Step, run: ActiveRun, rows: list[TaskRow], chosen: Sequence[TaskRow]) -> list[str]:
    reset_rows(step, run, chosen, RunPicture(run.graph, rows))
    reopen(step, run)
    paths = [row.path for row in chosen]
    step.store.events.add(step.now, "resumed", run.id, tasks=paths)
    return paths


def _too_late(row: TaskRow) -> str:
    if row.status is ExecStatus.RUNNING:
        return "is running, and what runs goes on" if row.kind == "task" else "has nothing left that has not started"
    return f"is {row.status.word} already" if row.status is ExecStatus.SUSPENDED else f"has already {row.status.word}"


def _not_suspended(run: ActiveRun, row: TaskRow) -> Refused:
    target = f"{run.row.ref} {row.path}"
    if row.status is ExecStatus.SUSPENDED and row.reason in _DECIDED_OTHERWISE:
        why, verb = _DECIDED_OTHERWISE[Reason(row.reason)]
        return Refused(f"`{row.path}` was not suspended by a person: {why}", f"flower {verb} {target}")
    return Refused(f"`{row.path}` is not suspended: it is {row.status.word}", f"flower why {target} tells more")
