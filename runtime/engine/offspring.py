"""Runs that tasks of other runs have started: an engine that works on some runs only works on these as well.

Who waits for a run is told when they have come to rest, too: nobody else would work on them.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass, field

from runtime.model.state import RunStatus


@dataclass(slots=True)
class _Told:
    """Who is told of the end of a run when all of `left` are at rest."""

    waiting: list[Future[RunStatus]]
    status: RunStatus
    left: set[int]


@dataclass(slots=True)
class Offspring:
    """Which runs have started which, as long as those are not at rest."""

    _of: dict[int, set[int]] = field(default_factory=dict)
    _told_later: list[_Told] = field(default_factory=list)

    def __contains__(self, run_id: int) -> bool:
        return any(run_id in started for started in self._of.values()) or any(
            run_id in told.left for told in self._told_later
        )

    def add(self, pairs: Iterable[tuple[int, int]]) -> None:
        """(run, the run that it has started)."""
        for parent, child in pairs:
            self._of.setdefault(parent, set()).add(child)
            for told in self._told_later:
                if parent in told.left:
                    told.left.add(child)

    def at_rest(self, run_id: int, waiting: list[Future[RunStatus]], status: RunStatus) -> None:
        """A run is at rest: tell those who wait for it, now or when what it has started is at rest."""
        for started in self._of.values():
            started.discard(run_id)
        left = self._of.pop(run_id, set())
        for told in self._told_later:
            told.left |= left if run_id in told.left else set()
            told.left.discard(run_id)
        self._told_later.append(_Told(waiting, status, set(left)))
        for told in [told for told in self._told_later if not told.left]:
            self._told_later.remove(told)
            for each in told.waiting:
                each.set_result(told.status)

    def give_up(self) -> list[Future[RunStatus]]:
        """Everybody who still waits; nothing more is told."""
        waiting = [each for told in self._told_later for each in told.waiting]
        self._told_later.clear()
        return waiting
