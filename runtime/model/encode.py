"""Definitions as JSON and back: for rows of the store, for `flowc rows`, for the engine's socket.

`flow_from_json` reads what comes from outside and checks it; ValueError names what does not fit.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from runtime.model.definition import (
    Action,
    Ask,
    Binding,
    Call,
    Dependency,
    FlowDefinition,
    Generator,
    Hole,
    OutDefinition,
    ParameterDefinition,
    Retry,
    Script,
    TaskDefinition,
    Wait,
)


def dumps(data: Any) -> str:
    """Canonical, compact JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def action_to_json(action: Action | None) -> Any:
    """`{"language": …}` for a script, `{"component": …}` for a call, `{"wait": …}`, `{"ask": …}`, null for a join."""
    match action:
        case None:
            return None
        case Wait(until):
            return {"wait": until}
        case Ask(text):
            return {"ask": text}
        case Call(component, arguments):
            return {"component": component, "arguments": arguments}
        case Script():
            parts = [part if isinstance(part, str) else [part.binding, part.use] for part in action.parts]
            return {
                "language": action.language,
                "parts": parts,
                "bindings": [[binding.name, binding.value, binding.type] for binding in action.bindings],
                "connection": action.connection,
                "line": action.line,
            }


def action_from_json(data: Any) -> Action | None:
    if data is None:
        return None
    if "wait" in data:
        return Wait(data["wait"])
    if "ask" in data:
        return Ask(data["ask"])
    if "component" in data:
        return Call(data["component"], data["arguments"])
    return Script(
        language=data["language"],
        parts=tuple(part if isinstance(part, str) else Hole(*part) for part in data["parts"]),
        bindings=tuple(Binding(*binding) for binding in data["bindings"]),
        connection=data["connection"],
        line=data["line"],
    )


def program_of(action: Action | None) -> str:
    """The one word that names an action: `sh`, `http.get`, `wait`, `ask`; empty for a join."""
    match action:
        case None:
            return ""
        case Wait():
            return "wait"
        case Ask():
            return "ask"
        case Call(component):
            return component
        case Script(language):
            return language


def task_to_json(task: TaskDefinition) -> dict[str, Any]:
    return {
        "node": task.node,
        "path": task.path,
        "name": task.name,
        "kind": task.kind,
        "parent": task.parent,
        "program": program_of(task.action),
        "parameters": action_to_json(task.action),
        "outputs": [asdict(out) for out in task.outs],
        "mapping": mapping_to_json(task),
        "condition": task.when,
        "retry": [asdict(rule) for rule in task.retry] or None,
        "settings": settings_to_json(task),
        "priority": task.priority,
        "edges_in": task.edges_in,
        "doc": task.doc,
        "line": task.line,
        "content_hash": task.content_hash,
    }


def mapping_to_json(task: TaskDefinition) -> Any:
    if not task.generators:
        return None
    over = [[generator.name, generator.over, generator.type] for generator in task.generators]
    return {"over": over, "by": task.by, "sequential": task.sequential}


def settings_to_json(task: TaskDefinition) -> Any:
    settings: dict[str, Any] = {}
    if task.timeout_seconds is not None:
        settings["timeout"] = task.timeout_seconds
    if task.limit is not None:
        settings["limit"] = task.limit
    if task.env:
        settings["env"] = [list(entry) for entry in task.env]
    if task.idempotent:
        settings["idempotent"] = True
    if task.allow_failure:
        settings["allow_failure"] = True
    if task.allow_failures is not None:
        settings["allow_failures"] = task.allow_failures
    if task.awaits is not None:
        settings["awaits"] = task.awaits
    if task.hook:
        settings["hook"] = task.hook
    return settings or None


def task_from_json(row: dict[str, Any]) -> TaskDefinition:
    mapping = row["mapping"] or {"over": [], "by": None, "sequential": False}
    settings = row["settings"] or {}
    return TaskDefinition(
        node=row["node"],
        path=row["path"],
        name=row["name"],
        kind=row["kind"],
        parent=row["parent"],
        action=action_from_json(row["parameters"]),
        outs=tuple(OutDefinition(**out) for out in row["outputs"]),
        generators=tuple(Generator(*generator) for generator in mapping["over"]),
        by=mapping["by"],
        sequential=mapping["sequential"],
        when=row["condition"],
        retry=tuple(Retry(**rule) for rule in row["retry"] or ()),
        timeout_seconds=settings.get("timeout"),
        limit=settings.get("limit"),
        env=tuple((name, tree) for name, tree in settings.get("env", ())),
        idempotent=settings.get("idempotent", False),
        allow_failure=settings.get("allow_failure", False),
        allow_failures=settings.get("allow_failures"),
        awaits=settings.get("awaits"),
        hook=settings.get("hook", ""),
        priority=row["priority"],
        edges_in=row["edges_in"],
        doc=row["doc"],
        line=row["line"],
        content_hash=row["content_hash"],
    )


def flow_to_json(flow: FlowDefinition) -> dict[str, Any]:
    return {
        "name": flow.name,
        "source_file": flow.source_file,
        "parameters": [asdict(parameter) for parameter in flow.parameters],
        "tasks": [task_to_json(task) for task in flow.tasks],
        "dependencies": [asdict(edge) for edge in flow.dependencies],
        "doc": flow.doc,
        "line": flow.line,
        "content_hash": flow.content_hash,
    }


def flow_from_json(data: Any) -> FlowDefinition:
    """The definition of JSON from outside; ValueError if it is not one."""
    try:
        return FlowDefinition(
            name=data["name"],
            source_file=data["source_file"],
            parameters=tuple(ParameterDefinition(**parameter) for parameter in data["parameters"]),
            tasks=tuple(task_from_json(task) for task in data["tasks"]),
            dependencies=tuple(Dependency(**edge) for edge in data["dependencies"]),
            doc=data["doc"],
            line=data["line"],
            content_hash=data["content_hash"],
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a flow definition: {error}") from None
