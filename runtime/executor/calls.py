"""One call of a component: run in a thread, its prints in the attempt's log, its result checked and told once."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

from runtime.component.context import Context
from runtime.component.errors import BadArguments, BadResult, Failed
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

    @property
    def wants_context(self) -> bool: ...

    def invoke(self, arguments: Mapping[str, Any], context: Context | None) -> Mapping[str, Any]: ...


class Find(Protocol):
    """Finds the component of a name for a project; FlowerError if there is none, or its module cannot be loaded."""

    def __call__(self, name: str, project: Path, /) -> Component: ...


class CallRun:
    """One call. `finish` is told of its end by the thread that ran it, and by one that gave it up; the first counts,
    and gets True."""

    __slots__ = ("_began", "_cancelled", "_finish", "_log", "_reason", "attempt", "call", "reporter")

    def __init__(
        self, attempt: Attempt, call: Call, reporter: Reporter, finish: Callable[[CallRun, Outcome], bool]
    ) -> None:
        self.attempt = attempt
        self.call = call
        self.reporter = reporter
        self._finish = finish
        self._reason = Reason.NONE
        self._cancelled: threading.Event | None = None
        self._log = LazyLog(attempt.folder)
        self._began = 0.0

    def cancel(self, reason: Reason) -> None:
        """Ask it to stop; the first reason counts."""
        self._reason = self._reason or reason
        if self._cancelled is not None:
            self._cancelled.set()

    def give_up(self) -> bool:
        """Tell its end without waiting any longer: a thread cannot be ended by force. False if it had ended."""
        text = f"{ended_text(self._reason, self.attempt)}; it did not stop when asked, and its thread was given up"
        return self._finish(self, Outcome(False, reason=self._reason, message=text, took_seconds=self._took()))

    def run(self, find: Find, cap_bytes: int) -> bool:
        """Call it and tell the end; False if it had been given up."""
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
        return self._finish(self, outcome)

    def _invoke(self, find: Find) -> Outcome:
        if self._reason:
            return Outcome(False, reason=self._reason, message="it was cancelled before it started")
        attempt = self.attempt
        try:
            component = find(self.call.component, attempt.project)
        except FlowerError as problem:
            return Outcome(False, reason=Reason.COULD_NOT_START, message=_with_help(problem))
        context = self._context() if component.wants_context else None
        try:
            given = component.invoke(attempt.arguments, context)
            outputs = check(Given(data=dict(given)), attempt.outs, attempt.project) if given or attempt.outs else {}
        except (BadOutput, BadResult) as problem:
            return self._failed(Reason.BAD_OUTPUT, str(problem))
        except BadArguments as problem:
            return self._failed(Reason.ERROR, _with_help(problem))
        return self._stopped() if self._reason else Outcome(True, outputs=outputs, took_seconds=self._took())

    def _context(self) -> Context:
        """Made only for who wants it: with the folders it names, and an event that hears of a cancel before it."""
        attempt = self.attempt
        for folder in (attempt.folder, attempt.run_folder):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        self._cancelled = threading.Event()
        if self._reason:
            self._cancelled.set()
        return Context(
            run=attempt.run_ref,
            task=attempt.path,
            attempt=attempt.number,
            key=attempt.key,
            fence=attempt.fence,
            project=attempt.project,
            folder=attempt.folder,
            run_folder=attempt.run_folder,
            write=lambda text: print(text, file=self._log),
            cancel=self._cancelled,
        )

    def _raised(self, error: BaseException) -> Outcome:
        if self._reason:
            return self._stopped()
        if isinstance(error, Failed):
            self._log.write(f"{error}\n")
            return self._failed(Reason.ERROR, str(error)[:1000])
        import traceback  # Costs milliseconds, and most calls do not fail.

        self._log.write("".join(traceback.format_exception(type(error), error, their_frames(error.__traceback__))))
        return self._failed(Reason.ERROR, f"{type(error).__name__}: {error}".strip().removesuffix(":")[:1000])

    def _stopped(self) -> Outcome:
        return self._failed(self._reason, ended_text(self._reason, self.attempt))

    def _failed(self, reason: Reason, message: str) -> Outcome:
        """A reason to stop that was given meanwhile comes before what came of it."""
        if self._reason and reason is not self._reason:
            return self._stopped()
        return Outcome(False, reason=reason, message=message, took_seconds=self._took())

    def _took(self) -> float:
        return time.monotonic() - self._began if self._began else 0.0


def _with_help(problem: FlowerError) -> str:
    return f"{problem}; {problem.help}" if problem.help else str(problem)


_OWN_FOLDER: Final = str(Path(__file__).parents[1])


def their_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not of the runner."""
    first = trace
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN_FOLDER):
        trace = trace.tb_next
    return trace or first
