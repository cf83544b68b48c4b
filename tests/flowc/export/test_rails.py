"""Rails are read back from the drawing: they say exactly what follows what."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.export.text.listing import steps
from flowc.export.text.rails import FIRST_GROUP, FIRST_TASK, GROUP, TASK, Row, rails

SIGNS = (TASK, GROUP, FIRST_TASK, FIRST_GROUP)
HOLLOW = (FIRST_TASK, FIRST_GROUP)
UP, DOWN, LEFT, RIGHT = "│├┤╰╯┴┼", "│├┤╭╮┬┼", "─┤╮╯┬┴┼", "─├╭╰┬┴┼"

Targets = dict[int, set[int]]


@st.composite
def orders(draw: st.DrawFn) -> Targets:
    size = draw(st.integers(1, 10))
    return {
        node: draw(st.sets(st.integers(node + 1, size), max_size=4)) if node < size else set()
        for node in range(size + 1)
    }


@given(orders(), st.booleans())
def test_drawing_can_be_read_back(targets: Targets, joined: bool) -> None:
    rows = rails(list(targets), targets, {0, 3}, joined=joined)
    assert rows is not None
    assert read_back(rows) == {(first, second) for first, ends in targets.items() for second in ends}


@given(orders(), st.booleans())
def test_hollow_signs_are_those_that_wait_for_nothing(targets: Targets, joined: bool) -> None:
    rows = rails(list(targets), targets, {0, 3}, joined=joined)
    assert rows is not None
    hollow = {row.node for row in rows if row.node is not None and set(row.rail) & set(HOLLOW)}
    assert hollow == set(targets) - set().union(*targets.values())


def read_back(rows: list[Row]) -> set[tuple[int, int]]:
    """Follows the lanes downwards, as a reader does: a hollow sign starts anew, and a horizontal line passes behind a
    straight one."""
    lanes: dict[int, set[int]] = {}
    edges = set()
    for row in rows:
        cells = dict(enumerate(row.rail[::2]))
        straight = {at: lanes[at] for at, cell in cells.items() if cell == "│"}
        if row.node is not None:
            at = next(at for at, cell in cells.items() if cell in SIGNS)
            edges |= {(first, row.node) for first in lanes.get(at, ()) if cells[at] not in HOLLOW}
            lanes = straight | {at: {row.node}}
            continue
        hub = [at for at, cell in cells.items() if cell not in "│─ "]
        assert all(cells[at] in RIGHT for at in hub[:-1]), "the signs of a row hang together"
        assert all(cells[at] in LEFT for at in hub[1:])
        arriving = set().union(*(lanes[at] for at in hub if cells[at] in UP))
        lanes = straight | {at: arriving for at in hub if cells[at] in DOWN}
    return edges


@pytest.mark.parametrize("joined", [False, True])
def test_wide_fan_keeps_every_lane(joined: bool) -> None:
    targets = {0: set(range(1, 30)), **{node: {30} for node in range(1, 30)}, 30: set()}
    rows = rails(list(targets), targets, set(), joined=joined)
    assert rows is not None
    assert read_back(rows) == {(first, second) for first, ends in targets.items() for second in ends}
    assert rails(list(targets), targets, set(), joined=joined, most_lanes=28) is None


@given(orders())
def test_steps_put_everything_behind_what_it_waits_for(targets: Targets) -> None:
    number, step = 0, {}
    for row in steps(list(targets), targets, set()):
        number = int(row.rail) if row.rail.strip() else number
        assert row.node is not None
        step[row.node] = number
    assert step.keys() == targets.keys()
    assert all(step[first] < step[second] for first, ends in targets.items() for second in ends)
