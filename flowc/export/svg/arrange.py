"""Lays a graph out: each group on its own, from the inside out, then as a box in the group around it."""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, sqrt
from typing import Final

from flowc.export.graph import Graph, Link
from flowc.export.svg.labels import label_of
from flowc.export.svg.layout import Box, Layout, Room
from flowc.export.svg.segments import Segments, segments_of
from flowc.export.svg.strata import place_in_layers

_GAP: Final = 18.0
_PADDING: Final = 14.0
_FEWEST_LOOSE: Final = 4


def arrange(graph: Graph, links: Sequence[Link], *, right: bool) -> Layout:
    """The layout of a graph that grows to the right, or down."""
    layout = Layout({node.number: label_of(node) for node in graph.nodes[1:]}, right)
    segments = segments_of(graph, links)
    for node in reversed(graph.nodes):
        if node.members or node.number == 0:
            layout.rooms[node.number] = _room(layout, node.number, node.members, segments[node.number])
    return layout


def _room(layout: Layout, group: int, members: Sequence[int], segments: Segments) -> Room:
    connected = {place.member for ends in segments.links for place in ends}
    loose = [member for member in members if member not in connected]
    if len(loose) < _FEWEST_LOOSE:
        loose = []
    room = Room()
    place_in_layers(layout, room, [member for member in members if member not in loose], segments)
    _place_loose(layout, room, loose)
    _frame(layout, room, group)
    return room


def _place_loose(layout: Layout, room: Room, loose: Sequence[int]) -> None:
    """Members without any order stand in rows and columns beside the others, in about a square."""
    if not loose:
        return
    extents = [layout.extent(member) for member in loose]
    length, breadth = (max(sizes) for sizes in zip(*extents, strict=True))
    rows = ceil(sqrt(len(loose) * (length + _GAP) / (breadth + _GAP)))
    side = max((across for _, across in room.points()), default=-_GAP) + _GAP
    for at, (member, own) in enumerate(zip(loose, extents, strict=True)):
        column, row = divmod(at, rows)
        size = own if member in layout.rooms else (length, breadth)
        room.boxes[member] = Box(column * (length + _GAP), side + row * (breadth + _GAP), *size)


def _frame(layout: Layout, room: Room, group: int) -> None:
    """Gives the content room for the title and the padding, sizes the room, and leads lines to its border."""
    title_width, title_height, padding = 0.0, 0.0, 0.0
    if group:
        title_width, title_height, padding = layout.labels[group].width, layout.labels[group].height, _PADDING
    points = list(room.points()) or [(0.0, 0.0)]
    low, high = min(across for _, across in points), max(across for _, across in points)
    title_along, title_across = layout.turned((0.0, title_height))
    room.length = max(along for along, _ in points) + title_along + 2 * padding
    room.breadth = high - low + title_across + 2 * padding
    spare = max(title_width - (room.length if layout.right else room.breadth), 0.0)
    spare_along, spare_across = layout.turned((spare, 0.0))
    room.length += spare_along
    room.breadth += spare_across
    room.move(title_along + padding, title_across + padding + spare_across / 2 - low)
    _reach_border(room)


def _reach_border(room: Room) -> None:
    """Lines from and to ports begin and end on the border."""
    for line in room.lines:
        if line.tail.border:
            line.points[0] = (0.0, line.points[0][1])
        if line.head.border:
            line.points[-1] = (room.length, line.points[-1][1])
