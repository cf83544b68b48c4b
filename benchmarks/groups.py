"""The groups of measures by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from benchmarks.full import full
from benchmarks.large import large
from benchmarks.measure import Measure
from benchmarks.measures import checks, runs, start_ups
from benchmarks.served import served
from benchmarks.storm import storm

Take = Callable[[Path, int], Iterator[Measure]]

GROUPS: dict[str, Take] = {
    "start": start_ups,
    "check": checks,
    "run": runs,
    "serve": served,
    "storm": storm,
    "large": large,
    "full": full,
}
