"""A step of a simulated run: decides like any other, but knows that some values are unknown."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from runtime.expression.evaluator import evaluate
from runtime.model.graph import FlowGraph
from runtime.model.rows import TaskRow
from runtime.model.types import Type
from runtime.model.values import Secret
from runtime.outputs import computed_outputs
from runtime.register import RunValues
from runtime.scope import MissingValue, TaskScope
from runtime.simulation.given import Given
from runtime.step import ActiveRun, Step
from runtime.store.protocol import Store, TaskStore

WANTED: Final = "wanted"
"""The state of a node that asks whether it is not given as skipped."""


class Unknown(MissingValue):
    """A value is needed that was not given. `path`: the node that should give it, `name`: the output."""

    def __init__(self, path: str, name: str) -> None:
        super().__init__(f"`{path.replace('/', '.')}` was given no `{name}`; add it to `given`")
        self.path = path
        self.name = name


Causes = dict[tuple[int, str], Unknown]
"""Why a computed output is unknown, by task run and name."""


class SimulatedScope(TaskScope):
    """Reads like the scope of a real run; what was not given is Unknown."""

    def __init__(
        self, graph: FlowGraph, values: RunValues, tasks: TaskStore, row: TaskRow, given: Given, causes: Causes
    ) -> None:
        super().__init__(graph, values, tasks, row)
        self.row = row
        self._given = given
        self._causes = causes

    def own(self, name: str) -> Any:
        if name not in self.own_values:
            raise self._cause(self.row.id, self._graph.task(self.row.node).path, name)
        return self.own_values[name]

    def state(self, path: str, name: str) -> Any:
        if name == WANTED:
            ending = self._given.ending(path, self.row.path)
            return ending is None or not ending.skipped
        return super().state(path, name)

    def secret(self, reference: Secret, project: Path) -> str:
        """The reference stands for its value, which a simulation has no business with."""
        return str(reference)

    def _from(self, row: TaskRow) -> SimulatedScope:
        return SimulatedScope(self._graph, self._values, self._tasks, row, self._given, self._causes)

    def _value(self, found: tuple[int, int, str | None] | None, node: int, name: str, kind: Type) -> Any:
        try:
            return super()._value(found, node, name, kind)
        except MissingValue:
            raise self._cause(found[0] if found else 0, self._graph.task(node).path, name) from None

    def _cause(self, row_id: int, path: str, name: str) -> Unknown:
        return self._causes.get((row_id, name)) or Unknown(path, name)


class SimulatedStep(Step):
    """`causes` is shared by all steps of a simulation."""

    def __init__(self, store: Store, now: int, given: Given, causes: Causes) -> None:
        super().__init__(store, now)
        self._given = given
        self._causes = causes

    def scope(self, run: ActiveRun, row: TaskRow) -> SimulatedScope:
        return SimulatedScope(run.graph, run.values, self.store.tasks, row, self._given, self._causes)

    def outputs(self, run: ActiveRun, row: TaskRow, given: Mapping[str, Any]) -> dict[str, Any]:
        scope = self.scope(run, row)
        known = computed_outputs(run.task(row), given, scope, (Unknown,))
        for out in run.task(row).outs:
            if out.computed and out.name not in known:
                try:
                    evaluate(out.value, scope)
                except Unknown as cause:
                    self._causes[row.id, out.name] = cause
        return known

    def missing_file(self, run: ActiveRun, row: TaskRow, outputs: Mapping[str, Any]) -> str | None:
        """Nothing ran that could have written one."""
        return None
