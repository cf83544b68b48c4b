"""The whole picture in text: a head, then a row a task, groups indented, with what each does and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from flowc.export.graph import Graph, Link, Node
from flowc.export.implied import sorted_topologically
from flowc.export.text.listing import steps
from flowc.export.text.rails import FIRST_GROUP, FIRST_TASK, GROUP, TASK, Row, rails, width
from runtime.model.slotted import dataclass, field

Paint = Callable[[str, str], str]
"""Colours a text: the name of a style (`name`, `rail`, `does`, `each`, `condition`, `faint`) and the text."""

_MOST_LANES: Final = 12
"""More lanes cannot be followed by eye."""
_MOST_NAMED: Final = 4
_WIDEST_NAME: Final = 48


@dataclass(slots=True)
class Line:
    """Pieces of one line, each a style and a text: the rail, the name, then what there is to say."""

    rail: str
    name: str = ""
    details: list[tuple[str, str]] = field(default_factory=list)


def plain(style: str, text: str) -> str:
    """No colours."""
    return text


def outline(graph: Graph, paint: Paint = plain, columns: int | None = None, all_links: bool = False) -> str:
    """The graph as text. `columns`: cut longer lines; None lets them be as long as they are."""
    lines = list(_rows(graph, 0, "", _orders(graph, graph.shown(all_links))))
    start = min(max((len(line.rail) + len(line.name) for line in lines), default=0), _WIDEST_NAME) + 2
    body = [_painted(line, start, paint, columns) for line in lines]
    return "\n".join([*_head(graph, paint, columns), "", *body, *_foot(graph, lines, paint, all_links)])


def _head(graph: Graph, paint: Paint, columns: int | None) -> list[str]:
    counts = [_counted(graph.tasks, "task")]
    if graph.groups:
        counts.append(_counted(graph.groups, "group"))
    place = f"{', '.join(counts)}   {graph.file}:{graph.nodes[0].line}"
    head = paint("name", graph.name) + paint("faint", f"   {place}")
    doc = [paint("faint", _cut(line, columns)) for line in graph.doc.splitlines()]
    return [head, *doc, *(paint("condition", _cut(fact, columns)) for fact in graph.facts)]


def _foot(graph: Graph, lines: list[Line], paint: Paint, all_links: bool) -> list[str]:
    told = []
    drawn = "".join(line.rail for line in lines)
    if TASK in drawn or FIRST_GROUP in drawn:
        told.append(f"{FIRST_TASK} {FIRST_GROUP} start with their group, {TASK} {GROUP} wait for what leads to them")
    if any(char.isdigit() for char in drawn):
        told.append("numbers count steps: a step starts when what it waits for (←) has ended")
    hidden = 0 if all_links else sum(link.implied for link in graph.links)
    if hidden:
        told.append(f"not drawn: {_counted(hidden, 'order')} that others imply (--all)")
    return ["", *(paint("faint", line) for line in told)] if told else []


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


@dataclass(slots=True)
class _Orders:
    """The shown links: among the members of each group, and those that lead to each node, by who they come from.

    `hidden`: those that lines cannot show as they are, since an end is inside of a member.
    """

    among: dict[int, dict[int, set[int]]]
    all: dict[int, list[str]]
    hidden: dict[int, list[str]]


def _orders(graph: Graph, links: tuple[Link, ...]) -> _Orders:
    members = ((node.number, node.members) for node in graph.nodes)
    found = _Orders({number: {member: set() for member in inside} for number, inside in members}, {}, {})
    for link in links:
        scope, first, last = graph.raised(link)
        found.among[scope][first].add(last)
        name = graph.nodes[link.source].dotted
        found.all.setdefault(link.target, []).append(name)
        if (first, last) != (link.source, link.target):
            found.hidden.setdefault(link.target, []).append(name)
    return found


def _rows(graph: Graph, scope: int, indent: str, orders: _Orders) -> Iterator[Line]:
    rows, listed = _arranged(graph, orders.among[scope])
    named = orders.all if listed else orders.hidden
    wide = width(rows)
    for row in rows:
        rail = indent + row.rail.ljust(wide)
        if row.node is None:
            yield Line(rail.rstrip())
            continue
        node = graph.nodes[row.node]
        yield Line(rail + "  ", node.name, _details(node, named.get(node.number, [])))
        yield from _rows(graph, node.number, indent + row.below.ljust(wide) + "  ", orders)


def _arranged(graph: Graph, targets: dict[int, set[int]]) -> tuple[list[Row], bool]:
    """The rows of a group's members, and whether they are listed by steps and not drawn."""
    order = sorted_topologically(targets)
    groups = {member for member in targets if graph.nodes[member].members}
    for joined in (False, True):
        rows = rails(order, targets, groups, joined=joined, most_lanes=_MOST_LANES)
        if rows is not None:
            return rows, False
    return steps(order, targets, groups), True


def _details(node: Node, waited: list[str]) -> list[tuple[str, str]]:
    does = f"on {node.hook}: {node.does}" if node.hook else node.does
    told = [("does", does), ("each", node.each), ("condition", node.condition)]
    told += [("faint", fact) for fact in node.facts if fact != "idempotent"]
    if waited:
        more = f", {len(waited) - _MOST_NAMED} more" if len(waited) > _MOST_NAMED else ""
        told.append(("rail", f"← {', '.join(waited[:_MOST_NAMED])}{more}"))
    return [(style, text) for style, text in told if text]


def _painted(line: Line, start: int, paint: Paint, columns: int | None) -> str:
    if not line.name:
        return paint("rail", _cut(line.rail, columns))
    head = f"{line.rail}{line.name}"
    text = paint("rail", line.rail) + paint("name", line.name)
    at = len(head)
    gap = " " * max(start - at, 2)
    for style, detail in line.details:
        room = None if columns is None else columns - at - len(gap)
        if room is not None and room < 2:
            break
        shown = _cut(detail, room)
        text += gap + paint(style, shown)
        at += len(gap) + len(shown)
        gap = "  "
    return text


def _cut(text: str, room: int | None) -> str:
    """One line that fits, without the characters that a terminal would act on."""
    line = "".join(char if char.isprintable() else " " for char in text)
    return line if room is None or len(line) <= room else line[: max(room - 1, 0)] + "…"
