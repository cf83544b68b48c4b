"""Rails: the orders among the members of one group, drawn with lines beside their names.

Each lane leads from a node to one that waits for it. Lanes that lead to the same node meet in the row above it; with
`joined` they meet as soon as the second one begins, which takes fewer lanes and more rows. A hollow sign waits for no
other member: no lane leads to it, whatever stands above.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Final

from runtime.model.slotted import dataclass, field

_SHAPES: Final = {
    "ud": "│",
    "lr": "─",
    "dr": "╭",
    "dl": "╮",
    "ur": "╰",
    "ul": "╯",
    "udr": "├",
    "udl": "┤",
    "dlr": "┬",
    "ulr": "┴",
    "udlr": "┼",
}
TASK: Final = "●"
FIRST_TASK: Final = "○"
GROUP: Final = "▣"
FIRST_GROUP: Final = "▢"
INSIDE: Final = "┆"


@dataclass(frozen=True, slots=True)
class Row:
    """A row: a node's, or with None one of lines only. `below`: what stands beside the rows of the node's members."""

    rail: str
    node: int | None = None
    below: str = ""


@dataclass(slots=True)
class _Track:
    """The lanes, each with the node it leads to, and the rows so far."""

    lanes: list[int | None] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)

    def leading_to(self, node: int) -> list[int]:
        return [at for at, target in enumerate(self.lanes) if target == node]

    def taken(self) -> set[int]:
        return {at for at, target in enumerate(self.lanes) if target is not None}

    def take(self, target: int, near: int = -1) -> int:
        """Gives `target` a lane: the lane `near` if it is free, else the first free one."""
        free = [at for at, taken in enumerate(self.lanes) if taken is None]
        at = near if near in free else (*free, len(self.lanes))[0]
        self.lanes[at : at + 1] = [target]
        return at

    def free(self, lane: int) -> None:
        self.lanes[lane] = None

    def trim(self) -> None:
        """Takes away free lanes at the right."""
        while self.lanes and self.lanes[-1] is None:
            self.lanes.pop()


def rails(
    order: Sequence[int],
    targets: Mapping[int, Set[int]],
    groups: Set[int],
    *,
    joined: bool = False,
    most_lanes: int | None = None,
) -> list[Row] | None:
    """The rows of nodes in an order in which nothing comes before what it waits for.

    None if that needs more than `most_lanes`.
    """
    place = {node: at for at, node in enumerate(order)}
    track = _Track()
    for node in order:
        first = node not in track.lanes
        lane = track.take(node) if first else _meet(track, node)
        _draw(track, node, lane, _sign(first, node in groups))
        track.free(lane)
        behind = sorted(targets[node], key=place.__getitem__)
        _leave(track, lane, behind)
        if most_lanes is not None and len(track.lanes) > most_lanes:
            return None
        if joined:
            for target in behind:
                _meet(track, target)
    return track.rows


def width(rows: Sequence[Row]) -> int:
    """How wide the rails are, in characters."""
    return max((len(row.rail) for row in rows), default=0)


def _meet(track: _Track, node: int) -> int:
    """Lets all lanes to a node become one; the lane that stays."""
    lanes = track.leading_to(node)
    if len(lanes) > 1:
        before = track.taken()
        for lane in lanes[1:]:
            track.free(lane)
        track.trim()
        track.rows.append(Row(_crossing(before, track.taken(), set(lanes))))
    return lanes[0]


def _sign(first: bool, group: bool) -> str:
    if group:
        return FIRST_GROUP if first else GROUP
    return FIRST_TASK if first else TASK


def _draw(track: _Track, node: int, lane: int, sign: str) -> None:
    taken = track.taken()
    cells = ["│" if at in taken else " " for at in range(len(track.lanes))]
    cells[lane] = INSIDE
    below = " ".join(cells)
    cells[lane] = sign
    track.rows.append(Row(" ".join(cells).rstrip(), node, below))


def _leave(track: _Track, lane: int, targets: list[int]) -> None:
    """Gives each target a lane of its own, the first one the lane of the node itself."""
    before = track.taken() | {lane}
    hub = {lane, *(track.take(target, near=lane) for target in targets)}
    track.trim()
    if len(hub) > 1:
        track.rows.append(Row(_crossing(before, track.taken(), hub)))


def _crossing(before: set[int], after: set[int], hub: set[int]) -> str:
    """The row in which the lanes of `hub` are connected; others pass behind."""
    first, last = min(hub), max(hub)
    drawn = []
    for at in range(max(before | after | hub) + 1):
        inside = first < at < last
        if at in hub:
            sides = ("u" if at in before else "", "d" if at in after else "")
            drawn.append(_SHAPES["".join(sides) + ("l" if at > first else "") + ("r" if at < last else "")])
        elif at in before and at in after:
            drawn.append("│")
        else:
            drawn.append("─" if inside else " ")
        drawn.append("─" if first <= at < last else " ")
    return "".join(drawn).rstrip()
