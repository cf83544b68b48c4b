"""Positions across the layers: each vertex as near to the middle of its neighbours as its layer leaves room.

For one layer that is a least squares problem under an order, which pooling of neighbours solves exactly; some rounds
over all layers, to and fro, bring them into line.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Final

from flowc.export.svg.layers import Bend, Vertex
from runtime.model.slotted import dataclass

_ROUNDS: Final = 16
_STIFF: Final = 6.0
"""The weight of a bend, so that long edges are straight."""


@dataclass(frozen=True, slots=True)
class Pull:
    """A neighbour, and how far from its middle ours should be."""

    vertex: Vertex
    shift: float


def positions(
    layers: Sequence[Sequence[Vertex]],
    breadth: Callable[[Vertex], float],
    gap: Callable[[Vertex, Vertex], float],
    above: Mapping[Vertex, Sequence[Pull]],
    below: Mapping[Vertex, Sequence[Pull]],
) -> dict[Vertex, float]:
    """The middle of each vertex. `breadth`: its size across; `gap`: the room between two that stand side by side."""
    offsets = [_offsets(layer, breadth, gap) for layer in layers]
    middle = {}
    for layer, offset in zip(layers, offsets, strict=True):
        total = offset[-1] if offset else 0.0
        middle.update({vertex: at - total / 2 for vertex, at in zip(layer, offset, strict=True)})
    for round in range(_ROUNDS):
        last = round >= _ROUNDS - 2
        pulls = (above, below) if last else (above,) if round % 2 == 0 else (below,)
        order = list(zip(layers, offsets, strict=True))
        for layer, offset in order if round % 2 == 0 else reversed(order):
            _settle(layer, offset, middle, pulls)
    return middle


def _offsets(
    layer: Sequence[Vertex], breadth: Callable[[Vertex], float], gap: Callable[[Vertex, Vertex], float]
) -> list[float]:
    """How far each vertex must be at least from the first of its layer."""
    found = [0.0] if layer else []
    for left, right in pairwise(layer):
        found.append(found[-1] + breadth(left) / 2 + gap(left, right) + breadth(right) / 2)
    return found


def _settle(
    layer: Sequence[Vertex],
    offset: Sequence[float],
    middle: dict[Vertex, float],
    pulls: Sequence[Mapping[Vertex, Sequence[Pull]]],
) -> None:
    wanted, weights = [], []
    for vertex, least in zip(layer, offset, strict=True):
        found = [pull for side in pulls for pull in side[vertex]]
        target = sum(middle[pull.vertex] + pull.shift for pull in found) / len(found) if found else middle[vertex]
        wanted.append(target - least)
        weights.append((_STIFF if isinstance(vertex, Bend) else 1.0 + len(found)) if found else 0.01)
    for vertex, least, place in zip(layer, offset, _rising(wanted, weights), strict=True):
        middle[vertex] = place + least


def _rising(wanted: Sequence[float], weights: Sequence[float]) -> list[float]:
    """The rising sequence nearest to the wanted values: neighbours out of order are pooled at their mean."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(wanted, weights, strict=True):
        count = 1
        while pools and pools[-1][0] > value:
            other, heavy, size = pools.pop()
            value = (value * weight + other * heavy) / (weight + heavy)
            weight, count = weight + heavy, count + size
        pools.append((value, weight, count))
    return [value for value, _, count in pools for _ in range(count)]
