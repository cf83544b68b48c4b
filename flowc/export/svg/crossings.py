"""Orders within layers: sweeps that put each vertex at the mean of its neighbours, and keep what crosses least."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from flowc.export.svg.layers import Layered, Vertex

_SWEEPS: Final = 12
_COUNTED_EDGES: Final = 40_000
"""Beyond this many edges the last order is taken without counting."""

Neighbours = Mapping[Vertex, Sequence[Vertex]]


def uncrossed(given: Layered) -> list[list[Vertex]]:
    """The layers in an order with few crossings; the same for the same input."""
    above, below = neighbours(given)
    layers = [list(layer) for layer in given.layers]
    best, fewest = [list(layer) for layer in layers], _crossings(layers, below)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        _sweep(layers, above if sweep % 2 == 0 else below, backwards=sweep % 2 == 1)
        count = _crossings(layers, below)
        if count < fewest:
            best, fewest = [list(layer) for layer in layers], count
    return best


def neighbours(given: Layered) -> tuple[dict[Vertex, list[Vertex]], dict[Vertex, list[Vertex]]]:
    """What stands before and behind each vertex in the layers next to it."""
    above: dict[Vertex, list[Vertex]] = {vertex: [] for layer in given.layers for vertex in layer}
    below: dict[Vertex, list[Vertex]] = {vertex: [] for vertex in above}
    for chain in given.chains:
        for tail, head in pairwise(chain):
            below[tail].append(head)
            above[head].append(tail)
    return above, below


def _sweep(layers: list[list[Vertex]], beside: Neighbours, *, backwards: bool) -> None:
    """Sorts each layer by the mean place of the neighbours in the layer before."""
    order = range(len(layers) - 2, -1, -1) if backwards else range(1, len(layers))
    for at in order:
        place = {vertex: number for number, vertex in enumerate(layers[at + 1 if backwards else at - 1])}
        means = {vertex: _mean(beside[vertex], place, number) for number, vertex in enumerate(layers[at])}
        layers[at].sort(key=means.__getitem__)


def _mean(beside: Sequence[Vertex], place: Mapping[Vertex, int], own: int) -> float:
    return sum(place[vertex] for vertex in beside) / len(beside) if beside else float(own)


def _crossings(layers: Sequence[Sequence[Vertex]], below: Neighbours) -> int:
    if sum(map(len, below.values())) > _COUNTED_EDGES:
        return 1
    return sum(_between(upper, lower, below) for upper, lower in pairwise(layers))


def _between(upper: Sequence[Vertex], lower: Sequence[Vertex], below: Neighbours) -> int:
    """How many pairs of edges between two layers cross."""
    place = {vertex: number for number, vertex in enumerate(lower)}
    seen: list[int] = []
    crossings = 0
    for vertex in upper:
        heads = sorted(place[head] for head in below[vertex])
        crossings += sum(len(seen) - bisect_right(seen, head) for head in heads)
        for head in heads:
            insort(seen, head)
    return crossings
