"""What is queued for the engine's next turn: requests of others, and what executors tell."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any

from runtime.executor.protocol import Outcome, ProcessMark
from runtime.model.state import RunStatus
from runtime.step import Step

Request = Callable[[Step], Any]
"""Something to do within a turn's transaction; its result goes to the future of `submit`."""


@dataclass(slots=True)
class Asked:
    request: Request
    future: Future[Any]


@dataclass(slots=True)
class TakeUp:
    """Work on a run; `rest` is done when nothing of it can move any more."""

    run_id: int
    rest: Future[RunStatus]


@dataclass(slots=True)
class Started:
    attempt_id: int
    process: ProcessMark
    future: Future[bool]


@dataclass(slots=True)
class Ended:
    attempt_id: int
    outcome: Outcome


@dataclass(slots=True)
class Durable:
    """Tell when everything that was queued before is durable."""

    future: Future[None]


@dataclass(slots=True)
class Nudge:
    """Nothing happened, but look again."""


Operation = Asked | TakeUp | Started | Ended | Durable | Nudge
