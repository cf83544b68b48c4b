"""A turn: what one transaction of the engine has found and decided, and what follows once it is durable."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Final

from runtime.engine.state import EngineState, WorkedRun
from runtime.executor.protocol import Outcome, ProcessMark, Reporter
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.relist import relist
from runtime.step import Step
from runtime.work import Claim, Worker

_SETTLED_MEANWHILE: Final = Outcome(
    False, reason=Reason.CANCELLED, message="its task was settled before it started", never_ran=True
)


class Turn:
    """Collects while the transaction is open. `ended`: attempts that are over; `new`: runs that are taken up; `dirty`:
    runs that may go on; `asked`: somebody has asked for something; `again`: another turn is to follow at once."""

    def __init__(self, state: EngineState, step: Step) -> None:
        self.state = state
        self.step = step
        self.store = step.store
        self.worker = Worker(step, state.worker_id, state.attempt_ids)
        self.ended: set[int] = set()
        self.new: dict[int, WorkedRun] = {}
        self.dirty: set[int] = set()
        self.asked = False
        self.again = False
        self.vacancy_filled = False
        self._waits: list[tuple[int, Future[RunStatus]]] = []
        self._claims: list[Claim] = []
        self._recovered: list[tuple[Claim, ProcessMark | None]] = []
        self._begun: Counter[int] = Counter()

    # While the transaction is open

    def worked(self, run_id: int) -> WorkedRun | None:
        return self.state.runs.get(run_id) or self.new.get(run_id)

    def all_worked(self) -> Iterator[WorkedRun]:
        yield from self.state.runs.values()
        yield from self.new.values()

    def attempts_of(self, worked: WorkedRun) -> list[int]:
        """Attempts of a run that were under way before this turn and have not ended in it."""
        return [attempt_id for attempt_id in worked.attempts if attempt_id not in self.ended]

    def is_busy(self, worked: WorkedRun) -> bool:
        return self._begun[worked.id] > 0 or not worked.attempts <= self.ended

    def places(self) -> int:
        """How many more attempts may be under way."""
        if self.state.short_of_room:
            return 0
        left = len(self.state.running) - len(self.state.running.keys() & self.ended) - self.state.lent()
        return max(self.state.jobs - left - self._begun.total(), 0)

    def claim(self, worked: WorkedRun, places: int) -> int:
        """Let a run go as far as it can, with up to so many claims; how many there were."""
        claims = self.worker.claim(worked.run, places)
        self.step.flush()
        while self.relist():
            claims += self.worker.claim(worked.run, places - len(claims))
            self.step.flush()
        self._claims += claims
        self._begun[worked.id] += len(claims)
        return len(claims)

    def relist(self) -> bool:
        """Mapped nodes whose list was made again get the items that it has now; whether there were any."""
        runs = {run.id: run for run, _ in self.step.relisted}
        for run in runs.values():
            for attempt_id in relist(self.step, run):
                self.end_attempt(attempt_id)
        return bool(runs)

    def recover(self, claim: Claim, process: ProcessMark | None) -> None:
        """An attempt of an engine that died is taken over."""
        self._recovered.append((claim, process))
        self._begun[claim.run.id] += 1

    def wait_for(self, run_id: int, rest: Future[RunStatus]) -> None:
        self._waits.append((run_id, rest))

    def end_attempt(self, attempt_id: int) -> None:
        """Have an attempt ended; what comes of it is told later."""
        state = self.state
        if attempt_id in state.running and attempt_id not in state.ending | self.step.ending:
            self.step.ending.add(attempt_id)
            self.step.after_commit.append(lambda: state.executor.cancel(attempt_id))

    # When it is durable

    def conclude(self, reporter: Reporter) -> bool:
        """Hand out what was claimed and tell who waits; whether another turn is to follow at once."""
        state = self.state
        state.changed_outside = False
        state.vacancy &= not self.vacancy_filled
        state.touched = self.step.touched
        if not state.all_runs:
            state.offspring.add(self.step.detached)
            state.touched |= {child for _, child in self.step.detached}
        state.runs |= self.new
        for run_id, rest in self._waits:
            state.runs[run_id].waiting.append(rest)
        state.ending |= self.step.ending
        for attempt_id in self.ended:
            state.end(attempt_id)
        for claim in self._claims:
            state.begin(claim)
        for claim in self._claims:
            if claim.attempt.id in self.step.to_end:
                reporter.ended(claim.attempt, _SETTLED_MEANWHILE)
            else:
                self._hand_out(claim, reporter)
        for claim, process in self._recovered:
            self._take_over(claim, process, reporter)
        for action in self.step.after_commit:
            _do(action)
        for attempt_id in self.step.to_end:
            self._end_now(attempt_id)
        return self.again or state.vacancy or state.is_touched()

    def _hand_out(self, claim: Claim, reporter: Reporter) -> None:
        """An executor that raises has begun nothing; the claim is committed, so the attempt is given an end."""
        try:
            self.state.executor.submit(claim.attempt, reporter)
        except Exception as problem:  # noqa: BLE001 (whatever it is)
            message = f"it could not be handed out ({type(problem).__name__}: {problem})"
            reporter.ended(claim.attempt, Outcome(False, reason=Reason.COULD_NOT_START, message=message))

    def _end_now(self, attempt_id: int) -> None:
        """Its task has been settled without it."""
        if attempt_id in self.state.running and attempt_id not in self.state.ending:
            self.state.ending.add(attempt_id)
            self.state.executor.cancel(attempt_id)

    def _take_over(self, claim: Claim, process: ProcessMark | None, reporter: Reporter) -> None:
        state, attempt = self.state, claim.attempt
        state.begin(claim)
        try:
            state.executor.recover(attempt, process, reporter)
        except Exception as problem:  # noqa: BLE001 (whatever it is)
            message = f"it could not be taken up ({type(problem).__name__}: {problem})"
            reporter.ended(attempt, Outcome(False, reason=Reason.IN_DOUBT, message=message))
        unwanted = claim.row.status is not ExecStatus.RUNNING or claim.row.reason == Reason.RESET_WHEN_ENDED
        if unwanted or claim.run.row.status == RunStatus.CANCELLED:
            state.ending.add(attempt.id)
            state.executor.cancel(attempt.id)


def _do(action: Callable[[], None]) -> None:
    """What follows from a commit is done for everybody, though it fails for one: who asked may be gone by now."""
    try:
        action()
    except Exception as bug:
        logging.getLogger("flower").error("what follows a commit failed", exc_info=bug)
