"""A list that is made again: which items of a mapped node keep their results, and which are new, changed or gone.

Its rows are matched by key in the transaction in which the producer of the list has ended again, so that no task starts
by the old list afterwards.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from runtime.control import reset_rows
from runtime.items import Item, Items
from runtime.model.encode import dumps
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.picture import RunPicture
from runtime.rest import picture, recount
from runtime.scope import UNUSABLE, MissingValue
from runtime.step import ActiveRun, Step
from runtime.watch import sentence


@dataclass(frozen=True, slots=True)
class Matching:
    """What becomes of the items of a node: `kept` and `changed` ones with their new places, `new` ones, and the ids of
    those that are `gone`."""

    kept: tuple[tuple[Item, int], ...]
    changed: tuple[tuple[Item, int], ...]
    new: tuple[Item, ...]
    gone: tuple[int, ...]


def match(known: Mapping[str, tuple[int, str]], wanted: Sequence[Item], *, keyed: bool) -> Matching:
    """Match the items of a list with the rows of an older one.

    `known`: id and loop variables of the rows by key; those of a row that is gone already are the empty text. Without
    keys that were given by name nobody can say which item is which, so that all of them count as changed.
    """
    kept, changed, new = [], [], []
    for item in wanted:
        found = known.get(item[1])
        if found is None:
            new.append(item)
        elif keyed and found[1] == item[2]:
            kept.append((item, found[0]))
        else:
            changed.append((item, found[0]))
    keys = {item[1] for item in wanted}
    gone = tuple(identity for key, (identity, _) in known.items() if key not in keys)
    return Matching(tuple(kept), tuple(changed), tuple(new), gone)


def relist(step: Step, run: ActiveRun) -> list[int]:
    """Give the mapped nodes of a run whose list was made again the items that it has now.

    The attempts of items that are gone or have changed are returned: they must be ended.
    """
    ids = sorted({identity for other, identity in step.relisted if other.id == run.id})
    step.relisted = [entry for entry in step.relisted if entry[0].id != run.id]
    ended: list[int] = []
    for identity in ids:
        row = step.store.tasks.by_id(identity)
        if row is not None and row.status not in (ExecStatus.WAITING, ExecStatus.IGNORED):
            ended += _relist(step, run, row)
    return ended


def _relist(step: Step, run: ActiveRun, row: TaskRow) -> list[int]:
    items = Items(step)
    try:
        wanted = items.of(run, row)
    except (MissingValue, *UNUSABLE) as problem:
        _fail(step, run, row, sentence(problem))
        return []
    if row.reason == Reason.EXPRESSION:
        step.store.tasks.force([row.id], ExecStatus.RUNNING, "", "", step.now)
    shape = picture(step, run)
    members = {member.id: member for member in step.store.tasks.children(row.id)}
    matching = match(_known(row, members), wanted, keyed=run.task(row).by is not None)
    step.store.tasks.place_items(_places(matching, members))
    ended = _leave_out(step, [members[identity] for identity in matching.gone], shape)
    ended += _begin_afresh(step, run, [members[identity] for _, identity in matching.changed], shape)
    step.store.tasks.insert(items.rows(run, row, matching.new))
    _derive(step, run)
    _decide_new(step, run, row)
    counts = {name: len(getattr(matching, name)) for name in ("kept", "changed", "new", "gone")}
    step.store.events.add(step.now, "list made again", run.id, row.id, task=row.path, **counts)
    return ended


def _known(row: TaskRow, members: Mapping[int, TaskRow]) -> dict[str, tuple[int, str]]:
    return {
        member.path[len(row.path) + 1 : -1]: (member.id, dumps(member.item) if member.ordinal >= 0 else "")
        for member in members.values()
    }


def _places(matching: Matching, members: Mapping[int, TaskRow]) -> Iterator[tuple[int, str, int]]:
    for (ordinal, _, variables), identity in (*matching.kept, *matching.changed):
        yield ordinal, variables, identity
    for identity in matching.gone:
        yield -identity, dumps(members[identity].item), identity


def _leave_out(step: Step, gone: Sequence[TaskRow], shape: RunPicture) -> list[int]:
    """Items that the list no longer holds count as done, whatever they were; the attempts to end."""
    left = [item for item in gone if item.ordinal >= 0 or item.status is not ExecStatus.IGNORED]
    rows = [each for item in left for each in (item, *shape.below(item))]
    step.store.tasks.force((each.id for each in rows), ExecStatus.IGNORED, Reason.NOT_IN_LIST, "", step.now)
    return [
        each.attempt_id
        for each in rows
        if each.kind == "task" and each.status is ExecStatus.RUNNING and each.attempt_id is not None
    ]


def _begin_afresh(step: Step, run: ActiveRun, items: Sequence[TaskRow], shape: RunPicture) -> list[int]:
    """Items whose variables have changed run again, with all that is in them; the attempts to end. What has not begun
    since its node goes again has nothing to begin afresh, and nobody has heard of an outcome of it."""
    rows = [each for item in items for each in (item, *shape.below(item))]
    return reset_rows(step, run, [row for row in rows if not _is_fresh(row)], shape)


def _is_fresh(row: TaskRow) -> bool:
    return row.status is ExecStatus.WAITING and not row.attempts and row.started_at is None


def _decide_new(step: Step, run: ActiveRun, row: TaskRow) -> None:
    """New rows may ask for outcomes that are known already."""
    if run.graph.task(row.node).kind == "group":
        for waiting in step.store.tasks.awaiting(run.id):
            step.decide_awaiting(run, waiting)
        step.flush()


def _fail(step: Step, run: ActiveRun, row: TaskRow, message: str) -> None:
    step.store.tasks.force([row.id], ExecStatus.FAILED, Reason.EXPRESSION, message, step.now)
    step.store.events.add(step.now, "failed", run.id, row.id, task=row.path, message=message)
    step.failed.add(run.id)
    _derive(step, run)


def _derive(step: Step, run: ActiveRun) -> None:
    """The end of the list's producer may have closed groups, and the whole run, that are open again by now."""
    recount(step, run)
    if not step.store.tasks.settled(run.id):
        step.finished.discard(run.id)
