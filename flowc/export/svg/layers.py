"""Layers: every vertex one behind the last that leads to it, long edges as chains of bends."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence

from flowc.export.implied import sorted_topologically
from runtime.model.slotted import dataclass

Vertex = Hashable


@dataclass(frozen=True, slots=True)
class Bend:
    """Where an edge passes a layer. `edge`: its number."""

    edge: int
    layer: int


@dataclass(slots=True)
class Layered:
    """`layers`: the vertices and bends of each layer. `chains`: for each edge what it runs through, ends included."""

    layers: list[list[Vertex]]
    chains: list[list[Vertex]]


def layered(
    vertices: Sequence[Vertex],
    edges: Sequence[tuple[Vertex, Vertex]],
    first: Iterable[Vertex] = (),
    last: Iterable[Vertex] = (),
) -> Layered:
    """Distributes vertices over layers. `first` and `last` have a layer of their own before and behind all others."""
    number = {vertex: at for at, vertex in enumerate(vertices)}
    arcs: dict[int, set[int]] = {at: set() for at in range(len(vertices))}
    for tail, head in edges:
        arcs[number[tail]].add(number[head])
    begin, end = {number[vertex] for vertex in first}, {number[vertex] for vertex in last}
    layer = _longest_paths(arcs, begin)
    _pull(layer, arcs, begin | end)
    deepest = max(layer.values(), default=0)
    layer.update(dict.fromkeys(end, deepest + 1))
    layers: list[list[Vertex]] = [[] for _ in range(deepest + (2 if end else 1))]
    for at, vertex in enumerate(vertices):
        layers[layer[at]].append(vertex)
    chains = [_chain(edge, ends, layer, number, layers) for edge, ends in enumerate(edges)]
    return Layered([content for content in layers if content], chains)


def _longest_paths(arcs: Mapping[int, set[int]], begin: set[int]) -> dict[int, int]:
    """The layer of each vertex; 0 is for `begin` alone if it has anything."""
    layer = {vertex: 0 if vertex in begin else bool(begin) + 0 for vertex in arcs}
    for vertex in sorted_topologically(dict(arcs)):
        for target in arcs[vertex]:
            layer[target] = max(layer[target], layer[vertex] + 1)
    return layer


def _pull(layer: dict[int, int], arcs: Mapping[int, set[int]], fixed: set[int]) -> None:
    """Moves what more leads away from than to as near to its successors as can be: shorter edges."""
    entering = dict.fromkeys(arcs, 0)
    for targets in arcs.values():
        for target in targets:
            entering[target] += 1
    for vertex in reversed(sorted_topologically(dict(arcs))):
        inner = [target for target in arcs[vertex] if target not in fixed]
        if vertex not in fixed and len(inner) > entering[vertex]:
            layer[vertex] = max(layer[vertex], min(layer[target] for target in inner) - 1)


def _chain(
    edge: int,
    ends: tuple[Vertex, Vertex],
    layer: Mapping[int, int],
    number: Mapping[Vertex, int],
    layers: list[list[Vertex]],
) -> list[Vertex]:
    tail, head = ends
    bends = [Bend(edge, at) for at in range(layer[number[tail]] + 1, layer[number[head]])]
    for bend in bends:
        layers[bend.layer].append(bend)
    return [tail, *bends, head]
