"""Prune: forget runs that ended long ago, with their attempts, events, logs and folders; and old ticks and results."""

from __future__ import annotations

from typing import Final

from runtime.step import Step

MOST_AT_ONCE: Final = 100
"""How many runs one transaction forgets: others must not wait long for it."""
_MOST_ROWS: Final = 10_000


def prune(step: Step, flow: str | None, before: int, keep: int) -> list[int]:
    """Forget up to `MOST_AT_ONCE` runs that came to rest before a time (microseconds); their ids.

    Suspended runs are kept: a person is still to decide. `keep`: how many of the newest runs of each flow stay. With
    them go ticks of that age, but for the last of each flow that made a run, events of triggers but for those of files,
    and results in the cache.
    """
    runs = step.store.runs.to_prune(flow, before, keep, MOST_AT_ONCE)
    for run_id in runs:
        step.store.runs.forget(run_id)
    step.store.schedules.forget_ticks(flow, before, _MOST_ROWS)
    step.store.triggers.forget(flow, before, _MOST_ROWS)
    if flow is None:
        step.store.cached.forget(before, _MOST_ROWS)
    if runs:
        step.store.events.add(step.now, "pruned", None, runs=len(runs), newest=max(runs))
    return runs
