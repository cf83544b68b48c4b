"""One call of a component: run in a thread, its prints in the attempt's log, its result checked and told once."""

from __future__ import annotations

import threading
import time
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

from runtime.executor.log import cut
from runtime.executor.outputs import BadOutput, Given, check
from runtime.executor.protocol import Attempt, Outcome, Reporter
from runtime.executor.redirect import LazyLog, divert
from runtime.executor.verdicts import ended_text
from runtime.model.definition import Call
from runtime.model.errors import FlowerError
from runtime.model.state import Reason


class Component(Protocol):
    """What a call runs. `invoke` gives the outputs as JSON by name; it may raise anything."""

    def invoke(self, arguments: Mapping[str, Any], context: Any) -> Mapping[str, Any]: ...


Find = Callable[[str], Component]
"""The component of a name; FlowerError if there is none, or if its module cannot be loaded."""


class CallContext:
    """What a component may know of the attempt that calls it, and how it is told to stop."""

    __slots__ = ("_attempt", "_cancelled", "_log")

    def __init__(self, attempt: Attempt, log: LazyLog, cancelled: threading.Event) -> None:
        self._attempt = attempt
        self._log = log
        self._cancelled = cancelled


class CallRun:
    """One call. `finish` is called once with its outcome, by the thread that ran it or by the one that gave it up."""

    __slots__ = ("_began", "_cancelled", "_finish", "_log", "_reason", "attempt", "call", "reporter")

    def __init__(
        self, attempt: Attempt, call: Call, reporter: Reporter, finish: Callable[[CallRun, Outcome], None]
    ) -> None:
        self.attempt = attempt
        self.call = call
        self.reporter = reporter
        self._finish = finish
        self._reason = Reason.NONE
        self._cancelled = threading.Event()
        self._log = LazyLog(attempt.folder)
        self._began = 0.0

    def cancel(self, reason: Reason) -> None:
        """Ask it to stop; the first reason counts."""
        self._reason = self._reason or reason
        self._cancelled.set()

    def give_up(self) -> None:
        """Tell its end without waiting any longer: a thread cannot be ended by force."""
        text = f"{ended_text(self._reason, self.attempt)}; it did not stop when asked, and its thread was given up"
        self._finish(self, Outcome(False, reason=self._reason, message=text, took_seconds=self._took()))

    def run(self, find: Find, cap_bytes: int) -> None:
        """Call it and tell the end."""
        self._began = time.monotonic()
        divert(self._log)
        try:
            outcome = self._invoke(find)
        except BaseException as error:  # noqa: BLE001 - also SystemExit: it ends the task, not the engine
            outcome = self._raised(error)
        finally:
            divert(None)
        if self._log.close():
            cut(self._log.path, cap_bytes)
        self._finish(self, outcome)

    def _invoke(self, find: Find) -> Outcome:
        if self._reason:
            return Outcome(False, reason=self._reason, message="it was cancelled before it started")
        attempt = self.attempt
        try:
            component = find(self.call.component)
        except FlowerError as problem:
            return Outcome(False, reason=Reason.COULD_NOT_START, message=str(problem))
        given = component.invoke(attempt.arguments, self._context())
        if self._reason:
            return self._stopped()
        try:
            outputs = check(Given(data=dict(given)), attempt.outs, attempt.project) if given or attempt.outs else {}
        except BadOutput as problem:
            return Outcome(False, reason=Reason.BAD_OUTPUT, message=str(problem), took_seconds=self._took())
        return Outcome(True, outputs=outputs, took_seconds=self._took())

    def _context(self) -> Any:
        return CallContext(self.attempt, self._log, self._cancelled)

    def _raised(self, error: BaseException) -> Outcome:
        if self._reason:
            return self._stopped()
        self._log.write("".join(traceback.format_exception(type(error), error, their_frames(error.__traceback__))))
        message = f"{type(error).__name__}: {error}".strip().removesuffix(":")[:1000]
        return Outcome(False, reason=Reason.ERROR, message=message, took_seconds=self._took())

    def _stopped(self) -> Outcome:
        text = ended_text(self._reason, self.attempt)
        return Outcome(False, reason=self._reason, message=text, took_seconds=self._took())

    def _took(self) -> float:
        return time.monotonic() - self._began if self._began else 0.0


_OWN_FOLDER: Final = str(Path(__file__).parents[1])


def their_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not of the runner."""
    first = trace
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        trace = trace.tb_next
    return trace or first
