"""Small flows as definition rows, built without the compiler, and an executor that runs plain functions."""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from runtime.executor.protocol import Attempt, Outcome, ProcessMark, Reporter
from runtime.model.definition import (
    Call,
    Dependency,
    FlowDefinition,
    Generator,
    OutDefinition,
    TaskDefinition,
)
from runtime.model.state import Reason


class FlowBuilder:
    """Nodes by path in the order in which they are added; edges by path."""

    def __init__(self, name: str = "flow", **settings: Any) -> None:
        self.name = name
        self._nodes: list[dict[str, Any]] = [{"path": "", "name": name, "kind": "flow", "parent": None, **settings}]
        self._edges: list[Dependency] = []

    def task(
        self,
        path: str,
        *,
        outs: Mapping[str, Any] | None = None,
        arguments: Mapping[str, Any] | None = None,
        **settings: Any,
    ) -> FlowBuilder:
        action = Call(settings.pop("call", path.rpartition("/")[2]), dict(arguments or {}))
        declared = tuple(OutDefinition(name, kind) for name, kind in (outs or {}).items())
        return self._add(
            path,
            kind="task",
            action=settings.pop("action", action),
            outs=declared,
            **settings,
        )

    def join(self, path: str, **settings: Any) -> FlowBuilder:
        return self._add(path, kind="task", action=None, **settings)

    def group(self, path: str, **settings: Any) -> FlowBuilder:
        return self._add(path, kind="group", **settings)

    def edge(self, predecessor: str, successor: str, *, deep: bool = False, outcome: bool = False) -> FlowBuilder:
        self._edges.append(Dependency(self.node(predecessor), self.node(successor), deep, outcome=outcome))
        return self

    def declare(self, path: str, *outs: OutDefinition) -> FlowBuilder:
        """Outputs of a task whose action is no call."""
        self._nodes[self.node(path)]["outs"] = outs
        return self

    def chain(self, *paths: str) -> FlowBuilder:
        for before, after in itertools.pairwise(paths):
            self.edge(before, after)
        return self

    def node(self, path: str) -> int:
        return next(index for index, node in enumerate(self._nodes) if node["path"] == path)

    def build(self) -> FlowDefinition:
        edges_in = [0] * len(self._nodes)
        for edge in self._edges:
            edges_in[edge.successor] += not edge.outcome
        tasks = tuple(
            TaskDefinition(node=index, edges_in=edges_in[index], **node) for index, node in enumerate(self._nodes)
        )
        return FlowDefinition(
            self.name,
            f"{self.name}.flow",
            (),
            tasks,
            tuple(self._edges),
            content_hash=str(hash(str(tasks))),
        )

    def _add(self, path: str, **settings: Any) -> FlowBuilder:
        parent = self.node(path.rpartition("/")[0])
        self._nodes.append(
            {
                "path": path,
                "name": path.rpartition("/")[2],
                "parent": parent,
                **settings,
            }
        )
        return self


def over(name: str, tree: Any, kind: Any = "str") -> tuple[Generator, ...]:
    """`for name in tree`."""
    return (Generator(name, tree, kind),)


Body = Callable[[Mapping[str, Any]], Any]


class Failure(Exception):
    """What a body raises to fail with a reason."""

    def __init__(self, message: str = "broken", reason: Reason = Reason.ERROR) -> None:
        super().__init__(message)
        self.reason = reason


class FunctionExecutor:
    """Runs each attempt at once, in the engine's own turn, by calling the function of the component's name.

    `started`: the paths in the order in which they were handed out.
    """

    def __init__(self, bodies: Mapping[str, Body] | None = None) -> None:
        self.bodies = dict(bodies or {})
        self.started: list[str] = []
        self._begun = threading.Condition()
        self.recovered: list[tuple[str, ProcessMark | None]] = []
        self.held: dict[int, tuple[Attempt, Reporter]] = {}
        self.cancelled: list[int] = []
        self.hold_back: Sequence[str] = ()
        self.stubborn = False
        """Whether what is held goes on when it is cancelled, until `end_cancelled`."""

    def submit(self, attempt: Attempt, reporter: Reporter) -> None:
        with self._begun:
            self.started.append(attempt.path)
            if attempt.path in self.hold_back:
                self.held[attempt.id] = (attempt, reporter)
            self._begun.notify_all()
        if attempt.path in self.hold_back:
            return
        reporter.ended(attempt, self.outcome(attempt))

    def wait_for(self, *paths: str) -> None:
        """Until all of these have been handed out."""
        with self._begun:
            assert self._begun.wait_for(lambda: set(paths) <= set(self.started), 10)

    def wait_for_count(self, path: str, count: int) -> None:
        """Until a task has been handed out so often."""
        with self._begun:
            assert self._begun.wait_for(lambda: self.started.count(path) >= count, 10)

    def outcome(self, attempt: Attempt) -> Outcome:
        assert isinstance(attempt.action, Call)
        body = self.bodies.get(attempt.action.component, lambda arguments: {})
        try:
            return Outcome(True, body(attempt.arguments) or {})
        except Failure as failure:
            return Outcome(False, reason=failure.reason, message=str(failure))

    def recover(self, attempt: Attempt, process: ProcessMark | None, reporter: Reporter) -> None:
        self.recovered.append((attempt.path, process))
        reporter.ended(attempt, Outcome(False, reason=Reason.IN_DOUBT, message="the engine died"))

    def cancel(self, attempt_id: int, reason: Reason = Reason.CANCELLED) -> None:
        self.cancelled.append(attempt_id)
        if self.stubborn:
            return
        attempt, reporter = self.held.pop(attempt_id)
        reporter.ended(attempt, Outcome(False, reason=reason, message="ended"))

    def end_cancelled(self) -> None:
        """Let what was cancelled, and is stubborn, end at last."""
        for attempt_id in self.cancelled:
            attempt, reporter = self.held.pop(attempt_id)
            reporter.ended(attempt, Outcome(False, reason=Reason.CANCELLED, message="ended"))

    def release(self, path: str) -> None:
        """Let a task that was held back end well."""
        for attempt, reporter in list(self.held.values()):
            if attempt.path == path:
                del self.held[attempt.id]
                reporter.ended(attempt, self.outcome(attempt))

    def close(self, *, leave_scripts: bool = True) -> None:
        pass
