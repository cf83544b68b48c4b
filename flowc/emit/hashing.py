"""Content hashes of definition rows: sha-256 of canonical JSON, the same on any machine."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from runtime.model.definition import Dependency, FlowDefinition, ParameterDefinition, TaskDefinition
from runtime.model.encode import flow_settings_to_json, task_to_json

_PLACE: Final = ("node", "name", "parent", "edges_in", "doc", "line", "content_hash")
_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def content_hash(data: Any) -> str:
    """The sha-256 of the JSON data without spaces, keys sorted, in UTF-8; in hexadecimal."""
    return hashlib.sha256(_ENCODER.encode(data).encode()).hexdigest()


def task_hash(row: TaskDefinition) -> str:
    """Covers everything in the row but its number, its neighbours, its documentation and its place in the file."""
    data = task_to_json(row)
    for key in _PLACE:
        del data[key]
    if isinstance(data["parameters"], dict):
        data["parameters"].pop("line", None)
        data["parameters"].pop("source_file", None)
    for name in ("ensures", "requires"):
        if data["settings"] and name in data["settings"]:
            data["settings"][name] = [each[:2] for each in data["settings"][name]]
    return content_hash(data)


def flow_hash(flow: FlowDefinition) -> str:
    """Covers every row with its line, so that messages of a deployed flow name the lines of the file it came from;
    not the place of the file. The tasks must have their hashes."""
    settings = flow_settings_to_json(flow)
    return content_hash(
        [
            [flow.name, flow.doc, flow.line],
            [_parameter(parameter) for parameter in flow.parameters],
            [
                [task.content_hash, task.node, task.parent, _script_line(task), task.line, task.doc]
                for task in flow.tasks
            ],
            [_dependency(dependency) for dependency in flow.dependencies],
            *([settings] if settings else []),
        ]
    )


def _script_line(task: TaskDefinition) -> int:
    return getattr(task.action, "line", 0)


def _parameter(row: ParameterDefinition) -> list[Any]:
    return [row.name, row.type, row.has_default, row.default, row.where, row.doc, row.line]


def _dependency(row: Dependency) -> list[Any]:
    return [row.predecessor, row.successor, row.deep, row.origin, row.line, row.outcome]
