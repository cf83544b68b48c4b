"""Triggers: from something that has happened to a run, once for each flow and event.

A run has ended, a file is there, a webhook was called: whoever notices it asks the engine, within whose transaction the
event is recorded and its run made. Events of runs that a trigger wants together wait for one another.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from runtime import admission
from runtime.admission import Wanted
from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.expression.outcome import decide
from runtime.maintenance.scheduler import iso
from runtime.model.definition import Tree, TriggerDefinition
from runtime.model.errors import BadParameter, FlowerError, NotFound
from runtime.model.names import nearest
from runtime.model.rows import EndedRun, FiredTrigger, TriggeredFlow
from runtime.model.types import type_from_json
from runtime.model.values import ValueProblem, from_json, to_json
from runtime.register import RunValues
from runtime.step import Step

_HOLDS: Final = {
    "succeeded": ("succeeded", "done"),
    "failed": ("failed", "done"),
    "cancelled": ("failed", "done"),
}
"""The states that a trigger may ask for, by the status at which a run has ended."""


@dataclass(slots=True)
class EventValues(RunValues):
    """What the expressions of a trigger know: the event, and the time."""

    event: Any = None

    def item(self, name: str) -> Any:
        return self.event if name == "event" else RunValues.item(self, name)


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that a trigger is about. `part`: what of the trigger it is, `source`: which event, unique for a flow;
    `event`: its value as JSON; `also`: the sources of events that are used up with it."""

    part: str
    source: str
    event: Any
    also: tuple[tuple[str, str], ...] = ()


def part_of(trigger: TriggerDefinition) -> str:
    """`file inbox/*.csv`, `webhook push`: what the events of a trigger are recorded under."""
    return f"{trigger.kind} {trigger.source}"


def fire(step: Step, flow: str, trigger: TriggerDefinition, happened: Happened, zone: str) -> FiredTrigger:
    """Make the run of an event, unless something has come of it already; what has come of it, recorded.

    BadParameter if the event is not of the type that the trigger declares: then nothing is recorded.
    """
    known = step.store.triggers.fired(flow, happened.source)
    if known is not None:
        return known
    outcome, message, run_id = _outcome(step, flow, trigger, happened, zone)
    for source, part in [(happened.source, happened.part), *happened.also]:
        step.store.triggers.record(flow, part, FiredTrigger(source, step.now, outcome, message, run_id))
    if run_id is None:
        step.store.events.add(
            step.now, f"trigger {outcome}", None, flow=flow, trigger=happened.part, source=happened.source, why=message
        )
    return FiredTrigger(happened.source, step.now, outcome, message, run_id)


def _outcome(
    step: Step, flow: str, trigger: TriggerDefinition, happened: Happened, zone: str
) -> tuple[str, str, int | None]:
    values = EventValues({}, step.now, zone, created=step.now, event=_event(trigger, happened))
    if step.store.schedules.is_paused(flow):
        return "skipped", "the flow is paused", None
    try:
        with step.store.savepoint():
            if trigger.condition is not None and evaluate(trigger.condition, values) is not True:
                return "skipped", "its condition does not hold", None
            parameters = {name: to_json(evaluate(tree, values)) for name, tree in trigger.arguments.items()}
            wanted = Wanted(flow, step.now, zone, parameters, f"trigger:{happened.source}", "event")
            run_id, _ = admission.register(step, wanted)
            return "run", "", run_id
    except admission.NoRoom as problem:
        if problem.queue_full:
            raise
        return "skipped", str(problem), None
    except (FlowerError, ExpressionError, ValueError, LookupError, TypeError, AttributeError) as problem:
        return "refused", str(problem), None


def _event(trigger: TriggerDefinition, happened: Happened) -> Any:
    try:
        return from_json(type_from_json(trigger.event), happened.event, "event")
    except ValueProblem as problem:
        kind = type_from_json(trigger.event)
        raise BadParameter(str(problem), f"this trigger takes a value of type `{kind}`") from None


# Runs that have ended


