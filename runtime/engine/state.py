"""What the engine knows between its turns: the runs that it works on and the attempts under way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from itertools import count

from runtime.engine.offspring import Offspring
from runtime.engine.times import Times
from runtime.executor.protocol import Executor
from runtime.maintenance.scheduler import Scheduler
from runtime.model.state import RunStatus
from runtime.step import ActiveRun
from runtime.store.protocol import Store
from runtime.work import Claim


@dataclass(slots=True)
class WorkedRun:
    """A run that the engine works on. `attempts`: ids of those under way; `waiting`: who waits for it to rest."""

    run: ActiveRun
    status: str = RunStatus.RUNNING
    deadline: int | None = None
    attempts: set[int] = field(default_factory=set)
    waiting: list[Future[RunStatus]] = field(default_factory=list)

    @property
    def id(self) -> int:
        return self.run.row.id


@dataclass(slots=True)
class EngineState:
    """Written by the engine's thread only, and only after a commit, except for what `mend` makes good.

    `hungry`: runs that may have ready tasks for which there was no place, those first that have waited longest.
    `touched`: runs of which something has changed since they were looked at; `look_at_all`: any may have. `vacancy`: a
    queued run may find room. `lent`: how many attempts others execute, which take no place. `unreadable`: runs that
    are left alone; `stale`: that are to be loaded again. `short_of_room`: the disk was full, and nothing is started
    until there is room again.
    """

    store: Store
    executor: Executor
    jobs: int
    all_runs: bool
    scheduler: Scheduler | None
    claiming: bool = True
    worker_id: int = 0
    attempt_ids: Iterator[int] = field(default_factory=lambda: count(1))
    runs: dict[int, WorkedRun] = field(default_factory=dict)
    running: dict[int, Claim] = field(default_factory=dict)
    ending: set[int] = field(default_factory=set)
    times: Times = field(default_factory=Times)
    hungry: dict[int, None] = field(default_factory=dict)
    touched: set[int] = field(default_factory=set)
    unreadable: set[int] = field(default_factory=set)
    stale: set[int] = field(default_factory=set)
    offspring: Offspring = field(default_factory=Offspring)
    lent: Callable[[], int] = lambda: 0
    look_at_all: bool = True
    short_of_room: bool = False
    vacancy: bool = True
    changed_outside: bool = False

    @property
    def starting(self) -> bool:
        """Whether anything new may be started."""
        return self.claiming and not self.short_of_room

    def mend(self, renewed: set[int]) -> None:
        """A turn was not committed: what it wrote down here may be of runs that are not worked on after all.
        `renewed`: runs that were loaded with values that are not in the store now."""
        self.look_at_all = True
        self.stale |= renewed
        self.times.keep(self.runs)
        for run_id in self.hungry.keys() - self.runs.keys():
            del self.hungry[run_id]

    def begin(self, claim: Claim) -> None:
        """An attempt is under way."""
        self.running[claim.attempt.id] = claim
        worked = self.runs.get(claim.run.id)
        if worked is not None:
            worked.attempts.add(claim.attempt.id)

    def end(self, attempt_id: int) -> None:
        claim = self.running.pop(attempt_id, None)
        self.ending.discard(attempt_id)
        worked = self.runs.get(claim.run.id) if claim is not None else None
        if worked is not None:
            worked.attempts.discard(attempt_id)

    def forget(self, run_id: int) -> list[Future[RunStatus]]:
        """Work on a run no longer; who waited for it."""
        self.times.set(run_id, None)
        self.hungry.pop(run_id, None)
        self.touched.discard(run_id)
        worked = self.runs.pop(run_id, None)
        return worked.waiting if worked is not None else []

    def is_touched(self) -> bool:
        """Whether a run is to be looked at in the next turn."""
        return bool(self.touched or self.store.runs.changed or self.store.pools.asking)

    def tick_due(self, now: int) -> bool:
        return self.scheduler is not None and self.starting and self.scheduler.is_due(now)

    def next_time(self) -> int | None:
        """When something happens by itself, in microseconds; None if nothing does, as far as is known."""
        if not self.claiming:
            return None
        tick = self.scheduler.due if self.scheduler is not None and self.starting else None
        times = [self.times.nearest(), tick]
        return min((at for at in times if at is not None), default=None)
