"""Read models of made-up runs, built in a few words for the tests of the display."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runtime.cli.display.clock import SECOND
from runtime.cli.display.tree import Picture, picture
from runtime.model.definition import Dependency, FlowDefinition, Generator, Retry, TaskDefinition
from runtime.model.run import RunSummary, TaskKind, TaskView
from runtime.model.state import ExecStatus, Reason, RunStatus

START = 1_790_000_000 * SECOND


@dataclass
class Sample:
    """A flow and the task runs of one run of it; `now` is 60 s after its start."""

    name: str = "etl"
    status: RunStatus = RunStatus.RUNNING
    doc: str = ""
    definitions: list[TaskDefinition] = field(default_factory=list)
    edges: list[Dependency] = field(default_factory=list)
    views: list[TaskView] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._define("", "flow", None)
        self.body = self._view(0, self.name, "flow", None, ExecStatus.RUNNING)

    def task(
        self,
        path: str,
        status: ExecStatus = ExecStatus.WAITING,
        *,
        after: tuple[str, ...] = (),
        kind: TaskKind = "task",
        took: float | None = None,
        limit: int | None = None,
        retries: int = 0,
        **changes: Any,
    ) -> TaskView:
        """A node and its one row; its group must be there already. `kind` `map`: a mapped node's container."""
        node = self._define(path, kind, limit, retries)
        self.edges += [Dependency(self._node(other), node) for other in after]
        outer = path.rpartition("/")[0]
        parent = next((view for view in self.views if view.path == outer), self.body)
        return self._view(node, path, kind, parent, status, took, **changes)

    def item(
        self, container: TaskView, key: str, status: ExecStatus, *, took: float | None = None, **changes: Any
    ) -> TaskView:
        """An instance of a mapped node: a group's unless `kind` says task."""
        kind: TaskKind = changes.pop("kind", "item")
        path = f"{container.path}[{key}]"
        return self._view(
            container.node, path, kind, container, status, took, item_key=key, name=container.name, **changes
        )

    def member(
        self, item: TaskView, name: str, status: ExecStatus, *, took: float | None = None, **changes: Any
    ) -> TaskView:
        """A task inside an item; its node is defined at the first use."""
        path = f"{self.definitions[item.node].path}/{name}"
        known = [task.node for task in self.definitions if task.path == path]
        node = known[0] if known else self._define(path, "task", None)
        return self._view(node, f"{item.path}/{name}", "task", item, status, took, **changes)

    def picture(self, elapsed: float = 60.0) -> Picture:
        ended = START + int(elapsed * SECOND) if self.status.ended else None
        run = RunSummary(12, f"{self.name}-12", self.name, 1, self.status, None, {}, START, START, ended)
        flow = FlowDefinition(self.name, "etl.flow", (), tuple(self.definitions), tuple(self.edges), self.doc)
        return picture(run, flow, self.views, START + int(elapsed * SECOND))

    def _define(self, path: str, kind: str, limit: int | None, retries: int = 0) -> int:
        node = len(self.definitions)
        self.definitions.append(
            TaskDefinition(
                node,
                path,
                path.rpartition("/")[2],
                "flow" if kind == "flow" else "task" if kind == "task" else "group",
                None if kind == "flow" else 0,
                generators=(Generator("x", ["list"], "str"),) if kind == "map" else (),
                limit=limit,
                retry=(Retry(retries),) if retries else (),
            )
        )
        return node

    def _node(self, path: str) -> int:
        return next(task.node for task in self.definitions if task.path == path)

    def _view(
        self,
        node: int,
        path: str,
        kind: TaskKind,
        parent: TaskView | None,
        status: ExecStatus,
        took: float | None = None,
        **changes: Any,
    ) -> TaskView:
        began = None if status in (ExecStatus.WAITING, ExecStatus.IGNORED) else START
        ended = START + int((took or 1) * SECOND) if status in (ExecStatus.FINISHED, ExecStatus.FAILED) else None
        if status is ExecStatus.RUNNING and took is not None:
            began = START + int((60 - took) * SECOND)
        values: dict[str, Any] = {
            "id": len(self.views) + 100,
            "run_id": 12,
            "node": node,
            "path": path,
            "name": path.rpartition("/")[2],
            "kind": kind,
            "parent_id": parent.id if parent else None,
            "status": status,
            "reason": Reason.NONE,
            "message": "",
            "remaining": 0,
            "held_by": 0,
            "not_before": 0,
            "generation": 1,
            "fence": 1,
            "attempts": 0 if began is None else 1,
            "item_key": None,
            "open_members": 0,
            "started_at": began,
            "ended_at": ended,
            "exit_code": None,
            "attempt_id": None,
            "outputs": None,
            "line": 0,
        }
        view = TaskView(**{**values, **changes})
        self.views.append(view)
        return view


def night_load() -> Sample:
    """Groups, a mapped group, a limit, a retry, a failure and what waits behind it."""
    sample = Sample(doc="Nightly load of the shop's sales.")
    done, running, waiting = ExecStatus.FINISHED, ExecStatus.RUNNING, ExecStatus.WAITING
    sample.task("discover", done, took=0.8)
    ingest = sample.task("ingest", running, kind="map", limit=2, after=("discover",))
    for key, states in {"eu": (done, done), "us": (done, running), "asia": (waiting, waiting)}.items():
        item_state = {done: done, running: running, waiting: waiting}[states[1]]
        item = sample.item(ingest, key, item_state, took=4.2, held_by=ingest.id if item_state is waiting else 0)
        sample.member(item, "copy", states[0], took=2.5)
        sample.member(item, "check", states[1], took=1.7, remaining=int(states[1] is waiting))
    prepare = sample.task("prepare", running, kind="group")
    sample.task("prepare/clean", ExecStatus.FAILED, took=3.4, reason=Reason.ERROR, message="exit code 3", exit_code=3)
    sample.task("prepare/enrich", waiting, after=("prepare/clean",), remaining=1)
    sample.task(
        "fetch",
        waiting,
        retries=4,
        reason=Reason.RETRY,
        attempts=2,
        message="exit code 7",
        not_before=START + 88 * SECOND,
    )
    sample.task("report", ExecStatus.IGNORED, reason=Reason.CONDITION)
    sample.task("publish", waiting, after=("ingest", "prepare", "fetch"), remaining=3)
    assert prepare.kind == "group"
    return sample
