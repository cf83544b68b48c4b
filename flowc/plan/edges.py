"""From references and stated orders to dependencies: lifted out of mapped nodes, without doubles, in source order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Literal

from flowc.analysis.model import Flow, Span, Task
from runtime.model.definition import Dependency
from runtime.model.slotted import dataclass

Origin = Literal["data", "chain", "after", "sequence"]

_TELLING = {"data": 0, "chain": 1, "after": 2, "sequence": 3}
"""Where two spellings say the same, the origin that explains the edge best is kept."""


@dataclass(frozen=True, slots=True)
class Edge:
    """A dependency and the place and words it comes from. `text`: the reference as written, if it is one of data."""

    dependency: Dependency
    span: Span
    text: str = ""


Edges = dict[tuple[int, int, bool], Edge]
"""By predecessor, successor, and whether the successor asks only what has become of the predecessor."""


def edges_of(flow: Flow, line_of: Callable[[int], int]) -> Edges:
    """The edges of a flow. `line_of` gives the line of an offset."""
    edges: Edges = {}
    for predecessor, successor, origin, span, text in statements(flow):
        first, deep = lifted(predecessor, successor)
        key = (first.node, successor.node, False)
        known = edges.get(key)
        if known is None or _TELLING[origin] < _TELLING[known.dependency.origin]:
            edges[key] = Edge(Dependency(first.node, successor.node, deep, origin, line_of(span[0])), span, text)
    for order in flow.orders:
        if order.outcome:
            nodes = (order.predecessor.node, order.successor.node)
            deep = len(_mapped_around(order.successor)) > len(_mapped_around(order.predecessor))
            row = Dependency(*nodes, deep, "after", line_of(order.span[0]), outcome=True)
            edges.setdefault((row.predecessor, row.successor, True), Edge(row, order.span))
    return dict(sorted(edges.items(), key=lambda item: (item[0][1], item[0][0], item[0][2])))


def statements(flow: Flow) -> Iterable[tuple[Task, Task, Origin, Span, str]]:
    """All that a source says about order, without questions about outcomes: predecessor, successor, how, where, and
    the reference if it is one."""
    for task in flow.tasks[1:]:
        for reference in task.references:
            yield reference.target, task, "data", reference.span, reference.text
    for order in flow.orders:
        if not order.outcome:
            yield order.predecessor, order.successor, order.origin, order.span, ""


def lifted(predecessor: Task, successor: Task) -> tuple[Task, bool]:
    """The node to wait for, outside of every mapped node and of every group that `successor` is not in and whose
    failure is allowed, or whose members may run again; and whether `successor` is in mapped nodes that it is not in."""
    if predecessor.parent is successor.parent:
        return predecessor, False
    around = set(map(id, successor.ancestors()))
    outer = predecessor
    for group in predecessor.ancestors():
        if (group.mapped or group.may_fail or group.repeats) and id(group) not in around:
            outer = group
    return outer, len(_mapped_around(successor)) > len(_mapped_around(outer))


def _mapped_around(task: Task) -> list[Task]:
    return [group for group in task.ancestors() if group.mapped]
