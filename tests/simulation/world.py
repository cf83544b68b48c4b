"""The world around the engine: bodies of tasks that outlive it or do not, with a ledger of what they did."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from runtime.executor.protocol import Attempt, Outcome, ProcessMark
from runtime.executor.recovery import Evidence, Verdict, judge
from runtime.model.definition import Script
from runtime.model.state import Reason
from tests.simulation.mortal import Fate

BodyState = Literal["shut", "asked", "running", "over", "gone"]


class Gate(Future[bool]):
    """Opens, or does not, in the very moment in which the engine answers."""

    def __init__(self, answer: Callable[[bool], None]) -> None:
        super().__init__()
        self._answer = answer

    def set_result(self, result: bool) -> None:
        super().set_result(result)
        self._answer(result)


@dataclass(slots=True)
class Body:
    """What an attempt is outside the engine. `outcome`: known once it is over. `watched`: an engine waits for its end.

    `shut`: its gate is closed; `asked`: so is it, but the engine has been told its process; `gone`: it died.
    """

    attempt: Attempt
    boot: int
    state: BodyState = "shut"
    outcome: Outcome | None = None
    cancelled: Reason = Reason.NONE
    watched: bool = True
    began: bool = False

    @property
    def is_script(self) -> bool:
        return isinstance(self.attempt.action, Script)

    @property
    def alive(self) -> bool:
        return self.state in ("shut", "asked", "running")

    @property
    def mark(self) -> ProcessMark:
        return ProcessMark(self.attempt.id, 1, f"boot {self.boot}")


@dataclass(frozen=True, slots=True)
class Start:
    """A body began: the effects of the task from here on are in the world."""

    attempt_id: int
    task_run_id: int
    run_id: int
    path: str
    fence: int
    key: str
    at: int
    beside: tuple[int, ...]
    """Attempts of the same task that were running then."""


@dataclass(slots=True)
class Temper:
    """How bodies and processes behave, between 0 and 1."""

    failing: float = 0.12
    lost_with_engine: float = 0.15
    wrong_output: float = 0.02


@dataclass(slots=True)
class World:
    """An executor, as the engine sees it. `starts` is the ledger. `started` is called at each start."""

    chance: Random
    fate: Fate
    now: int
    temper: Temper = field(default_factory=Temper)
    boot: int = 1
    bodies: dict[int, Body] = field(default_factory=dict)
    starts: list[Start] = field(default_factory=list)
    reports: list[tuple[Attempt, Outcome]] = field(default_factory=list)
    cancels: list[tuple[int, Reason]] = field(default_factory=list)
    on_start: Callable[[Start], None] = lambda start: None

    # What the engine calls

    def submit(self, attempt: Attempt, reporter: object) -> None:
        self.fate.point()
        body = Body(attempt, self.boot)
        self.bodies[attempt.id] = body
        if not body.is_script:
            self._begin(body)
        self.fate.point()

    def recover(self, attempt: Attempt, process: ProcessMark | None, reporter: object) -> None:
        self.fate.point()
        body = self.bodies.get(attempt.id)
        if not isinstance(attempt.action, Script):
            self._report(attempt, Outcome(False, reason=Reason.IN_DOUBT, message="it was being called"))
            return
        verdict = judge(
            Evidence(
                committed=process is not None,
                same_boot=process is not None and process.boot_id == f"boot {self.boot}",
                alive=body is not None and process == body.mark and body.alive,
                started=body is not None and body.began,
                has_code=body is not None and body.state == "over",
            )
        )
        if verdict is Verdict.ADOPT and body is not None:
            body.watched = True
        elif verdict is Verdict.TAKE and body is not None and body.outcome is not None:
            self._report(attempt, body.outcome)
        elif verdict is Verdict.NEVER_RAN:
            self._report(attempt, Outcome(False, never_ran=True, reason=Reason.CANCELLED))
        else:
            self._report(attempt, Outcome(False, reason=Reason.IN_DOUBT, message="lost with its engine"))

    def cancel(self, attempt_id: int, reason: Reason = Reason.CANCELLED) -> None:
        self.fate.point()
        self.cancels.append((attempt_id, reason))

    def close(self, *, leave_scripts: bool = True) -> None:
        raise AssertionError("engines of a simulation only die")

    # What happens by itself

    def deliver_cancel(self) -> None:
        """The oldest wish to end an attempt arrives where it runs."""
        attempt_id, reason = self.cancels.pop(0)
        body = self.bodies.get(attempt_id)
        if body is not None and body.alive and not body.cancelled:
            body.cancelled = reason

    def gate(self, body: Body) -> Gate:
        """The engine is to be asked whether a body may begin."""
        body.state = "asked"
        return Gate(lambda granted: self._answered(body, granted))

    def _answered(self, body: Body, granted: bool) -> None:
        """The process begins, or ends without having run."""
        if granted and not body.cancelled:
            self._begin(body)
        else:
            body.state = "gone"
            known = bool(body.cancelled)
            self._report(
                body.attempt, Outcome(False, reason=Reason.CANCELLED, message="cancelled", never_ran=not known)
            )

    def finish(self, body: Body) -> None:
        """A body ends. An engine that watches it hears of it; else its code lies there."""
        if body.state != "running":
            body.state = "gone"
            outcome = Outcome(False, reason=body.cancelled, message="cancelled before it started")
        elif body.cancelled:
            body.state, outcome = "over", Outcome(False, reason=body.cancelled, message="cancelled")
        else:
            body.state, outcome = "over", self._end_of(body.attempt)
        body.outcome = outcome
        if body.watched:
            self._report(body.attempt, outcome)

    def engine_died(self, reboot: bool) -> None:
        """Gates that are not open never will be; calls die with the engine, scripts perhaps."""
        self.reports.clear()
        while self.cancels and self.chance.random() < 0.5:
            self.deliver_cancel()
        self.cancels.clear()
        self.boot += reboot
        for body in self.bodies.values():
            body.watched = False
            if body.state in ("shut", "asked"):
                body.state = "gone"
            elif body.state == "running":
                dies = reboot or not body.is_script or self.chance.random() < self.temper.lost_with_engine
                body.state = "gone" if dies else "running"

    def alive(self) -> list[Body]:
        return [body for body in self.bodies.values() if body.alive]

    def _begin(self, body: Body) -> None:
        attempt = body.attempt
        beside = tuple(
            other.attempt.id
            for other in self.bodies.values()
            if other.state == "running" and other.attempt.task_run_id == attempt.task_run_id
        )
        body.state = "running"
        body.began = True
        start = Start(
            attempt.id, attempt.task_run_id, attempt.run_id, attempt.path, attempt.fence, attempt.key, self.now, beside
        )
        self.starts.append(start)
        self.on_start(start)

    def _end_of(self, attempt: Attempt) -> Outcome:
        luck = self.chance.random()
        if luck < self.temper.failing:
            return Outcome(False, reason=Reason.ERROR, message="exit code 1", exit_code=1)
        if luck < self.temper.failing + self.temper.wrong_output:
            return Outcome(False, reason=Reason.BAD_OUTPUT, message="no output", exit_code=0)
        return Outcome(True, {name: self.chance.randint(0, 3) for name, _ in attempt.outs}, exit_code=0)

    def _report(self, attempt: Attempt, outcome: Outcome) -> None:
        self.reports.append((attempt, outcome))
