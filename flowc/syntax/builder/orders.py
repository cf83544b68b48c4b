"""What says when something runs: chains, `after`, schedules and triggers."""

from __future__ import annotations

from typing import Any

from flowc.diagnostics import codes
from flowc.syntax.builder.base import Base, Children
from flowc.syntax.nodes import (
    After,
    AwaitAll,
    AwaitAny,
    AwaitCount,
    Chain,
    Schedule,
    Trigger,
)


class Orders(Base):
    """Chains, `after`, schedules and triggers."""

    def chain(self, c: Children) -> Chain:
        return Chain([c[0], c[2]], (c[0][0].span[0], c[2][-1].span[1]))

    def longer_chain(self, c: Children) -> Chain:
        chain: Chain = c[0]
        chain.steps.append(c[2])
        chain.span = (chain.span[0], c[2][-1].span[1])
        return chain

    def after(self, c: Children) -> After:
        return After(c[1], (c[0][2], c[1].span[1]))

    def await_also(self, c: Children) -> AwaitAll:
        parts = c[0].parts if type(c[0]) is AwaitAll else [c[0]]
        return AwaitAll([*parts, c[2]], (c[0].span[0], c[2].span[1]))

    def await_either(self, c: Children) -> AwaitAny:
        return AwaitAny([c[0], c[2]], (c[0].span[0], c[2].span[1]))

    def await_or(self, c: Children) -> AwaitAny:
        return AwaitAny([*c[0].parts, c[2]], (c[0].span[0], c[2].span[1]))

    def await_count(self, c: Children) -> AwaitCount:
        return AwaitCount(c[0], c[2], c[4], (c[0].span[0], c[5][3]))

    # Schedules

    def schedule_daily(self, c: Children) -> Schedule:
        return Schedule("daily", c[3], [], (c[0][2], c[3].span[1]))

    def schedule_weekly(self, c: Children) -> Schedule:
        return Schedule("weekly", c[5], c[3], (c[0][2], c[5].span[1]))

    def schedule_every(self, c: Children) -> Schedule:
        return Schedule("every", c[2], [], (c[0][2], c[2].span[1]))

    def schedule_cron(self, c: Children) -> Schedule:
        return Schedule("cron", c[2], [], (c[0][2], c[2].span[1]))

    def schedule_zone(self, c: Children) -> Schedule:
        schedule: Schedule = c[0]
        self._once(schedule.zone, c[1])
        schedule.zone, schedule.span = c[2], (schedule.span[0], c[2].span[1])
        return schedule

    def schedule_when(self, c: Children) -> Schedule:
        schedule: Schedule = c[0]
        self._once(schedule.condition, c[1])
        schedule.condition, schedule.span = c[2], (schedule.span[0], c[2].span[1])
        return schedule

    def schedule_catchup(self, c: Children) -> Schedule:
        schedule: Schedule = c[0]
        self._once(schedule.catchup, c[1])
        schedule.catchup, schedule.span = self.name(c[2:]), (schedule.span[0], c[2][3])
        return schedule

    def _once(self, known: object, word: Any) -> None:
        """A part of a statement is given: reports it if there is one already."""
        if known:
            message = f"`{word[1]}` is given twice"
            self.sink.error(codes.DUPLICATE_SETTING, self.source, word[2:], message, help="remove one of them")

    # Triggers

    def trigger_after(self, c: Children) -> Trigger:
        return Trigger("after", None, c[2], (c[0][2], c[2].span[1]))

    def trigger_file(self, c: Children) -> Trigger:
        return Trigger("file", c[2], None, (c[0][2], c[2].span[1]))

    def trigger_webhook(self, c: Children) -> Trigger:
        return Trigger("webhook", c[2], None, (c[0][2], c[-1].span[1]), c[4] if len(c) > 3 else None)

    def trigger_when(self, c: Children) -> Trigger:
        trigger: Trigger = c[0]
        self._once(trigger.condition, c[1])
        trigger.condition, trigger.span = c[2], (trigger.span[0], c[2].span[1])
        return trigger

    def trigger_with(self, c: Children) -> Trigger:
        trigger: Trigger = c[0]
        self._once(trigger.arguments, c[1])
        trigger.arguments, trigger.span = c[3], (trigger.span[0], c[4][3])
        return trigger
