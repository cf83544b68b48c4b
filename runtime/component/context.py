"""What a component may know of the attempt it is part of: the optional parameter of type `Context`."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from threading import Event

from runtime.component.statements import Statements
from runtime.model.slotted import dataclass, field


class Cancelled(Exception):
    """The attempt was cancelled or has timed out while the component waited."""


def _write(text: str) -> None:
    sys.stderr.write(text + "\n")


@dataclass(slots=True)
class Context:
    """The attempt. Without arguments it is one that stands alone, for tests of a component.

    `key` stays the same over all attempts of a task, `fence` rises with each: give both to systems that can
    tell a repeated or a late request by them. `folder` is the attempt's own, `run_folder` is shared by the run.
    `statements`: what a transactional component is given as its parameter of that type.
    """

    run: str = ""
    task: str = ""
    attempt: int = 1
    key: str = ""
    fence: int = 0
    project: Path = field(default_factory=Path.cwd)
    folder: Path | None = None
    run_folder: Path | None = None
    write: Callable[[str], None] = _write
    cancel: Event = field(default_factory=Event)
    statements: Statements = field(default_factory=Statements)

    def log(self, text: object) -> None:
        """Add a line to the attempt's log."""
        self.write(str(text))

    @property
    def cancelled(self) -> bool:
        """Whether the component should stop: look at it now and then in long work."""
        return self.cancel.is_set()

    def wait(self, seconds: float) -> None:
        """Sleep; raises Cancelled as soon as the attempt is cancelled. In a coroutine `await asyncio.sleep(…)` instead:
        this would hold up all others."""
        if self.cancel.wait(seconds):
            raise Cancelled("the attempt was cancelled")
