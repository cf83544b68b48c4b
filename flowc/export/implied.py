"""Which edges say nothing new: their successor waits for their predecessor anyway, by way of others.

A group is two vertices, its start and its end: members start after the one and end before the other.
"""

from __future__ import annotations

from collections.abc import Iterable

from runtime.model.definition import FlowDefinition


def implied_links(flow: FlowDefinition) -> set[tuple[int, int]]:
    """The (predecessor, successor) pairs that could be left out without changing any order.

    An edge that asks for an outcome is never implied, and implies nothing: it may let its successor go early.
    """
    plain = [(edge.predecessor, edge.successor) for edge in flow.dependencies if not edge.outcome]
    arcs: dict[int, set[int]] = {vertex: set() for vertex in range(2 * len(flow.tasks))}
    for task in flow.tasks:
        parent = task.parent if task.parent is not None else 0
        arcs[_start(task.node)].add(_end(task.node))
        if task.node:
            arcs[_start(parent)].add(_start(task.node))
            arcs[_end(task.node)].add(_end(parent))
    for predecessor, successor in plain:
        arcs[_end(predecessor)].add(_start(successor))
    beyond = _beyond(arcs)
    return {ends for ends in plain if beyond[_end(ends[0])] >> _start(ends[1]) & 1}


def _start(node: int) -> int:
    return 2 * node


def _end(node: int) -> int:
    return 2 * node + 1


def _beyond(arcs: dict[int, set[int]]) -> dict[int, int]:
    """For each vertex the bits of those that are two or more steps behind it."""
    behind: dict[int, int] = {}
    beyond: dict[int, int] = {}
    for vertex in reversed(sorted_topologically(arcs)):
        far = near = 0
        for target in arcs[vertex]:
            far |= behind[target]
            near |= 1 << target
        beyond[vertex] = far
        behind[vertex] = far | near
    return beyond


def sorted_topologically(arcs: dict[int, set[int]]) -> list[int]:
    """The vertices of a graph without cycles, each before all it points to; among equals in their own order."""
    waits = _counted(arcs)
    ready = sorted((vertex for vertex in arcs if not waits[vertex]), reverse=True)
    order = []
    while ready:
        vertex = ready.pop()
        order.append(vertex)
        for target in sorted(arcs[vertex], reverse=True):
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return order


def _counted(arcs: dict[int, set[int]]) -> dict[int, int]:
    waits = dict.fromkeys(arcs, 0)
    for targets in arcs.values():
        _count(waits, targets)
    return waits


def _count(waits: dict[int, int], targets: Iterable[int]) -> None:
    for target in targets:
        waits[target] += 1
