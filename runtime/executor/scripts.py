"""The life of one script: prepared, spawned behind its gate, committed, awaited, ended, told.

A thread runs it from start to end; `cancel` and `leave` reach it from others.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from runtime.executor.command import OUT_VARIABLE, CannotStart, Command, prepare
from runtime.executor.ending import end, kill_escaped, sweep
from runtime.executor.folder import AttemptFolder
from runtime.executor.gate import Gate, Spawner
from runtime.executor.log import cut, open_log, relieve
from runtime.executor.process import Process, Wake, leader_with, variables_of
from runtime.executor.protocol import Attempt, Outcome, ProcessMark, Reporter
from runtime.executor.recovery import Evidence, Verdict, judge
from runtime.executor.verdicts import in_doubt, told, unspawned, unstarted
from runtime.model.definition import Script
from runtime.model.process import boot_id
from runtime.model.state import Reason
from runtime.secret import mask_file, mask_text, withhold

_LOOK_SECONDS: Final = 0.5
"""How often a long script is looked at: its log may have outgrown its cap."""

_MARK_SECONDS: Final = 2.0
"""An adopted process that has not passed its gate within this time never will."""


@dataclass(frozen=True, slots=True)
class Limits:
    grace_seconds: float
    log_cap_bytes: int


class ScriptRun:
    """One script attempt. `finish` is called once with its outcome, or with None if it is left to the next engine."""

    def __init__(
        self,
        attempt: Attempt,
        script: Script,
        reporter: Reporter,
        limits: Limits,
        wake: Wake,
        finish: Callable[[ScriptRun, Outcome | None], None],
    ) -> None:
        self.attempt = attempt
        self.reporter = reporter
        self._script = script
        self._limits = limits
        self._finish = finish
        self._folder = AttemptFolder(attempt.folder)
        self._wake = wake
        self._reason = Reason.NONE
        self._leaving = False
        self._began = time.monotonic()

    # From other threads

    def cancel(self, reason: Reason) -> None:
        """End it soon; the first reason counts."""
        self._reason = self._reason or reason
        self._wake.ring()

    def leave(self) -> None:
        """Stop waiting for it, and let it run."""
        self._leaving = True
        self._wake.ring()

    # In its own thread

    def run(self, spawner: Spawner, environ: Mapping[str, str]) -> None:
        """Start it and see it through."""
        self._tell(lambda: self._start(spawner, environ))

    def recover(self, mark: ProcessMark | None) -> None:
        """Take up what an engine that died had started."""

        def take_up() -> Outcome | None:
            try:
                return self._take_up(mark)
            except OSError as error:
                return in_doubt(self._folder, f"it cannot be found out: {error}")

        self._tell(take_up)

    def _tell(self, live: Callable[[], Outcome | None]) -> None:
        try:
            outcome = live()
        except OSError as error:
            # Of our own files or descriptors: a full disk, a limit. What ran was ended or has ended.
            outcome = Outcome(False, reason=Reason.ERROR, message=f"the attempt's files failed: {error}")
        except Exception as bug:  # noqa: BLE001 - the engine must hear of an end, and the others go on
            outcome = Outcome(False, reason=Reason.ERROR, message=f"a defect of flower: {type(bug).__name__}: {bug}")
        self._finish(self, None if outcome is None else self._without_secrets(outcome))

    def _without_secrets(self, outcome: Outcome) -> Outcome:
        if self.attempt.lost_secrets and self._folder.error() and outcome.message:
            text = f"exit code {outcome.exit_code}; its error is withheld, as its log is: it may show a secret"
            return replace(outcome, message=text)
        return replace(outcome, message=mask_text(outcome.message, self.attempt.secrets))

    def close(self) -> None:
        self._wake.close()

    def _start(self, spawner: Spawner, environ: Mapping[str, str]) -> Outcome | None:
        if self._reason or self._leaving:
            return unstarted(self._reason)
        try:
            command = prepare(self.attempt, self._script, environ)
            gate = self._spawn(spawner, command)
        except CannotStart as problem:
            return Outcome(False, reason=Reason.COULD_NOT_START, message=str(problem))
        except (OSError, ValueError) as error:
            return unspawned(error)
        try:
            if spawner.gated and not self._pass(gate):
                return unstarted(self._reason)
            return self._see_through(gate.process)
        finally:
            gate.process.close()

    def _spawn(self, spawner: Spawner, command: Command) -> Gate:
        log_fd = open_log(self._folder.log)
        try:
            return spawner.spawn(
                self.attempt.source_file or "script",
                command,
                self._folder,
                str(self.attempt.cwd or self.attempt.project),
                log_fd,
            )
        finally:
            os.close(log_fd)

    def _pass(self, gate: Gate) -> bool:
        """Open the gate once the process is durable; False if it stayed shut."""
        may_run = False
        try:
            may_run = self.reporter.started(self.attempt, gate.process.mark) and not (self._reason or self._leaving)
        finally:
            if not may_run:
                gate.shut()
                gate.process.reap()
        if may_run:
            self._began = time.monotonic()
            gate.open()
        return may_run

    def _see_through(self, process: Process) -> Outcome | None:
        """Wait for its end, or end it; None if it is left."""
        if self._wait(process, self._deadline()):
            return self._conclude(sweep(process, self._limits.grace_seconds))
        return self._end(process) if self._reason else None

    def _deadline(self) -> float | None:
        seconds = self.attempt.timeout_seconds
        return None if seconds is None else self._began + seconds

    def _end(self, process: Process) -> Outcome:
        self._folder.note_ending(self._reason)
        return self._conclude(end(process, self._folder, self._limits.grace_seconds))

    def _wait(self, process: Process, until: float | None) -> bool:
        """Whether it ended by itself; if not it is to be ended (`_reason` says why) or left."""
        while True:
            left = until - time.monotonic() if until is not None else _LOOK_SECONDS
            if process.wait(min(max(left, 0.0), _LOOK_SECONDS), self._wake):
                return True
            if left <= 0:
                self._reason = self._reason or Reason.TIMEOUT
            if self._reason or self._leaving:
                return False
            relieve(self._folder.log, self._limits.log_cap_bytes)

    def _conclude(self, status: int | None) -> Outcome:
        self._close_log()
        took = time.monotonic() - self._began
        return told(self.attempt, self._folder, self._reason, status, took)

    def _close_log(self) -> None:
        cut(self._folder.log, self._limits.log_cap_bytes)
        if self.attempt.secrets:
            for path in (self._folder.log, self._folder.at("error")):
                mask_file(path, self.attempt.secrets)
        if self.attempt.lost_secrets:
            withhold(self._folder.log, self._folder.withheld, (reference for _, reference in self.attempt.lost_secrets))

    # Recovery

    def _take_up(self, mark: ProcessMark | None) -> Outcome | None:
        if mark is None and not self.attempt.gated and self._folder.code() is None:
            mark = leader_with(OUT_VARIABLE, self._folder.out)
        process = Process.find(mark) if mark is not None else None
        verdict = judge(self._evidence(mark, process))
        if verdict is Verdict.NEVER_RAN:
            return Outcome(False, never_ran=True, message="it had not started when its engine died")
        if not self._reason and (reason := self._folder.ending()):
            self._reason = reason
            kill_escaped(self._folder)
        if process is None:
            return self._doubt() if verdict is Verdict.IN_DOUBT and not self._reason else self._take()
        self._learn_secrets(process)
        try:
            self._began = time.monotonic() - process.elapsed()
            return self._adopt(process, mark)
        finally:
            process.close()

    def _evidence(self, mark: ProcessMark | None, process: Process | None) -> Evidence:
        # What is alive may end at any time, so its marks are read after the look at it.
        return Evidence(
            committed=mark is not None,
            same_boot=mark is not None and bool(mark.boot_id) and mark.boot_id == boot_id(),
            alive=process is not None,
            started=self._folder.has_started(),
            has_code=self._folder.code() is not None,
            gated=self.attempt.gated,
        )

    def _learn_secrets(self, process: Process) -> None:
        """From the environment of the script itself: its secrets may have changed since, or be out of reach."""
        attempt = self.attempt
        found = variables_of(process.pid, attempt.secret_variables) if attempt.secret_variables else {}
        if found:
            lost = tuple(each for each in attempt.lost_secrets if each[0] not in found)
            self.attempt = replace(attempt, secrets=(*attempt.secrets, *found.values()), lost_secrets=lost)

    def _doubt(self) -> Outcome:
        self._close_log()
        return in_doubt(self._folder)

    def _take(self) -> Outcome:
        """The result of a script that is over; or that of its being ended, which the dead engine had decided."""
        self._close_log()
        took = self._folder.seconds_run()
        return told(self.attempt, self._folder, self._reason, None, took)

    def _adopt(self, process: Process, mark: ProcessMark | None) -> Outcome | None:
        """Wait for a script that an earlier engine started; at its end the questions are asked again."""
        if not self._passes_gate(process):
            process.signal_group(signal.SIGKILL)
            process.wait(_MARK_SECONDS)
        elif self._wait(process, self._deadline()):
            sweep(process, self._limits.grace_seconds)
        elif self._reason:
            return self._end(process)
        else:
            return None
        return self._take_up(mark)

    def _passes_gate(self, process: Process) -> bool:
        if self._folder.has_started():
            return True
        return process.wait(_MARK_SECONDS) or self._folder.has_started()
