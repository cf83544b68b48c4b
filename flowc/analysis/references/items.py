"""`g.items`: the keys of a mapped node's items, each with what its item has given."""

from __future__ import annotations

from typing import Any

from flowc.analysis.model import Out, Task
from flowc.analysis.references.seen import seen_from
from flowc.analysis.typed import Typed
from runtime.model.types import STR, ListOf, Record, Type, optional


def items_value(observer: Task, task: Task) -> Typed | None:
    """A list of `{ key, value }` in the order of the input, as `observer` sees it; None if the items give nothing.

    The value is a record of the outputs of a task or a called flow, of a group one of such records by its members;
    it is missing of an item that was skipped or has failed.
    """
    found = _of_outputs(task) if task.kind == "task" or task.called else _of_members(task, task)
    if found is None:
        return None
    kind, tree = found
    pair = Record((("key", STR), ("value", optional(kind) if task.optional or task.may_fail else kind)))
    whole = Task(-1, "group", "", task.path, task.parent, task.span, branches=task.branches)
    seen = seen_from(observer, whole, Out("items", ListOf(pair), task.span))
    seen.tree = ["items", task.path, tree]
    return seen


def _of_outputs(task: Task) -> tuple[Type, Any] | None:
    outs = task.giver.outs
    trees = [[name, ["own", name] if task.result is None else ["out", task.result.path, name]] for name in outs]
    return (Record(tuple((name, out.type) for name, out in outs.items())), ["record", *trees]) if outs else None


def _of_members(mapped: Task, group: Task) -> tuple[Type, Any] | None:
    onlooker = Task(-1, "flow", "", "", mapped, mapped.span)
    fields: list[tuple[str, Type]] = []
    trees: list[Any] = []
    for name, member in group.members.items():
        if member.kind == "group" and not member.called:
            found = _of_members(mapped, member)
        else:
            seen = {out.name: seen_from(onlooker, member.giver, out) for out in member.giver.outs.values()}
            kind = Record(tuple((key, value.type) for key, value in seen.items()))
            found = (kind, ["record", *([key, value.tree] for key, value in seen.items())]) if seen else None
        if found is not None:
            fields.append((name, found[0]))
            trees.append([name, found[1]])
    return (Record(tuple(fields)), ["record", *trees]) if fields else None
