"""The engine: one thread that owns the store's writing side and turns everything that happens into transactions.

A turn takes what is queued (outcomes, started processes, requests), applies it, lets the watcher and the worker go as
far as they can, commits once, and only then hands out claims and rings the bells. Nothing is dispatched before its
claim is durable, nothing acknowledged before it is committed. It waits on its queue; the only thing it looks for by
itself is a commit by somebody else (`PRAGMA data_version`), once a second.
"""

from __future__ import annotations

import contextlib
import queue
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import Any, Final

from runtime import control, rest
from runtime.admission import admit_queued
from runtime.deadline import deadline_of, expire
from runtime.executor.protocol import Attempt, Executor, Outcome, ProcessMark
from runtime.maintenance.scheduler import Scheduler
from runtime.model.errors import FlowerError, StoreProblem
from runtime.model.process import host_name, this_process
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.operation import Asked, Ended, Nudge, Operation, Request, Started
from runtime.step import ActiveRun, Step
from runtime.store.protocol import Store
from runtime.work import Claim, Worker, recovered_attempt

_BATCH: Final = 500
_LOOK_SECONDS: Final = 1.0
_LOCKED_SECONDS: Final = 0.5
_INTERNAL: Final = "the engine could not record how it ended: please report this"


class Engine:
    """Works on runs until told to stop. All methods may be called from any thread.

    `jobs`: how many attempts run at once. `all_runs`: work on every run of the store that is not at rest, not only on
    those asked for. `scheduler`: who makes runs when their time has come, if anybody does. `listener`: called after
    each commit, from the engine's thread; it must be quick and must not call the engine.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        jobs: int,
        *,
        all_runs: bool = False,
        scheduler: Scheduler | None = None,
    ) -> None:
        self._store = store
        self._executor = executor
        self._jobs = jobs
        self._all_runs = all_runs
        self._scheduler = scheduler
        self._vacancy = True
        self._taken: set[int] = set()
        self._changed = False
        self._queue: queue.SimpleQueue[Operation] = queue.SimpleQueue()
        self._runs: dict[int, ActiveRun] = {}
        self._waiting: dict[int, list[Future[RunStatus]]] = {}
        self._running: dict[int, Claim] = {}
        self._ending: set[int] = set()
        self._listeners: list[Callable[[], None]] = []
        self._claiming = True
        self._closing = False
        self._worker_id = 0
        self._attempt_ids = count(1)
        self._status: dict[int, str] = {}
        self._due: dict[int, int | None] = {}
        self._deadlines: dict[int, int | None] = {}
        self._asked = True
        self._batch: list[Operation] = []
        if not all_runs:
            store.pools.worked_on = self._runs
        self.locked_since: float | None = None
        self.problem: Exception | None = None
        self._thread = threading.Thread(target=self._main, name="flower-engine", daemon=True)

    # For others

    def start(self) -> None:
        self._thread.start()

    def listen(self, listener: Callable[[], None]) -> None:
        self._listeners.append(listener)

    def submit(self, request: Request) -> Future[Any]:
        """Do `request` in the next turn; the future is done when it is durable."""
        future: Future[Any] = Future()
        self._queue.put(Asked(request, future))
        return future

    def work_on(self, run_id: int) -> Future[RunStatus]:
        """Take up a run; the future is done when nothing of it can move any more."""
        ended: Future[RunStatus] = Future()

        def take_up(step: Step) -> None:
            self._take_up(step, run_id, ended)

        asked = self.submit(take_up)
        asked.add_done_callback(lambda done: ended.set_exception(error) if (error := done.exception()) else None)
        return ended

    def stop_claiming(self) -> None:
        """Start nothing more; what runs goes on."""
        self._claiming = False
        self._queue.put(Nudge())

    def running(self) -> list[str]:
        """Paths of the tasks that are being executed."""
        return [claim.row.path for claim in list(self._running.values())]

    def end_running(self) -> None:
        """End every attempt; each is recorded as cancelled."""
        for attempt_id in list(self._running):
            self._executor.cancel(attempt_id)
        self.submit(lambda step: step.after_commit.append(self._end_the_rest))

    def _end_the_rest(self) -> None:
        """What was being claimed when the others were ended."""
        for attempt_id in self._running:
            self._executor.cancel(attempt_id)

    def close(self) -> None:
        """Stop claiming, wait for what runs inside this process, leave scripts to the next engine, commit, end."""
        self.stop_claiming()
        self._executor.close(leave_scripts=True)
        self._closing = True
        self._queue.put(Nudge())
        self._thread.join()

    # Reporter: what the executor tells

    def started(self, attempt: Attempt, process: ProcessMark) -> bool:
        future: Future[bool] = Future()
        self._queue.put(Started(attempt.id, process, future))
        return future.result()

    def ended(self, attempt: Attempt, outcome: Outcome) -> None:
        self._queue.put(Ended(attempt.id, outcome))

    # The loop

    def _main(self) -> None:
        try:
            self._patiently(self._add_worker)
            while not (self._closing and self._queue.empty()):
                self._turn(self._next_batch())
            self._end_worker()
        except FlowerError as problem:
            self._give_up(problem)
        except Exception as bug:
            self._give_up(bug)
            raise

    def _next_batch(self) -> list[Operation]:
        """What is queued, at most `_BATCH`; waits for the first. Empty if only the time has come to look."""
        try:
            batch = [self._queue.get(timeout=self._patience())]
        except queue.Empty:
            return []
        while len(batch) < _BATCH:
            try:
                batch.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return batch

    def _patience(self) -> float:
        due = self._times()
        if self._scheduler is not None and self._claiming and self._scheduler.due is not None:
            due.append(self._scheduler.due)
        if not due:
            return _LOOK_SECONDS
        return min(max(min(due) / 1e6 - time.time(), 0.0), _LOOK_SECONDS)

    def _turn(self, batch: list[Operation]) -> None:
        self._batch = batch
        if not batch and not self._seen_outside() and not self._anything_due():
            return
        try:
            self._patiently(lambda: self._commit(batch))
        except FlowerError:
            raise
        except Exception as bug:  # noqa: BLE001 (one bad operation must not take the engine down)
            self._isolate(batch, bug)

    def _patiently(self, write: Callable[[], None]) -> None:
        """Do it, however long another program keeps the store locked."""
        while True:
            try:
                write()
            except StoreProblem as problem:
                if not problem.temporary:
                    raise
                self.locked_since = self.locked_since or time.time()
                time.sleep(_LOCKED_SECONDS)
            else:
                self.locked_since = None
                return

    def _isolate(self, batch: list[Operation], bug: Exception) -> None:
        """One operation must not take the others down: do them one by one, and give the one that fails an end."""
        if len(batch) > 1:
            for operation in batch:
                self._turn([operation])
            return
        match batch:
            case [Asked(_, future)]:
                future.set_exception(bug)
            case [Ended(attempt_id, outcome)] if outcome.message != _INTERNAL:
                self._turn([Ended(attempt_id, Outcome(False, reason=Reason.ERROR, message=_INTERNAL))])
            case _:
                raise bug

    def _seen_outside(self) -> bool:
        """Whether somebody else has committed since the last turn that was made durable."""
        self._changed |= self._store.changed_outside()
        return self._changed

    def _anything_due(self) -> bool:
        now = _now()
        return any(at <= now for at in self._times()) or self._tick_due(now)

    def _times(self) -> list[int]:
        """When something happens by itself to runs that may move."""
        if not self._claiming:
            return []
        moving = (run_id for run_id, status in self._status.items() if status == RunStatus.RUNNING)
        return [at for run_id in moving if (at := self._due.get(run_id)) is not None]

    def _tick_due(self, now: int) -> bool:
        return self._scheduler is not None and self._claiming and self._scheduler.is_due(now)

    def _commit(self, batch: list[Operation]) -> None:
        """One transaction for everything at hand, and what follows after it is durable."""
        ended = {operation.attempt_id for operation in batch if isinstance(operation, Ended)}
        self._taken.clear()
        with self._store.transaction():
            step = Step(self._store, _now())
            if self._seen_outside():
                self._apply_hand_changes(step)
            for operation in batch:
                self._apply(step, operation)
            step.flush()
            self._make_runs(step)
            if self._asked:
                self._look_afresh(step)
            claims = self._advance(step, ended)
        self._changed = False
        if step.pools_freed:
            self._queue.put(Nudge())
        self._ending |= step.ending
        for attempt_id in ended:
            self._running.pop(attempt_id, None)
            self._ending.discard(attempt_id)
        for claim in claims:
            self._running[claim.attempt.id] = claim
        for claim in claims:
            self._executor.submit(claim.attempt, self)
        for action in step.after_commit:
            action()
        for listener in self._listeners:
            listener()

    def _make_runs(self, step: Step) -> None:
        """Runs whose time has come, and queued ones for which there is room now."""
        if self._scheduler is not None and self._claiming and (self._asked or self._scheduler.is_due(step.now)):
            self._asked |= self._scheduler.turn(step)
        if self._vacancy or self._asked:
            self._asked |= bool(admit_queued(step, None if self._all_runs else self._runs))
            step.after_commit.append(self._filled)

    def _filled(self) -> None:
        self._vacancy = False

    def _apply(self, step: Step, operation: Operation) -> None:
        match operation:
            case Ended(attempt_id, outcome):
                claim = self._running.get(attempt_id)
                if claim is not None:
                    self._record(step, claim, outcome)
            case Started(attempt_id, process, future):
                granted = attempt_id not in step.ending and self._may_start(attempt_id)
                if granted:
                    self._store.attempts.started(attempt_id, process.pid, process.start_ticks, process.boot_id)
                step.after_commit.append(lambda: future.set_result(granted))
            case Asked(request, future):
                self._answer(step, request, future)

    def _answer(self, step: Step, request: Request, future: Future[Any]) -> None:
        self._asked = True
        step.flush()
        try:
            with self._store.savepoint():
                result = request(step)
                step.flush()
        except FlowerError as problem:
            refused = problem
            step.after_commit.append(lambda: future.set_exception(refused))
        else:
            step.after_commit.append(lambda: future.set_result(result))

    def _may_start(self, attempt_id: int) -> bool:
        """Whether the claim is still ours: not cancelled, not reset by hand."""
        claim = self._running.get(attempt_id)
        if claim is None or attempt_id in self._ending:
            return False
        row = self._store.tasks.by_id(claim.row.id)
        return row is not None and row.status is ExecStatus.RUNNING and row.fence == claim.row.fence and not row.reason

    def _record(self, step: Step, claim: Claim, outcome: Outcome) -> None:
        worker = Worker(step, self._worker_id, self._attempt_ids)
        row = self._store.tasks.by_id(claim.row.id) if claim.attempt.id in self._ending | step.ending else None
        if row is not None and row.reason == Reason.RESET_WHEN_ENDED and row.fence == claim.row.fence:
            worker.take_back(claim, outcome)
            rest.recount(step, claim.run)
            return
        worker.record(claim, outcome, random.random())

    # Runs

    def _take_up(self, step: Step, run_id: int, ended: Future[RunStatus] | None) -> None:
        run = self._load(run_id)
        if run.row.status == RunStatus.QUEUED:
            self._take_up_before(step, run)
        else:
            step.store.runs.start(run_id, step.now)
            held = run.row.status == RunStatus.CANCELLED or step.store.runs.suspended_from(run_id) is not None
            if not held and step.store.tasks.moving(run_id):
                step.store.runs.set_status(run_id, RunStatus.RUNNING, None)
        self._store.pools.ask_again(run_id)
        executed = self._store.tasks.executed(run_id) if run_id not in self._taken else []
        self._taken.add(run_id)
        lost = [row for row in executed if row.attempt_id not in self._running]
        for row in lost:
            step.store.events.add(step.now, "recovering", run_id, row.id, attempt=row.attempts)
        recoveries = [self._recovery(run, row) for row in lost if row.attempt_id is not None]

        def taken() -> None:
            self._runs.setdefault(run_id, run)
            self._asked = True
            if ended is not None:
                self._waiting.setdefault(run_id, []).append(ended)
            for claim, process in recoveries:
                self._running[claim.attempt.id] = claim
                self._executor.recover(claim.attempt, process, self)
                if claim.row.status is not ExecStatus.RUNNING or claim.row.reason == Reason.RESET_WHEN_ENDED:
                    self._ending.add(claim.attempt.id)
                    self._executor.cancel(claim.attempt.id)
            self._queue.put(Nudge())

        step.after_commit.append(taken)

    def _take_up_before(self, step: Step, queued: ActiveRun) -> None:
        """Work on the runs whose end a queued one waits for: nobody else may be doing it."""
        before = [run_id for run_id in step.store.runs.queued(queued.row.flow) if run_id < queued.id]
        for run_id in before[-1:] or step.store.runs.under_way(queued.row.flow):
            if run_id not in self._runs and step.store.runs.status(run_id) != RunStatus.SUSPENDED:
                self._take_up(step, run_id, None)

    def _load(self, run_id: int) -> ActiveRun:
        row = self._store.runs.get(run_id)
        if row is None:
            raise control.not_found_run(str(run_id))
        return ActiveRun.load(self._store, row)

    def _recovery(self, run: ActiveRun, row: TaskRow) -> tuple[Claim, ProcessMark | None]:
        """What an engine that died was executing, to be taken up; the claim and its fence stay as they are."""
        found = self._store.attempts.process(row.attempt_id or 0)
        return Claim(run, row, recovered_attempt(run, row, self._store), recovered=True), ProcessMark(
            *found
        ) if found else None

    def _apply_hand_changes(self, step: Step) -> None:
        self._asked = True
        for attempt_id in control.apply_hand_changes(step, self._runs):
            self._end_attempt(step, attempt_id)

    def _end_attempt(self, step: Step, attempt_id: int) -> None:
        if attempt_id in self._running and attempt_id not in self._ending | step.ending:
            step.ending.add(attempt_id)
            step.after_commit.append(lambda: self._executor.cancel(attempt_id))

    def _advance(self, step: Step, ended: set[int]) -> list[Claim]:
        """Let every run go as far as it can; the claims to hand out."""
        claims: list[Claim] = []
        places = self._jobs - sum(1 for attempt_id in self._running if attempt_id not in ended)
        worker = Worker(step, self._worker_id, self._attempt_ids)
        for run in list(self._runs.values()):
            status = self._status[run.id]
            if status == RunStatus.RUNNING and self._is_late(step, run):
                status = self._status[run.id] = expire(step, run)
            if status == RunStatus.RUNNING and self._claiming:
                self._wake_due(step, run)
                claims += worker.claim(run, places - len(claims))
                step.flush()
            elif status in (RunStatus.CANCELLED, RunStatus.FAILED):
                self._end_cancelled(step, run, self._attempts_of(run, ended))
            self._settle(step, run, status, busy=bool(self._attempts_of(run, ended)) or _any_of(run, claims))
            if run.id in step.delayed:
                self._due[run.id] = self._next_due(run)
        return claims

    def _is_late(self, step: Step, run: ActiveRun) -> bool:
        deadline = self._deadlines.get(run.id)
        return deadline is not None and deadline <= step.now

    def _next_due(self, run: ActiveRun) -> int | None:
        """When something happens to a run by itself: a retry, the end of a wait, its deadline."""
        times = [at for at in (self._store.tasks.next_due(run.id), self._deadlines.get(run.id)) if at is not None]
        return min(times, default=None)

    def _end_cancelled(self, step: Step, run: ActiveRun, running: list[int]) -> None:
        """End what runs of a run that was cancelled or is late; then its groups give back what they hold of pools."""
        for attempt_id in running:
            self._end_attempt(step, attempt_id)
        if not running:
            step.pools_freed |= self._store.pools.give_back_all(run.id)

    def _wake_due(self, step: Step, run: ActiveRun) -> None:
        due = self._due.get(run.id)
        if due is not None and due <= step.now:
            self._store.tasks.wake_due(run.id, step.now)
            step.delayed.add(run.id)

    def _look_afresh(self, step: Step) -> None:
        """After a request or an update by hand: what the engine knows of its runs may have changed."""
        self._asked = False
        if self._all_runs:
            for run_id in self._store.runs.moving():
                if run_id not in self._runs:
                    self._take_up(step, run_id, None)
        for run_id, run in self._runs.items():
            self._status[run_id] = self._store.runs.status(run_id)
            moves = self._status[run_id] == RunStatus.RUNNING
            self._deadlines[run_id] = deadline_of(step, run) if moves else None
            self._due[run_id] = self._next_due(run)

    def _attempts_of(self, run: ActiveRun, ended: set[int]) -> list[int]:
        return [
            attempt_id
            for attempt_id, claim in self._running.items()
            if claim.run.id == run.id and attempt_id not in ended
        ]

    def _settle(self, step: Step, run: ActiveRun, status: str, *, busy: bool) -> None:
        """Notice when a run, or a group of it, has come to rest."""
        if run.id in step.failed and (run.graph.patient or self._store.tasks.any_held(run.id)):
            self._nudge_if(rest.fail_stuck_groups(step, run))
        if busy or (status == RunStatus.QUEUED and self._waits_its_turn(run)):
            return
        if status == RunStatus.RUNNING and self._claiming:
            if self._store.tasks.moving(run.id):
                return
            status = self._status[run.id] = rest.come_to_rest(step, run)
            if status == RunStatus.RUNNING:
                self._nudge_if(True)
                return
        elif status == RunStatus.SUSPENDED and self._store.tasks.settled(run.id):
            status = self._status[run.id] = rest.conclude(step, run)
        self._announce(step, run, RunStatus(status))

    def _nudge_if(self, moves: bool) -> None:
        if moves:
            self._queue.put(Nudge())

    def _waits_its_turn(self, queued: ActiveRun) -> bool:
        """Whether a run moves whose end may let the queued one start; if none does, a person has to."""
        if not self._claiming:
            return False
        others = [run for run in self._runs.values() if run.row.flow == queued.row.flow and run.id != queued.id]
        return self._vacancy or any(self._status.get(run.id) != RunStatus.QUEUED for run in others)

    def _announce(self, step: Step, run: ActiveRun, status: RunStatus) -> None:
        queueing = bool(step.store.runs.queueing_flows())

        def forget() -> None:
            if queueing:
                self._vacancy = True
                self._queue.put(Nudge())
            for known in (self._runs, self._status, self._due, self._deadlines):
                known.pop(run.id, None)
            for ended in self._waiting.pop(run.id, []):
                ended.set_result(status)

        step.after_commit.append(forget)

    # The engine's own row, and its end

    def _add_worker(self) -> None:
        me = this_process()
        with self._store.transaction():
            self._attempt_ids = count(self._store.attempts.next_id())
            self._worker_id = self._store.attempts.add_worker(host_name(), me.boot_id, me.pid, me.start_ticks, _now())

    def _end_worker(self) -> None:
        with self._store.transaction():
            self._store.attempts.end_worker(self._worker_id, _now())

    def _give_up(self, problem: Exception) -> None:
        """The store cannot be written any more: whoever waits is told; scripts go on and are taken up later."""
        self.problem = problem
        self._claiming = False
        for waiting in list(self._waiting.values()):
            for ended in waiting:
                ended.set_exception(problem)
        self._waiting.clear()
        for operation in self._batch:
            self._turn_away(operation, problem)
        while not (self._closing and self._queue.empty()):
            with contextlib.suppress(queue.Empty):
                self._turn_away(self._queue.get(timeout=_LOOK_SECONDS), problem)

    def _turn_away(self, operation: Operation, problem: Exception) -> None:
        if isinstance(operation, Started) and not operation.future.done():
            operation.future.set_result(False)
        elif isinstance(operation, Asked) and not operation.future.done():
            operation.future.set_exception(problem)
        for listener in self._listeners:
            listener()


def _any_of(run: ActiveRun, claims: list[Claim]) -> bool:
    return any(claim.run.id == run.id for claim in claims)


def _now() -> int:
    return time.time_ns() // 1000
