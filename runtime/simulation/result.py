"""What a simulated run has come to, for expressions that ask about it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import Call
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.outputs import early_values
from runtime.picture import has_state
from runtime.simulation.simulation import Simulation
from runtime.simulation.step import SimulatedScope

STATES: Final = ("succeeded", "failed", "skipped", "done")
ARGUMENT: Final = "argument "
"""Before the name of an argument, where the name of a state may stand."""


class Result:
    """Reads a simulation that has come to rest, while its store is open.

    In trees a path is that of a node, or of one instance of it: `ingest[orders]/copy`. `["state", PATH, NAME]` knows,
    beside states, `items` (the keys of a mapped node), `attempts`, `error` and `argument NAME`.
    """

    def __init__(self, simulation: Simulation, arguments: Mapping[tuple[str, str], Any] | None = None) -> None:
        """`arguments`: trees of those that rows do not hold, by path of the node and name."""
        self._simulation = simulation
        self._arguments = arguments or {}
        self._graph = simulation.run.graph
        self._store = simulation.store
        self.rows: dict[str, TaskRow] = {}
        for row in self._store.tasks.of_run(simulation.run.id):
            self.rows["" if row.kind == "flow" else row.path] = row
        self._messages = dict(self._store.tasks.failures(simulation.run.id, ""))

    @property
    def status(self) -> RunStatus:
        return self._simulation.status

    def evaluate(self, tree: Any) -> Any:
        """The value of an expression about the run; ExpressionError if it has none, Unknown if it was not given."""
        return evaluate(tree, _ResultScope(self, self._simulation))

    def stopped_by_unknown(self) -> Iterator[TaskRow]:
        """The rows that could not go on because a value was not given."""
        for row in self.rows.values():
            if row.status is ExecStatus.SUSPENDED and row.reason == Reason.MISSING_VALUE:
                yield row

    def told(self, row: TaskRow) -> str:
        """What became of a row, in words: `failed: broken`."""
        if row.status is ExecStatus.IGNORED:
            return "was skipped"
        if row.status is ExecStatus.FAILED:
            message = self._messages.get(row.path, "")
            return f"failed: {message}" if message else "failed"
        return "succeeded" if row.status is ExecStatus.FINISHED else "never ran"

    def row(self, path: str) -> TaskRow:
        """The row of an instance; ExpressionError if there is none."""
        row = self.rows.get(path)
        if row is None:
            raise ExpressionError(self._why_no_row(path))
        return row

    def _why_no_row(self, path: str) -> str:
        around, bracket, _ = path.rpartition("[")
        container = self.rows.get(around) if bracket else None
        if container is None or container.kind != "map":
            return f"there is no `{dotted(path)}` in this run"
        if container.status is ExecStatus.WAITING or container.status is ExecStatus.SUSPENDED:
            return f"`{dotted(around)}` never ran, so it has no items"
        keys = [row.path.removeprefix(around)[1:-1] for row in self._items(container)]
        items = f"the items are {', '.join(keys)}" if keys else f"`{dotted(around)}` has no items"
        return f"there is no `{dotted(path)}`: {items}"

    def state(self, path: str, name: str) -> Any:
        """See the class."""
        if name == "items":
            node = self._graph.by_path[path]
            return self._keys(list(self._graph.maps[node]), 0)
        if path == "":
            return name == "done" or self.status.value == name
        row = self.row(path)
        if name in STATES:
            return has_state(row.status, name) is True
        if name == "attempts":
            return row.attempts
        if name == "error":
            return self._error(row)
        return self._argument(row, name.removeprefix(ARGUMENT))

    def _error(self, row: TaskRow) -> dict[str, Any]:
        if row.status is not ExecStatus.FAILED:
            raise ExpressionError(f"`{dotted(row.path)}` has no error: it {self.told(row)}")
        exit_code = self._simulation.exit_codes.get(row.path)
        return {"kind": str(row.reason), "message": self._messages.get(row.path, ""), "exit_code": exit_code}

    def _argument(self, row: TaskRow, name: str) -> Any:
        if row.status is ExecStatus.WAITING or row.status is ExecStatus.IGNORED:
            raise ExpressionError(f"`{dotted(row.path)}` was given no `{name}`: it {self.told(row)}")
        task = self._graph.task(row.node)
        tree = task.action.arguments.get(name) if isinstance(task.action, Call) else None
        scope = self._simulation.scope(row)
        scope.own_values = early_values(task, scope)
        return evaluate(self._arguments.get((task.path, name), tree), scope)

    def _keys(self, maps: list[int], scope_id: int) -> list[Any]:
        """The keys of the items of the outermost of these mapped nodes, of the next within each, and so on."""
        mapped, *inner = maps
        rows = self._store.tasks.of_node(self._simulation.run.id, mapped)
        container = next((row for row in rows if row.kind == "map" and row.scope_id == scope_id), None)
        items = self._items(container) if container is not None else []
        if container is None or not inner:
            return [row.path.removeprefix(container.path)[1:-1] for row in items if container is not None]
        return [self._keys(inner, row.id) for row in items]

    def _items(self, container: TaskRow) -> list[TaskRow]:
        rows = self._store.tasks.of_node(container.run_id, container.node)
        return sorted((row for row in rows if row.scope_id == container.id), key=lambda row: row.ordinal)


class _ResultScope(SimulatedScope):
    """Names mean what they mean to the flow's body; instances have names too."""

    def __init__(self, result: Result, simulation: Simulation) -> None:
        run = simulation.run
        body = result.rows[""]
        super().__init__(run.graph, run.values, simulation.store.tasks, body, simulation.given, simulation.causes)
        self._result = result

    def state(self, path: str, name: str) -> Any:
        return self._result.state(path, name)

    def out(self, path: str, name: str) -> Any:
        row = self._result.rows.get(path)
        if path in self._graph.by_path and (row is None or row.kind == "map"):
            return super().out(path, name)
        row = self._result.row(path)
        value = self._value(self._stored(row), row.node, name, self._out_type(row.node, name))
        if value is None and row.status is not ExecStatus.FINISHED:
            raise ExpressionError(f"`{dotted(path) or 'flow'}` has no `{name}`: it {self._result.told(row)}")
        return value

    def _stored(self, row: TaskRow) -> tuple[int, int, str | None] | None:
        if row.scope_id == 0 or not self._graph.mapped(row.node):
            return self._tasks.at(row.run_id, row.node, row.scope_id)
        items = self._tasks.items(row.run_id, row.node, row.scope_id)
        return next((item for item in items if item[0] == row.id), None)


def dotted(path: str) -> str:
    """A path as it is named in tests: `ingest["orders"].copy`."""
    return path.replace("/", ".").replace("[", '["').replace("]", '"]')
