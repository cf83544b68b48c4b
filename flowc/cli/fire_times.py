"""The next times at which scheduled flows run, for who checks them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from runtime.model.definition import FlowDefinition
from runtime.schedule import moment, next_instants, words

_TIMES = 3


def fire_times(flows: Sequence[FlowDefinition], now: int, zone: str) -> Iterator[str]:
    """Each schedule in words and below it its next times. `now`: microseconds; `zone`: that of the machine."""
    for flow in flows:
        for schedule in flow.schedules:
            yield f"  {flow.name}: {words(schedule)}"
            found = next_instants([schedule], now, zone, _TIMES)
            times = ", ".join(moment(instant, schedule.zone or zone) for instant in found)
            yield f"    next {times}" if times else "    never"
