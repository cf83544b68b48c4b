"""What a file holds, in one line."""

from __future__ import annotations

from collections import Counter

from flowc.cli.compilation import Compilation
from runtime.model.definition import FlowDefinition


def counted(compilation: Compilation) -> list[str]:
    """For each file its flows and tasks: `etl.flow: 1 flow, 9 tasks, no problems`."""
    hints = Counter(found.path for found in compilation.diagnostics)
    return [f"{shown}: {_holds(flows)}, {_hints(hints[shown])}" for shown, flows in compilation.files]


def _hints(count: int) -> str:
    return _number(count, "hint") if count else "no problems"


def _holds(flows: tuple[FlowDefinition, ...]) -> str:
    tasks = sum(task.kind == "task" for flow in flows for task in flow.tasks)
    return f"{_number(len(flows), 'flow')}, {_number(tasks, 'task')}"


def _number(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
