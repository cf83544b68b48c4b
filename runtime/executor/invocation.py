"""One call of a component, in whatever thread, loop or process it runs: its context, and what came of it."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Protocol

from runtime.component.context import Context
from runtime.component.errors import BadArguments, BadResult, Failed
from runtime.executor.log import size_text
from runtime.executor.outputs import LIMIT_BYTES, BadOutput, Given, check
from runtime.executor.protocol import Attempt, Outcome
from runtime.executor.verdicts import ended_text
from runtime.model.errors import FlowerError
from runtime.model.signature import Runs
from runtime.model.state import Reason


class Component(Protocol):
    """What a call runs. `invoke` gives the outputs as JSON by name; it may raise anything. `invoke_async` is for those
    that run in the coroutine loop."""

    @property
    def wants_context(self) -> bool: ...

    @property
    def runs(self) -> Runs: ...

    @property
    def transactional(self) -> bool: ...

    def invoke(self, arguments: Mapping[str, Any], context: Context | None) -> Mapping[str, Any]: ...

    async def invoke_async(self, arguments: Mapping[str, Any], context: Context | None) -> Mapping[str, Any]: ...


class Find(Protocol):
    """Finds the component of a name for a project; FlowerError if there is none, or its module cannot be loaded."""

    def __call__(self, name: str, project: Path, /) -> Component: ...


class Log(Protocol):
    """Where a call's own lines go."""

    def write(self, text: str, /) -> int: ...


class Invocation:
    """A call that is made once. `cancel` reaches it from other threads; the first reason counts."""

    __slots__ = ("_attempt", "_began", "_cancelled", "_log", "reason")

    def __init__(self, attempt: Attempt, log: Log) -> None:
        self._attempt = attempt
        self._log = log
        self._cancelled: threading.Event | None = None
        self._began = 0.0
        self.reason = Reason.NONE

    def cancel(self, reason: Reason) -> None:
        """Ask it to stop."""
        self.reason = self.reason or reason
        if self._cancelled is not None:
            self._cancelled.set()

    def make(self, component: Component) -> Outcome:
        """Call it here and now."""
        if self.reason:
            return cancelled_before()
        context = self._begin(component)
        try:
            return self._succeeded(component, component.invoke(self._attempt.arguments, context), context)
        except BaseException as error:  # noqa: BLE001 - also SystemExit: it ends the task, not the engine
            return self._raised(error)

    async def make_async(self, component: Component) -> Outcome:
        """Await it in the loop of the caller."""
        if self.reason:
            return cancelled_before()
        context = self._begin(component)
        try:
            return self._succeeded(component, await component.invoke_async(self._attempt.arguments, context), context)
        except BaseException as error:  # noqa: BLE001 - cancelling it raises CancelledError, which ends here
            return self._raised(error)

    def took(self) -> float:
        """Seconds since it was called; 0 before."""
        return time.monotonic() - self._began if self._began else 0.0

    def _begin(self, component: Component) -> Context | None:
        self._began = time.monotonic()
        return self._context() if component.wants_context else None

    def _context(self) -> Context:
        """Made only for who wants it: with the folders it names, and an event that hears of a cancel before it."""
        attempt = self._attempt
        for folder in (attempt.folder, attempt.run_folder):
            os.makedirs(folder, mode=0o700, exist_ok=True)
        self._cancelled = threading.Event()
        if self.reason:
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
            write=self._write_line,
            cancel=self._cancelled,
        )

    def _write_line(self, text: str) -> None:
        self._log.write(f"{text}\n")

    def _succeeded(self, component: Component, given: Mapping[str, Any], context: Context | None) -> Outcome:
        attempt = self._attempt
        outputs = check(Given(data=dict(given)), attempt.outs, attempt.project) if given or attempt.outs else {}
        _check_size(outputs)
        statements = tuple(context.statements) if context is not None else ()
        if statements and not component.transactional:
            raise BadOutput("it gave statements, but is not declared @component(transactional=True)")
        if self.reason:
            return self._stopped()
        return Outcome(True, outputs=outputs, took_seconds=self.took(), statements=statements)

    def _raised(self, error: BaseException) -> Outcome:
        match error:
            case BadOutput() | BadResult():
                return self._failed(Reason.BAD_OUTPUT, str(error))
            case BadArguments():
                return self._failed(Reason.ERROR, with_help(error))
        if self.reason:
            return self._stopped()
        if isinstance(error, Failed | FlowerError):
            text = with_help(error) if isinstance(error, FlowerError) else str(error)
            self._write_line(text)
            return self._failed(Reason.ERROR, text[:1000])
        import traceback  # Costs milliseconds, and most calls do not fail.

        self._log.write("".join(traceback.format_exception(type(error), error, their_frames(error.__traceback__))))
        return self._failed(Reason.ERROR, f"{type(error).__name__}: {error}".strip().removesuffix(":")[:1000])

    def _stopped(self) -> Outcome:
        return self._failed(self.reason, ended_text(self.reason, self._attempt))

    def _failed(self, reason: Reason, message: str) -> Outcome:
        """A reason to stop that was given meanwhile comes before what came of it."""
        if self.reason and reason is not self.reason:
            return self._stopped()
        text = message.encode(errors="backslashreplace").decode()  # Names of files need not be UTF-8.
        return Outcome(False, reason=reason, message=text, took_seconds=self.took())


def cancelled_before() -> Outcome:
    return Outcome(False, reason=Reason.CANCELLED, message="it was cancelled before it started")


def not_found(problem: FlowerError) -> Outcome:
    """Of a call whose component cannot be had."""
    return Outcome(False, reason=Reason.COULD_NOT_START, message=with_help(problem))


def with_help(problem: FlowerError) -> str:
    return f"{problem}; {problem.help}" if problem.help else str(problem)


def _check_size(outputs: Mapping[str, Any]) -> None:
    """They live in the database; most are a number or two, which need not be written out to be counted."""
    if any(isinstance(value, str | list | dict) for value in outputs.values()):
        size = len(json.dumps(outputs, ensure_ascii=False).encode())
        if size > LIMIT_BYTES:
            raise BadOutput(
                f"its outputs are {size_text(size)} long, more than {size_text(LIMIT_BYTES)}; "
                "write large data to a file and return its path"
            )


_OWN_FOLDERS: Final = (str(Path(__file__).parent), str(Path(__file__).parents[1] / "component"))


def their_frames(trace: TracebackType | None) -> TracebackType | None:
    """The traceback from the first frame that is not of the runner."""
    first = trace
    while trace is not None and trace.tb_frame.f_code.co_filename.startswith(_OWN_FOLDERS):
        trace = trace.tb_next
    return trace or first
