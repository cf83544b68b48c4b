"""The members of a group that have an order, in layers: boxes and ports at their places, and the lines between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

from flowc.export.graph import Link
from flowc.export.svg.crossings import uncrossed
from flowc.export.svg.layers import Bend, Vertex, layered
from flowc.export.svg.layout import Box, Layout, Line, Point, Room
from flowc.export.svg.positions import Pull, positions
from flowc.export.svg.segments import Place, Port, Segments
from runtime.model.slotted import dataclass

_GAP: Final = 18.0
_GAP_OF_BENDS: Final = 10.0
_LAYER_GAP: Final = 34.0
_STEEPNESS: Final = 0.12
_MOST_FOR_STEEP: Final = 60.0

Layers = Sequence[Sequence[Vertex]]


@dataclass(frozen=True, slots=True)
class Run:
    """A segment with what it runs through. `shifts`: how far from the middles of its ends it begins and ends."""

    tail: Place
    head: Place
    links: list[Link]
    chain: list[Vertex]
    shifts: tuple[float, float]

    def across(self, middles: Mapping[Vertex, float]) -> list[float]:
        """Where it passes each vertex of the chain."""
        found = [middles[vertex] for vertex in self.chain]
        found[0] += self.shifts[0]
        found[-1] += self.shifts[1]
        return found


def place_in_layers(layout: Layout, room: Room, members: Sequence[int], segments: Segments) -> None:
    """Fills a room with members, the ports of its border, and the lines of its segments."""
    entering, leaving = segments.ports("in"), segments.ports("out")
    edges = [(_vertex(tail), _vertex(head)) for tail, head in segments.links]
    given = layered([*entering, *members, *leaving], edges, entering, leaving)
    runs = [
        Run(tail, head, links, chain, (_shift(layout, tail), _shift(layout, head)))
        for ((tail, head), links), chain in zip(segments.links.items(), given.chains, strict=True)
    ]
    layers = uncrossed(given)
    middles = _middles(layout, layers, runs)
    extents = _extents(layout, layers, runs, middles)
    for layer, extent in zip(layers, extents, strict=True):
        _place(layout, room, layer, extent[0], middles)
    number = {vertex: at for at, layer in enumerate(layers) for vertex in layer}
    for run in runs:
        points = _points(room, run, [extents[number[vertex]] for vertex in run.chain], middles)
        room.lines.append(Line(points, run.links, run.tail, run.head))


def _vertex(place: Place) -> Vertex:
    return place.port if place.border else place.member


def _shift(layout: Layout, place: Place) -> float:
    """How far a group's port is from the group's middle; 0 for ends without."""
    if place.border or place.port is None:
        return 0.0
    inside = layout.rooms[place.member]
    return inside.ports[place.port] - inside.breadth / 2


def _middles(layout: Layout, layers: Layers, runs: Sequence[Run]) -> dict[Vertex, float]:
    above: dict[Vertex, list[Pull]] = {vertex: [] for layer in layers for vertex in layer}
    below: dict[Vertex, list[Pull]] = {vertex: [] for vertex in above}
    for run in runs:
        shifts = [run.shifts[0], *[0.0] * (len(run.chain) - 2), run.shifts[1]]
        for (one, other), (from_shift, to_shift) in zip(pairwise(run.chain), pairwise(shifts), strict=True):
            above[other].append(Pull(one, from_shift - to_shift))
            below[one].append(Pull(other, to_shift - from_shift))

    def breadth(vertex: Vertex) -> float:
        return layout.extent(vertex)[1] if isinstance(vertex, int) else 1.0

    return positions(layers, breadth, _gap, above, below)


def _gap(left: Vertex, right: Vertex) -> float:
    return _GAP_OF_BENDS if isinstance(left, Bend) and isinstance(right, Bend) else _GAP


def _extents(
    layout: Layout, layers: Layers, runs: Sequence[Run], middles: Mapping[Vertex, float]
) -> list[tuple[float, float]]:
    """Where each layer begins and ends. Steep lines get more room behind the layer they start in."""
    steepest: dict[Vertex, float] = {}
    for run in runs:
        for vertex, (here, there) in zip(run.chain, pairwise(run.across(middles)), strict=False):
            steepest[vertex] = max(steepest.get(vertex, 0.0), abs(here - there))
    found, at = [], 0.0
    for layer in layers:
        end = at + _longest(layout, layer)
        found.append((at, end))
        steep = max((steepest.get(vertex, 0.0) for vertex in layer), default=0.0)
        at = end + _LAYER_GAP + min(steep * _STEEPNESS, _MOST_FOR_STEEP)
    return found


def _longest(layout: Layout, layer: Sequence[Vertex]) -> float:
    return max((layout.extent(vertex)[0] for vertex in layer if isinstance(vertex, int)), default=0.0)


def _place(layout: Layout, room: Room, layer: Sequence[Vertex], start: float, middles: Mapping[Vertex, float]) -> None:
    """Boxes and ports of a layer. To the right, its tasks are equally long, so that they form a column."""
    tasks = [vertex for vertex in layer if isinstance(vertex, int) and vertex not in layout.rooms]
    column = _longest(layout, tasks) if layout.right else 0.0
    for vertex in layer:
        if isinstance(vertex, int):
            length, breadth = layout.extent(vertex)
            if vertex not in layout.rooms:
                length = max(length, column)
            room.boxes[vertex] = Box(start, middles[vertex] - breadth / 2, length, breadth)
        elif isinstance(vertex, Port):
            room.ports[vertex] = middles[vertex]


def _points(
    room: Room, run: Run, extents: Sequence[tuple[float, float]], middles: Mapping[Vertex, float]
) -> list[Point]:
    """From the end of the box to the end of its layer, then through the layers between, to the start of the last."""
    first, *passed, last = zip(extents, run.across(middles), strict=True)
    box = room.boxes.get(run.tail.member)
    points = [(box.along + box.length if box else first[0][0], first[1]), (first[0][1], first[1])]
    for (start, end), across in passed:
        points += [(start, across), (end, across)]
    return [*points, (last[0][0], last[1]), (last[0][0], last[1])]
