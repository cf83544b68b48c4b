"""The graph of a flow as every picture needs it: nodes in groups, links between them, in words instead of trees."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from flowc.export.implied import implied_links
from flowc.export.wording import condition_of, doing_of, event_text, facts_of, flow_facts_of, mapping_of
from runtime.model.definition import FlowDefinition, TaskDefinition
from runtime.model.slotted import dataclass


@dataclass(frozen=True, slots=True)
class Node:
    """A task or a group; node 0 is the flow's body. Nodes are numbered in the order of the source.

    `does`: `python`, `http.get`, `parallel`, …, empty for a join. `each`: `for x in … by …`, `condition`: `when …`;
    both empty if there is none. `facts`: the other settings, one a text. `hook`: the event it reports on.
    """

    number: int
    path: str
    name: str
    kind: Literal["flow", "group", "task"]
    parent: int | None
    members: tuple[int, ...]
    does: str
    each: str
    condition: str
    facts: tuple[str, ...]
    hook: str
    doc: str
    line: int

    @property
    def dotted(self) -> str:
        """The path as a source writes it: `ingest.copy`."""
        return self.path.replace("/", ".")


@dataclass(frozen=True, slots=True)
class Link:
    """`target` waits for `source`. `implied`: anyway, by way of others. `outcome`: it asks how it ended."""

    source: int
    target: int
    origin: Literal["data", "chain", "after", "sequence"]
    line: int
    outcome: bool = False
    implied: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """A flow. `nodes[0]` is its body. `facts`: its schedules and other settings, one a text."""

    name: str
    doc: str
    file: str
    facts: tuple[str, ...]
    nodes: tuple[Node, ...]
    links: tuple[Link, ...]

    @property
    def tasks(self) -> int:
        return sum(node.kind == "task" for node in self.nodes)

    @property
    def groups(self) -> int:
        return sum(node.kind == "group" for node in self.nodes)

    def shown(self, all_links: bool = False) -> tuple[Link, ...]:
        """The links that a picture draws: without the implied ones, unless all are wanted, and without those from a
        node to one inside of it, such as from a flow to its hooks: where these stand says it."""
        return tuple(link for link in self.links if (all_links or not link.implied) and not self._inward(link))

    def _inward(self, link: Link) -> bool:
        return link.source in self.around(link.target)

    def around(self, number: int) -> list[int]:
        """The node and the groups around it, the nearest first, the body last."""
        found, at = [number], self.nodes[number].parent
        while at is not None:
            found.append(at)
            at = self.nodes[at].parent
        return found

    def raised(self, link: Link) -> tuple[int, int, int]:
        """The scope that both ends of a shown link are in, and which of its members the ends are or lie in."""
        ours, theirs = self.around(link.source)[::-1], self.around(link.target)[::-1]
        depth = 0
        while ours[depth] == theirs[depth]:
            depth += 1
        return ours[depth - 1], ours[depth], theirs[depth]


def graph_of(flow: FlowDefinition) -> Graph:
    """The graph of a compiled flow."""
    members: dict[int, list[int]] = {task.node: [] for task in flow.tasks}
    for task in flow.tasks[1:]:
        members[_parent(task)].append(task.node)
    sequences = {_parent(flow.tasks[edge.successor]) for edge in flow.dependencies if edge.origin == "sequence"}
    nodes = tuple(_node(task, tuple(members[task.node]), task.node in sequences) for task in flow.tasks)
    return Graph(flow.name, flow.doc, flow.source_file, flow_facts_of(flow), nodes, tuple(_links(flow)))


def _parent(task: TaskDefinition) -> int:
    return task.parent if task.parent is not None else 0


def _node(task: TaskDefinition, members: tuple[int, ...], sequence: bool) -> Node:
    return Node(
        number=task.node,
        path=task.path,
        name=task.name,
        kind=task.kind,
        parent=None if task.node == 0 else _parent(task),
        members=members,
        does=doing_of(task, sequence),
        each=mapping_of(task),
        condition=condition_of(task),
        facts=facts_of(task),
        hook=event_text(task),
        doc=task.doc,
        line=task.line,
    )


def _links(flow: FlowDefinition) -> Iterator[Link]:
    implied = implied_links(flow)
    for edge in flow.dependencies:
        ends = (edge.predecessor, edge.successor)
        yield Link(*ends, edge.origin, edge.line, edge.outcome, ends in implied)
