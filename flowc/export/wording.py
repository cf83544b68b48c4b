"""Parts of a definition in the words of the language: what a node does, for what, when, and its settings."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from runtime.expression.text import expression_text
from runtime.model.definition import (
    FlowDefinition,
    PoolDefinition,
    Retry,
    ScheduleDefinition,
    Script,
    TaskDefinition,
    TriggerDefinition,
    Until,
)
from runtime.model.encode import program_of
from runtime.model.types import type_from_json

_UNITS: Final = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))


def doing_of(task: TaskDefinition, sequence: bool) -> str:
    """`python`, `http.get`, `parallel`; empty for a join. `sequence`: its members run in the order written."""
    if task.kind == "task":
        return program_of(task.action)
    return "sequence" if sequence or task.sequential else "parallel"


def mapping_of(task: TaskDefinition) -> str:
    """`for table in tables by table.name`, or nothing."""
    if not task.generators:
        return ""
    loops = ", ".join(f"{one.name} in {expression_text(one.over)}" for one in task.generators)
    by = f" by {expression_text(task.by)}" if task.by is not None else ""
    return f"for {loops}{by}"


def condition_of(task: TaskDefinition) -> str:
    """`when x`, `after y.failed`, both or nothing."""
    told = [f"when {expression_text(task.when)}"] if task.when is not None else []
    if task.awaits is not None and not task.hook:
        told.append(f"after {outcome_text(task.awaits)}")
    return ", ".join(told)


def event_text(task: TaskDefinition) -> str:
    """What a hook reports on, as the source writes it: `failure`, `late 3h`; or nothing."""
    after = late_after(task.awaits) if task.hook == "late" else None
    return task.hook if after is None else f"late {time_text(after)}"


def late_after(tree: Any) -> Any:
    """The time in the condition of a hook on what is late; None if there is none."""
    match tree:
        case ["late", _, after]:
            return after
        case ["and", *parts]:
            return next((found for part in parts if (found := late_after(part)) is not None), None)
    return None


def outcome_text(tree: Any) -> str:
    """A condition on outcomes as the source writes it: `risky.failed or any(shards, 3)`."""
    match tree:
        case ["state", path, state]:
            return f"{_dotted(path)}.{state}"
        case ["event", path, event]:
            return f"{_dotted(path)}.{event}"
        case ["late", path, after]:
            return f"{_dotted(path)} late by {time_text(after)}"
        case ["any", path, count]:
            return f"any({_dotted(path)}, {count})"
        case ["not", inner]:
            return f"not {_bracketed(inner)}"
        case ["and" | "or" as word, *parts]:
            return f" {word} ".join(_bracketed(part) for part in parts)
    return expression_text(tree)


def _bracketed(tree: Any) -> str:
    text = outcome_text(tree)
    return f"({text})" if isinstance(tree, list) and tree and tree[0] in ("and", "or") else text


def _dotted(path: str) -> str:
    return path.replace("/", ".")


def facts_of(task: TaskDefinition) -> tuple[str, ...]:
    """The other settings, each as a short text: `retry 3, delay: 30s`, `timeout 5m`, `limit 2`."""
    return tuple(_facts(task))


def _facts(task: TaskDefinition) -> Iterator[str]:
    yield from (retry_text(retry) for retry in task.retry)
    if task.timeout_seconds is not None:
        yield f"timeout {time_text(task.timeout_seconds)}"
    if task.until is not None:
        yield until_text(task.until)
    if task.limit is not None:
        yield f"limit {expression_text(task.limit)}"
    yield from (f"use {use.pool}{'' if use.weight == 1 else f' {expression_text(use.weight)}'}" for use in task.uses)
    if task.cache is not None:
        by = f" by {expression_text(task.cache.by)}" if task.cache.by is not None else ""
        yield f"cache {time_text(task.cache.age)}{by}"
    if task.allow_failure:
        yield "allow_failure"
    if task.allow_failures is not None:
        yield f"allow_failures {expression_text(task.allow_failures)}"
    if task.enough is not None:
        yield f"enough {expression_text(task.enough)}"
    if task.fail_fast:
        yield "fail_fast"
    if task.priority != 0:
        yield f"priority {expression_text(task.priority)}"
    if task.idempotent:
        yield "idempotent"
    if task.on_crash:
        yield f"on crash {task.on_crash}"


def flow_facts_of(flow: FlowDefinition) -> tuple[str, ...]:
    """The settings of a flow: schedules, overlap, pools, owner, each as a short text."""
    told = [f"schedule {schedule_text(schedule)}" for schedule in flow.schedules]
    told += [f"trigger {trigger_text(trigger)}" for trigger in flow.triggers]
    told += [f'tz "{flow.zone}"'] if flow.zone else []
    told += [f"overlap {flow.overlap}"] if flow.overlap else []
    told += [f"limit {flow.limit_runs} runs"] if flow.limit_runs is not None else []
    told += [f"pool {pool.name} ({pool_text(pool)})" for pool in flow.pools]
    told += [f"owner {flow.owner}"] if flow.owner else []
    told += [f"tags {', '.join(flow.tags)}"] if flow.tags else []
    return (*told, *facts_of(flow.tasks[0]))


def trigger_text(trigger: TriggerDefinition) -> str:
    """`after etl.failed`, `file "inbox/*.csv" with (path: event.path)`, `webhook "deploy" when …`."""
    if trigger.kind == "after":
        told = [f"after {outcome_text(trigger.awaits)}"]
    else:
        told = [f'{trigger.kind} "{trigger.source}"']
    if trigger.kind == "webhook" and trigger.event != "json":
        told.append(f"of {type_from_json(trigger.event)}")
    if trigger.condition is not None:
        told.append(f"when {expression_text(trigger.condition)}")
    if trigger.arguments:
        told.append(
            f"with ({', '.join(f'{name}: {expression_text(tree)}' for name, tree in trigger.arguments.items())})"
        )
    return " ".join(told)


def schedule_text(schedule: ScheduleDefinition) -> str:
    """`daily at 06:30 tz "Europe/London" when …`."""
    from runtime.schedule import words

    text = words(schedule)
    return text if schedule.when is None else text.replace("when …", f"when {expression_text(schedule.when)}")


def pool_text(pool: PoolDefinition) -> str:
    """`limit 3, rate 10 per 1s`."""
    limit = [f"limit {pool.limit}"] if pool.limit is not None else []
    rate = [f"rate {pool.rate} per {duration_text(pool.per_seconds)}"] if pool.rate is not None else []
    return ", ".join(limit + rate)


def until_text(until: Until) -> str:
    """`until done, every: 30s, at_most: 100`."""
    every = f", every: {time_text(until.every_seconds)}" if until.every_seconds else ""
    rounds = f", at_most: {expression_text(until.at_most)}" if until.at_most is not None else ""
    return f"until {expression_text(until.condition)}{every}{rounds}"


def retry_text(retry: Retry) -> str:
    """A retry as the source writes it."""
    parts = [f"retry {expression_text(retry.attempts)}"]
    if retry.delay_seconds:
        parts.append(f"delay: {time_text(retry.delay_seconds)}")
    if retry.backoff != 1.0:
        parts.append(f"backoff: {expression_text(retry.backoff)}")
    if retry.max_delay_seconds is not None:
        parts.append(f"max_delay: {time_text(retry.max_delay_seconds)}")
    if retry.jitter:
        parts.append(f"jitter: {_share_text(retry.jitter)}")
    if retry.within_seconds is not None:
        parts.append(f"within: {time_text(retry.within_seconds)}")
    if retry.when is not None:
        parts.append(f"when: {expression_text(retry.when)}")
    return ", ".join(parts)


def _share_text(tree: Any) -> str:
    return f"{round(tree * 100)}%" if isinstance(tree, int | float) else expression_text(tree)


def time_text(tree: Any) -> str:
    """A time as a literal; times that are known are stored as a number of seconds, others as an expression."""
    known = isinstance(tree, int | float) and not isinstance(tree, bool)
    return duration_text(tree) if known else expression_text(tree)


def duration_text(seconds: float) -> str:
    """`1h30m`, `500ms`: the literal for a number of seconds."""
    whole, milliseconds = divmod(round(seconds * 1000), 1000)
    parts = []
    for unit, size in _UNITS:
        count, whole = divmod(whole, size)
        if count:
            parts.append(f"{count}{unit}")
    if milliseconds:
        parts.append(f"{milliseconds}ms")
    return "".join(parts) or "0s"


def script_text(script: Script) -> str:
    """A script as it was written, with `{{ }}` where values stand."""
    values = {binding.name: expression_text(binding.value) for binding in script.bindings}
    told = []
    for part in script.parts:
        if isinstance(part, str):
            told.append(part)
        else:
            text = values[part.binding]
            told.append(f"{{{{ raw({text}) }}}}" if part.use == "raw" else f"{{{{ {text} }}}}")
    return "".join(told)
