"""The engine's side of a connection to a worker: who it is becomes a row, its ends go to the executor.

A worker is told that an end is recorded when it is durable, and not before.
"""

from __future__ import annotations

import contextlib
import json
import queue
import socket
import threading
from collections.abc import Iterable
from typing import Any, Final

from runtime.engine import Engine
from runtime.executor.protocol import Outcome, ProcessMark
from runtime.executor.wire import outcome_from_json
from runtime.executor.workers import PROTOCOL, Held, Worker, Workers
from runtime.model.encode import dumps
from runtime.model.errors import FlowerError, Refused
from runtime.step import Step

_ANSWER_SECONDS: Final = 60.0


class WorkerDoor:
    """One worker, from its greeting until it goes."""

    def __init__(
        self,
        engine: Engine,
        workers: Workers,
        connection: socket.socket,
        lines: Iterable[str],
        greeting: dict[str, Any],
    ) -> None:
        if greeting.get("protocol") != PROTOCOL:
            raise Refused("the worker and the engine are of different versions of flower", "start the worker again")
        self._engine = engine
        self._workers = workers
        self._connection = connection
        self._lines = lines
        self._messages: queue.SimpleQueue[dict[str, Any] | None] = queue.SimpleQueue()
        pid, ticks, boot = greeting["process"]
        mark = ProcessMark(int(pid), int(ticks), str(boot))
        holds: list[Held] = [(int(each[0]), str(each[1]), int(each[2])) for each in greeting["holds"]]
        self._worker = Worker(mark, int(greeting["jobs"]), holds, self._messages.put)
        self._host = str(greeting["host"])
        self._row = 0

    def serve(self) -> None:
        """Until the connection ends."""
        self._row = self._engine.submit(self._arrive).result(_ANSWER_SECONDS)
        self._messages.put({"result": self._row})
        self._workers.connect(self._worker)
        threading.Thread(target=self._write, name="flower-to-worker", daemon=True).start()
        try:
            for line in self._lines:
                self._hear(json.loads(line))
        finally:
            self._workers.disconnect(self._worker)
            self._messages.put(None)
            with contextlib.suppress(FlowerError):
                self._engine.submit(self._depart)

    def _hear(self, message: dict[str, Any]) -> None:
        if "ended" in message:
            number, key, fence = message["ended"]
            self._ended((int(number), str(key), int(fence)), outcome_from_json(message["outcome"]))
        elif "leaving" in message:
            self._workers.leave(self._worker)
        elif "beat" in message:
            self._engine.submit(lambda step: step.store.attempts.seen_worker(self._row, step.now))

    def _ended(self, held: Held, outcome: Outcome) -> None:
        """Recorded, kept until its run is taken up, or refused because it comes too late."""
        if self._workers.ended(self._worker, held, outcome):
            self._confirm(held)
        elif self._engine.submit(lambda step: self._is_open(step, held)).result(_ANSWER_SECONDS):
            self._workers.keep(self._worker, held, outcome, lambda: self._confirm(held))
        else:
            self._confirm(held)

    def _confirm(self, held: Held) -> None:
        """After the turn that records it: what is queued later is done later."""
        done = self._engine.when_durable()
        done.add_done_callback(lambda future: None if future.exception() else self._messages.put({"recorded": held[0]}))

    def _is_open(self, step: Step, held: Held) -> bool:
        """Whether the attempt is still to be recorded. One that is not is refused, and an event says so."""
        number, key, fence = held
        known = step.store.attempts.whose(number) if key.startswith(f"{step.store.identity}-") else None
        if known is not None and known.open and known.fence == fence:
            return True
        run_id, task_run_id = (known.run_id, known.task_run_id) if known is not None else (None, None)
        step.store.events.add(step.now, "stale result refused", run_id, task_run_id, attempt=number, fence=fence)
        return False

    def _arrive(self, step: Step) -> int:
        mark = self._worker.mark
        return step.store.attempts.arrive_worker(
            self._host, mark.boot_id, mark.pid, mark.start_ticks, step.now, self._worker.jobs
        )

    def _depart(self, step: Step) -> None:
        step.store.attempts.end_worker(self._row, step.now)

    def _write(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            while (message := self._messages.get()) is not None:
                self._connection.sendall((dumps(message) + "\n").encode())
