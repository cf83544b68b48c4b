"""Threads that run jobs: as many as are busy at once, kept for the next jobs. They do not keep the program alive."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

Job = Callable[[], None]


class Crew:
    """`run` hands a job to an idle thread, or to a new one. Jobs must not raise."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()
        self._lock = threading.Lock()
        self._idle = 0
        self._busy = 0
        self._written_off = 0
        self._rest = threading.Condition(self._lock)

    def run(self, job: Job) -> None:
        """Returns at once."""
        with self._lock:
            self._busy += 1
            fresh = self._idle <= 0
            if not fresh:
                self._idle -= 1
        self._jobs.put(job)
        if fresh:
            self._grow()

    def _grow(self) -> None:
        try:
            threading.Thread(target=self._work, name=self._name, daemon=True).start()
        except RuntimeError:
            # The system gives no more threads: the job waits for the next one that is free.
            with self._lock:
                self._idle -= 1

    def write_off(self) -> None:
        """One of the jobs may never end: `wait` does not wait for it."""
        with self._rest:
            self._written_off += 1
            self._rest.notify_all()

    def take_back(self) -> None:
        """Called at the end of a job that was written off."""
        with self._lock:
            self._written_off -= 1

    def wait(self, seconds: float) -> bool:
        """Wait until all jobs have ended but those written off; False if some have not after `seconds`."""
        with self._rest:
            return self._rest.wait_for(self._rests, seconds)

    def _rests(self) -> bool:
        return self._busy <= self._written_off

    def _work(self) -> None:
        while True:
            job = self._jobs.get()
            job()
            del job
            with self._lock:
                self._idle += 1
                self._busy -= 1
                if self._rests():
                    self._rest.notify_all()
