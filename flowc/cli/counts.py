"""What a file holds, in one line."""

from __future__ import annotations

from flowc.cli.compilation import Compilation
from runtime.model.definition import FlowDefinition


def counted(compilation: Compilation) -> list[str]:
    """For each file its flows and tasks: `etl.flow: 1 flow, 9 tasks, no problems`."""
    return [f"{shown}: {_holds(flows)}, no problems" for shown, flows in compilation.files]


def _holds(flows: tuple[FlowDefinition, ...]) -> str:
    tasks = sum(task.kind == "task" for flow in flows for task in flow.tasks)
    return f"{_number(len(flows), 'flow')}, {_number(tasks, 'task')}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
