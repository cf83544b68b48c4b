"""Writes a resolved flow and its plan down as definition rows, with content hashes."""

from __future__ import annotations

from collections.abc import Callable

from flowc.analysis.model import Flow, Parameter, Task
from flowc.emit.hashing import flow_hash, task_hash
from flowc.plan.edges import Edges
from runtime.model.definition import Dependency, FlowDefinition, ParameterDefinition, TaskDefinition, Until
from runtime.model.slotted import replace
from runtime.model.types import type_to_json

LineOf = Callable[[int], int]


def rows_of(flow: Flow, edges: Edges, source_file: str, line_of: LineOf) -> FlowDefinition:
    """The definition of a flow without errors. `source_file` is stored as given; `line_of` gives an offset's line."""
    dependencies = tuple(edge.dependency for edge in edges.values())
    entering = _count_entering(len(flow.tasks), dependencies)
    definition = FlowDefinition(
        name=flow.name,
        source_file=source_file,
        parameters=tuple(_parameter(parameter, line_of) for parameter in flow.parameters.values()),
        tasks=tuple(_task(task, entering[task.node], line_of) for task in flow.tasks),
        dependencies=dependencies,
        doc=flow.doc,
        line=line_of(flow.span[0]),
        pools=tuple(flow.pools[name].definition for name in sorted(flow.pools)),
        owner=flow.owner,
        tags=flow.tags,
        schedules=tuple(flow.schedules),
        triggers=tuple(flow.triggers),
        overlap=flow.overlap,
        limit_runs=flow.limit_runs,
        zone=flow.zone,
    )
    return replace(definition, content_hash=flow_hash(definition))


def _count_entering(size: int, dependencies: tuple[Dependency, ...]) -> list[int]:
    counts = [0] * size
    for dependency in dependencies:
        counts[dependency.successor] += not dependency.outcome
    return counts


def _parameter(parameter: Parameter, line_of: LineOf) -> ParameterDefinition:
    return ParameterDefinition(
        name=parameter.name,
        type=type_to_json(parameter.type),
        has_default=parameter.has_default,
        default=parameter.default,
        where=parameter.where,
        doc=parameter.doc,
        line=line_of(parameter.span[0]),
    )


def _task(task: Task, edges_in: int, line_of: LineOf) -> TaskDefinition:
    row = TaskDefinition(
        node=task.node,
        path=task.path,
        name=task.name,
        kind=task.kind,
        parent=None if task.parent is None else task.parent.node,
        action=task.action,
        outs=task.out_definitions,
        generators=task.generators,
        by=task.by,
        sequential=task.ordered and task.mapped,
        when=task.when,
        retry=task.retry,
        timeout_seconds=task.timeout_seconds,
        limit=task.limit,
        env=task.env,
        idempotent=task.idempotent,
        on_crash=task.on_crash,
        cwd=task.cwd,
        requires=tuple(task.requires),
        ensures=task.ensures,
        cache=task.cache,
        uses=task.uses,
        allow_failure=task.allow_failure,
        until=_until(task),
        allow_failures=task.allow_failures,
        enough=task.enough,
        fail_fast=task.fail_fast,
        awaits=task.awaits,
        hook=task.hook,
        priority=task.priority,
        edges_in=edges_in,
        doc=task.doc,
        line=line_of(task.span[0]),
    )
    return replace(row, content_hash=task_hash(row))


def _first(entry: tuple[str, object]) -> str:
    return entry[0]


def _until(task: Task) -> Until | None:
    """With the values that anything in the node asks for as `last.NAME`."""
    if task.until is None:
        return None
    kept = [(name, tree, type_to_json(kind)) for name, (tree, kind) in sorted(task.kept.items(), key=_first)]
    return replace(task.until, kept=tuple(kept))
