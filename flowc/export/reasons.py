"""Why one task waits for another: what the source says, directly or by way of others."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from typing import Any, Literal

from flowc.analysis.model import Flow, Span, Task
from flowc.plan.edges import lifted, statements
from flowc.source import Source
from runtime.model.slotted import dataclass

Relation = Literal["direct", "path", "inside", "around", "reverse", "none"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step from a node to one that starts later. `origin` is `group` where a group and its member are the two."""

    source: str
    target: str
    origin: Literal["data", "chain", "after", "sequence", "group"]
    words: str
    span: Span | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How two nodes are related. `direct`: all that is said about the two; `path` and `reverse`: the shortest way."""

    source: str
    target: str
    relation: Relation
    steps: tuple[Step, ...] = ()


_Vertex = tuple[int, bool]
"""A node's start (False) or end (True)."""


def why(flow: Flow, source: Task, target: Task) -> Answer:
    """Why `target` waits for `source`, or whether it does."""
    names = (source.dotted, target.dotted)
    if source in target.ancestors():
        return Answer(*names, "inside")
    if target in source.ancestors():
        return Answer(*names, "around")
    told, meant = _told(flow)
    direct = told.get((source.node, target.node)) or meant.get((source.node, target.node))
    if direct:
        return Answer(*names, "direct", tuple(direct))
    arcs = _arcs(flow, told)
    for relation, first, last in (("path", source, target), ("reverse", target, source)):
        way = _way(arcs, (first.node, True), (last.node, False))
        if way is not None:
            return Answer(*names, "path" if relation == "path" else "reverse", way)
    return Answer(*names, "none")


_Steps = dict[tuple[int, int], list[Step]]


def _told(flow: Flow) -> tuple[_Steps, _Steps]:
    """All that the source says, by the nodes that it orders; and by the nodes that it names, where these are others:
    who uses an output from inside a mapped group waits for the group."""
    told: _Steps = {}
    meant: _Steps = {}
    for predecessor, successor, origin, span, text in statements(flow):
        first, _ = lifted(predecessor, successor)
        words = _words(predecessor, successor, origin, text)
        if first is not predecessor:
            words += f", so all of `{first.dotted}` must have ended"
        step = Step(first.dotted, successor.dotted, origin, words, span)
        steps = told.setdefault((first.node, successor.node), [])
        if all(step.span != known.span for known in steps):
            steps.append(step)
        if first is not predecessor:
            meant.setdefault((predecessor.node, successor.node), []).append(step)
    return told, meant


def _words(predecessor: Task, successor: Task, origin: str, text: str) -> str:
    first, second = predecessor.dotted, successor.dotted
    match origin:
        case "data":
            return f"`{second}` uses `{text}`"
        case "chain":
            return f"a chain puts `{second}` after `{first}`"
        case "after":
            return f"`{second}` says that it runs after `{first}`"
        case _:
            return f"`{second}` stands after `{first}` in a sequence"


def _arcs(flow: Flow, told: Mapping[tuple[int, int], list[Step]]) -> dict[_Vertex, dict[_Vertex, Step | None]]:
    """Steps between starts and ends of nodes; None from a node's start to its own end."""
    arcs: dict[_Vertex, dict[_Vertex, Step | None]] = {}
    for task in flow.tasks[1:]:
        start, end = (task.node, False), (task.node, True)
        if not task.members:
            arcs.setdefault(start, {})[end] = None
        if task.parent is not None and task.parent.node:
            group, member = task.parent, task.dotted
            starts = Step(group.dotted, member, "group", f"`{member}` is in `{group.dotted}` and starts only with it")
            ends = Step(member, group.dotted, "group", f"`{group.dotted}` ends only when its `{task.name}` has ended")
            arcs.setdefault((group.node, False), {})[start] = starts
            arcs.setdefault(end, {})[(group.node, True)] = ends
    for (first, second), steps in told.items():
        arcs.setdefault((first, True), {})[(second, False)] = steps[0]
    return arcs


def _way(arcs: dict[_Vertex, dict[_Vertex, Step | None]], start: _Vertex, goal: _Vertex) -> tuple[Step, ...] | None:
    """The shortest way, or None if there is none."""
    came: dict[_Vertex, tuple[_Vertex, Step | None]] = {}
    queue = deque([start])
    while queue and goal not in came:
        at = queue.popleft()
        for target, step in arcs.get(at, {}).items():
            if target != start and target not in came:
                came[target] = (at, step)
                queue.append(target)
    if goal not in came:
        return None
    steps = []
    while goal != start:
        goal, step = came[goal]
        if step is not None:
            steps.append(step)
    return tuple(reversed(steps))


def answer_text(answer: Answer, source: Source) -> str:
    """The answer for a person, with the lines of the source that it stands on."""
    return "\n".join(_lines(answer, source))


def _lines(answer: Answer, source: Source) -> Iterator[str]:
    first, second = f"`{answer.source}`", f"`{answer.target}`"
    match answer.relation:
        case "inside":
            yield f"{second} is in the group {first} and starts with it."
        case "around":
            yield f"{second} is a group around {first}: it starts before it and ends after it."
        case "none":
            yield f"{second} does not wait for {first}, nor the other way round: they may run at the same time."
        case "direct":
            yield f"{second} waits for {first}:"
        case "path":
            yield f"{second} waits for {first} by way of others: {_route(answer)}"
        case "reverse":
            yield f"{second} does not wait for {first}. It is the other way round: {_route(answer)}"
    for step in answer.steps:
        yield ""
        yield from _told_step(step, source)


def _route(answer: Answer) -> str:
    return " -> ".join([answer.steps[0].source, *(step.target for step in answer.steps)])


def _told_step(step: Step, source: Source) -> Iterator[str]:
    if step.span is None:
        yield f"  {step.words}"
        return
    line, column = source.position(step.span[0])
    text = source.line_text(line)
    indent = len(text) - len(text.lstrip())
    length = max(min(step.span[1] - step.span[0], len(text) - column + 1), 1)
    yield f"  {source.path}:{line}:{column}: {step.words}"
    yield f"      {text.strip()}"
    yield f"      {' ' * (column - 1 - indent)}{'^' * length}"


def answer_json(answer: Answer, source: Source) -> dict[str, Any]:
    """The answer for programs; `line` and `column` are null for a step between a group and its member."""
    return {
        "from": answer.source,
        "to": answer.target,
        "relation": answer.relation,
        "steps": [_step_json(step, source) for step in answer.steps],
    }


def _step_json(step: Step, source: Source) -> dict[str, Any]:
    line, column = source.position(step.span[0]) if step.span is not None else (None, None)
    return {
        "from": step.source,
        "to": step.target,
        "origin": step.origin,
        "text": step.words,
        "line": line,
        "column": column,
    }
