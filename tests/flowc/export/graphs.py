"""Graphs for tests: from golden cases, from text, and at random."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from flowc.driver import Input, compile_inputs
from flowc.export.graph import Graph, graph_of
from flowc.source import read
from runtime.model.definition import Dependency, FlowDefinition, TaskDefinition
from runtime.registry import catalog

GOLDEN = Path(__file__).parents[2] / "golden" / "graph"


def golden(case: str) -> FlowDefinition:
    """The flow of a golden case."""
    source = read(GOLDEN / case / "case.flow", shown="case.flow")
    compiled = compile_inputs([Input(source, catalog(), "case.flow")])
    assert [found.message for found in compiled.diagnostics] == []
    (flow,) = compiled.flows
    return flow


@st.composite
def flows(draw: st.DrawFn, most: int = 14) -> FlowDefinition:
    """A flow of up to `most` nodes in nested groups, with edges from earlier to later ones. No group waits for its own
    member or the other way round; as in a compiled flow, there is no cycle."""
    size = draw(st.integers(1, most))
    parents = [0] * (size + 1)
    for node in range(2, size + 1):
        parents[node] = draw(st.sampled_from([0, 0, *_chain(parents, node - 1)]))
    groups = set(parents)
    tasks = tuple(_task(node, parents, node in groups) for node in range(size + 1))
    pairs = [
        (first, second)
        for second in range(1, size + 1)
        for first in range(1, second)
        if first not in _chain(parents, second) and _ordered(parents, first, second)
    ]
    chosen = draw(st.sets(st.sampled_from(pairs), max_size=2 * size)) if pairs else set()
    edges = tuple(Dependency(*pair, origin="chain", line=pair[1]) for pair in sorted(chosen))
    return FlowDefinition("random", "random.flow", (), tasks, edges)


def _task(node: int, parents: list[int], group: bool) -> TaskDefinition:
    path = "/".join(f"n{one}" for one in reversed([one for one in _chain(parents, node) if one]))
    kind = "flow" if node == 0 else "group" if group else "task"
    return TaskDefinition(node, path, f"n{node}" if node else "", kind, parents[node] if node else None)


def _chain(parents: list[int], node: int) -> list[int]:
    """The node and the groups around it, the body last."""
    chain = [node]
    while chain[-1]:
        chain.append(parents[chain[-1]])
    return chain


def _ordered(parents: list[int], first: int, second: int) -> bool:
    """Whether all of what `first` is in, below the common group, comes before: then no cycle can arise."""
    ours, theirs = _chain(parents, first)[::-1], _chain(parents, second)[::-1]
    depth = next(at for at, (one, other) in enumerate(zip(ours, theirs, strict=False)) if one != other)
    return ours[depth] < theirs[depth]


def graphs(most: int = 14) -> st.SearchStrategy[Graph]:
    """Graphs of such flows."""
    return flows(most).map(graph_of)
