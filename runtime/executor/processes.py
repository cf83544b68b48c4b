"""Component processes of one executor: kept warm, one call at a time each, replaced when they have grown or are old."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from runtime.executor.calls import CallRun
from runtime.executor.component_process import Broken, ComponentProcess
from runtime.executor.deadlines import Deadlines
from runtime.executor.protocol import Outcome
from runtime.model.state import Reason


@dataclass(frozen=True, slots=True)
class ProcessLimits:
    """When a process is replaced by a new one: after so many calls, or if it holds so much memory after one. An idle
    one ends after `idle_seconds`."""

    calls: int = 1_000
    memory_bytes: int = 1_000_000_000
    idle_seconds: float = 60.0


@dataclass(slots=True)
class _Idle:
    process: ComponentProcess
    since: float


_STARTS: Final = 3


class ComponentProcesses:
    """Takes calls from any thread. `finder`: `module:function`, which the processes import to find components."""

    def __init__(
        self, finder: str, environ: Mapping[str, str], deadlines: Deadlines, limits: ProcessLimits | None = None
    ) -> None:
        self._finder = finder
        self._environ = environ
        self._deadlines = deadlines
        self._limits = limits or ProcessLimits()
        self._lock = threading.Lock()
        self._idle: dict[Path, list[_Idle]] = {}
        self._closed = False
        self._looks_later = False

    def call(self, run: CallRun, grace_seconds: float, cap_bytes: int) -> Outcome:
        """Make the call in a process of its project, and see it through."""
        try:
            process = self._take(run.attempt.project)
        except (OSError, Broken) as problem:
            text = f"no process could be started for it: {problem}"
            return Outcome(False, reason=Reason.COULD_NOT_START, message=text)
        outcome = process.call(run, grace_seconds, cap_bytes)
        self._give_back(run.attempt.project, process)
        return outcome

    def close(self) -> None:
        """End those that are idle, and the others as they become so."""
        with self._lock:
            self._closed = True
            idle = [each.process for of_project in self._idle.values() for each in of_project]
            self._idle.clear()
        for process in idle:
            process.end()

    def _take(self, project: Path) -> ComponentProcess:
        while True:
            with self._lock:
                known = self._idle.get(project)
                process = known.pop().process if known else None
            if process is None:
                return self._started()
            if process.alive:
                return process
            process.end()

    def _started(self) -> ComponentProcess:
        """A new process. One that is killed while it starts is tried again."""
        for last in range(_STARTS - 1, -1, -1):
            process = ComponentProcess(self._finder, self._environ)
            try:
                process.begin()
            except Broken:
                process.end()
                if not last:
                    raise
            else:
                return process
        raise AssertionError("unreachable")

    def _give_back(self, project: Path, process: ComponentProcess) -> None:
        if process.usable and process.calls < self._limits.calls and process.memory_bytes < self._limits.memory_bytes:
            with self._lock:
                if not self._closed:
                    self._idle.setdefault(project, []).append(_Idle(process, time.monotonic()))
                    self._look_later()
                    return
        process.end()

    def _look_later(self) -> None:
        """Once for all that are idle; the caller holds the lock."""
        if not self._looks_later:
            self._looks_later = True
            self._deadlines.after(self._limits.idle_seconds, self._end_idle)

    def _end_idle(self) -> None:
        """End those that have been idle for long, in a thread of their own: it takes a moment."""
        before = time.monotonic() - self._limits.idle_seconds
        with self._lock:
            self._looks_later = False
            old = [each for of_project in self._idle.values() for each in of_project if each.since <= before]
            for project, known in list(self._idle.items()):
                known[:] = [each for each in known if each not in old]
                if not known:
                    del self._idle[project]
            if self._idle:
                self._look_later()
        if old:
            threading.Thread(target=lambda: [each.process.end() for each in old], daemon=True).start()
