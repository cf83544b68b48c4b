"""The table of `flower triggers`, and the same as JSON."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from runtime.cli.display.clock import day_and_time, iso
from runtime.cli.display.glyphs import Glyphs
from runtime.cli.display.styled import Line, Span, line
from runtime.cli.display.table import table
from runtime.model.definition import Tree, TriggerDefinition
from runtime.model.rows import FiredTrigger, TriggeredFlow
from runtime.store.sqlite.reader import Reader

Found = tuple[TriggeredFlow, TriggerDefinition, Reader]


def triggers_table(found: Sequence[Found], now: int, cells: int, glyphs: Glyphs) -> list[Line]:
    """A line for each trigger: flow, what it is about, what came of its last event."""
    rows = [
        (line(Span(flow.flow, "bold")), line(_words(trigger)), _state(flow, last_of(flow, trigger, reader), now))
        for flow, trigger, reader in found
    ]
    return table(("flow", "trigger", "last"), rows, cells, glyphs.ellipsis)


def trigger_json(flow: TriggeredFlow, trigger: TriggerDefinition, reader: Reader) -> dict[str, Any]:
    """A trigger; times in UTC. The shape is an interface."""
    last = last_of(flow, trigger, reader)
    return {
        "flow": flow.flow,
        "version": flow.version,
        "kind": trigger.kind,
        "source": trigger.source or None,
        "flows": [f"{name}.{state}" for name, state in _states(trigger.awaits)],
        "line": trigger.line,
        "paused": flow.paused_at is not None,
        "last": None if last is None else _fired(flow.flow, last),
    }


def _fired(flow: str, last: FiredTrigger) -> dict[str, Any]:
    run = None if last.run_id is None else f"{flow}-{last.run_id}"
    return {
        "at": iso(last.at),
        "source": last.source,
        "outcome": last.outcome,
        "message": last.message or None,
        "run": run,
    }


def last_of(flow: TriggeredFlow, trigger: TriggerDefinition, reader: Reader) -> FiredTrigger | None:
    """What came of its newest event."""
    if trigger.kind != "after":
        parts = [f"{trigger.kind} {trigger.source}"]
    else:
        parts = [f"after {name}.{state}" for name, state in _states(trigger.awaits)]
    known = [fired for part in parts if (fired := reader.last_fired(flow.flow, part)) is not None]
    return max(known, key=lambda fired: fired.at, default=None)


def _states(tree: Tree) -> Iterator[tuple[str, str]]:
    match tree:
        case ["state", name, state]:
            yield name, state
        case [_, *parts]:
            for part in parts:
                yield from _states(part)


def _words(trigger: TriggerDefinition) -> str:
    if trigger.kind == "after":
        return f"after {_condition(trigger.awaits)}"
    return f'{trigger.kind} "{trigger.source}"'


def _condition(tree: Tree) -> str:
    match tree:
        case ["state", name, "succeeded"]:
            return str(name)
        case ["state", name, state]:
            return f"{name}.{state}"
        case ["and", *parts]:
            return ", ".join(_bracketed(part) for part in parts)
    return " or ".join(_bracketed(part) for part in tree[1:])


def _bracketed(tree: Tree) -> str:
    return _condition(tree) if tree[0] == "state" else f"({_condition(tree)})"


def _state(flow: TriggeredFlow, last: FiredTrigger | None, now: int) -> Line:
    known = _last(flow.flow, last, now)
    if flow.paused_at is None:
        return known
    return (*line(Span("paused" + ("; " if known else ""), "warn")), *known)


def _last(flow: str, last: FiredTrigger | None, now: int) -> Line:
    if last is None:
        return ()
    when = day_and_time(last.at, now)
    if last.run_id is None:
        return line(Span(f"{last.outcome} {when}: {last.message}", "warn"))
    return line(f"{flow}-{last.run_id} {when}")
