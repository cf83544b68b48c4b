"""What the engine needs of a store: the verbs, each inside a transaction of the caller.

`runtime.store.sqlite` implements it; the docstrings there say which rows qualify and what is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, Protocol

from runtime.model.definition import FlowDefinition
from runtime.model.graph import FlowGraph
from runtime.model.rows import AttemptEnd, HandChange, NewTaskRow, RunRow, TaskRow
from runtime.model.state import ExecStatus


class TaskStore(Protocol):
    """Task runs: reading what is ready, and every transition of `exec_status`."""

    def next_id(self) -> int: ...

    def ready(self, run_id: int, lane: int, limit: int) -> list[TaskRow]: ...

    def by_id(self, task_run_id: int) -> TaskRow | None: ...

    def of_run(self, run_id: int) -> list[TaskRow]: ...

    def running(self, run_id: int) -> list[TaskRow]: ...

    def at(self, run_id: int, node: int, scope_id: int) -> tuple[int, int, str | None] | None: ...

    def items(self, run_id: int, node: int, container_id: int) -> list[tuple[int, int, str | None]]: ...

    def children(self, parent_id: int) -> list[TaskRow]: ...

    def unsettled_members(self, parent_id: int) -> int: ...

    def counters(self, task_run_id: int) -> tuple[int | None, int, int, int]: ...

    def next_due(self, run_id: int) -> int | None: ...

    def moving(self, run_id: int) -> bool: ...

    def stopped(self, run_id: int, status: ExecStatus) -> bool: ...

    def settled(self, run_id: int) -> bool: ...

    def any_held(self, run_id: int) -> bool: ...

    def insert(self, rows: Iterable[NewTaskRow]) -> None: ...

    def claim(self, claims: Sequence[tuple[int, int, int]]) -> None: ...

    def complete(
        self,
        task_run_id: int,
        fence: int,
        outputs: str | None,
        exit_code: int | None,
        now: int,
    ) -> bool: ...

    def stop(
        self,
        task_run_id: int,
        fence: int,
        status: ExecStatus,
        reason: str,
        message: str,
        exit_code: int | None,
        now: int,
    ) -> bool: ...

    def retry_at(
        self,
        task_run_id: int,
        fence: int,
        message: str,
        exit_code: int | None,
        not_before: int,
    ) -> bool: ...

    def unclaim(self, task_run_id: int, fence: int) -> bool: ...

    def set_reason(self, task_run_id: int, reason: str) -> None: ...

    def decide(
        self,
        task_run_id: int,
        status: ExecStatus,
        reason: str,
        message: str,
        outputs: str | None,
        now: int,
    ) -> None: ...

    def to_lane(self, task_run_id: int, lane: int) -> None: ...

    def open(self, task_run_id: int, open_members: int, member_limit: int | None, now: int) -> None: ...

    def open_gate(self, parent_id: int) -> None: ...

    def close(self, task_run_id: int, outputs: str | None, now: int) -> None: ...

    def satisfy(self, waits: Iterable[tuple[int, int, int, int]]) -> None: ...

    def satisfy_deep(self, run_id: int, node: int, scope_id: int, *, mapped: bool) -> None: ...

    def satisfy_next_item(self, container_id: int, ordinal: int) -> None: ...

    def members_ended(self, parent_id: int, ended: int, freed: int) -> tuple[int, int | None, int, int]: ...

    def members_started(self, parent_id: int, started: int) -> None: ...

    def hold(self, task_run_ids: Iterable[int], holder_id: int) -> None: ...

    def let_go(self, holder_id: int, places: int) -> None: ...

    def wake_due(self, run_id: int, now: int) -> int: ...

    def reset(self, task_run_ids: Iterable[int]) -> None: ...

    def force(
        self,
        task_run_ids: Iterable[int],
        status: ExecStatus,
        reason: str,
        message: str,
        now: int,
    ) -> None: ...

    def recount(self, changes: Iterable[tuple[int, int, int, int, int, int, int]]) -> None: ...

    def derived(self, run_id: int) -> dict[int, tuple[int, int, int, int, int, int]]: ...

    def fail_containers(self, task_run_ids: Iterable[int], now: int) -> None: ...


class RunStore(Protocol):
    """Flow runs."""

    def insert(
        self,
        flow: str,
        definition_id: int,
        key: str | None,
        parameters: str,
        now: int,
        zone: str,
    ) -> int: ...

    def by_key(self, flow: str, key: str) -> int | None: ...

    def get(self, run_id: int) -> RunRow | None: ...

    def moving(self) -> list[int]: ...

    def status(self, run_id: int) -> str: ...

    def set_status(self, run_id: int, status: str, ended_at: int | None) -> None: ...

    def start(self, run_id: int, now: int) -> None: ...


class AttemptStore(Protocol):
    """Attempts and the engines that made them."""

    def next_id(self) -> int: ...

    def insert(self, attempts: Sequence[tuple[int, int, int, int, int, int, int, int]]) -> None: ...

    def started(self, attempt_id: int, pid: int, start_ticks: int, boot_id: str) -> None: ...

    def process(self, attempt_id: int) -> tuple[int, int, str] | None: ...

    def end(self, ends: Iterable[AttemptEnd]) -> None: ...

    def add_worker(self, host: str, boot_id: str, pid: int, start_ticks: int, now: int) -> int: ...

    def end_worker(self, worker_id: int, now: int) -> None: ...


class EventStore(Protocol):
    """Events, and what people changed by hand."""

    def add(
        self,
        now: int,
        kind: str,
        run_id: int | None,
        task_run_id: int | None = None,
        **detail: Any,
    ) -> None: ...

    def hand_changes(self) -> list[HandChange]: ...

    def clear_hand_changes(self) -> None: ...


class StoreFolders(Protocol):
    """Where the files of a store lie."""

    def run(self, run_id: int) -> Path: ...

    def shared(self, run_id: int) -> Path: ...


class Store(Protocol):
    """The writing side of a store; one thread at a time."""

    @property
    def identity(self) -> str: ...

    @property
    def files(self) -> StoreFolders: ...

    @property
    def tasks(self) -> TaskStore: ...

    @property
    def runs(self) -> RunStore: ...

    @property
    def attempts(self) -> AttemptStore: ...

    @property
    def events(self) -> EventStore: ...

    def transaction(self) -> AbstractContextManager[None]: ...

    def savepoint(self) -> AbstractContextManager[None]: ...

    def changed_outside(self) -> bool: ...

    def deploy(self, flow: FlowDefinition, project: str, now: int) -> tuple[int, int | None]: ...

    def newest(self, flow: str) -> tuple[int, int, str, str, str] | None: ...

    def graph(self, definition_id: int) -> FlowGraph: ...

    def close(self) -> None: ...
