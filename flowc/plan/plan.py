"""Plans a flow: its edges, and every cycle in them told as a story."""

from __future__ import annotations

from flowc.analysis.model import Flow, Task
from flowc.diagnostics import Label, Sink, codes
from flowc.plan.cycles import Shape, find_cycles
from flowc.plan.edges import Edge, Edges, edges_of
from flowc.source import Source
from runtime.model.definition import Dependency

_MOST_LABELS = 12


def plan(flow: Flow, source: Source, sink: Sink) -> Edges:
    """The edges of the flow; a cycle is reported once for each set of nodes that wait for one another."""
    edges = edges_of(flow, source.line)
    shape = Shape(
        [None if task.parent is None else task.parent.node for task in flow.tasks],
        [task.kind != "task" for task in flow.tasks],
    )
    for cycle in find_cycles(shape, [edge.dependency for edge in edges.values()]):
        _report(flow, cycle, edges, source, sink)
    return edges


def _report(flow: Flow, cycle: list[Dependency], edges: Edges, source: Source, sink: Sink) -> None:
    cycle = _from_first(cycle)
    told = [edges[edge.predecessor, edge.successor, edge.outcome] for edge in cycle]
    first, *others = told
    sink.error(
        codes.CYCLE,
        source,
        first.span,
        f"these wait for one another: {_path(flow, cycle)}",
        label=_reason(flow, first),
        labels=[Label(edge.span, _reason(flow, edge)) for edge in others[: _MOST_LABELS - 1]],
        notes=_nesting(flow, cycle),
        help=_way_out(told),
    )


def _from_first(cycle: list[Dependency]) -> list[Dependency]:
    """The same cycle, begun at the node that the source has first."""
    at = min(range(len(cycle)), key=lambda place: cycle[place].predecessor)
    return cycle[at:] + cycle[:at]


def _path(flow: Flow, cycle: list[Dependency]) -> str:
    names = [flow.tasks[edge.predecessor].dotted for edge in cycle]
    if len(names) > 8:
        names = [*names[:4], f"… {len(names) - 7} more …", *names[-3:]]
    return " -> ".join([*names, flow.tasks[cycle[0].predecessor].dotted])


def _reason(flow: Flow, edge: Edge) -> str:
    first = flow.tasks[edge.dependency.predecessor].dotted
    second = flow.tasks[edge.dependency.successor].dotted
    match edge.dependency.origin:
        case "data":
            return f"`{second}` needs `{edge.text}`"
        case "chain":
            return f"this chain puts `{second}` after `{first}`"
        case "after":
            asks = f"`{second}` asks what has become of `{first}`"
            return asks if edge.dependency.outcome else f"`{second}` runs after `{first}`"
        case "sequence":
            return f"`{second}` follows `{first}` in the sequence"


def _nesting(flow: Flow, cycle: list[Dependency]) -> list[str]:
    """Where the path goes from a group to its member or back: why that is a step."""
    notes = []
    for before, behind in zip(cycle, cycle[1:] + cycle[:1], strict=True):
        here, there = flow.tasks[before.successor], flow.tasks[behind.predecessor]
        if here is not there:
            notes.append(_step(here, there))
    return notes


def _step(here: Task, there: Task) -> str:
    if here in there.ancestors():
        return f"`{there.dotted}` is in the group `{here.dotted}` and starts only with it"
    if there in here.ancestors():
        return f"the group `{there.dotted}` ends only when its member `{here.dotted}` has ended"
    return f"`{here.dotted}` and `{there.dotted}` are in one group"


def _way_out(told: list[Edge]) -> str:
    plain = [edge for edge in told if edge.dependency.origin != "data"]
    return "remove one of these orders" if plain else "let one of them do without the other's output"
