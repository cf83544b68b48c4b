"""What people ask of a run: ignore, answer, cancel, and updates of `exec_status` by hand.

All of it changes states and then derives the rest afresh (`runtime.picture`); nothing here is on a hot path.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from runtime.model.encode import dumps
from runtime.model.errors import BadParameter, NotFound, Refused
from runtime.model.names import find_path, nearest
from runtime.model.rows import HandChange, TaskRow
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.model.types import Optional
from runtime.model.values import ValueProblem, from_json, to_json
from runtime.outputs import computed_outputs, provided
from runtime.picture import RunPicture
from runtime.rest import come_to_rest, picture, recount
from runtime.rounds import Verdict
from runtime.scope import UNUSABLE, MissingValue
from runtime.step import ActiveRun, Step

OF_GROUPS: Final = (Reason.EXPRESSION, Reason.MISSING_VALUE, Reason.TIMEOUT, Reason.CANCELLED, Reason.ROUNDS)
"""Why a group stops that is not what its members make of it."""


def reset_rows(step: Step, run: ActiveRun, rows: Sequence[TaskRow], shape: RunPicture) -> list[int]:
    """A new generation of these rows and of those that their old outcome started: hooks, tasks that asked for it.

    A row whose last attempt has not ended yet must not start beside it: it is running until then. These attempts are
    returned.
    """
    if not rows:
        return []
    rows = [*rows, *_ended_around(rows, shape)]
    started = shape.started_by(rows)
    for row in rows:
        if row.forgiven and run.task(row).allow_failures is not None:
            step.store.tasks.forgive(row.id, run.graph.forgiven(row.node, item=run.is_item(row)))
    still = step.store.attempts.open(run.id)
    busy = [row for row in (*rows, *started) if row.attempt_id in still]
    step.store.tasks.force((row.id for row in busy), ExecStatus.RUNNING, Reason.RESET_WHEN_ENDED, "", step.now)
    later = {row.id for row in busy}
    step.store.tasks.reset(row.id for row in (*rows, *started) if row.id not in later)
    return [row.attempt_id for row in busy if row.attempt_id is not None]


def _ended_around(rows: Sequence[TaskRow], shape: RunPicture) -> list[TaskRow]:
    """Groups around these rows that failed by themselves: they open again."""
    known = {row.id for row in rows}
    around = {outer.id: outer for row in rows for outer in shape.around(row) if outer.id not in known}
    return [
        outer
        for outer in around.values()
        if outer.kind != "flow" and outer.status is ExecStatus.FAILED and outer.reason in OF_GROUPS
    ]


def find_row(rows: list[TaskRow], name: str) -> TaskRow:
    """The row of a task that a person named; NotFound with the nearest names."""
    paths = {row.path: row for row in rows if row.kind != "flow"}
    return paths[find_path(name, list(paths))]


def ignore(step: Step, run: ActiveRun, name: str) -> list[str]:
    """Let a task, or a group with all inside, count as done without its work; the paths that were changed."""
    rows = step.store.tasks.of_run(run.id)
    row = find_row(rows, name)
    chosen = [row, *RunPicture(run.graph, rows).below(row)]
    running = [each for each in chosen if each.kind == "task" and each.status is ExecStatus.RUNNING]
    if running:
        raise Refused(
            f"`{running[0].path}` is running",
            f"end it first: flower cancel {run.row.ref}",
        )
    open_ones = [each for each in chosen if not each.status.satisfies]
    if not open_ones:
        raise Refused(f"`{row.path}` has already {row.status.word}", None)
    step.store.tasks.force(
        (each.id for each in open_ones),
        ExecStatus.IGNORED,
        Reason.BY_HAND,
        "",
        step.now,
    )
    reopen(step, run)
    step.store.events.add(step.now, "ignored", run.id, row.id, task=row.path)
    return [each.path for each in open_ones if each.kind == "task"]


def cancel(step: Step, run: ActiveRun) -> None:
    """Stop a run: nothing more of it starts. What runs is ended by whoever runs it."""
    status = RunStatus(run.row.status)
    if status in (RunStatus.SUCCEEDED, RunStatus.CANCELLED):
        raise Refused(
            f"run {run.row.ref} has already {'been ' if status is RunStatus.CANCELLED else ''}{status}",
            None,
        )
    step.store.runs.set_status(run.id, RunStatus.CANCELLED, step.now)
    step.store.events.add(step.now, "cancelled", run.id)
    if not step.store.attempts.open(run.id):
        step.store.pools.give_back_all(run.id)


def apply_hand_changes(step: Step, known: Mapping[int, ActiveRun]) -> list[int]:
    """Apply what people have written since the last time; the attempts that must be ended because of it.

    `known`: runs that are loaded already. Several updates of one task count as one, from the first state to the last.
    """
    changes: defaultdict[int, dict[int, HandChange]] = defaultdict(dict)
    for change in step.store.events.hand_changes():
        earlier = changes[change.task.run_id].get(change.task.id)
        merged = change if earlier is None else replace(change, was=earlier.was)
        changes[change.task.run_id][change.task.id] = merged
    step.store.events.clear_hand_changes()
    ended: list[int] = []
    for run_id in sorted(changes):
        row = step.store.runs.get(run_id)
        if row is not None:
            run = known.get(run_id) or ActiveRun.load(step.store, row)
            ended += _apply_hand_changes(step, run, changes[run_id].values())
    return ended


def _apply_hand_changes(step: Step, run: ActiveRun, changes: Iterable[HandChange]) -> list[int]:
    ended: list[int] = []
    shape = picture(step, run)
    reset: dict[int, TaskRow] = {}
    for change in changes:
        ended += _apply_hand_change(step, shape, change, reset)
        step.store.events.add(
            step.now,
            "updated by hand",
            run.id,
            change.task.id,
            task=change.task.path,
            was=change.was,
            wanted=change.wanted,
        )
    ended += reset_rows(step, run, list(reset.values()), shape)
    reopen(step, run)
    return ended


def _apply_hand_change(step: Step, shape: RunPicture, change: HandChange, reset: dict[int, TaskRow]) -> list[int]:
    """The attempts to end; rows for which a new generation is to begin go to `reset`."""
    row, was, wanted = change.task, ExecStatus(change.was), change.task.status
    if wanted != change.wanted or wanted is was:
        return []
    if wanted is ExecStatus.RUNNING:
        step.store.tasks.put_back(row.id, was)
        return []
    if row.kind != "task":
        return _apply_to_group(step, shape, row, was, wanted, reset)
    if wanted is ExecStatus.WAITING:
        reset[row.id] = row
        return []
    step.store.tasks.force([row.id], wanted, Reason.BY_HAND, "", step.now)
    return [row.attempt_id] if was is ExecStatus.RUNNING and row.attempt_id is not None else []


def _stopped_itself(row: TaskRow) -> bool:
    """A task, or a group that could not open or close; other groups are what their members make of them."""
    return row.kind == "task" or row.reason in OF_GROUPS


def _apply_to_group(
    step: Step, shape: RunPicture, row: TaskRow, was: ExecStatus, wanted: ExecStatus, reset: dict[int, TaskRow]
) -> list[int]:
    """A group set to waiting resets what stopped inside; set to ignored it is ignored whole; else it is put back."""
    step.store.tasks.put_back(row.id, was)
    inside = list(shape.below(row))
    if wanted is ExecStatus.WAITING:
        stopped = [inner for inner in inside if inner.status in (ExecStatus.FAILED, ExecStatus.SUSPENDED)]
        reset.update({each.id: each for each in (row, *stopped) if _stopped_itself(each)})
        return []
    if wanted is ExecStatus.IGNORED:
        below = [inner for inner in inside if inner.kind == "task"]
        left = [inner for inner in below if not inner.status.satisfies]
        step.store.tasks.force((inner.id for inner in left), wanted, Reason.BY_HAND, "", step.now)
        if not below:
            step.store.tasks.force([row.id], wanted, Reason.BY_HAND, "", step.now)
        return [
            inner.attempt_id for inner in left if inner.status is ExecStatus.RUNNING and inner.attempt_id is not None
        ]
    return []


def reopen(step: Step, run: ActiveRun) -> None:
    """After states have been changed: derive the rest; the run goes on if anything can move, else it is at rest. One
    that a person has suspended stays so until it is resumed."""
    recount(step, run)
    status = step.store.runs.status(run.id)
    if step.store.runs.suspended_from(run.id) is not None and not step.store.tasks.settled(run.id):
        return
    if not step.store.tasks.settled(run.id) and step.store.tasks.moving(run.id):
        if RunStatus(status).ended and run.graph.task(0).timeout_seconds is not None:
            step.store.runs.set_deadline(run.id, None)
        if status != RunStatus.QUEUED:
            step.store.runs.set_status(run.id, RunStatus.RUNNING, None)
    elif status == RunStatus.CANCELLED:
        return
    elif step.store.attempts.open(run.id) or come_to_rest(step, run) is RunStatus.RUNNING:
        step.store.runs.set_status(run.id, RunStatus.RUNNING, None)


def answer(step: Step, run: ActiveRun, name: str, fields: Mapping[str, Any]) -> str:
    """Complete a task that asked, with the fields of its form as JSON; its path."""
    row = _asked(step, run, name)
    task = run.task(row)
    form = dict(provided(task))
    for given in fields:
        if given not in form:
            known = nearest(given, list(form)) or (f"its fields: {', '.join(form)}" if form else "it has no fields")
            raise BadParameter(f"`{row.path}` has no field `{given}`", known)
    values = {}
    for field, kind in form.items():
        if field not in fields and not isinstance(kind, Optional):
            raise BadParameter(
                f"`{row.path}` needs the field `{field}`", f"give it as --{field.replace('_', '-')} VALUE ({kind})"
            )
        try:
            values[field] = to_json(from_json(kind, fields.get(field), f"field `{field}`"))
        except ValueProblem as problem:
            raise BadParameter(str(problem), f"it is declared as `{field}: {kind}`") from None
    try:
        outputs = computed_outputs(task, values, step.scope(run, row))
        verdict = step.judge_round(run, row, outputs)
    except (MissingValue, *UNUSABLE) as problem:
        raise BadParameter(f"`{row.path}` cannot take this answer: {problem}") from None
    step.store.events.add(step.now, "answered", run.id, row.id, task=row.path, fields=values)
    complete(step, run, row, outputs, verdict)
    step.flush()
    reopen(step, run)
    return row.path


def complete(step: Step, run: ActiveRun, row: TaskRow, outputs: Mapping[str, Any], verdict: Verdict) -> None:
    """What follows from an answer: the task has succeeded, asks again in another round, or has asked too often."""
    if verdict.kind == "again":
        step.next_round(run, row, verdict)
    elif verdict.kind == "failed":
        step.store.tasks.force([row.id], ExecStatus.FAILED, verdict.reason, verdict.message, step.now)
        step.store.events.add(step.now, "failed", run.id, row.id, task=row.path, message=verdict.message)
        step.failed.add(run.id)
        if row.forgiven or step.within_allowance(run, row):
            step.ended(run, row, active=False)
        else:
            step.stopped(run, row, active=False)
    else:
        step.store.tasks.answer(row.id, dumps(dict(outputs)) if outputs else None, step.now)
        step.ended(run, row, active=False)


def refuse(step: Step, run: ActiveRun, name: str, why: str) -> str:
    """Fail a task that asked; its path."""
    row = _asked(step, run, name)
    step.store.tasks.force([row.id], ExecStatus.FAILED, Reason.REFUSED, why or "refused", step.now)
    step.store.events.add(step.now, "refused", run.id, row.id, task=row.path, message=why)
    step.failed.add(run.id)
    if row.forgiven or step.within_allowance(run, row):
        step.ended(run, row, active=False)
    else:
        step.stopped(run, row, active=False)
    step.flush()
    reopen(step, run)
    return row.path


def _stands(status: ExecStatus) -> str:
    over = status in (ExecStatus.FINISHED, ExecStatus.FAILED)
    return f"has already {status.word}" if over else f"is {status.word}"


def _asked(step: Step, run: ActiveRun, name: str) -> TaskRow:
    row = find_row(step.store.tasks.of_run(run.id), name)
    if step.store.runs.status(run.id) == RunStatus.CANCELLED:
        raise Refused(
            f"run {run.row.ref} has been cancelled", f"to let it go on after all: flower rerun {run.row.ref} {row.path}"
        )
    if row.status is not ExecStatus.SUSPENDED or row.reason != Reason.ASKED:
        raise Refused(
            f"`{row.path}` does not ask anything: it {_stands(row.status)}", f"flower status {run.row.ref} tells more"
        )
    return row


def not_found_run(ref: str) -> NotFound:
    return NotFound(f"there is no run `{ref}`", "flower runs lists them")
