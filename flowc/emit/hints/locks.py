"""Hints on pools that are taken while another is held, by some in one order and by others in the other: all may come
to wait for one another."""

from __future__ import annotations

from collections.abc import Iterator

from flowc.analysis.model import Flow, Task
from flowc.diagnostics import Label, codes
from flowc.emit.hints.hints import Hints

_Pair = tuple[str, str]


def hint_locks(flows: list[Flow], hints: Hints) -> None:
    """A hint for the first place that takes two pools against an order in which they were taken before."""
    known: dict[_Pair, tuple[Task, Task]] = {}
    for flow in flows:
        limited = {name for name, pool in flow.pools.items() if pool.definition.limit is not None}
        for task in flow.tasks:
            for pair, holder in _taken_while_held(task, limited):
                known.setdefault(pair, (task, holder))
                _tell(pair, (task, holder), known, hints)


def _taken_while_held(task: Task, limited: set[str]) -> Iterator[tuple[_Pair, Task]]:
    for use in task.uses:
        for group in task.ancestors():
            for held in group.uses:
                if {held.pool, use.pool} <= limited:
                    yield (held.pool, use.pool), group


def _tell(pair: _Pair, here: tuple[Task, Task], known: dict[_Pair, tuple[Task, Task]], hints: Hints) -> None:
    (held, taken), (task, group) = pair, here
    if held == taken:
        message = f"`{task.dotted}` takes places of `{held}` while `{group.dotted}` holds some"
        why = "when all places are held by such groups, none of them can go on"
        hints.hint(codes.LOCK_ORDER, task.span, f"{message}: {why}", "let either the group or its members use the pool")
    elif (taken, held) in known:
        other, holder = known[taken, held]
        hints.hint(
            codes.LOCK_ORDER,
            task.span,
            f"`{task.dotted}` takes `{taken}` while `{group.dotted}` holds `{held}`, and elsewhere it is the reverse",
            "take both at once, in one `use` each of the same task or group, or in the same order everywhere",
            labels=(Label(other.span, f"takes `{held}` while `{holder.dotted}` holds `{taken}`"),),
        )
