"""Draws a laid out graph as one SVG, the same bytes for the same flow."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import Final
from xml.sax.saxutils import escape, quoteattr

from flowc.export.graph import Graph, Link, Node
from flowc.export.svg.arrange import arrange
from flowc.export.svg.layout import Box, Layout, Line, Point
from flowc.export.svg.metrics import text_width
from flowc.export.svg.style import STYLE
from flowc.export.tooltip import tooltip

_MARGIN: Final = 20.0
_TITLE_HEIGHT: Final = 52.0
SCREEN: Final = (1400.0, 1000.0)
PAGE: Final = (900.0, 1400.0)
"""Widths and heights that a picture may be meant for."""
_NAMES: Final = ("down", "right")
_INSET: Final = 14.0
_STRIPES: Final = {"sh": "shell", "bash": "shell", "python": "python", "sql": "sql", "": "join"}


def svg(
    graph: Graph,
    *,
    direction: str = "auto",
    all_links: bool = False,
    titled: bool = True,
    fit: tuple[float, float] = SCREEN,
) -> str:
    """The picture. `direction`: `down`, `right`, or `auto` for the one that exceeds `fit` less. `titled`: as a picture
    of its own, with a title and a background; otherwise for use in a page."""
    links = graph.shown(all_links)
    both = [arrange(graph, links, right=right) for right in (False, True) if direction in ("auto", _NAMES[right])]
    layout = min(both, key=lambda one: max(one.size[0] / fit[0], one.size[1] / fit[1]))
    return "\n".join(_document(graph, layout, titled)) + "\n"


def _document(graph: Graph, layout: Layout, titled: bool) -> Iterator[str]:
    width, height = layout.size
    top = _MARGIN + (_TITLE_HEIGHT if titled else 0.0)
    doc = graph.doc.split("\n")[0]
    if titled:
        width = max(width, text_width(graph.name, 18, bold=True), text_width(doc, 11))
    width, height = width + 2 * _MARGIN, height + top + _MARGIN
    size = f'width="{width:.0f}" height="{height:.0f}" viewBox="0 0 {width:.0f} {height:.0f}"'
    label = _attribute(f"Graph of the flow {graph.name}")
    yield f'<svg xmlns="http://www.w3.org/2000/svg" class="flow-graph" {size} role="img" aria-label={label}>'
    yield f"<style>\n{STYLE}</style>"
    if titled:
        yield f'<rect class="paper" width="{width:.0f}" height="{height:.0f}"/>'
        yield f'<text class="title" x="{_MARGIN:.0f}" y="36">{_text(graph.name)}</text>'
        if doc:
            yield f'<text class="doc" x="{_MARGIN:.0f}" y="55">{_text(doc)}</text>'
    yield f'<g transform="translate({_MARGIN:.0f} {top:.0f})">'
    yield from _room(graph, layout, 0, (0.0, 0.0))
    yield "</g>"
    yield "</svg>"


def _room(graph: Graph, layout: Layout, group: int, corner: Point) -> Iterator[str]:
    """The inside of a group whose corner nearest to the origin lies there."""
    room = layout.rooms[group]
    for line in room.lines:
        yield _link(graph, layout, line, corner)
    for number, box in sorted(room.boxes.items()):
        at = (corner[0] + box.along, corner[1] + box.across)
        node = graph.nodes[number]
        yield f'<g class="{_classes(node)}"><title>{_text(tooltip(node))}</title>'
        yield from _box(node, layout, box, at)
        if node.members:
            yield from _room(graph, layout, number, at)
        yield "</g>"


def _box(node: Node, layout: Layout, box: Box, corner: Point) -> Iterator[str]:
    """The frame of a node, twice for a mapped one, and its label: in the middle, or at the top of a group."""
    (x, y), (width, height) = layout.turned(corner), layout.turned((box.length, box.breadth))
    size = f'width="{width:.1f}" height="{height:.1f}" rx="7"'
    label = layout.labels[node.number]
    if node.each:
        yield f'<rect x="{x + 4:.1f}" y="{y + 4:.1f}" {size}/>'
    yield f'<rect x="{x:.1f}" y="{y:.1f}" {size}/>'
    top = y
    if not node.members:
        top += (height - label.height) / 2
        yield f'<rect class="stripe" x="{x + 4:.1f}" y="{y + 6:.1f}" width="3" height="{height - 12:.1f}" rx="1.5"/>'
    for words in label.words:
        at = f'x="{x + _INSET:.1f}" y="{top + words.baseline:.1f}"'
        yield f'<text class="{words.style}" {at}>{_text(words.text)}</text>'


def _classes(node: Node) -> str:
    kind = "group" if node.members else f"task {_STRIPES.get(node.does, 'call')}"
    return f"{kind} conditional" if node.condition else kind


def _link(graph: Graph, layout: Layout, line: Line, corner: Point) -> str:
    points = [layout.turned((along + corner[0], across + corner[1])) for along, across in line.points]
    told = "\n".join(_told(graph, link) for link in line.links)
    kinds = {_kind(link) for link in line.links}
    kind = kinds.pop() if len(kinds) == 1 else "data" if "data" in kinds else "order"
    arrow = _arrow(points[-1], right=layout.right) if line.head.port is None else ""
    path = _path(points, right=layout.right)
    return f'<g class="link {kind}"><title>{_text(told)}</title><path d="{path}"/>{arrow}</g>'


def _kind(link: Link) -> str:
    return "outcome" if link.outcome else "data" if link.origin == "data" else "order"


def _told(graph: Graph, link: Link) -> str:
    first, last = graph.nodes[link.source].dotted, graph.nodes[link.target].dotted
    return f"{first} -> {last} ({link.origin}, line {link.line})"


def _path(points: list[tuple[float, float]], *, right: bool) -> str:
    """Straight and curved in turn; straight parts without length are left out."""
    parts = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for at, ((x, y), (to_x, to_y)) in enumerate(pairwise(points)):
        if at % 2 == 0:
            parts.append(f"L{to_x:.1f} {to_y:.1f}" if (x, y) != (to_x, to_y) else "")
        elif right:
            middle = (x + to_x) / 2
            parts.append(f"C{middle:.1f} {y:.1f} {middle:.1f} {to_y:.1f} {to_x:.1f} {to_y:.1f}")
        else:
            middle = (y + to_y) / 2
            parts.append(f"C{x:.1f} {middle:.1f} {to_x:.1f} {middle:.1f} {to_x:.1f} {to_y:.1f}")
    return "".join(parts)


def _arrow(tip: tuple[float, float], *, right: bool) -> str:
    x, y = tip
    wings = ((x - 7, y - 3.5), (x - 7, y + 3.5)) if right else ((x - 3.5, y - 7), (x + 3.5, y - 7))
    points = " ".join(f"{corner_x:.1f},{corner_y:.1f}" for corner_x, corner_y in (tip, *wings))
    return f'<polygon points="{points}"/>'


def _text(text: str) -> str:
    return escape(_clean(text))


def _attribute(text: str) -> str:
    return quoteattr(_clean(text))


def _clean(text: str) -> str:
    """Without the characters that XML has no way to write."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())
