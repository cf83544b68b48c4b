"""Task runs as a tree with counts: the shape of the display, made anew from each snapshot of a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from runtime.model.definition import Dependency, FlowDefinition
from runtime.model.run import RunSummary, TaskView
from runtime.model.state import ExecStatus

_ONE = {status: Counter({status: 1}) for status in ExecStatus}
"""The counts of a single task; shared, never changed."""


@dataclass(slots=True)
class Node:
    """A row of the tree. `counts`: tasks below it by state (a task counts itself), without groups; only to be read."""

    view: TaskView
    parent: Node | None = None
    members: list[Node] = field(default_factory=list)
    counts: Counter[ExecStatus] = field(default_factory=lambda: _ONE[ExecStatus.WAITING])

    @property
    def label(self) -> str:
        """The name inside its parent; an item of a mapped node shows its key alone."""
        if self.parent is not None and self.parent.view.kind == "map":
            return self.view.item_key if self.view.item_key is not None else self.view.name
        return self.view.name

    @property
    def is_task(self) -> bool:
        return self.view.kind == "task"


@dataclass(frozen=True, slots=True)
class Picture:
    """A run at one moment, indexed: all that a frame is drawn from. `now`: microseconds."""

    run: RunSummary
    flow: FlowDefinition
    root: Node
    places: dict[tuple[int, int], Node]
    edges_in: dict[int, list[Dependency]]
    now: int
    nodes: list[Node] = field(default_factory=list)

    def predecessors(self, node: Node) -> list[Node]:
        """The rows that this row waits for, as seen from where it stands (its own item before the outside)."""
        found = []
        scopes = list(_scopes(node))
        for edge in self.edges_in.get(node.view.node, ()):
            place = next(
                (self.places[edge.predecessor, s] for s in scopes if (edge.predecessor, s) in self.places), None
            )
            if place is not None:
                found.append(place)
        return found

    @property
    def counts(self) -> Counter[ExecStatus]:
        return self.root.counts


def picture(run: RunSummary, flow: FlowDefinition, tasks: Sequence[TaskView], now: int) -> Picture:
    """The tree of a run's task runs, members in the order of the source and items in that of their list."""
    nodes = {view.id: Node(view) for view in tasks}
    ordered = sorted(nodes.values(), key=lambda node: (node.view.node, node.view.id))
    root = next((node for node in ordered if node.view.kind == "flow"), None)
    assert root is not None, "every run has a row for the flow's body"
    for node in ordered:
        if node is not root:
            node.parent = nodes.get(node.view.parent_id or 0, root)
            node.parent.members.append(node)
    _count(root)
    edges_in: dict[int, list[Dependency]] = {}
    for edge in flow.dependencies:
        edges_in.setdefault(edge.successor, []).append(edge)
    return Picture(run, flow, root, _places(ordered), edges_in, now, ordered)


def _count(root: Node) -> None:
    """Adds up from the leaves without recursion, since groups nest as deep as a person writes them."""
    order = [root]
    for node in order:
        order.extend(node.members)
    for node in reversed(order):
        if node.is_task:
            node.counts = _ONE[node.view.status]
            continue
        node.counts = Counter()
        for member in node.members:
            for status, count in member.counts.items():
                node.counts[status] += count


def _places(nodes: Sequence[Node]) -> dict[tuple[int, int], Node]:
    """Rows by (node, the item they are in); instances of a mapped node are reached through their container."""
    return {(node.view.node, next(_scopes(node))): node for node in nodes if not _is_instance(node)}


def _is_instance(node: Node) -> bool:
    return node.parent is not None and node.parent.view.kind == "map"


def _scopes(node: Node) -> Iterator[int]:
    """Ids of the items around a row, innermost first, then 0 for the run itself."""
    above = node.parent
    while above is not None:
        if _is_instance(above):
            yield above.view.id
        above = above.parent
    yield 0
