"""Renewal: all members of a group begin a new generation, for another round or another attempt of it."""

from __future__ import annotations

from collections.abc import Iterator

from runtime.model.graph import FlowGraph
from runtime.model.rows import TaskRow
from runtime.scope import TaskScope
from runtime.store.protocol import Store


def renew(store: Store, graph: FlowGraph, row: TaskRow, scope: TaskScope) -> None:
    """Reset everything below a group or item that is to open again. Attempts below it have all ended.

    `scope`: that of the row. Hooks that report on a member stand beside the group and are reset with it.
    """
    store.tasks.renew(_fresh(graph, row, scope, store))


def still_awaited(store: Store, graph: FlowGraph, row: TaskRow, scope: TaskScope) -> int:
    """How many of the nodes that a row comes after have not ended well, now."""
    return sum(_still_waits(graph, row, set(), scope, store))


def _fresh(
    graph: FlowGraph, row: TaskRow, scope: TaskScope, store: Store
) -> Iterator[tuple[int, bool, int, bool, int]]:
    """(remaining, awaiting, lane, forgiven, id) of each row below, as if it had just come into being."""
    rows = store.tasks.below(row.id)
    inside = {member.node for member in rows}
    maps = {member.id for member in rows if member.kind == "map"}
    for member in rows:
        item = member.parent_id in maps
        awaiting = graph.task(member.node).awaits is not None and not item
        if item:
            waits = 1 + (graph.task(member.node).sequential and member.ordinal > 0)
        else:
            waits = 1 + awaiting + sum(_still_waits(graph, member, inside, scope, store))
        yield (
            waits,
            awaiting,
            graph.lane(member.node, member.kind),
            graph.forgiven(member.node, item=item),
            member.id,
        )


def _still_waits(graph: FlowGraph, member: TaskRow, inside: set[int], scope: TaskScope, store: Store) -> Iterator[bool]:
    for edge in graph.predecessors[member.node]:
        if not edge.outcome:
            yield edge.predecessor in inside or not _is_met(member.run_id, edge.predecessor, scope, store)


def _is_met(run_id: int, node: int, scope: TaskScope, store: Store) -> bool:
    found = store.tasks.at(run_id, node, scope.scope_of(node))
    row = store.tasks.by_id(found[0]) if found is not None else None
    return row is not None and row.settled
