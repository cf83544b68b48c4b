"""Finds what waits for itself. A topological sort says whether there is a cycle at all; only then is networkx
loaded, to look for the shortest one inside each strongly connected part.

A group is two vertices, its start and its end: members start after the one and end before the other. So a
cycle that runs through a group's members is found like any other.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence

from runtime.model.definition import Dependency
from runtime.model.slotted import dataclass

_SEARCH_BOUND = 1_000_000
"""Arcs looked at in one strongly connected part before the shortest cycle so far is taken."""


@dataclass(frozen=True, slots=True)
class Shape:
    """The nesting of a flow: `parents[n]` is the group of node n, `groups[n]` whether n is one. Node 0 is the body."""

    parents: Sequence[int | None]
    groups: Sequence[bool]

    def start(self, node: int) -> int:
        return 2 * node

    def end(self, node: int) -> int:
        return 2 * node + 1 if self.groups[node] else 2 * node


def find_cycles(shape: Shape, dependencies: Iterable[Dependency]) -> list[list[Dependency]]:
    """One shortest cycle for each set of nodes that wait for one another, as its dependencies in order.

    Each dependency's successor is the next one's predecessor, or they are nested in one another.
    """
    arcs = _arcs(shape, dependencies)
    tangled = _left_by_sorting(2 * len(shape.parents), arcs)
    return _shortest_in_each_part(arcs, tangled) if tangled else []


Arcs = dict[int, dict[int, Dependency | None]]


def _arcs(shape: Shape, dependencies: Iterable[Dependency]) -> Arcs:
    """Vertex -> vertex -> the dependency between them, or None for the step between a group and its member."""
    arcs: Arcs = {}
    for node, parent in enumerate(shape.parents):
        if parent:
            arcs.setdefault(shape.start(parent), {})[shape.start(node)] = None
            arcs.setdefault(shape.end(node), {})[shape.end(parent)] = None
    for edge in dependencies:
        arcs.setdefault(shape.end(edge.predecessor), {}).setdefault(shape.start(edge.successor), edge)
    for node, group in enumerate(shape.groups):
        if group and node:
            arcs.setdefault(shape.start(node), {}).setdefault(shape.end(node), None)
    return arcs


def _left_by_sorting(vertices: int, arcs: Arcs) -> set[int]:
    """The vertices that a topological sort cannot place: those on cycles and behind them."""
    waits = [0] * vertices
    for targets in arcs.values():
        for target in targets:
            waits[target] += 1
    ready = [vertex for vertex in range(vertices) if not waits[vertex]]
    for vertex in ready:
        for target in arcs.get(vertex, ()):
            waits[target] -= 1
            if not waits[target]:
                ready.append(target)
    return {vertex for vertex in range(vertices) if waits[vertex]} if len(ready) < vertices else set()


def _shortest_in_each_part(arcs: Arcs, tangled: set[int]) -> list[list[Dependency]]:
    import networkx

    graph: networkx.DiGraph[int] = networkx.DiGraph()
    for source in tangled:
        graph.add_edges_from((source, target) for target in arcs.get(source, ()) if target in tangled)
    parts = [part for part in networkx.strongly_connected_components(graph) if len(part) > 1]
    return [_shortest(arcs, part) for part in sorted(parts, key=min)]


def _shortest(arcs: Arcs, part: set[int]) -> list[Dependency]:
    best: list[int] = []
    looked_at = 0
    for start in sorted(part):
        path, arcs_seen = _way_back(arcs, part, start, len(best) or len(part) + 1)
        best = path or best
        looked_at += arcs_seen
        if looked_at > _SEARCH_BOUND:
            break
    steps = zip(best, best[1:] + best[:1], strict=True)
    return [edge for source, target in steps if (edge := arcs[source][target]) is not None]


def _way_back(arcs: Arcs, part: set[int], start: int, bound: int) -> tuple[list[int], int]:
    """The shortest way from `start` to itself with fewer than `bound` vertices, or nothing; and the arcs looked at."""
    came_from: dict[int, int] = {}
    depth = {start: 1}
    queue = deque([start])
    seen = 0
    while queue:
        vertex = queue.popleft()
        if depth[vertex] >= bound:
            break
        for target in arcs.get(vertex, ()):
            seen += 1
            if target == start:
                return _trace(came_from, start, vertex), seen
            if target in part and target not in depth:
                depth[target] = depth[vertex] + 1
                came_from[target] = vertex
                queue.append(target)
    return [], seen


def _trace(came_from: dict[int, int], start: int, last: int) -> list[int]:
    path = [last]
    while path[-1] != start:
        path.append(came_from[path[-1]])
    return path[::-1]
