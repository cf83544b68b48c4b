"""Hints on flows that run by themselves and of which a task may hang for ever, with nobody there to see it."""

from __future__ import annotations

from typing import Final

from flowc.analysis.model import Flow, Task
from flowc.diagnostics import codes
from flowc.emit.hints.hints import Hints
from runtime.model.definition import Call, Script

_SHOWN: Final = 3


def hint_endless(flow: Flow, hints: Hints) -> None:
    """One hint for a scheduled flow whose tasks have no bound in time."""
    if not flow.schedules or flow.body.timeout_seconds is not None:
        return
    endless = [task for task in flow.tasks if isinstance(task.action, Script | Call) and not _is_bounded(task)]
    if not endless:
        return
    names = ", ".join(f"`{task.dotted}`" for task in endless[:_SHOWN])
    names += " and others" if len(endless) > _SHOWN else ""
    hints.hint(
        codes.ENDLESS,
        flow.span,
        f"`{flow.name}` runs by a schedule, and nothing ends {names} if it hangs",
        "write `deadline 3h` in the flow, or `timeout 20m` in its tasks or in `defaults { }`",
    )


def _is_bounded(task: Task) -> bool:
    return any(node.timeout_seconds is not None for node in (task, *task.ancestors()))
