"""Why the engine cannot write at the moment, for people who ask; it goes on by itself when that is over."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Literal

from runtime.model.errors import StoreProblem


@dataclass(frozen=True, slots=True)
class Trouble:
    """`locked`: another program holds the store's lock. `full`: the disk has no room left; nothing new is started.
    `since`: seconds since 1970."""

    kind: Literal["locked", "full"]
    message: str
    help: str
    since: float = field(default_factory=time.time)


def trouble_of(problem: StoreProblem, known: Trouble | None) -> Trouble:
    """What `problem` means; the same as before if it is of the same kind."""
    kind: Literal["locked", "full"] = "full" if problem.full else "locked"
    if known is not None and known.kind == kind:
        return known
    return Trouble(kind, str(problem), problem.help or "")
