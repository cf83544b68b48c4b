"""What a measure is: rounds of a figure, each beside its floor of the same minute."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Literal


@dataclass(frozen=True, slots=True)
class Round:
    """One round. `seconds` is for one unit: a start, a task; `floor_seconds` for one of the floor."""

    seconds: float
    floor_seconds: float


@dataclass(slots=True)
class Measure:
    """A measure and its rounds. `unit` is what a time is for; `floor` says what it stands beside; `quantity`: what is
    measured, if not seconds."""

    name: str
    unit: str
    floor: str
    quantity: Literal["seconds", "bytes"] = "seconds"
    rounds: list[Round] = field(default_factory=list)

    @property
    def best(self) -> float:
        return min(entry.seconds for entry in self.rounds)

    @property
    def middle(self) -> float:
        return median(entry.seconds for entry in self.rounds)

    @property
    def floor_middle(self) -> float:
        return median(entry.floor_seconds for entry in self.rounds)

    @property
    def ratio(self) -> float:
        """The median of the rounds' own ratios: a slow minute slows both sides."""
        return median(entry.seconds / entry.floor_seconds for entry in self.rounds)


Take = Callable[[Path, int], Iterator[Measure]]


def repeat(measure: Measure, rounds: int, take: Callable[[], float], floor: Callable[[], float]) -> Measure:
    """Take floor and measure in turn, `rounds` times; one turn before that is thrown away (caches, byte code)."""
    floor(), take()
    for _ in range(rounds):
        floor_seconds = floor()
        measure.rounds.append(Round(take(), floor_seconds))
    return measure


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def command(name: str) -> str:
    """The path of a command of the environment that runs this."""
    return str(Path(sys.executable).parent / name)
