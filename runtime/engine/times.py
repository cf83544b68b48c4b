"""When something happens to runs by itself: a retry, the end of a wait, a deadline."""

from __future__ import annotations

import heapq
from collections.abc import Container
from typing import Final

_SLACK: Final = 64
"""So many times that hold no more are left in the heap, beside as many as there are runs."""


class Times:
    """The next time of each run, in microseconds. Looking at the nearest costs nothing, however many there are."""

    def __init__(self) -> None:
        self._at: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []

    def set(self, run_id: int, at: int | None) -> None:
        """The only time of a run from now on; None: it has none."""
        if at is None:
            self._at.pop(run_id, None)
        elif self._at.get(run_id) != at:
            self._at[run_id] = at
            heapq.heappush(self._heap, (at, run_id))
            if len(self._heap) > 2 * len(self._at) + _SLACK:
                self._heap = [(at, run_id) for run_id, at in self._at.items()]
                heapq.heapify(self._heap)

    def of(self, run_id: int) -> int | None:
        return self._at.get(run_id)

    def keep(self, runs: Container[int]) -> None:
        """Forget the times of all others."""
        self._at = {run_id: at for run_id, at in self._at.items() if run_id in runs}

    def nearest(self) -> int | None:
        while self._heap and self._at.get(self._heap[0][1]) != self._heap[0][0]:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def passed(self, now: int) -> list[int]:
        """Runs whose time has come; they keep it until it is set anew."""
        runs: dict[int, None] = {}
        while (at := self.nearest()) is not None and at <= now:
            runs[heapq.heappop(self._heap)[1]] = None
        for run_id in runs:
            heapq.heappush(self._heap, (self._at[run_id], run_id))
        return list(runs)
