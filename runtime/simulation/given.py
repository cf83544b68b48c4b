"""What a simulation takes as given: parameters, the time of the run, and how its tasks end."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from runtime.executor.protocol import Outcome

SUCCESS: Final = Outcome(True)


@dataclass(frozen=True, slots=True)
class Ending:
    """How a node ends. `path` is that of a node, for all its instances, or of one: `ingest[orders]/copy`.

    `skipped`: as if its condition were false. `outcomes`: of its attempts in turn; the last stands for all further
    ones. Outputs may be left out: they are then unknown.
    """

    path: str
    skipped: bool = False
    outcomes: tuple[Outcome, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """`parameters`: JSON by name. `time`: that of the run, in microseconds since 1970; `zone`: an IANA name."""

    time: int
    zone: str
    parameters: Mapping[str, Any] = field(default_factory=dict)
    endings: Mapping[str, Ending] = field(default_factory=dict)

    def ending(self, node_path: str, path: str) -> Ending | None:
        """That of the row at `path`: its own, else the one of its node."""
        return self.endings.get(path) or self.endings.get(node_path)

    def outcome(self, node_path: str, path: str, attempt: int) -> Outcome:
        """How an attempt ends, counted from 1; well, if nothing is given."""
        ending = self.ending(node_path, path)
        if ending is None or not ending.outcomes:
            return SUCCESS
        return ending.outcomes[min(attempt, len(ending.outcomes)) - 1]
