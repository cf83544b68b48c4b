"""The scheduler: makes the runs whose time has come, one for each flow and instant.

The engine asks it within its turns, so that a tick, its run and how far the schedule has been looked at are one durable
step. What is kept here is only when to look next; everything else is read from the store when it is needed.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from runtime import admission
from runtime.admission import NoRoom, Wanted
from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import FlowDefinition
from runtime.model.errors import FlowerError, NotFound
from runtime.model.rows import ScheduledFlow
from runtime.register import RunValues, check_parameters, decode_parameters
from runtime.schedule import following
from runtime.schedule.local import MICROSECONDS, utc
from runtime.schedule.ticks import MOST_AT_ONCE, Due, Tick, due_ticks
from runtime.step import Step

_PAUSE: Final = MICROSECONDS
"""How long a flow that catches up waits when its queue is full."""


@dataclass(slots=True)
class _Plan:
    """When to look at a flow next; None: never, as far as is known now."""

    flow: ScheduledFlow
    until: int
    next: int | None


@dataclass(slots=True)
class TickValues(RunValues):
    """What the condition of a schedule knows: the parameters' defaults, the tick's time, the time since the last."""

    since_last: dt.timedelta | None = None

    def run(self, name: str) -> Any:
        return self.since_last if name == "since_last" else RunValues.run(self, name)


class Scheduler:
    """Which flows are scheduled in a store, and when the next of them is due. `zone`: the machine's, an IANA name."""

    def __init__(self, zone: str) -> None:
        self._zone = zone
        self.due: int | None = None
        """The next instant to look, microseconds; None if nothing is scheduled."""
        self._plans: dict[str, _Plan] = {}
        self._version: tuple[int, ...] = ()
        self._seen = 0

    def is_due(self, now: int) -> bool:
        """Whether to look: a tick has come, or the clock has been put back."""
        return now < self._seen - MICROSECONDS or (self.due is not None and self.due <= now)

    def turn(self, step: Step) -> bool:
        """Make the runs that are due; whether there are any."""
        version = step.store.schedules.version()
        if version != self._version or step.now < self._seen - MICROSECONDS:
            self._load(step)
            self._version = version
        self._seen = step.now
        due = [plan for plan in self._plans.values() if plan.next is not None and plan.next <= step.now]
        return sum(self._fire(step, plan) for plan in due) > 0

    def _load(self, step: Step) -> None:
        self._plans = {}
        for flow in step.store.schedules.flows():
            if flow.paused_at is None:
                until = min(flow.until, step.now)
                self._plans[flow.flow] = _Plan(flow, until, self._next(step, flow, until))
        self._set_due()

    def _set_due(self) -> None:
        self.due = min((plan.next for plan in self._plans.values() if plan.next is not None), default=None)

    def _next(self, step: Step, flow: ScheduledFlow, until: int) -> int | None:
        try:
            return following(flow.schedules, until, self._zone)
        except (ValueError, TypeError, OverflowError) as problem:
            step.store.events.add(step.now, "schedule not understood", None, flow=flow.flow, message=str(problem))
            return None

    def _fire(self, step: Step, plan: _Plan) -> bool:
        name = plan.flow.flow
        due = due_ticks(plan.flow.schedules, plan.until, step.now, self._zone)
        settled = plan.until
        made = False
        for tick in due.ticks:
            if tick.late and not admission.may_queue(step, name):
                self._later(step, plan, settled, step.now + _PAUSE)
                return made
            made |= self._decide(step, plan.flow, tick)
            settled = tick.at
        self._note_missed(step, name, plan.until, due)
        self._later(step, plan, due.until, self._next(step, plan.flow, due.until))
        return made

    def _later(self, step: Step, plan: _Plan, until: int, following: int | None) -> None:
        step.store.schedules.decided(plan.flow.flow, until)

        def go_on() -> None:
            plan.until, plan.next = until, following
            self._set_due()

        step.after_commit.append(go_on)

    def _note_missed(self, step: Step, flow: str, since: int, due: Due) -> None:
        if due.missed:
            count = str(due.missed) if due.missed < MOST_AT_ONCE else f"{MOST_AT_ONCE} or more"
            step.store.events.add(step.now, "ticks missed", None, flow=flow, count=count, since=iso(since))

    def _decide(self, step: Step, flow: ScheduledFlow, tick: Tick) -> bool:
        """Whether the tick has made a run. What came of it is written, whatever it is."""
        if step.store.schedules.is_ticked(flow.flow, tick.at):
            return False
        outcome, message, run_id = self._outcome(step, flow, tick)
        step.store.schedules.tick(flow.flow, tick.at, step.now, outcome, message, run_id)
        if run_id is None:
            step.store.events.add(step.now, f"tick {outcome}", None, flow=flow.flow, tick=iso(tick.at), why=message)
        return run_id is not None

    def _outcome(self, step: Step, flow: ScheduledFlow, tick: Tick) -> tuple[str, str, int | None]:
        try:
            with step.store.savepoint():
                zone = self._fitting_zone(step, flow, tick)
                if zone is None:
                    return "skipped", "its condition does not hold", None
                asker: admission.Asker = "late tick" if tick.late else "tick"
                wanted = Wanted(flow.flow, tick.at, zone, key=f"tick:{iso(tick.at)}", asker=asker)
                run_id, _ = admission.register(step, wanted)
                return "run", "", run_id
        except NoRoom as problem:
            return "skipped", str(problem), None
        except (FlowerError, ExpressionError, ValueError, LookupError, TypeError, AttributeError) as problem:
            return "refused", str(problem), None

    def _fitting_zone(self, step: Step, flow: ScheduledFlow, tick: Tick) -> str | None:
        """The zone of the first schedule of the tick whose condition holds; None if none does."""
        for number in tick.schedules:
            schedule = flow.schedules[number]
            zone = schedule.zone or self._zone
            if schedule.when is None or self._holds(step, flow.flow, schedule.when, tick.at, zone):
                return zone
        return None

    def _holds(self, step: Step, flow: str, condition: Any, at: int, zone: str) -> bool:
        last = step.store.schedules.last_run_tick(flow, at)
        since_last = None if last is None else dt.timedelta(microseconds=at - last)
        definition = _definition(step, flow)
        parameters = decode_parameters(definition, check_parameters(definition, {}, at, zone))
        value = evaluate(condition, TickValues(parameters, at, zone, created=step.now, since_last=since_last))
        if not isinstance(value, bool):
            raise ExpressionError("the condition of the schedule is neither true nor false")
        return value


def iso(instant: int) -> str:
    """`2026-11-24T06:30:00Z`, the name of a tick."""
    return utc(instant).replace(tzinfo=None).isoformat() + "Z"


def _definition(step: Step, flow: str) -> FlowDefinition:
    newest = step.store.newest(flow)
    if newest is None:
        raise NotFound(f"no flow `{flow}` is deployed here")
    return step.store.graph(newest[0]).flow
