"""The executor for this machine: scripts as processes that survive the engine, components where they declare to run."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from runtime.executor.calls import CallRun
from runtime.executor.crew import Crew
from runtime.executor.deadlines import Deadlines
from runtime.executor.folder import AttemptFolder
from runtime.executor.gate import Spawner
from runtime.executor.invocation import Component, Find, not_found
from runtime.executor.log import DEFAULT_CAP_BYTES, cut
from runtime.executor.loop import Loops
from runtime.executor.lost_calls import lost
from runtime.executor.process import Wake
from runtime.executor.processes import ComponentProcesses, ProcessLimits
from runtime.executor.protocol import Attempt, Outcome, ProcessMark, Reporter
from runtime.executor.redirect import restore
from runtime.executor.scripts import Limits, ScriptRun
from runtime.executor.verdicts import in_doubt, unspawned, unstarted
from runtime.executor.workers import Workers
from runtime.model.definition import Call, Script
from runtime.model.errors import FlowerError
from runtime.model.state import Reason

_CALLS_SECONDS: Final = 30.0
MOST_COROUTINES: Final = 256
"""So many coroutines take no place of the engine: they mostly wait."""
MOST_ABANDONED: Final = 32
"""When so many threads have been given up, components that would run in a thread get a process each."""


class LocalExecutor:
    """Runs attempts on this machine; see `runtime.executor.protocol.Executor`.

    `gated`: scripts wait until their processes are durable; see `runtime.executor.gate`.
    `components` finds a component by its name and the project's folder. `grace_seconds`: between asking and forcing.
    `log_cap_bytes`: a longer log keeps its head and tail. `close_seconds`: how long `close` waits for calls.
    `environ`: what scripts and component processes inherit.
    """

    def __init__(
        self,
        components: Find,
        grace_seconds: float = 5.0,
        log_cap_bytes: int = DEFAULT_CAP_BYTES,
        close_seconds: float = _CALLS_SECONDS,
        environ: Mapping[str, str] | None = None,
        processes: ProcessLimits | None = None,
        *,
        gated: bool = True,
    ) -> None:
        self._components = components
        self._limits = Limits(grace_seconds, log_cap_bytes)
        self._close_seconds = close_seconds
        self._environ = dict(os.environ if environ is None else environ)
        self.gated = gated
        self._spawner = Spawner(gated=gated)
        self._crew = Crew("flower-attempt")
        self._deadlines = Deadlines()
        self.workers = Workers(self._crew, self._deadlines, grace_seconds)
        """Other processes that execute calls for this one."""
        self._loops = Loops(self._outlived)
        finder = f"{getattr(components, '__module__', '')}:{getattr(components, '__qualname__', '')}"
        self._processes = ComponentProcesses(finder, self._environ, self._deadlines, processes)
        self._lock = threading.Lock()
        self._scripts: dict[int, ScriptRun] = {}
        self._calls: dict[int, CallRun] = {}
        self._inline: dict[tuple[str, Path], Component] = {}
        self._last_call = threading.Condition()
        self._tell_room: Callable[[], None] = lambda: None
        self._closing = False
        self.abandoned = 0
        """How many calls did not stop when asked and still run."""

    def count_waiting(self) -> int:
        """How many attempts take no place of the engine: those at workers, and coroutines up to a bound."""
        return self.workers.count() + min(self._loops.count(), MOST_COROUTINES)

    def on_room(self, tell: Callable[[], None]) -> None:
        """Call `tell` when `count_waiting` has grown, so that more may be claimed."""
        self._tell_room = self.workers.on_room = tell

    def submit(self, attempt: Attempt, reporter: Reporter) -> None:
        if self._closing:
            reporter.ended(attempt, unstarted(Reason.NONE))
            return
        match attempt.action:
            case Script() as script:
                try:
                    run = self._add_script(attempt, script, reporter)
                except OSError as error:
                    reporter.ended(attempt, unspawned(error))
                else:
                    self._crew.run(lambda: run.run(self._spawner, self._environ))
            case Call() as call:
                if not (call.process and self.workers.offer(attempt, reporter)):
                    self._submit_call(attempt, call, reporter)

    def recover(self, attempt: Attempt, process: ProcessMark | None, reporter: Reporter) -> None:
        match attempt.action:
            case Script() as script:
                try:
                    run = self._add_script(attempt, script, reporter)
                except OSError as error:
                    why = f"it cannot be taken up: {error}"
                    reporter.ended(attempt, in_doubt(AttemptFolder(attempt.folder), why))
                else:
                    self._crew.run(lambda: run.recover(process))
            case Call() if process is not None:
                self.workers.recover(attempt, process, reporter)
            case Call():
                self._crew.run(lambda: _lost(attempt, reporter))

    def cancel(self, attempt_id: int, reason: Reason = Reason.CANCELLED) -> None:
        if self.workers.cancel(attempt_id, reason):
            return
        with self._lock:
            script = self._scripts.get(attempt_id)
            if script is not None:
                script.cancel(reason)
            call = self._calls.get(attempt_id)
        if call is not None:
            call.cancel(reason)
            self._deadlines.after(self._limits.grace_seconds, lambda: self._give_up(call))

    def close(self, *, leave_scripts: bool = True) -> None:
        self._closing = True
        self.workers.close()
        with self._lock:
            for run in self._scripts.values():
                if leave_scripts:
                    run.leave()
                else:
                    run.cancel(Reason.CANCELLED)
        seconds = max(self._close_seconds, 3 * self._limits.grace_seconds)
        if self._crew.wait(seconds) and self._calls_end(seconds):
            restore()
        self._loops.close()
        self._processes.close()

    # Scripts

    def _add_script(self, attempt: Attempt, script: Script, reporter: Reporter) -> ScriptRun:
        """Register it. OSError if this process has no descriptor left for it."""
        run = ScriptRun(attempt, script, reporter, self._limits, Wake(), self._script_ended)
        with self._lock:
            self._scripts[attempt.id] = run
            if self._closing:
                run.leave()
        return run

    def _script_ended(self, run: ScriptRun, outcome: Outcome | None) -> None:
        with self._lock:
            del self._scripts[run.attempt.id]
        run.close()
        if outcome is not None:
            run.reporter.ended(run.attempt, outcome)

    # Calls

    def _submit_call(self, attempt: Attempt, call: Call, reporter: Reporter) -> None:
        run = CallRun(attempt, call, reporter, self._call_ended)
        self._calls[attempt.id] = run
        inline = self._inline.get((call.component, attempt.project)) if attempt.timeout_seconds is None else None
        if inline is not None and not call.process:
            run.run(inline, self._limits.log_cap_bytes)
            return
        self._crew.run(lambda: self._see_through(run))
        if attempt.timeout_seconds is not None:
            self._deadlines.after(attempt.timeout_seconds, lambda: self.cancel(attempt.id, Reason.TIMEOUT))

    def _see_through(self, run: CallRun) -> None:
        """In a thread of the crew: make the call, or hand it to where its component declares to run."""
        if run.call.process:
            self._call_in_process(run)
            return
        try:
            component = self._components(run.call.component, run.attempt.project)
        except FlowerError as problem:
            run.end(not_found(problem), self._limits.log_cap_bytes)
            return
        if component.runs == "inline":
            # Loading its module may have taken a while, so the first call is made here, beside the engine.
            self._inline[run.call.component, run.attempt.project] = component
        if component.runs == "coroutine":
            self._loops.run(run, component, self._limits.log_cap_bytes)
            self._tell_room()
        elif component.runs == "process" or self.abandoned >= MOST_ABANDONED:
            self._call_in_process(run)
        else:
            self._call_here(run, component)

    def _call_here(self, run: CallRun, component: Component) -> None:
        run.holds_thread = True
        if not run.run(component, self._limits.log_cap_bytes):
            self._outlived(run)

    def _call_in_process(self, run: CallRun) -> None:
        outcome = self._processes.call(run, self._limits.grace_seconds, self._limits.log_cap_bytes)
        cut(run.log.path, self._limits.log_cap_bytes)
        run.end(outcome, self._limits.log_cap_bytes)

    def _call_ended(self, run: CallRun, outcome: Outcome) -> bool:
        """Only the first end counts: that of its thread, or that it was given up."""
        first = self._calls.pop(run.attempt.id, None) is not None
        if first:
            run.reporter.ended(run.attempt, outcome)
            if self._closing:
                with self._last_call:
                    self._last_call.notify_all()
        return first

    def _calls_end(self, seconds: float) -> bool:
        """Whether all calls have ended within so long, those too that hold no thread."""
        with self._last_call:
            return self._last_call.wait_for(lambda: not self._calls, seconds)

    def _give_up(self, run: CallRun) -> None:
        if run.ends_by_itself or not run.give_up():
            return
        with self._lock:
            self.abandoned += 1
        if run.holds_thread:
            self._crew.write_off()

    def _outlived(self, run: CallRun) -> None:
        """A call that was given up has ended after all."""
        with self._lock:
            self.abandoned -= 1
        if run.holds_thread:
            self._crew.take_back()


def _lost(attempt: Attempt, reporter: Reporter) -> None:
    text = "it was being called when its engine died: nobody knows how far it came"
    reporter.ended(attempt, lost(attempt, text))
