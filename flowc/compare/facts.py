"""What is said of a task, a parameter or a flow, as facts: texts in the words of the source, by name, in a fixed order.

Two things that behave differently differ in a fact; places in the file are no facts. A setting without a value is a
fact with an empty text.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from flowc.export.wording import (
    event_text,
    outcome_text,
    pool_text,
    retry_text,
    schedule_text,
    script_text,
    time_text,
    trigger_text,
    until_text,
)
from runtime.expression.text import expression_text
from runtime.model.definition import (
    Action,
    Ask,
    Call,
    Detach,
    FlowDefinition,
    OutDefinition,
    ParameterDefinition,
    Script,
    TaskDefinition,
    Wait,
)
from runtime.model.encode import program_of
from runtime.model.types import type_from_json

Facts = dict[str, str]
TYPE_OF: Final = "type of "
"""Begins the names of facts about values in scripts. They follow from others unless the same value has another type."""
_Fact = tuple[str, str]


def task_facts(task: TaskDefinition) -> Facts:
    """Of a node, without its name and its place."""
    return dict(
        [
            *_doing(task),
            *_mapping(task),
            *_action(task.action),
            *((f"out {out.name}", _out(out)) for out in task.outs),
            *_conditions(task),
            *_numbered("retry", (retry_text(rule).removeprefix("retry ") for rule in task.retry)),
            *_settings(task),
            *_said("doc", task.doc),
            *((f"doc of {out.name}", out.doc) for out in task.outs if out.doc),
        ]
    )


def parameter_facts(parameter: ParameterDefinition) -> Facts:
    """`type`, `default`, `where` and `doc`, as far as they are there."""
    return dict(
        [
            ("type", str(type_from_json(parameter.type))),
            *([("default", expression_text(parameter.default))] if parameter.has_default else []),
            *_expression("where", parameter.where),
            *_said("doc", parameter.doc),
        ]
    )


def parameter_text(parameter: ParameterDefinition) -> str:
    """The parameter as the source declares it."""
    facts = parameter_facts(parameter)
    default = f" = {facts['default']}" if "default" in facts else ""
    where = f" where {facts['where']}" if "where" in facts else ""
    return f"{parameter.name}: {facts['type']}{default}{where}"


def flow_facts(flow: FlowDefinition) -> Facts:
    """Of a flow as a whole: its file, types, pools, schedules and the settings of its body."""
    return dict(
        [
            ("file", flow.source_file),
            *_said("owner", flow.owner),
            *_said("tags", ", ".join(flow.tags)),
            *_numbered("schedule", map(schedule_text, flow.schedules)),
            *_numbered("trigger", map(trigger_text, flow.triggers)),
            *_said("tz", flow.zone),
            *_said("overlap", flow.overlap),
            *([("limit of runs", str(flow.limit_runs))] if flow.limit_runs is not None else []),
            *((f"pool {pool.name}", pool_text(pool)) for pool in flow.pools),
            *((f"type {name}", shape) for name, shape in sorted(_named_types(flow).items())),
            *((name, text) for name, text in task_facts(flow.tasks[0]).items() if name not in ("does", "doc")),
            *_said("doc", flow.doc),
        ]
    )


def _doing(task: TaskDefinition) -> Iterator[_Fact]:
    yield "does", program_of(task.action) if task.kind == "task" else "group"
    if task.hook:
        yield "on", event_text(task)


def _mapping(task: TaskDefinition) -> Iterator[_Fact]:
    for generator in task.generators:
        yield f"for {generator.name}", f"in {expression_text(generator.over)}"
    yield from _expression("by", task.by)
    if task.sequential:
        yield "one after another", ""


def _action(action: Action | None) -> Iterator[_Fact]:
    match action:
        case Script():
            yield "script", script_text(action)
            yield from _expression("database", action.connection)
            for binding in action.bindings:
                yield f"{TYPE_OF}{{{{ {expression_text(binding.value)} }}}}", str(type_from_json(binding.type))
        case Call(arguments=arguments, process=process):
            if process:
                yield "in a process of its own", ""
            for name, tree in arguments.items():
                yield f"argument {name}", expression_text(tree)
        case Wait(until):
            yield "wait", time_text(until)
        case Ask(text):
            yield "ask", expression_text(text)
        case Detach(_, arguments):
            for name, tree in arguments.items():
                yield f"argument {name}", expression_text(tree)


def _out(out: OutDefinition) -> str:
    value = f" = {expression_text(out.value)}" if out.computed else ""
    default = f" default {expression_text(out.default)}" if out.has_default else ""
    where = f" where {expression_text(out.where)}" if out.where is not None else ""
    return f"{type_from_json(out.type)}{value}{default}{where}"


def _conditions(task: TaskDefinition) -> Iterator[_Fact]:
    yield from _expression("when", task.when)
    if task.awaits is not None:
        yield "after", outcome_text(task.awaits)
    if task.until is not None:
        yield "until", until_text(task.until).removeprefix("until ")


def _settings(task: TaskDefinition) -> Iterator[_Fact]:
    if task.timeout_seconds is not None:
        yield "timeout", time_text(task.timeout_seconds)
    yield from _expression("limit", task.limit)
    for use in task.uses:
        yield f"use {use.pool}", expression_text(use.weight)
    for name, tree in task.env:
        yield f"env {name}", expression_text(tree)
    yield from _expression("cwd", task.cwd)
    yield from _numbered(
        "requires", (f"{expression_text(each.condition)}, {expression_text(each.text)}" for each in task.requires)
    )
    yield from _numbered(
        "ensure", (f"{expression_text(each.condition)}, {expression_text(each.text)}" for each in task.ensures)
    )
    if task.cache is not None:
        by = f" by {expression_text(task.cache.by)}" if task.cache.by is not None else ""
        yield "cache", f"{time_text(task.cache.age)}{by}"
    yield from (("idempotent", ""),) if task.idempotent else ()
    yield from _said("on crash", task.on_crash)
    yield from (("allow_failure", ""),) if task.allow_failure else ()
    yield from _expression("allow_failures", task.allow_failures)
    yield from _expression("enough", task.enough)
    yield from (("fail_fast", ""),) if task.fail_fast else ()
    yield from (("priority", expression_text(task.priority)),) if task.priority != 0 else ()


def _expression(name: str, tree: Any) -> Iterable[_Fact]:
    return () if tree is None else ((name, expression_text(tree)),)


def _said(name: str, text: str) -> Iterable[_Fact]:
    return ((name, text),) if text else ()


def _numbered(name: str, texts: Iterable[str]) -> Iterator[_Fact]:
    """Facts of which there may be several: `retry`, `retry 2`, …"""
    for number, text in enumerate(texts, 1):
        yield name if number == 1 else f"{name} {number}", text


def _named_types(flow: FlowDefinition) -> dict[str, str]:
    """The shape of every record and enum that has a name, wherever a value of it is."""
    found: dict[str, str] = {}
    for parameter in flow.parameters:
        _collect(parameter.type, found)
    for task in flow.tasks:
        bindings = task.action.bindings if isinstance(task.action, Script) else ()
        for kind in (valued.type for group in (task.outs, task.generators, bindings) for valued in group):
            _collect(kind, found)
    return found


def _collect(kind: Any, found: dict[str, str]) -> None:
    if isinstance(kind, str):
        return
    for key, inner in kind.items():
        if key == "enum":
            found[inner["name"]] = _enum(inner["members"])
        elif key == "record":
            _collect_record(inner, found)
        else:
            _collect(inner, found)


def _collect_record(record: dict[str, Any], found: dict[str, str]) -> None:
    if record.get("name"):
        fields = (_field(name, kind, record.get("defaults", {})) for name, kind in record["fields"].items())
        found[record["name"]] = f"{{ {', '.join(fields)} }}"
    for kind in record["fields"].values():
        _collect(kind, found)


def _field(name: str, kind: Any, defaults: dict[str, Any]) -> str:
    default = f" = {expression_text(defaults[name])}" if name in defaults else ""
    return f"{name}: {type_from_json(kind)}{default}"


def _enum(members: dict[str, str]) -> str:
    texts = (name if name == text else f"{name} = {expression_text(text)}" for name, text in members.items())
    return f"{{ {', '.join(texts)} }}"