def look_at_ends(step: Step, zone: str) -> int:
    """Fire for the runs that have ended since the last look; how many runs were made."""
    return sum(_look_for(step, flow, zone) for flow in step.store.triggers.flows())


def _look_for(step: Step, flow: TriggeredFlow, zone: str) -> int:
    """Of one flow. An end for which its queue has no place is looked at again later, and those after it."""
    made = 0
    triggers = [trigger for trigger in flow.triggers if trigger.kind == "after"]
    for ended in step.store.triggers.ended(flow.seen_event) if triggers else ():
        try:
            if flow.paused_at is None:
                made += sum(_after(step, flow.flow, trigger, ended, zone) for trigger in triggers)
        except admission.NoRoom:
            break
        step.store.triggers.seen(flow.flow, ended.event)
    return made


def _after(step: Step, flow: str, trigger: TriggerDefinition, ended: EndedRun, zone: str) -> bool:
    """Whether the end of a run has made a run by this trigger."""
    wanted = [state for name, state in _asked(trigger.awaits) if name == ended.flow]
    state = next((state for state in wanted if state in _HOLDS.get(ended.status, ())), None)
    if state is None:
        return False
    source, part = f"{ended.ref}.{state}", f"after {ended.flow}.{state}"
    waiting = dict(step.store.triggers.waiting(flow))
    parts = {part, *waiting.values()}
    event = {"flow": ended.flow, "run": ended.ref, "status": ended.status, "time": iso(ended.time)}
    if not _is_met(trigger.awaits, parts):
        step.store.triggers.record(flow, part, FiredTrigger(source, step.now, "waits", "for the others", None))
        return False
    asked = {f"after {name}.{state}" for name, state in _asked(trigger.awaits)}
    used = tuple((known, kind) for known, kind in waiting.items() if kind in asked and known != source)
    return fire(step, flow, trigger, Happened(part, source, event, used), zone).run_id is not None


def _asked(tree: Tree) -> Iterator[tuple[str, str]]:
    """(flow, state) of each part of a condition on runs of flows."""
    if tree[0] == "state":
        yield tree[1], tree[2]
        return
    for part in tree[1:]:
        yield from _asked(part)


def _is_met(tree: Tree, parts: set[str]) -> bool:
    return decide(tree, lambda flow, state: f"after {flow}.{state}" in parts, lambda _: (0, 0), lambda *_: None) is True


# What comes from outside


def webhook(step: Step, name: str, event: Any, key: str, zone: str) -> tuple[str, FiredTrigger]:
    """A webhook was called: the flow, and what has come of it. NotFound if no flow has one of this name."""
    for flow in step.store.triggers.flows():
        for trigger in flow.triggers:
            if trigger.kind == "webhook" and trigger.source == name:
                part = part_of(trigger)
                return flow.flow, fire(step, flow.flow, trigger, Happened(part, f"{part} {key}", event), zone)
    names = [trigger.source for flow in step.store.triggers.flows() for trigger in flow.triggers]
    raise NotFound(f'no flow has a webhook "{name}"', nearest(name, names) or "flower triggers lists what there is")


def file(step: Step, flow: str, pattern: str, event: Any, version: str, zone: str) -> FiredTrigger | None:
    """A file is there: what has come of it; None if the flow looks for it no more."""
    for known in step.store.triggers.flows():
        for trigger in known.triggers:
            if known.flow == flow and trigger.kind == "file" and trigger.source == pattern:
                happened = Happened(part_of(trigger), f"file {event['path']} {version}", event)
                return fire(step, flow, trigger, happened, zone)
    return None


def check_names(step: Step, flow: str, triggers: tuple[TriggerDefinition, ...]) -> TriggeredFlow | None:
    """Another flow that has a webhook of the same name, if there is one."""
    mine = {trigger.source for trigger in triggers if trigger.kind == "webhook"}
    for other in step.store.triggers.flows():
        theirs = {trigger.source for trigger in other.triggers if trigger.kind == "webhook"}
        if other.flow != flow and mine & theirs:
            return other
    return None
