"""Master tables: what deploy writes and the engine loads."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from runtime.model.definition import Dependency, FlowDefinition, ParameterDefinition
from runtime.model.encode import (
    dumps,
    flow_settings_from_json,
    flow_settings_to_json,
    task_from_json,
    task_to_json,
)
from runtime.model.errors import NotFound, StoreProblem

_JSON_COLUMNS = ("parameters", "outputs", "mapping", "condition", "retry", "settings")
_TASK_COLUMNS = (
    "node",
    "path",
    "name",
    "kind",
    "parent",
    "program",
    "parameters",
    "outputs",
    "mapping",
    "condition",
    "retry",
    "settings",
    "priority",
    "edges_in",
    "doc",
    "line",
    "content_hash",
)
_INSERT_TASK = (
    f"INSERT INTO task_definition (flow_definition_id, {', '.join(_TASK_COLUMNS)})"
    f" VALUES (?{', ?' * len(_TASK_COLUMNS)})"
)


def newest(connection: sqlite3.Connection, name: str) -> tuple[int, int, str, str, str] | None:
    """(id, version, content hash, project, source file) of a flow's newest version, or None."""
    row = connection.execute(
        "SELECT id, version, content_hash, project, source_file FROM flow_definition"
        " WHERE name = ? ORDER BY version DESC LIMIT 1",
        (name,),
    ).fetchone()
    return tuple(row) if row else None


def with_pools(connection: sqlite3.Connection) -> list[int]:
    """Ids of the newest versions that declare pools."""
    rows = connection.execute(
        "SELECT id FROM flow_definition AS d WHERE json_extract(settings, '$.pools') IS NOT NULL"
        " AND version = (SELECT max(version) FROM flow_definition WHERE name = d.name)"
    )
    return [row[0] for row in rows]


def insert(
    connection: sqlite3.Connection,
    flow: FlowDefinition,
    version: int,
    project: str,
    now: int,
) -> int:
    """Write a version; its id."""
    parameters = dumps([parameter_to_json(parameter) for parameter in flow.parameters])
    cursor = connection.execute(
        "INSERT INTO flow_definition (name, version, content_hash, project, source_file, parameters, settings, doc,"
        " line, deployed_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            flow.name,
            version,
            flow.content_hash,
            project,
            flow.source_file,
            parameters,
            dumps(flow_settings_to_json(flow)),
            flow.doc,
            flow.line,
            now,
        ),
    )
    identity = int(cursor.lastrowid or 0)
    connection.executemany(
        _INSERT_TASK,
        ((identity, *_task_row(task_to_json(task))) for task in flow.tasks),
    )
    connection.executemany(
        "INSERT INTO task_dependency VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                identity,
                edge.predecessor,
                edge.successor,
                edge.deep,
                edge.origin,
                edge.line,
                edge.outcome,
            )
            for edge in flow.dependencies
        ),
    )
    return identity


def load(connection: sqlite3.Connection, definition_id: int) -> FlowDefinition:
    """A version, whole; NotFound if there is none, StoreProblem if a row cannot be read."""
    head = connection.execute(
        "SELECT name, source_file, parameters, doc, line, content_hash, settings FROM flow_definition WHERE id = ?",
        (definition_id,),
    ).fetchone()
    if head is None:
        raise NotFound(f"the store has no flow definition {definition_id}")
    tasks = connection.execute(
        f"SELECT {', '.join(_TASK_COLUMNS)} FROM task_definition WHERE flow_definition_id = ? ORDER BY node",
        (definition_id,),
    )
    edges = connection.execute(
        "SELECT predecessor, successor, deep, origin, line, outcome FROM task_dependency WHERE flow_definition_id = ?",
        (definition_id,),
    )
    try:
        return FlowDefinition(
            name=head[0],
            source_file=head[1],
            parameters=tuple(ParameterDefinition(**parameter) for parameter in json.loads(head[2])),
            tasks=tuple(map(task_from_json, _tasks_json(tasks.fetchall()))),
            dependencies=tuple(Dependency(row[0], row[1], bool(row[2]), row[3], row[4], bool(row[5])) for row in edges),
            doc=head[3],
            line=head[4],
            content_hash=head[5],
            **flow_settings_from_json(json.loads(head[6])),
        )
    except (ValueError, KeyError, TypeError) as error:
        raise StoreProblem(
            f"the rows of flow `{head[0]}` cannot be read: {error}",
            "deploy the flow again",
        ) from None


def parameter_to_json(parameter: ParameterDefinition) -> dict[str, Any]:
    return {
        "name": parameter.name,
        "type": parameter.type,
        "has_default": parameter.has_default,
        "default": parameter.default,
        "where": parameter.where,
        "doc": parameter.doc,
        "line": parameter.line,
    }


def _task_row(task: dict[str, Any]) -> tuple[Any, ...]:
    return tuple(_column(name, task[name]) for name in _TASK_COLUMNS)


def _column(name: str, value: Any) -> Any:
    if name not in _JSON_COLUMNS:
        return value
    return None if value is None and name not in ("parameters", "outputs") else dumps(value)


def _tasks_json(rows: list[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """Each JSON column is read at once for all rows: the decoder's own start costs more than most of the values."""
    columns = dict(zip(_TASK_COLUMNS, zip(*rows, strict=True), strict=True))
    for name in _JSON_COLUMNS:
        columns[name] = tuple(json.loads(f"[{','.join(text or 'null' for text in columns[name])}]"))
    return [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
