"""The type that an output has for who looks at it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flowc.analysis.model import Out, Task
from flowc.analysis.typed import RUN_TIME, Typed
from flowc.analysis.types import UNKNOWN
from runtime.model.types import (
    ListOf,
    Optional,
    optional,
)

if TYPE_CHECKING:
    from flowc.analysis.choices import Branch


def seen_from(observer: Task, task: Task, out: Out) -> Typed:
    """The output as `observer` sees it: a list for each mapped node it is outside of, optional where a condition of
    a node, or a branch that it stands in, may skip the task and `observer` is outside of that."""
    kind, skipper, listed = out.type, None, False
    covers: frozenset[Branch] = frozenset()
    special = task.optional or task.may_fail or task.mapped or task.branches
    inside = observer.parent is task.parent and not special
    if not inside:
        beside = [observer, *observer.ancestors()]
        around = {id(node) for node in beside}
        shared = {id(branch) for node in beside for branch in node.branches}
        causes = 0
        node: Task | None = task
        while node is not None and id(node) not in around:
            left = [branch for branch in node.branches if id(branch) not in shared]
            skips = (node.optional or bool(left)) and not (out.has_default and not listed)
            if (skips or node.may_fail) and kind != UNKNOWN:
                kind, skipper = optional(kind), node
                causes += len(left) + 2 * (node.optional or node.may_fail)
                covers = frozenset(left) if causes == 1 else frozenset()
            if node.mapped and kind != UNKNOWN:
                kind, covers, causes, listed = ListOf(kind), frozenset(), causes and 2, True
            node = node.parent
    tree = ["out", task.path, out.name]
    return Typed(kind, tree, RUN_TIME, skipper if isinstance(kind, Optional) else None, covers=covers)
