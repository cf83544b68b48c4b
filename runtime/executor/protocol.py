"""The interface between the engine, which decides and records, and executors, which run attempts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from runtime.model.definition import Call, Script
from runtime.model.state import Reason
from runtime.model.statement import Statement
from runtime.model.types import Type


@dataclass(frozen=True, slots=True)
class Attempt:
    """One start of a task, complete: nothing more is looked up.

    `folder`: the attempt's own; the executor makes it, private (0700), if it needs it. `project`: where scripts run,
    unless `cwd` says otherwise. `secrets`: values that must be masked in its log and messages. Of one that is taken up
    after its engine died `secret_variables`, the names in its environment that have such values, and `lost_secrets`,
    the references that lead nowhere now (each with its variable, or ""), so that nobody can mask what it printed of
    them.
    `values`: the bindings of a script, Python objects by binding name, with paths already absolute.
    `arguments`: of a call, Python objects by parameter name. `outs`: what the action must provide.
    `gated`: of a script that is taken up, whether its process was durable before it ran.
    `key` is stable over all attempts of one task run, `fence` rises with each attempt.
    """

    id: int
    task_run_id: int
    run_id: int
    run_ref: str
    path: str
    number: int
    fence: int
    key: str
    action: Script | Call
    folder: Path
    project: Path
    run_folder: Path
    values: Mapping[str, Any] = field(default_factory=dict)
    types: Mapping[str, Type] = field(default_factory=dict)
    arguments: Mapping[str, Any] = field(default_factory=dict)
    connection: str | None = None
    outs: tuple[tuple[str, Type], ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    timeout_seconds: float | None = None
    source_file: str = ""
    cwd: Path | None = None
    secrets: tuple[str, ...] = ()
    secret_variables: tuple[str, ...] = ()
    lost_secrets: tuple[tuple[str, str], ...] = ()
    gated: bool = True


@dataclass(frozen=True, slots=True)
class ProcessMark:
    """Names a process beyond doubt: its pid, its start time in clock ticks since boot, and the boot."""

    pid: int
    start_ticks: int
    boot_id: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """How an attempt ended. `outputs`: JSON values of all `outs`, if it succeeded.

    `in_doubt`: nobody can know how it ended (`reason` is then IN_DOUBT).
    `never_ran`: certain that nothing of it ran; it may be started again without counting as an attempt, after about
    `again_seconds`.
    `statements`: to be applied in the transaction that records its success.
    `given_up`: it did not stop when asked, and still runs in a thread that cannot be ended.
    """

    succeeded: bool
    outputs: Mapping[str, Any] = field(default_factory=dict)
    reason: Reason = Reason.NONE
    message: str = ""
    exit_code: int | None = None
    never_ran: bool = False
    again_seconds: float = 0.0
    took_seconds: float = 0.0
    statements: tuple[Statement, ...] = ()
    given_up: bool = False

    @property
    def in_doubt(self) -> bool:
        return self.reason is Reason.IN_DOUBT


class Reporter(Protocol):
    """What an executor tells the engine. Called from any thread."""

    def started(self, attempt: Attempt, process: ProcessMark) -> bool:
        """Make the process durable; blocks until it is committed.

        False: the claim is lost (cancelled, reset by hand) and the gate must stay shut.
        """
        ...

    def ended(self, attempt: Attempt, outcome: Outcome) -> None:
        """Hand over the outcome; returns at once."""
        ...


class Executor(Protocol):
    """Runs attempts. Every attempt that was submitted or adopted is reported ended exactly once, unless `close`
    left it to the next engine."""

    def submit(self, attempt: Attempt, reporter: Reporter) -> None:
        """Start it; returns at once."""
        ...

    def recover(self, attempt: Attempt, process: ProcessMark | None, reporter: Reporter) -> None:
        """Take up an attempt of an engine that died: take its result, adopt it, or say what is known.

        `process` is what was committed of it, or None. Returns at once; the end comes by `reporter.ended`.
        """
        ...

    def cancel(self, attempt_id: int, reason: Reason = Reason.CANCELLED) -> None:
        """End it: SIGTERM to its group, a grace, SIGKILL. Its end is reported as failed with `reason`."""
        ...

    def close(self, *, leave_scripts: bool = True) -> None:
        """Stop: wait for what runs in this process; leave scripts running for the next engine, or end them."""
        ...
