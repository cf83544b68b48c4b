"""Content hashes of definition rows: sha-256 of canonical JSON, the same on any machine."""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

from flowc.analysis.model import Task
from runtime.model.definition import (
    Dependency,
    FlowDefinition,
    OutDefinition,
    ParameterDefinition,
    Retry,
    TaskDefinition,
)
from runtime.model.encode import action_to_json, flow_settings_to_json

_ENCODER: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), sort_keys=True)


def content_hash(data: Any) -> str:
    """The sha-256 of the JSON data without spaces, keys sorted, in UTF-8; in hexadecimal."""
    return hashlib.sha256(_ENCODER.encode(data).encode()).hexdigest()


def task_hash(task: Task) -> str:
    """Covers what the node does, not its number, its neighbours or its place in the file."""
    action = action_to_json(task.action)
    if action is not None:
        action.pop("line", None)
    generators = [[generator.name, generator.over, generator.type] for generator in task.generators]
    return content_hash(
        [
            task.path,
            task.kind,
            action,
            [_out(out) for out in task.out_definitions],
            [generators, task.by, task.ordered and task.mapped],
            task.when,
            [_retry(rule) for rule in task.retry],
            [task.timeout_seconds, task.limit, task.env, task.idempotent, task.priority],
        ]
    )


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


def _out(out: OutDefinition) -> list[Any]:
    return [out.name, out.type, out.computed, out.value, out.early, out.doc]


def _retry(rule: Retry) -> list[Any]:
    return [rule.attempts, rule.delay_seconds, rule.backoff, rule.max_delay_seconds, rule.jitter, rule.when]


def _parameter(row: ParameterDefinition) -> list[Any]:
    return [row.name, row.type, row.has_default, row.default, row.where, row.doc, row.line]


def _dependency(row: Dependency) -> list[Any]:
    return [row.predecessor, row.successor, row.deep, row.origin, row.line]
