"""Workers: other processes that execute calls for this engine, and outlive it.

Before a call is sent, the worker's process is made durable as that of the attempt, as a script's is before its gate
opens. So the next engine knows whom to wait for: a worker that comes back says what it holds. What it does not hold
never reached it; what is held by a worker that is dead is in doubt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

from runtime.executor.crew import Crew
from runtime.executor.deadlines import Deadlines
from runtime.executor.lost_calls import lost
from runtime.executor.process import Process
from runtime.executor.protocol import Attempt, Outcome, ProcessMark, Reporter
from runtime.executor.verdicts import ended_text, unstarted
from runtime.executor.wire import attempt_to_json
from runtime.model.state import Reason

PROTOCOL: Final = 1
"""Of the messages between engine and worker; both sides must speak the same."""
_RETURN_SECONDS: Final = 60.0
_LOOK_SECONDS: Final = 0.5
_SLACK_SECONDS: Final = 10.0
"""How much longer than its grace a worker may take to end a call, before the engine goes on without it."""

Held = tuple[int, str, int]
"""What names an attempt beyond doubt, also in a store that was restored: its id, key and fence."""


def held_of(attempt: Attempt) -> Held:
    return (attempt.id, attempt.key, attempt.fence)


class Worker:
    """A worker that is connected. `send` hands it a message and returns at once; `holds`: the attempts that it has."""

    def __init__(self, mark: ProcessMark, jobs: int, holds: Iterable[Held], send: Callable[[dict[str, Any]], None]):
        self.mark = mark
        self.jobs = jobs
        self.holds = set(holds)
        self.send = send


class _Lent:
    """An attempt that a worker executes; `worker` is None while it is away, or has not come back yet."""

    def __init__(self, attempt: Attempt, reporter: Reporter, mark: ProcessMark, worker: Worker | None) -> None:
        self.attempt = attempt
        self.reporter = reporter
        self.mark = mark
        self.worker = worker
        self.reason = Reason.NONE


class Workers:
    """Those that are connected, and what they execute. `on_room` is called when there may be more room."""

    def __init__(self, crew: Crew, deadlines: Deadlines, grace_seconds: float) -> None:
        self.on_room: Callable[[], None] = lambda: None
        self._crew = crew
        self._deadlines = deadlines
        self._grace_seconds = grace_seconds
        self._lock = threading.Lock()
        self._workers: list[Worker] = []
        self._lent: dict[int, _Lent] = {}
        self._early: dict[Held, tuple[Outcome, Callable[[], None]]] = {}
        self._closed = False

    def count(self) -> int:
        """How many attempts are executed by workers that are there."""
        return sum(1 for lent in list(self._lent.values()) if lent.worker is not None)

    # For the executor

    def offer(self, attempt: Attempt, reporter: Reporter) -> bool:
        """Let a worker execute it, if one has room. Returns at once."""
        with self._lock:
            room, worker = max(((self._room(each), each) for each in self._workers), key=_first, default=(0, None))
            if worker is None or room <= 0:
                return False
            lent = self._lent[attempt.id] = _Lent(attempt, reporter, worker.mark, worker)
        self._crew.run(lambda: self._lend(lent, worker))
        self.on_room()
        return True

    def recover(self, attempt: Attempt, mark: ProcessMark, reporter: Reporter) -> None:
        """Take up an attempt that an engine that died had lent to the worker of this process."""
        with self._lock:
            lent = self._lent[attempt.id] = _Lent(attempt, reporter, mark, None)
            early = self._early.pop(held_of(attempt), None)
            back = next((worker for worker in self._workers if worker.mark == mark), None)
        if early is not None:
            outcome, confirm = early
            self._finish(lent, outcome)
            confirm()
        elif back is not None:
            self._returned(lent, back)
        else:
            self._crew.run(lambda: self._await(lent))
        self._limit(lent)

    def cancel(self, attempt_id: int, reason: Reason) -> bool:
        """Have it ended, in the end without its worker; False if no worker has it."""
        with self._lock:
            lent = self._lent.get(attempt_id)
            if lent is None:
                return False
            lent.reason = lent.reason or reason
        self._send_cancel(lent)
        self._deadlines.after(self._grace_seconds + _SLACK_SECONDS, lambda: self._go_on_without(lent))
        return True

    def close(self) -> None:
        """Wait for nobody any more: what is lent is left to the next engine."""
        self._closed = True

    # For the door through which workers come

    def connect(self, worker: Worker) -> None:
        """A worker is there, perhaps again."""
        with self._lock:
            self._workers.append(worker)
            back = [lent for lent in self._lent.values() if lent.mark == worker.mark and lent.worker is None]
        for lent in back:
            self._returned(lent, worker)
        self.on_room()

    def leave(self, worker: Worker) -> None:
        """Give it nothing more."""
        worker.jobs = 0

    def disconnect(self, worker: Worker) -> None:
        """It is gone, perhaps to come back; what it has is waited for."""
        with self._lock:
            self._workers.remove(worker)
            left = [lent for lent in self._lent.values() if lent.worker is worker]
            for lent in left:
                lent.worker = None
        for lent in left:
            self._crew.run(lambda lent=lent: self._await(lent))  # type: ignore[misc]

    def ended(self, worker: Worker, held: Held, outcome: Outcome) -> bool:
        """Hand over the end of an attempt; False if nobody here waits for it, or for another claim of its task."""
        lent = self._lent.get(held[0])
        if lent is None or held_of(lent.attempt) != held or not self._finish(lent, outcome):
            return False
        worker.holds.discard(held)
        return True

    def keep(self, worker: Worker, held: Held, outcome: Outcome, confirm: Callable[[], None]) -> None:
        """Keep an end until its run is taken up, which may have happened meanwhile; then `confirm` it."""
        with self._lock:
            if held[0] not in self._lent:
                self._early[held] = (outcome, confirm)
                return
        self.ended(worker, held, outcome)
        confirm()

    # Within

    def _room(self, worker: Worker) -> int:
        return worker.jobs - sum(1 for lent in self._lent.values() if lent.worker is worker)

    def _lend(self, lent: _Lent, worker: Worker) -> None:
        """In a thread of the crew: first it is made durable who has it."""
        if not lent.reporter.started(lent.attempt, worker.mark) or lent.reason:
            self._finish(lent, unstarted(lent.reason))
            return
        worker.holds.add(held_of(lent.attempt))
        worker.send({"call": attempt_to_json(lent.attempt)})
        if lent.reason:
            self._send_cancel(lent)
        self._limit(lent)

    def _limit(self, lent: _Lent) -> None:
        """The worker ends it at its timeout; the engine looks whether it has."""
        seconds = lent.attempt.timeout_seconds
        if seconds is not None:
            later = seconds + self._grace_seconds + _SLACK_SECONDS
            self._deadlines.after(later, lambda: self._go_on_without(lent, Reason.TIMEOUT))

    def _returned(self, lent: _Lent, worker: Worker) -> None:
        if held_of(lent.attempt) not in worker.holds:
            self._finish(lent, Outcome(False, never_ran=True, message="it had not reached its worker"))
            return
        lent.worker = worker
        if lent.reason:
            self._send_cancel(lent)

    def _await(self, lent: _Lent) -> None:
        """In a thread of the crew: wait until its worker is back, or dead."""
        try:
            process = Process.find(lent.mark)
        except OSError:
            process = None
        until = time.monotonic() + _RETURN_SECONDS
        while process is not None and self._is_awaited(lent) and time.monotonic() < until:
            if process.wait(_LOOK_SECONDS):
                break
        if process is not None:
            process.close()
        if self._is_awaited(lent):
            gone = "its worker did not come back" if time.monotonic() >= until else "its worker died"
            text = f"{gone} while it was being called: nobody knows how far it came"
            self._finish(lent, lost(lent.attempt, text, lent.reason or Reason.IN_DOUBT))

    def _is_awaited(self, lent: _Lent) -> bool:
        return not self._closed and lent.worker is None and self._lent.get(lent.attempt.id) is lent

    def _go_on_without(self, lent: _Lent, reason: Reason = Reason.NONE) -> None:
        why = lent.reason or reason
        text = f"{ended_text(why, lent.attempt)}; its worker did not say that it has ended"
        self._finish(lent, Outcome(False, reason=why, message=text))

    def _send_cancel(self, lent: _Lent) -> None:
        if lent.worker is not None:
            lent.worker.send({"cancel": lent.attempt.id, "reason": lent.reason.value})

    def _finish(self, lent: _Lent, outcome: Outcome) -> bool:
        """The first end counts."""
        with self._lock:
            if self._lent.get(lent.attempt.id) is not lent:
                return False
            del self._lent[lent.attempt.id]
        lent.reporter.ended(lent.attempt, outcome)
        return True


def _first(pair: tuple[int, Worker]) -> int:
    return pair[0]
