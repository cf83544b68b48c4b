"""What a reader of the store sees of runs, task runs and attempts: plain values, a snapshot each.

Times are whole microseconds since 1970 in UTC, or None. JSON columns are already decoded.
"""

from __future__ import annotations

from typing import Any, Literal

from runtime.model.definition import ScheduleDefinition
from runtime.model.slotted import dataclass, field
from runtime.model.state import ExecStatus, Reason, RunStatus

TaskKind = Literal["flow", "group", "map", "item", "task"]
"""`flow`: the body; `group`; `map`: the container of a mapped node; `item`: one instance of a mapped *group*
(an instance of a mapped task is a `task`)."""


@dataclass(frozen=True, slots=True)
class FlowSummary:
    """A deployed flow at its newest version."""

    name: str
    version: int
    source_file: str
    project: str
    doc: str
    deployed_at: int
    content_hash: str
    runs: int
    last_run: str | None
    last_status: RunStatus | None


@dataclass(frozen=True, slots=True)
class VersionSummary:
    """A version of a flow. `runs`: all registered with it; `under_way`: names of those that have not ended."""

    flow: str
    version: int
    content_hash: str
    source_file: str
    project: str
    deployed_at: int
    tasks: int
    runs: int
    under_way: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TickView:
    """What came of an instant of a schedule: `run`, `skipped` or `refused`, and why. `status`: that of its run."""

    at: int
    outcome: str
    message: str
    run: str | None
    status: RunStatus | None


@dataclass(frozen=True, slots=True)
class ScheduleSummary:
    """The schedules of a flow at its newest version. `until`: instants up to here are settled."""

    flow: str
    version: int
    schedules: tuple[ScheduleDefinition, ...]
    until: int
    paused_at: int | None
    last: TickView | None


@dataclass(frozen=True, slots=True)
class RunSummary:
    """A run in one line. `counts`: tasks (no groups) by state; `ref`: what people type, `etl-12`; `held`: a person has
    suspended it."""

    id: int
    ref: str
    flow: str
    version: int
    status: RunStatus
    key: str | None
    parameters: dict[str, Any]
    created_at: int
    started_at: int | None
    ended_at: int | None
    counts: dict[ExecStatus, int] = field(default_factory=dict)
    held: bool = False


@dataclass(frozen=True, slots=True)
class TaskView:
    """A task run: a task, a group, or a row of a mapped node.

    `path` names the instance: `ingest[eu]/copy`. `remaining`: conditions not met yet. `held_by`: the id of the
    group whose `limit` keeps it from starting, or 0. `open_members`: of a group, members that have not ended.
    `attempt_id`: the newest attempt, whose log is the one to show. `round`: of a node with `until`, from 1.
    """

    id: int
    run_id: int
    node: int
    path: str
    name: str
    kind: TaskKind
    parent_id: int | None
    status: ExecStatus
    reason: Reason
    message: str
    remaining: int
    held_by: int
    not_before: int
    generation: int
    fence: int
    attempts: int
    item_key: str | None
    open_members: int
    started_at: int | None
    ended_at: int | None
    exit_code: int | None
    attempt_id: int | None
    outputs: dict[str, Any] | None
    line: int
    round: int = 1


@dataclass(frozen=True, slots=True)
class AttemptView:
    """One start of a task run. `outcome` is empty while it runs."""

    id: int
    task_run_id: int
    path: str
    generation: int
    number: int
    fence: int
    outcome: str
    reason: Reason
    message: str
    exit_code: int | None
    host: str
    pid: int | None
    started_at: int
    ended_at: int | None
    log: str


@dataclass(frozen=True, slots=True)
class PoolHolder:
    """A task that holds places of a pool, since when."""

    run: str
    path: str
    weight: int
    since: int


@dataclass(frozen=True, slots=True)
class PoolView:
    """A pool of the store. `places`: how many, or None; `rate`: starts in each `per` microseconds, or None; `held`:
    how many tasks wait for a place; `started`: starts within the last period."""

    id: int
    name: str
    places: int | None
    rate: int | None
    per: int
    taken: int
    held: int
    started: int
    holders: tuple[PoolHolder, ...]


@dataclass(frozen=True, slots=True)
class Executing:
    """An attempt under way. `since`: when it was claimed, microseconds; `pid`: of its process, if it has one."""

    run: str
    path: str
    number: int
    since: int
    pid: int | None


@dataclass(frozen=True, slots=True)
class Overview:
    """A whole store at one moment. `runs`: those that have not ended, then those that ended last; `ready`: tasks that
    could start if there were a place; `started`, `ended`: attempts within the last minute, `failed` of the latter."""

    now: int
    runs: tuple[RunSummary, ...]
    executing: tuple[Executing, ...]
    pools: tuple[PoolView, ...]
    ready: int
    started: int
    ended: int
    failed: int


@dataclass(frozen=True, slots=True)
class EventView:
    """What happened to a run or a task run, and who asked for it."""

    id: int
    at: int
    run_id: int | None
    run: str | None
    path: str | None
    kind: str
    detail: dict[str, Any]
