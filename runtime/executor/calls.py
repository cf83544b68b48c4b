"""The life of one call of a component, wherever it runs: asked to stop, given up, told once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from runtime.executor.invocation import Component, Invocation
from runtime.executor.log import cut
from runtime.executor.protocol import Attempt, Outcome, Reporter
from runtime.executor.redirect import LazyLog, divert
from runtime.executor.verdicts import ended_text
from runtime.model.definition import Call
from runtime.model.state import Reason
from runtime.secret import mask_file


class CallRun:
    """One call. `finish` is told of its end by whoever ran it, and by one that gave it up; the first counts, and gets
    True."""

    __slots__ = (
        "_finish",
        "_on_cancel",
        "attempt",
        "call",
        "ends_by_itself",
        "holds_thread",
        "invocation",
        "log",
        "reporter",
        "why",
    )

    def __init__(
        self, attempt: Attempt, call: Call, reporter: Reporter, finish: Callable[[CallRun, Outcome], bool]
    ) -> None:
        self.attempt = attempt
        self.call = call
        self.reporter = reporter
        self.log = LazyLog(attempt.folder)
        self.invocation = Invocation(attempt, self.log)
        self.ends_by_itself = False
        """Whoever runs it ends it by force after the grace, so that nobody needs to give it up."""
        self.holds_thread = False
        """It runs in a thread of its own, which cannot be ended."""
        self.why: Callable[[], str] | None = None
        """Tells why it may not have stopped when asked, if anything is known."""
        self._finish = finish
        self._on_cancel: Callable[[], None] | None = None

    @property
    def reason(self) -> Reason:
        """Why it is to stop; NONE while it may go on."""
        return self.invocation.reason

    def cancel(self, reason: Reason) -> None:
        """Ask it to stop; the first reason counts."""
        self.invocation.cancel(reason)
        if self._on_cancel is not None:
            self._on_cancel()

    def when_cancelled(self, action: Callable[[], None]) -> None:
        """What else to do at a cancel; at once if it has come already."""
        self._on_cancel = action
        if self.reason:
            action()

    def give_up(self) -> bool:
        """Tell its end without waiting any longer: a thread cannot be ended by force. False if it had ended."""
        why = self.why() if self.why is not None else ""
        text = f"{ended_text(self.reason, self.attempt)}; {why or _GIVEN_UP}"
        outcome = Outcome(False, reason=self.reason, message=text, took_seconds=self.invocation.took(), given_up=True)
        mask_file(self.log.path, self.attempt.secrets)
        return self._finish(self, outcome)

    def run(self, component: Component, cap_bytes: int) -> bool:
        """Call it in this thread and tell the end; False if it had been given up."""
        divert(self.log)
        try:
            outcome = self.invocation.make(component)
        finally:
            divert(None)
        return self.end(outcome, cap_bytes)

    def end(self, outcome: Outcome, cap_bytes: int) -> bool:
        """Close its log and tell its end; False if it had been given up."""
        if self.log.close():
            cut(self.log.path, cap_bytes)
        if self.attempt.secrets:
            mask_file(self.log.path, self.attempt.secrets)
        return self._finish(self, outcome)


_GIVEN_UP: Final = "it did not stop when asked, and its thread was given up"
