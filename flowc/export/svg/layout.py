"""What a layout is: boxes and lines in rooms. Lengths run along the direction of the flow and across it.

The drawing turns (along, across) into x and y.
"""

from __future__ import annotations

from collections.abc import Iterator

from flowc.export.graph import Link
from flowc.export.svg.labels import Label
from flowc.export.svg.segments import Place, Port
from runtime.model.slotted import dataclass, field

Point = tuple[float, float]
"""(along, across), from the corner of the room nearest to the origin."""


@dataclass(slots=True)
class Box:
    """A node: its corner nearest to the origin, its length along and its breadth across."""

    along: float
    across: float
    length: float
    breadth: float


@dataclass(slots=True)
class Line:
    """The way of some links inside a group: from point to point, straight and curved in turn, straight first."""

    points: list[Point]
    links: list[Link]
    tail: Place
    head: Place


@dataclass(slots=True)
class Room:
    """The inside of a group: boxes of its members, lines between them, and where across lines pass its border."""

    boxes: dict[int, Box] = field(default_factory=dict)
    lines: list[Line] = field(default_factory=list)
    ports: dict[Port, float] = field(default_factory=dict)
    length: float = 0.0
    breadth: float = 0.0

    def points(self) -> Iterator[Point]:
        """The corners of all boxes and the points of all lines."""
        for box in self.boxes.values():
            yield box.along, box.across
            yield box.along + box.length, box.across + box.breadth
        for line in self.lines:
            yield from line.points

    def move(self, along: float, across: float) -> None:
        """Moves all that is inside."""
        for box in self.boxes.values():
            box.along += along
            box.across += across
        for line in self.lines:
            line.points = [(one + along, other + across) for one, other in line.points]
        self.ports = {port: middle + across for port, middle in self.ports.items()}


@dataclass(slots=True)
class Layout:
    """Rooms by group, the flow's body (0) included; labels by node. `right`: along is x, else y."""

    labels: dict[int, Label]
    right: bool
    rooms: dict[int, Room] = field(default_factory=dict)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height."""
        return self.turned((self.rooms[0].length, self.rooms[0].breadth))

    def turned(self, pair: Point) -> tuple[float, float]:
        """(along, across) as (x, y)."""
        return pair if self.right else (pair[1], pair[0])

    def extent(self, node: int) -> tuple[float, float]:
        """Length and breadth of a node: of its room if it is a group, else of its label."""
        room = self.rooms.get(node)
        if room is not None:
            return room.length, room.breadth
        return self.turned((self.labels[node].width, self.labels[node].height))
