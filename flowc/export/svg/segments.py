"""Links cut at the borders of groups: what has to be drawn inside each group.

A link that leads into or out of a group passes its border at a port. All links from one node share the port.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Literal

from flowc.export.graph import Graph, Link


@dataclass(frozen=True, slots=True, order=True)
class Port:
    """Where links from the node `source` pass the border of a group: at its start (`in`) or at its end (`out`)."""

    side: Literal["in", "out"]
    source: int


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """An end of a segment: a member of the group (at one of its own ports, if it is a group), or a port of the group.

    Exactly one of `member` (-1 for none) and a border port is meant: `border` tells.
    """

    member: int
    port: Port | None = None

    @property
    def border(self) -> bool:
        return self.member < 0


@dataclass(slots=True)
class Segments:
    """What is drawn in a group: from place to place, with the links that run there."""

    links: dict[tuple[Place, Place], list[Link]] = field(default_factory=dict)

    def add(self, tail: Place, head: Place, link: Link) -> None:
        self.links.setdefault((tail, head), []).append(link)

    def ports(self, side: str) -> list[Port]:
        """The ports in the group's border on one side, in the order of their sources."""
        places = (place for ends in self.links for place in ends)
        return sorted({place.port for place in places if place.border and place.port and place.port.side == side})


def segments_of(graph: Graph, links: Iterable[Link]) -> dict[int, Segments]:
    """The segments in each group, the flow's body included."""
    found = {node.number: Segments() for node in graph.nodes}
    for link in links:
        scope, first, last = graph.raised(link)
        leaving, entering = Port("out", link.source), Port("in", link.source)
        found[scope].add(_at(first, link.source, leaving), _at(last, link.target, entering), link)
        for outer, inner in _inwards(graph, link.source, first):
            found[outer].add(_at(inner, link.source, leaving), Place(-1, leaving), link)
        for outer, inner in _inwards(graph, link.target, last):
            found[outer].add(Place(-1, entering), _at(inner, link.target, entering), link)
    return found


def _at(member: int, end: int, port: Port) -> Place:
    """The member as a place: the end itself, or a group that the end is in, at its port."""
    return Place(member, None if member == end else port)


def _inwards(graph: Graph, end: int, outermost: int) -> list[tuple[int, int]]:
    """(group, member) pairs from the outermost group down to the end itself."""
    around = graph.around(end)
    chain = around[: around.index(outermost) + 1]
    return [(outer, inner) for inner, outer in pairwise(chain)]
