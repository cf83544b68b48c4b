"""The table `task_run` and its rows as the engine reads them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from typing import Any, Final

from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus

COLUMNS: Final = (
    "id, flow_run_id, node, scope_id, ordinal, parent_id, path, kind, exec_status, reason, remaining, lane, priority,"
    " fence, generation, attempts, attempt_id, item, started_at, forgiven, awaiting, round"
)


class TaskTable:
    """The table `task_run` over one connection, inside the caller's transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._sql = connection.execute
        self._many = connection.executemany


def task_row(found: Sequence[Any]) -> TaskRow:
    """A row of `COLUMNS`."""
    values = list(found)
    values[8] = ExecStatus(values[8])
    values[17] = _item(values[17]) if values[17] else None
    values[19:21] = [bool(flag) for flag in values[19:21]]
    return TaskRow(*values)


def _item(text: str) -> dict[str, Any]:
    """Loop variables as JSON. What cannot be read holds none: the row fails where it needs one, others go on."""
    try:
        item = json.loads(text)
    except ValueError:
        return {}
    return item if isinstance(item, dict) else {}
