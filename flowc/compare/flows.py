"""Two versions of a flow compared: parameters, nodes, edges and settings, fact by fact."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from flowc.compare.changes import EdgeChange, FactChange, FlowChange, NodeChange, ParameterChange, Sort
from flowc.compare.facts import TYPE_OF, Facts, flow_facts, parameter_facts, parameter_text, task_facts
from flowc.compare.matching import match
from flowc.compare.renaming import renamed
from runtime.model.definition import Dependency, FlowDefinition, ParameterDefinition, TaskDefinition


def compare(before: FlowDefinition | None, after: FlowDefinition) -> FlowChange:
    """What differs. `before` is None for a flow that was not there; versions of equal content are not looked at."""
    count = sum(task.kind == "task" for task in after.tasks)
    if before is None:
        return FlowChange(
            after.name,
            "added",
            count,
            parameters=tuple(_parameter("added", parameter) for parameter in after.parameters),
            nodes=tuple(_node("added", task) for task in after.tasks[1:]),
        )
    if (before.content_hash, before.source_file) == (after.content_hash, after.source_file):
        return FlowChange(after.name, "unchanged", count)
    pairs = match(before, after)
    paths = _new_paths(before, after, pairs)
    return FlowChange(
        after.name,
        "changed",
        count,
        _differences(flow_facts(renamed(before, paths)), flow_facts(after)),
        tuple(_parameters(renamed(before.parameters, paths), after.parameters)),
        tuple(_nodes(before, after, pairs, paths)),
        tuple(_edges(before, after, pairs)),
        _reordered(pairs),
    )


def _new_paths(before: FlowDefinition, after: FlowDefinition, pairs: Mapping[int, int]) -> dict[str, str]:
    both = ((before.tasks[old].path, after.tasks[new].path) for old, new in pairs.items())
    return {was: path for was, path in both if was != path}


def _differences(before: Facts, after: Facts) -> tuple[FactChange, ...]:
    """In the order of `after`; what is no longer said comes last."""
    names = [*after, *(name for name in before if name not in after)]
    changes = (FactChange(name, before.get(name), after.get(name)) for name in names)
    return tuple(each for each in changes if each.before != each.after and not _follows(each))


def _follows(change: FactChange) -> bool:
    """That a value has come to a script, or gone, is told with the script."""
    return change.name.startswith(TYPE_OF) and None in (change.before, change.after)


def _parameters(
    before: Sequence[ParameterDefinition], after: Sequence[ParameterDefinition]
) -> Iterator[ParameterChange]:
    known = {parameter.name: parameter for parameter in before}
    for parameter in after:
        was = known.pop(parameter.name, None)
        if was is None:
            yield _parameter("added", parameter)
        elif facts := _differences(parameter_facts(was), parameter_facts(parameter)):
            yield ParameterChange("changed", parameter.name, parameter_text(parameter), facts)
    for parameter in known.values():
        yield _parameter("removed", parameter)


def _parameter(sort: Sort, parameter: ParameterDefinition) -> ParameterChange:
    return ParameterChange(sort, parameter.name, parameter_text(parameter))


def _nodes(
    before: FlowDefinition, after: FlowDefinition, pairs: Mapping[int, int], paths: Mapping[str, str]
) -> Iterator[NodeChange]:
    """Nodes of `after` in the order of the source, then those that are gone."""
    was = {new: before.tasks[old] for old, new in pairs.items()}
    for task in after.tasks[1:]:
        change = _node_change(was.get(task.node), task, paths)
        if change is not None:
            yield change
    for task in before.tasks[1:]:
        if task.node not in pairs:
            yield _node("removed", task)


def _node_change(was: TaskDefinition | None, task: TaskDefinition, paths: Mapping[str, str]) -> NodeChange | None:
    if was is None:
        return _node("added", task)
    facts = _differences(task_facts(renamed(was, paths)), task_facts(task))
    elsewhere = was.path if _is_renamed(was.path, task.path, paths) else None
    return _node("changed", task, elsewhere, facts) if facts or elsewhere else None


def _is_renamed(was: str, path: str, paths: Mapping[str, str]) -> bool:
    """Members that only follow their group to its new name are not renamed themselves."""
    group, _, name = was.rpartition("/")
    return was != path and "/".join(filter(None, (paths.get(group, group), name))) != path


def _node(
    sort: Sort, task: TaskDefinition, was: str | None = None, facts: tuple[FactChange, ...] | None = None
) -> NodeChange:
    """Of a node that has come or gone, everything that is said of it."""
    said = task_facts(task)
    if facts is None:
        facts = _differences({}, said) if sort == "added" else _differences(said, {})
    kind: Literal["task", "group"] = "task" if task.kind == "task" else "group"
    return NodeChange(sort, task.path, kind, said["does"], task.line, was, facts)


def _edges(before: FlowDefinition, after: FlowDefinition, pairs: Mapping[int, int]) -> Iterator[EdgeChange]:
    """Edges between nodes that are matched count as the same whatever they are called, and whatever makes them."""
    kept = set(pairs.values())
    old = {_ends(pairs, edge): edge for edge in before.dependencies}
    new = {(edge.predecessor, edge.successor, edge.outcome): edge for edge in after.dependencies}
    for ends, edge in new.items():
        if ends not in old:
            yield _edge("added", after, edge, not {edge.predecessor, edge.successor} <= kept)
    for ends, edge in old.items():
        if ends not in new:
            yield _edge("removed", before, edge, not {edge.predecessor, edge.successor} <= pairs.keys())


def _ends(pairs: Mapping[int, int], edge: Dependency) -> tuple[int, int, bool]:
    """Numbers of `after`; a node that is gone has a number that none has there."""
    return (
        pairs.get(edge.predecessor, -1 - edge.predecessor),
        pairs.get(edge.successor, -1 - edge.successor),
        edge.outcome,
    )


def _edge(sort: Literal["added", "removed"], flow: FlowDefinition, edge: Dependency, with_node: bool) -> EdgeChange:
    predecessor, successor = flow.tasks[edge.predecessor].path, flow.tasks[edge.successor].path
    return EdgeChange(sort, predecessor, successor, edge.origin, edge.line, edge.outcome, with_node)


def _reordered(pairs: Mapping[int, int]) -> bool:
    places = [new for _, new in sorted(pairs.items())]
    return places != sorted(places)
