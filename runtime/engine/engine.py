"""The engine's thread: takes what is queued, turn by turn, and does it in one transaction each.

A turn commits once, and only then hands out claims and rings the bells. Nothing is dispatched before its claim is
durable, nothing acknowledged before it is committed. The thread waits on its queue; what it looks for by itself, once a
second, is a commit by somebody else (`PRAGMA data_version`), and whether the store's file is still there.
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from typing import Any, Final

from runtime.engine.looking import look, make_runs
from runtime.engine.operations import apply_all
from runtime.engine.progress import advance
from runtime.engine.state import EngineState
from runtime.engine.trouble import Trouble, trouble_of
from runtime.engine.turn import Turn
from runtime.executor.protocol import Attempt, Executor, Outcome, ProcessMark
from runtime.maintenance.scheduler import Scheduler
from runtime.model.errors import FlowerError, StoreProblem
from runtime.model.process import host_name, this_process
from runtime.model.state import Reason, RunStatus
from runtime.model.statement import TransactionLost
from runtime.operation import Asked, Durable, Ended, Nudge, Operation, Request, Started, TakeUp
from runtime.step import Step
from runtime.store.protocol import Store

_BATCH: Final = 500
_LOOK_SECONDS: Final = 1.0
_LOCKED_SECONDS: Final = 0.5
_CLOSING_SECONDS: Final = 5.0
"""How long an engine that is to end waits for a store that cannot be written; scripts are taken up by the next one."""
_INTERNAL: Final = "the engine could not record how it ended: please report this"


def microseconds() -> int:
    """The time of this machine."""
    return time.time_ns() // 1000


class Engine:
    """Works on runs until told to stop. All methods may be called from any thread.

    `jobs`: how many attempts run at once. `all_runs`: work on every run of the store that is not at rest, not only on
    those asked for. `scheduler`: who makes runs when their time has come, if anybody does. `clock`: gives the time in
    microseconds since 1970, UTC. `look_seconds`: how often it looks by itself for what others have committed. `gated`:
    the executor's scripts wait until their processes are durable.
    """

    def __init__(
        self,
        store: Store,
        executor: Executor,
        jobs: int,
        *,
        all_runs: bool = False,
        scheduler: Scheduler | None = None,
        clock: Callable[[], int] = microseconds,
        look_seconds: float = _LOOK_SECONDS,
        gated: bool = True,
    ) -> None:
        self._store = store
        self._now = clock
        self._look_seconds = look_seconds
        self._gated = gated
        self._executor = executor
        self._state = EngineState(store, executor, jobs, all_runs, scheduler)
        self._queue: queue.SimpleQueue[Operation] = queue.SimpleQueue()
        self._listeners: list[Callable[[], None]] = []
        self._closing = False
        self._batch: list[Operation] = []
        self._file_checked = 0.0
        if not all_runs:
            store.pools.worked_on = self._state.runs
        self.trouble: Trouble | None = None
        """Why it cannot write, or starts nothing, at the moment; None on a good day."""
        self.problem: Exception | None = None
        """Why the engine has given up; None while it works."""
        self._thread = threading.Thread(target=self._main, name="flower-engine", daemon=True)

    # For others

    def start(self) -> None:
        self._thread.start()

    def listen(self, listener: Callable[[], None]) -> None:
        """Call `listener` after each commit, from the engine's thread; it must be quick and must not call the
        engine."""
        self._listeners.append(listener)

    def submit(self, request: Request) -> Future[Any]:
        """Do `request` in the next turn; the future is done when it is durable."""
        future: Future[Any] = Future()
        self._queue.put(Asked(request, future))
        return future

    def when_durable(self) -> Future[None]:
        """Done when everything that was handed over until now is durable."""
        future: Future[None] = Future()
        self._queue.put(Durable(future))
        return future

    def lend(self, count: Callable[[], int]) -> Callable[[], None]:
        """Some attempts are executed elsewhere and take none of the engine's places: `count` tells how many. Call the
        result when that may have changed."""
        self._state.lent = count
        return lambda: self._queue.put(Nudge())

    def wake(self) -> None:
        """Look now whether somebody else has committed."""
        self._queue.put(Nudge())

    def work_on(self, run_id: int) -> Future[RunStatus]:
        """Take up a run; the future is done when nothing of it can move any more."""
        rest: Future[RunStatus] = Future()
        self._queue.put(TakeUp(run_id, rest))
        return rest

    def stop_claiming(self) -> None:
        """Start nothing more; what runs goes on."""
        self._state.claiming = False
        self._queue.put(Nudge())

    def running(self) -> list[str]:
        """Paths of the tasks that are being executed."""
        return [claim.row.path for claim in list(self._state.running.values())]

    def end_running(self) -> None:
        """End every attempt, and after them what was being claimed meanwhile; each is recorded as cancelled."""
        self._cancel_all()
        self.submit(lambda step: step.after_commit.append(self._cancel_all))

    def _cancel_all(self) -> None:
        for attempt_id in list(self._state.running):
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
            self._queue.put(Nudge())
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
        at = self._state.next_time()
        if at is None:
            return self._look_seconds
        return min(max((at - self._now()) / 1e6, 0.0), self._look_seconds)

    def _turn(self, batch: list[Operation]) -> None:
        self._batch = batch
        self._check_place()
        if not batch and not self._is_due():
            return
        try:
            self._patiently(lambda: self._commit(batch))
        except FlowerError:
            raise
        except Exception as bug:  # noqa: BLE001 (one bad operation must not take the engine down)
            self._isolate(batch, bug)

    def _check_place(self) -> None:
        """Once a second. StoreProblem if the store's file has been deleted or replaced."""
        now = time.monotonic()
        if now >= self._file_checked + _LOOK_SECONDS:
            self._file_checked = now
            self._store.check_file()
            if self._store.ballast.lay() and self._state.short_of_room:
                self._state.short_of_room = False
                self._state.changed_outside = True
                self.trouble = None

    def _is_due(self) -> bool:
        """Whether there is anything to do though nothing is queued."""
        self._patiently(self._note_changes)
        now, at = self._now(), self._state.next_time()
        return self._state.changed_outside or (at is not None and at <= now) or self._state.tick_due(now)

    def _note_changes(self) -> None:
        self._state.changed_outside |= self._store.changed_outside()

    def _patiently(self, write: Callable[[], None]) -> None:
        """Do it, however long another program keeps the store locked or the disk is full."""
        while True:
            try:
                write()
            except StoreProblem as problem:
                if not (problem.temporary or problem.full):
                    raise
                self._wait_out(problem)
            else:
                if not self._state.short_of_room:
                    self.trouble = None
                return

    def _wait_out(self, problem: StoreProblem) -> None:
        """Somebody else's lock, or a full disk. Who asks is told so when that lasts; what has ended is kept."""
        if self.trouble is None or problem.full or not self._state.short_of_room:
            self.trouble = trouble_of(problem, self.trouble)
        self._state.short_of_room |= problem.full
        if problem.full and self._store.ballast.give_up():
            return
        if self._closing and time.time() - self.trouble.since > _CLOSING_SECONDS:
            raise problem
        if problem.full:
            for operation in self._batch:
                if isinstance(operation, Asked | TakeUp):
                    self._turn_away(operation, problem)
            self._batch[:] = [each for each in self._batch if not isinstance(each, Asked | TakeUp)]
        time.sleep(_LOCKED_SECONDS)

    def _isolate(self, batch: list[Operation], bug: Exception) -> None:
        """One operation must not take the others down: do them one by one, and give the one that fails an end."""
        if len(batch) > 1:
            for operation in batch:
                self._turn([operation])
            return
        match batch:
            case [Asked(_, future) | TakeUp(_, future)] if not future.done():
                future.set_exception(bug)
            case [Asked() | TakeUp()]:
                self._turn([])
            case [Ended(attempt_id, outcome)] if isinstance(bug, TransactionLost):
                self._turn([Ended(attempt_id, Outcome(False, reason=Reason.ERROR, message=str(bug)))])
            case [Ended(attempt_id, outcome)] if outcome.message != _INTERNAL:
                self._turn([Ended(attempt_id, Outcome(False, reason=Reason.ERROR, message=_INTERNAL))])
            case _:
                raise bug

    def _commit(self, batch: list[Operation]) -> None:
        """One transaction for everything at hand, and what follows after it is durable."""
        turn = Turn(self._state, Step(self._store, self._now()))
        try:
            with self._store.transaction():
                apply_all(turn, batch)
                make_runs(turn)
                look(turn)
                advance(turn)
        except BaseException:
            self._state.mend(turn.step.renewed)
            raise
        if turn.conclude(self):
            self._queue.put(Nudge())
        for listener in self._listeners:
            listener()

    # The engine's own row, and its end

    def _add_worker(self) -> None:
        me = this_process()
        with self._store.transaction():
            self._state.attempt_ids = count(self._store.attempts.next_id())
            worker_id = self._store.attempts.add_worker(
                host_name(), me.boot_id, me.pid, me.start_ticks, self._now(), gated=self._gated
            )
        self._state.worker_id = worker_id

    def _end_worker(self) -> None:
        with self._store.transaction():
            self._store.attempts.end_worker(self._state.worker_id, self._now())

    def _give_up(self, problem: Exception) -> None:
        """The store cannot be written any more: whoever waits is told; scripts go on and are taken up later."""
        self.problem = problem
        self._state.claiming = False
        for worked in list(self._state.runs.values()):
            for rest in worked.waiting:
                rest.set_exception(problem)
            worked.waiting.clear()
        for rest in self._state.offspring.give_up():
            rest.set_exception(problem)
        for operation in self._batch:
            self._turn_away(operation, problem)
        while not (self._closing and self._queue.empty()):
            with contextlib.suppress(queue.Empty):
                self._turn_away(self._queue.get(timeout=_LOOK_SECONDS), problem)

    def _turn_away(self, operation: Operation, problem: Exception) -> None:
        if isinstance(operation, Started) and not operation.future.done():
            operation.future.set_result(False)
        elif isinstance(operation, Asked | Durable) and not operation.future.done():
            operation.future.set_exception(problem)
        elif isinstance(operation, TakeUp) and not operation.rest.done():
            operation.rest.set_exception(problem)
        for listener in self._listeners:
            listener()
