"""A worker: a process that executes components for the engine of a store, whichever process that is at the time.

It never opens the store. What it has executed it holds until an engine says that the end is recorded; when the engine
dies it goes on, and hands over to the next one.
"""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, Final

from runtime.executor.local import LocalExecutor
from runtime.executor.protocol import Attempt, Outcome, ProcessMark
from runtime.executor.wire import attempt_from_json, outcome_to_json
from runtime.executor.workers import PROTOCOL, held_of
from runtime.model.encode import dumps
from runtime.model.process import host_name, this_process
from runtime.model.state import Reason
from runtime.service.endpoint import EngineAway, connect
from runtime.service.open_engine import has_ended
from runtime.service.requests import error_from_json
from runtime.store.sqlite.files import StoreFiles

_RETRY_SECONDS: Final = 0.2
_BEAT_SECONDS: Final = 60.0
_HAND_OVER_SECONDS: Final = 10.0


class ComponentWorker:
    """Works until it is told to stop. `tell` hears of what happens, a sentence each."""

    def __init__(self, files: StoreFiles, jobs: int, executor: LocalExecutor, tell: Callable[[str], None]) -> None:
        self._files = files
        self._jobs = jobs
        self._executor = executor
        self._tell = tell
        self._lock = threading.Condition()
        self._running: dict[int, Attempt] = {}
        self._outcomes: dict[int, tuple[Attempt, Outcome]] = {}
        self._connection: socket.socket | None = None
        self._stopping = threading.Event()
        self._stopped_at = 0.0
        self._result: Future[None] = Future()

    def start(self) -> None:
        """Begin, in the background of this process."""
        self._files.create()
        threading.Thread(target=self._main, name="flower-worker", daemon=True).start()
        threading.Thread(target=self._beat, name="flower-beat", daemon=True).start()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it has ended; raises what went wrong."""
        return has_ended(self._result, timeout)

    def stop(self) -> None:
        """Take nothing more, and end when what runs has ended and is handed over."""
        self._stopped_at = time.monotonic()
        self._stopping.set()
        self._send({"leaving": True})
        with self._lock:
            if self._has_nothing():
                self._hang_up()
            self._lock.notify_all()

    def running(self) -> list[str]:
        """Paths of what is being executed here."""
        return [attempt.path for attempt in list(self._running.values())]

    # Reporter: what the executor tells

    def started(self, attempt: Attempt, process: ProcessMark) -> bool:
        """Only scripts ask, and they never come here."""
        raise AssertionError("a worker executes components only")

    def ended(self, attempt: Attempt, outcome: Outcome) -> None:
        with self._lock:
            self._running.pop(attempt.id, None)
            self._outcomes[attempt.id] = (attempt, outcome)
            self._lock.notify_all()
        self._send_outcome(attempt, outcome)

    # Within

    def _main(self) -> None:
        try:
            self._work()
            self._executor.close()
            self._result.set_result(None)
        except BaseException as problem:  # noqa: BLE001 (raised again where somebody waits)
            self._result.set_exception(problem)

    def _work(self) -> None:
        """Serve one engine after the other, until all is handed over after `stop`."""
        waiting = False
        while not self._is_over():
            try:
                connection = connect(self._files.socket)
            except EngineAway:
                if not waiting:
                    self._tell("waiting for an engine: flower serve, or flower run")
                waiting = True
                self._pause()
            else:
                waiting = False
                with connection:
                    self._serve(connection)

    def _is_over(self) -> bool:
        """After `stop`. Without an engine, what has ended is left: to the next one its end is in doubt."""
        if not self._stopping.is_set():
            return False
        patience = time.monotonic() < self._stopped_at + _HAND_OVER_SECONDS
        return not self._running and not (self._outcomes and patience)

    def _pause(self) -> None:
        with self._lock:
            self._lock.wait(_RETRY_SECONDS)

    def _serve(self, connection: socket.socket) -> None:
        """Talk to one engine until it goes away, or all is done after `stop`."""
        connection.settimeout(None)
        with contextlib.suppress(OSError, ValueError), connection.makefile("r", encoding="utf-8") as stream:
            self._greet(connection)
            reply = json.loads(stream.readline() or "{}")
            if "error" in reply:
                raise error_from_json(reply["error"])
            if "result" not in reply:
                return
            self._tell("working")
            with self._lock:
                self._connection = connection
                held = list(self._outcomes.values())
            for attempt, outcome in held:
                self._send_outcome(attempt, outcome)
            if self._stopping.is_set():
                self._send({"leaving": True})
            for line in stream:
                self._hear(json.loads(line))
        with self._lock:
            self._connection = None

    def _greet(self, connection: socket.socket) -> None:
        """What is held is counted and sent in one piece: nothing may end unnoticed in between."""
        me = this_process()
        with self._lock:
            attempts = [*self._running.values(), *(attempt for attempt, _ in self._outcomes.values())]
            hello = {
                "verb": "worker",
                "protocol": PROTOCOL,
                "host": host_name(),
                "process": list(me),
                "jobs": 0 if self._stopping.is_set() else self._jobs,
                "holds": [list(held_of(attempt)) for attempt in attempts],
            }
        connection.sendall((dumps(hello) + "\n").encode())

    def _hear(self, message: dict[str, Any]) -> None:
        if "call" in message:
            attempt = attempt_from_json(message["call"])
            with self._lock:
                self._running[attempt.id] = attempt
            self._executor.submit(attempt, self)
        elif "cancel" in message:
            self._executor.cancel(int(message["cancel"]), Reason(message["reason"]))
        elif "recorded" in message:
            with self._lock:
                self._outcomes.pop(int(message["recorded"]), None)
                if self._stopping.is_set() and self._has_nothing():
                    self._hang_up()

    def _send_outcome(self, attempt: Attempt, outcome: Outcome) -> None:
        self._send({"ended": list(held_of(attempt)), "outcome": outcome_to_json(outcome)})

    def _send(self, message: dict[str, Any]) -> None:
        """To the engine that is there, if one is. A message that is lost is made good at the next connection."""
        with self._lock:
            if self._connection is not None:
                with contextlib.suppress(OSError):
                    # Half a character becomes its escape, which is the same JSON.
                    self._connection.sendall((dumps(message) + "\n").encode(errors="backslashreplace"))

    def _has_nothing(self) -> bool:
        return not self._running and not self._outcomes

    def _hang_up(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def _beat(self) -> None:
        while not self._stopping.wait(_BEAT_SECONDS):
            self._send({"beat": True})
