"""What a program gets of a run: its end, its outputs as Python values, its tasks, and the one that failed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.model.definition import FlowDefinition, TaskDefinition
from runtime.model.errors import FlowerError
from runtime.model.names import find_path
from runtime.model.run import TaskView
from runtime.model.state import ExecStatus, RunStatus
from runtime.model.types import optional, required, type_from_json
from runtime.model.values import ValueProblem, from_json

if TYPE_CHECKING:
    from runtime.service.service import Service


class RunFailed(FlowerError):
    """A run has not succeeded. `result`: what has become of it."""

    exit_code = 1

    def __init__(self, message: str, help: str | None, result: RunResult) -> None:
        super().__init__(message, help)
        self.result = result


@dataclass(frozen=True, slots=True)
class TaskResult:
    """A task of a run. `state`: waiting, running, suspended, succeeded, failed or skipped; `outputs`: Python values;
    `log_file`: of its last attempt, if it was started."""

    path: str
    state: str
    reason: str
    message: str
    attempts: int
    exit_code: int | None
    outputs: Mapping[str, Any]
    log_file: Path | None

    @property
    def log(self) -> str:
        """What its last attempt wrote; empty if it wrote nothing. Secrets are masked once the task has ended."""
        try:
            return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file is not None else ""
        except FileNotFoundError:
            return ""


@dataclass(frozen=True, slots=True)
class RunResult:
    """A run at rest, or where it was left. `outputs`: those of the flow; `tasks`: by path, without groups."""

    run: str
    flow: str
    status: RunStatus
    outputs: Mapping[str, Any]
    tasks: Mapping[str, TaskResult]

    @property
    def succeeded(self) -> bool:
        return self.status is RunStatus.SUCCEEDED

    @property
    def failed(self) -> list[TaskResult]:
        """The tasks that failed, in the order of the file."""
        return [task for task in self.tasks.values() if task.state == ExecStatus.FAILED.word]

    @property
    def failed_task(self) -> TaskResult | None:
        """The first task that failed; None if none did."""
        return next(iter(self.failed), None)

    def __getitem__(self, name: str) -> TaskResult:
        """A task by its path, or by an ending that only one has; NotFound with the nearest names."""
        return self.tasks[find_path(name, list(self.tasks))]

    def __iter__(self) -> Iterator[TaskResult]:
        return iter(self.tasks.values())

    def raise_for_failure(self) -> RunResult:
        """Itself if the run succeeded, else RunFailed with the task that failed or the decision that is missing."""
        if self.succeeded:
            return self
        raise RunFailed(*self._told(), self)

    def _told(self) -> tuple[str, str | None]:
        failed = self.failed_task
        if self.status is RunStatus.FAILED and failed is not None:
            return (
                f"run {self.run} failed at `{failed.path}`: {failed.message or failed.reason}",
                f"when the cause is mended: store.rerun({self.run!r}), or flower rerun {self.run}",
            )
        stopped = next((task for task in self if task.state == ExecStatus.SUSPENDED.word), None)
        if self.status is RunStatus.SUSPENDED and stopped is not None:
            return f"run {self.run} waits for a person: `{stopped.path}`, {stopped.reason}", None
        word = {RunStatus.RUNNING: "is not over", RunStatus.QUEUED: "is queued"}.get(self.status, str(self.status))
        return f"run {self.run} {word}", f"flower why {self.run} tells more"

    def __str__(self) -> str:
        done = sum(task.state == ExecStatus.FINISHED.word for task in self)
        return f"{self.run} {self.status}: {done} of {len(self.tasks)} tasks succeeded"


def result_of(service: Service, run_id: int) -> RunResult:
    """What the store knows of a run at this moment."""
    run = service.reader.run(str(run_id))
    flow = service.reader.definition(run_id)
    views = service.reader.tasks(run_id)
    body = next(view for view in views if view.kind == "flow")
    tasks = {view.path: _task(service, flow, view) for view in views if view.kind == "task"}
    return RunResult(run.ref, run.flow, run.status, _values(flow.tasks[0], body), tasks)


def _task(service: Service, flow: FlowDefinition, view: TaskView) -> TaskResult:
    log = service.files.log(view.run_id, view.attempt_id) if view.attempt_id is not None else None
    return TaskResult(
        view.path,
        view.status.word,
        str(view.reason),
        view.message,
        view.attempts,
        view.exit_code,
        _values(flow.tasks[view.node], view),
        log,
    )


def _values(task: TaskDefinition, view: TaskView) -> dict[str, Any]:
    """Outputs as Python values of their declared types."""
    kinds = {out.name: optional(required(type_from_json(out.type))) for out in task.outs}
    found: dict[str, Any] = {}
    for name, value in (view.outputs or {}).items():
        try:
            found[name] = from_json(kinds[name], value) if name in kinds else value
        except ValueProblem:
            found[name] = value
    return found
