"""Rows as the engine handles them: plain values that stores read and write and pictures are made of."""

from __future__ import annotations

from typing import Any

from runtime.model.definition import ScheduleDefinition, TriggerDefinition
from runtime.model.run import TaskKind
from runtime.model.slotted import dataclass
from runtime.model.state import ExecStatus


@dataclass(slots=True)
class TaskRow:
    """A task run as the engine sees it when it decides about it.

    `item`: JSON values by loop variable. `awaiting`: its condition on the outcomes of others is not decided yet.
    """

    id: int
    run_id: int
    node: int
    scope_id: int
    ordinal: int
    parent_id: int | None
    path: str
    kind: TaskKind
    status: ExecStatus
    reason: str
    remaining: int
    lane: int
    priority: int
    fence: int
    generation: int
    attempts: int
    attempt_id: int | None
    item: dict[str, Any] | None
    started_at: int | None
    forgiven: bool
    awaiting: bool
    round: int = 1

    @property
    def settled(self) -> bool:
        """Finished, ignored, or failed where a failure stops nobody."""
        return self.status.satisfies or (self.forgiven and self.status is ExecStatus.FAILED)


@dataclass(slots=True)
class NewTaskRow:
    """A row to insert; the rest takes its defaults."""

    id: int
    run_id: int
    node: int
    scope_id: int
    ordinal: int
    parent_id: int | None
    path: str
    kind: TaskKind
    status: ExecStatus
    remaining: int
    lane: int
    priority: int
    member_limit: int | None = None
    open_members: int = 0
    awaiting: bool = False
    forgiven: bool = False
    item: str | None = None
    item_key: str | None = None


@dataclass(frozen=True, slots=True)
class RunRow:
    """A flow run as the engine sees it. `time`: microseconds; `zone`: an IANA name."""

    id: int
    flow: str
    definition_id: int
    status: str
    parameters: dict[str, Any]
    time: int
    zone: str
    created_at: int
    project: str

    @property
    def ref(self) -> str:
        return f"{self.flow}-{self.id}"


@dataclass(frozen=True, slots=True)
class AttemptEnd:
    """What is written of an attempt that ended."""

    attempt_id: int
    outcome: str
    reason: str
    message: str
    exit_code: int | None
    at: int


@dataclass(frozen=True, slots=True)
class KnownAttempt:
    """What the store knows of an attempt that somebody asks about. `open`: no end of it is recorded."""

    open: bool
    fence: int
    run_id: int
    task_run_id: int


@dataclass(frozen=True, slots=True)
class HandChange:
    """A person's update of `exec_status` that the engine has not applied yet."""

    id: int
    task: TaskRow
    was: int
    wanted: int


@dataclass(frozen=True, slots=True)
class PoolState:
    """A pool and how many of its places are taken. `per`: the period of its rate in microseconds."""

    id: int
    name: str
    places: int | None
    rate: int | None
    per: int
    taken: int


@dataclass(frozen=True, slots=True)
class ScheduledFlow:
    """A flow with schedules at its newest version. Times are microseconds since 1970, UTC.

    `since`: when these schedules were deployed first. `decided_until`: instants up to here have been looked at, or
    None. `paused_at`: since when it is paused, or None.
    """

    flow: str
    version: int
    schedules: tuple[ScheduleDefinition, ...]
    since: int
    decided_until: int | None
    paused_at: int | None

    @property
    def until(self) -> int:
        """Instants up to here are nobody's business any more."""
        return max(self.since, self.decided_until or 0)


@dataclass(frozen=True, slots=True)
class TriggeredFlow:
    """A flow with triggers at its newest version. `project`: its folder. `since`: files count that have changed after
    this, microseconds. `seen_event`: ends of runs up to this event have been looked at. `paused_at`: since when what
    happens starts nothing, or None."""

    flow: str
    version: int
    project: str
    triggers: tuple[TriggerDefinition, ...]
    since: int
    seen_event: int
    paused_at: int | None


@dataclass(frozen=True, slots=True)
class EndedRun:
    """The end of a run. `event`: the number of the event that tells of it; `time`: that of the run, microseconds."""

    event: int
    flow: str
    run_id: int
    status: str
    time: int

    @property
    def ref(self) -> str:
        return f"{self.flow}-{self.run_id}"


@dataclass(frozen=True, slots=True)
class FiredTrigger:
    """What has come of an event: `run`, `skipped`, `refused`, or `waits` for another one."""

    source: str
    at: int
    outcome: str
    message: str
    run_id: int | None
