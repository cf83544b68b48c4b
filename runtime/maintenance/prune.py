"""Prune: forget runs that ended long ago, with their attempts, events, logs and folders."""

from __future__ import annotations

from typing import Final

from runtime.step import Step

MOST_AT_ONCE: Final = 100
"""How many runs one transaction forgets: others must not wait long for it."""


def prune(step: Step, flow: str | None, before: int, keep: int) -> list[int]:
    """Forget up to `MOST_AT_ONCE` runs that came to rest before a time (microseconds); their ids.

    Suspended runs are kept: a person is still to decide. `keep`: how many of the newest runs of each flow stay.
    """
    runs = step.store.runs.to_prune(flow, before, keep, MOST_AT_ONCE)
    for run_id in runs:
        step.store.runs.forget(run_id)
    if runs:
        step.store.events.add(step.now, "pruned", None, runs=len(runs), newest=max(runs))
    return runs
