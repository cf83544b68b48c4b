"""Definitions as JSON and back: for rows of the store, for `flowc rows`, for the engine's socket.

`flow_from_json` reads what comes from outside and checks it; ValueError names what does not fit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from runtime.model.definition import (
    Action,
    Ask,
    Binding,
    Cache,
    Call,
    Dependency,
    Detach,
    Ensure,
    FlowDefinition,
    Generator,
    Hole,
    OutDefinition,
    ParameterDefinition,
    PoolDefinition,
    Retry,
    ScheduleDefinition,
    Script,
    TaskDefinition,
    TriggerDefinition,
    Until,
    Use,
    Wait,
)
from runtime.model.slotted import values_of


def dumps(data: Any) -> str:
    """Canonical, compact JSON."""
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"))


def action_to_json(action: Action | None) -> Any:
    """`{"language": …}` for a script, `{"component": …}` for a call, `{"wait": …}`, `{"ask": …}`, `{"flow": …}`;
    null for a join."""
    match action:
        case None:
            return None
        case Wait(until):
            return {"wait": until}
        case Ask(text):
            return {"ask": text}
        case Detach(flow, arguments):
            return {"flow": flow, "arguments": arguments}
        case Call(component, arguments, process):
            return {"component": component, "arguments": arguments, **({"process": True} if process else {})}
        case Script():
            parts = [part if isinstance(part, str) else [part.binding, part.use] for part in action.parts]
            return {
                "language": action.language,
                "parts": parts,
                "bindings": [[binding.name, binding.value, binding.type] for binding in action.bindings],
                "connection": action.connection,
                "line": action.line,
                **({"source_file": action.source_file} if action.source_file else {}),
            }


def action_from_json(data: Any) -> Action | None:
    if data is None:
        return None
    if "wait" in data:
        return Wait(data["wait"])
    if "ask" in data:
        return Ask(data["ask"])
    if "flow" in data:
        return Detach(data["flow"], data["arguments"])
    if "component" in data:
        return Call(data["component"], data["arguments"], data.get("process", False))
    return Script(
        language=data["language"],
        parts=tuple(part if isinstance(part, str) else Hole(*part) for part in data["parts"]),
        bindings=tuple(Binding(*binding) for binding in data["bindings"]),
        connection=data["connection"],
        line=data["line"],
        source_file=data.get("source_file", ""),
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
        case Detach(flow):
            return f"flow {flow}"
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
        "outputs": [out_to_json(out) for out in task.outs],
        "mapping": mapping_to_json(task),
        "condition": task.when,
        "retry": [retry_to_json(rule) for rule in task.retry] or None,
        "settings": settings_to_json(task),
        "priority": task.priority if isinstance(task.priority, int) else 0,
        "edges_in": task.edges_in,
        "doc": task.doc,
        "line": task.line,
        "content_hash": task.content_hash,
    }


def out_to_json(out: OutDefinition) -> dict[str, Any]:
    """Without the keys that say only that there is no default and no condition."""
    data = values_of(out)
    if not out.has_default:
        del data["has_default"], data["default"]
    if out.where is None:
        del data["where"]
    return data


def retry_to_json(rule: Retry) -> dict[str, Any]:
    data = values_of(rule)
    if rule.within_seconds is None:
        del data["within_seconds"]
    return data


def mapping_to_json(task: TaskDefinition) -> Any:
    if not task.generators:
        return None
    over = [[generator.name, generator.over, generator.type] for generator in task.generators]
    return {"over": over, "by": task.by, "sequential": task.sequential}


def settings_to_json(task: TaskDefinition) -> Any:
    """What a node has beside its action, outputs, mapping, condition and retries; null if that is nothing."""
    settings = {
        "timeout": task.timeout_seconds,
        "limit": task.limit,
        "env": [list(entry) for entry in task.env] or None,
        "idempotent": task.idempotent or None,
        "on_crash": task.on_crash or None,
        "priority": None if isinstance(task.priority, int) else task.priority,
        "cwd": task.cwd,
        "requires": [[each.condition, each.text, each.line] for each in task.requires] or None,
        "ensures": [[ensure.condition, ensure.text, ensure.line] for ensure in task.ensures] or None,
        "cache": [task.cache.age, task.cache.by] if task.cache else None,
        "until": _until_to_json(task.until) if task.until else None,
        "uses": [[use.pool, use.weight] for use in task.uses] or None,
        "allow_failure": task.allow_failure or None,
        "allow_failures": task.allow_failures,
        "enough": task.enough,
        "fail_fast": task.fail_fast or None,
        "awaits": task.awaits,
        "hook": task.hook or None,
    }
    return {key: value for key, value in settings.items() if value is not None} or None


def _until_to_json(until: Until) -> list[Any]:
    return [until.condition, until.every_seconds, until.at_most, [list(entry) for entry in until.kept]]


def _until_from_json(data: list[Any]) -> Until:
    condition, every, at_most, kept = data
    return Until(condition, every, at_most, tuple((name, tree, kind) for name, tree, kind in kept))


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
        on_crash=settings.get("on_crash", ""),
        cwd=settings.get("cwd"),
        requires=tuple(Ensure(*each) for each in settings.get("requires", ())),
        ensures=tuple(Ensure(*ensure) for ensure in settings.get("ensures", ())),
        cache=Cache(*settings["cache"]) if "cache" in settings else None,
        until=_until_from_json(settings["until"]) if "until" in settings else None,
        uses=tuple(Use(*use) for use in settings.get("uses", ())),
        allow_failure=settings.get("allow_failure", False),
        allow_failures=settings.get("allow_failures"),
        enough=settings.get("enough"),
        fail_fast=settings.get("fail_fast", False),
        awaits=settings.get("awaits"),
        hook=settings.get("hook", ""),
        priority=settings.get("priority", row["priority"]),
        edges_in=row["edges_in"],
        doc=row["doc"],
        line=row["line"],
        content_hash=row["content_hash"],
    )


def flow_to_json(flow: FlowDefinition) -> dict[str, Any]:
    return {
        "name": flow.name,
        "source_file": flow.source_file,
        "parameters": [values_of(parameter) for parameter in flow.parameters],
        "tasks": [task_to_json(task) for task in flow.tasks],
        "dependencies": [values_of(edge) for edge in flow.dependencies],
        "doc": flow.doc,
        "line": flow.line,
        "content_hash": flow.content_hash,
        **flow_settings_to_json(flow),
    }


def flow_settings_to_json(flow: FlowDefinition) -> dict[str, Any]:
    """What a flow has beside parameters, tasks and edges; only the keys that say something."""
    settings: dict[str, Any] = {}
    if flow.pools:
        settings["pools"] = [values_of(pool) for pool in flow.pools]
    if flow.owner:
        settings["owner"] = flow.owner
    if flow.tags:
        settings["tags"] = list(flow.tags)
    if flow.schedules:
        settings["schedules"] = [values_of(schedule) for schedule in flow.schedules]
    if flow.triggers:
        settings["triggers"] = [values_of(trigger) for trigger in flow.triggers]
    if flow.overlap:
        settings["overlap"] = flow.overlap
    if flow.limit_runs is not None:
        settings["limit_runs"] = flow.limit_runs
    if flow.zone:
        settings["zone"] = flow.zone
    return settings


def flow_settings_from_json(data: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of `FlowDefinition` from the keys of `flow_settings_to_json`."""
    return {
        "pools": tuple(PoolDefinition(**pool) for pool in data.get("pools", ())),
        "owner": data.get("owner", ""),
        "tags": tuple(data.get("tags", ())),
        "schedules": tuple(schedule_from_json(schedule) for schedule in data.get("schedules", ())),
        "triggers": tuple(TriggerDefinition(**trigger) for trigger in data.get("triggers", ())),
        "overlap": data.get("overlap", ""),
        "limit_runs": data.get("limit_runs"),
        "zone": data.get("zone", ""),
    }


def schedule_from_json(data: Mapping[str, Any]) -> ScheduleDefinition:
    return ScheduleDefinition(**{**data, "days": tuple(data["days"])})


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
            **flow_settings_from_json(data),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"not a flow definition: {error}") from None
