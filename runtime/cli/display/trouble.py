"""Why an engine cannot go on at the moment, in two lines."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from runtime.cli.display.clock import SECOND, duration
from runtime.cli.display.styled import Line, Span, line

if TYPE_CHECKING:
    from runtime.engine.trouble import Trouble

_MEANS = {
    "locked": "what runs goes on, its results are kept until then",
    "full": "nothing more starts, what runs goes on",
}


def trouble_lines(trouble: Trouble) -> list[Line]:
    """The cause with how long it has lasted, and what to do about it."""
    lasting = duration(round((time.time() - trouble.since) * SECOND))
    cause = Span(f"{trouble.message}, for {lasting}; {_MEANS[trouble.kind]}", "warn")
    return [line(cause), line(Span(f"    {trouble.help}"))]


def threads_given_up(count: int) -> str:
    """So many calls of components that nothing can end but the end of their process."""
    calls = "a call of a component has" if count == 1 else f"{count} calls of components have"
    return f"{calls} not stopped when asked and go on in threads that nobody waits for, until the engine ends"
