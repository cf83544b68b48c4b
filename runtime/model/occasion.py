"""Occasions: what has happened to a task run that hooks report on, read from its row alone."""

from __future__ import annotations

from typing import Final

from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason

OCCASIONS: Final = ("start", "retry", "timeout", "late")
"""Events that are no outcome. The others are states: see `runtime.expression.outcome`."""

_UNSTARTED: Final = (Reason.CACHED, Reason.BY_HAND)
_ENDED: Final = (ExecStatus.FINISHED, ExecStatus.FAILED, ExecStatus.IGNORED)


def has_happened(row: TaskRow, occasion: str) -> bool | None:
    """Whether it has happened in the row's generation; None if it still may. `late` is for who knows the time."""
    match occasion:
        case "start":
            return _started(row)
        case "retry":
            if row.attempts > 1 or (row.status is ExecStatus.WAITING and row.reason == Reason.RETRY):
                return True
        case "timeout":
            if row.status is ExecStatus.FAILED and row.reason == Reason.TIMEOUT:
                return True
        case "late":
            pass
        case _:
            raise ValueError(f"not an occasion: {occasion!r}")
    return False if row.status in _ENDED else None


def _started(row: TaskRow) -> bool | None:
    if row.attempts or row.status is ExecStatus.RUNNING:
        return True
    match row.status:
        case ExecStatus.FINISHED:
            return row.reason not in _UNSTARTED
        case ExecStatus.FAILED:
            return row.reason in (Reason.REFUSED, Reason.MEMBERS, Reason.TIMEOUT)
        case ExecStatus.IGNORED:
            return False
        case ExecStatus.SUSPENDED:
            return True if row.reason == Reason.ASKED else None
    return True if row.reason == Reason.WAIT else None
