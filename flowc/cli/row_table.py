"""Definition rows as a table that a person reads: nodes indented by group, what each does and what it waits for."""

from __future__ import annotations

from flowc.export.wording import trigger_text
from runtime.model.definition import Dependency, FlowDefinition, ParameterDefinition, TaskDefinition
from runtime.model.encode import program_of
from runtime.model.types import type_from_json
from runtime.schedule import words


def table_of(flow: FlowDefinition) -> str:
    """The rows of a flow, with a title and columns."""
    head = f"flow {flow.name} ({flow.source_file}:{flow.line})"
    lines = [head, *map(_parameter, flow.parameters), *_runs(flow), ""]
    waits: dict[int, list[Dependency]] = {}
    for edge in flow.dependencies:
        waits.setdefault(edge.successor, []).append(edge)
    rows: list[tuple[str, ...]] = [("node", "path", "does", "waits for", "line")]
    for task in flow.tasks[1:]:
        edges = waits.get(task.node, [])
        waited = ", ".join(f"{flow.tasks[edge.predecessor].path} ({edge.origin})" for edge in edges)
        rows.append((str(task.node), _indented(flow, task), _does(task), waited, str(task.line)))
    return "\n".join([*lines, *_aligned(rows)])


def _parameter(parameter: ParameterDefinition) -> str:
    optional = " (has a default)" if parameter.has_default else ""
    return f"  param {parameter.name}: {type_from_json(parameter.type)}{optional}"


def _runs(flow: FlowDefinition) -> list[str]:
    """When it runs by itself, and what becomes of its runs that meet."""
    lines = [f"  schedule {words(schedule)}" for schedule in flow.schedules]
    lines += [f"  trigger {trigger_text(trigger)}" for trigger in flow.triggers]
    lines += [f"  overlap {flow.overlap}"] if flow.overlap else []
    return lines + ([f"  limit {flow.limit_runs} runs"] if flow.limit_runs is not None else [])


def _indented(flow: FlowDefinition, task: TaskDefinition) -> str:
    depth = task.path.count("/")
    return "  " * depth + task.name


def _does(task: TaskDefinition) -> str:
    what = "group" if task.kind == "group" else program_of(task.action)
    if task.generators:
        what = f"{what} for {', '.join(generator.name for generator in task.generators)}".strip()
    return f"{what} when …".strip() if task.when is not None else what or "-"


def _aligned(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
