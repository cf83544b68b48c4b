"""Pictures are well-formed, the same each time, and nothing in them overlaps."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flowc.export.graph import Graph, graph_of
from flowc.export.svg.arrange import arrange
from flowc.export.svg.layers import layered
from flowc.export.svg.layout import Box, Layout
from flowc.export.svg.svg import svg
from tests.flowc.export.graphs import golden, graphs

ROUNDING = 0.01
NAMESPACE = "{http://www.w3.org/2000/svg}"


@given(graphs(), st.booleans())
def test_boxes_of_a_group_do_not_overlap_and_lie_inside_of_it(graph: Graph, right: bool) -> None:
    layout = arrange(graph, graph.shown(), right=right)
    for room in layout.rooms.values():
        for one, other in combinations(room.boxes.values(), 2):
            assert one.along + one.length <= other.along or other.along + other.length <= one.along or apart(one, other)
        for along, across in room.points():
            assert -ROUNDING <= along <= room.length + ROUNDING
            assert -ROUNDING <= across <= room.breadth + ROUNDING


def apart(one: Box, other: Box) -> bool:
    """Whether there is room between them across the flow."""
    first, second = sorted((one, other), key=lambda box: box.across)
    return first.across + first.breadth <= second.across + ROUNDING


@given(graphs(), st.booleans())
def test_every_node_has_one_box_in_its_group(graph: Graph, right: bool) -> None:
    layout = arrange(graph, graph.shown(), right=right)
    for node in graph.nodes:
        if node.members:
            assert set(layout.rooms[node.number].boxes) == set(node.members)


@given(graphs(), st.booleans())
def test_lines_lead_from_the_end_of_the_first_to_the_start_of_the_second(graph: Graph, right: bool) -> None:
    layout = arrange(graph, graph.shown(), right=right)
    assert {ends(layout, graph, link.source, link.target) for link in graph.shown()} <= {True}


def ends(layout: Layout, graph: Graph, source: int, target: int) -> bool:
    """Whether a line leaves the far side of `source` and one with an arrow meets the near side of `target`."""
    tail, head = (layout.rooms[graph.nodes[node].parent or 0] for node in (source, target))
    first, last = tail.boxes[source], head.boxes[target]
    leaves = any(
        line.tail.member == source
        and line.points[0][0] == first.along + first.length
        and first.across <= line.points[0][1] <= first.across + first.breadth
        for line in tail.lines
        if any(link.source == source and link.target == target for link in line.links)
    )
    meets = any(
        line.head.member == target
        and line.head.port is None
        and line.points[-1][0] == last.along
        and last.across <= line.points[-1][1] <= last.across + last.breadth
        for line in head.lines
        if any(link.source == source and link.target == target for link in line.links)
    )
    return leaves and meets


@given(st.text(), st.text(), st.text())
def test_any_text_is_shown_as_text(doc: str, condition: str, each: str) -> None:
    graph = graph_of(golden("groups"))
    first = replace(graph.nodes[1], doc=doc, condition=condition, each=each)
    picture = svg(replace(graph, doc=doc, nodes=(graph.nodes[0], first, *graph.nodes[2:])))
    root = ElementTree.fromstring(picture)
    assert {element.tag.removeprefix(NAMESPACE) for element in root.iter()} <= {
        "svg", "style", "rect", "text", "g", "title", "path", "polygon",
    }  # fmt: skip


@pytest.mark.parametrize("direction", ["auto", "down", "right"])
def test_same_flow_gives_the_same_bytes(direction: str) -> None:
    assert svg(graph_of(golden("groups")), direction=direction) == svg(graph_of(golden("groups")), direction=direction)


def test_picture_needs_nothing_from_elsewhere() -> None:
    picture = svg(graph_of(golden("groups")))
    assert picture.count("http") == picture.count("http://www.w3.org/2000/svg") == 1


def test_long_edges_pass_every_layer_between() -> None:
    given_layers = layered(["a", "b", "c"], [("a", "b"), ("b", "c"), ("a", "c")])
    assert [len(layer) for layer in given_layers.layers] == [1, 2, 1]
    assert [len(chain) for chain in given_layers.chains] == [2, 2, 3]
