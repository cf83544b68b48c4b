"""What an expression of a task run may read: parameters, items of the mapped nodes around it, outputs of others.

Names of nodes are looked up from where the task stands: inside a mapped node it sees the rows of its own item,
from outside it sees a list over all items.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from runtime.expression.evaluator import ExpressionError
from runtime.expression.outcome import decide, subject_of
from runtime.model.graph import FlowGraph
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus
from runtime.model.types import Type, optional, required, type_from_json
from runtime.model.values import Secret, from_json
from runtime.picture import count_items, has_state
from runtime.register import RunValues
from runtime.secret import fetch
from runtime.store.protocol import TaskStore

UNUSABLE: Final = (ExpressionError, ValueError, LookupError, TypeError, AttributeError)
"""What a row can raise whose expressions fail, or that cannot be read at all: its task fails, the loop goes on."""


class MissingValue(Exception):
    """An output is needed that its task, finished by a person's word, never gave."""


class TaskScope:
    """A scope of `runtime.expression` for one task run; reads the store, keeps nothing."""

    def __init__(self, graph: FlowGraph, values: RunValues, tasks: TaskStore, row: TaskRow) -> None:
        self._graph = graph
        self._values = values
        self._tasks = tasks
        self._row = row
        self._around: dict[int, TaskRow] | None = None
        self.own_values: Mapping[str, Any] = {}
        self.loop_values: Mapping[str, Any] = {}
        self.error_values: Mapping[str, Any] = {}

    def param(self, name: str) -> Any:
        return self._values.param(name)

    def run(self, name: str) -> Any:
        return self._values.run(name)

    def own(self, name: str) -> Any:
        try:
            return self.own_values[name]
        except KeyError:
            raise ExpressionError(f"the output `{name}` is not known yet") from None

    def error(self, name: str) -> Any:
        return self.error_values.get(name)

    def secret(self, reference: Secret, project: Path) -> str:
        """The value that a reference leads to; NoSecret if it leads to none."""
        return fetch(reference, project)

    def hook(self, name: str) -> Any:
        """Of what the hook reports on: the task that failed first, its error, all failures, the number of attempts."""
        subject = self._subject()
        if name == "attempt":
            return subject.attempts if subject.kind == "task" else 1
        failures = [
            {"task": path, "error": message}
            for path, message in self._tasks.failures(subject.run_id, subject.path if subject.node else "")
        ]
        if name == "failures":
            return failures
        return failures[0][name] if failures else None

    def _subject(self) -> TaskRow:
        """The row that this hook reports on."""
        path = subject_of(self._graph.task(self._row.node).awaits)
        node = self._graph.by_path[path]
        found = self._tasks.at(self._row.run_id, node, self.scope_of(node))
        row = self._tasks.by_id(found[0]) if found is not None else None
        if row is None:
            raise ExpressionError("what this hook reports on is not known")
        return row

    def item(self, name: str) -> Any:
        if name in self.loop_values:
            return self.loop_values[name]
        for node, row in self._items().items():
            if row.item is not None and name in row.item:
                return from_json(self._item_type(node, name), row.item[name], f"`{name}`")
        raise ExpressionError(f"`{name}` is known only inside its `for`")

    def state(self, path: str, name: str) -> Any:
        node = self._graph.by_path[path]
        found = self._tasks.at(self._row.run_id, node, self.scope_of(node))
        return found is not None and has_state(ExecStatus(found[1]), name) is True

    def awaits(self, tree: Any, *, at_rest: bool = False) -> bool | None:
        """Whether a condition on the outcomes of others holds; None if that is still open.

        `at_rest`: nothing else of the run can move, so what is blocked counts as done, and the run has its outcome.
        """

        def state(path: str, name: str) -> bool | None:
            node = self._graph.by_path[path]
            if node == 0:
                return self._outcome_of_run(name) if at_rest else None
            found = self._tasks.at(self._row.run_id, node, self.scope_of(node))
            known = has_state(ExecStatus(found[1]), name) if found else None
            return True if known is None and at_rest and name == "done" else known

        def count(path: str) -> tuple[int, int]:
            node = self._graph.by_path[path]
            container = self._tasks.at(self._row.run_id, node, self.scope_of(node))
            if container is None or ExecStatus(container[1]) is ExecStatus.WAITING:
                return 0, 1 << 31
            items = self._tasks.items(self._row.run_id, node, container[0])
            succeeded, possible = count_items([ExecStatus(item[1]) for item in items])
            return succeeded, 0 if at_rest else possible

        return decide(tree, state, count)

    def _outcome_of_run(self, name: str) -> bool | None:
        failed = self._tasks.stopped(self._row.run_id, ExecStatus.FAILED)
        if not failed and self._tasks.stopped(self._row.run_id, ExecStatus.SUSPENDED):
            return None
        return name in ("done", "failed" if failed else "succeeded")

    def out(self, path: str, name: str) -> Any:
        node = self._graph.by_path[path]
        kind = self._out_type(node, name)
        outer = [mapped for mapped in self._graph.maps[node] if mapped not in self._items()]
        return self._collect(node, name, kind, self.scope_of(node), outer)

    def _collect(self, node: int, name: str, kind: Type, scope_id: int, outer: list[int]) -> Any:
        if not outer:
            return self._value(self._tasks.at(self._row.run_id, node, scope_id), node, name, kind)
        container = self._tasks.at(self._row.run_id, outer[0], scope_id)
        if container is None or ExecStatus(container[1]) is ExecStatus.IGNORED:
            return None
        items = self._tasks.items(self._row.run_id, outer[0], container[0])
        if outer == [node]:
            return [self._value(item, node, name, kind) for item in items]
        return [self._collect(node, name, kind, item[0], outer[1:]) for item in items]

    def _value(self, found: tuple[int, int, str | None] | None, node: int, name: str, kind: Type) -> Any:
        outputs = json.loads(found[2]) if found is not None and found[2] else {}
        if name in outputs:
            return from_json(kind, outputs[name], f"`{self._graph.task(node).path}.{name}`")
        if found is None or ExecStatus(found[1]) is not ExecStatus.FINISHED:
            return None
        raise MissingValue(f"`{self._graph.task(node).path}` gave no value for `{name}`")

    def _out_type(self, node: int, name: str) -> Type:
        for out in self._graph.task(node).outs:
            if out.name == name:
                return optional(required(type_from_json(out.type)))
        raise ExpressionError(f"`{self._graph.task(node).path}` has no output `{name}`")

    def _item_type(self, node: int, name: str) -> Type:
        for generator in self._graph.task(node).generators:
            if generator.name == name:
                return type_from_json(generator.type)
        raise ExpressionError(f"`{name}` is known only inside its `for`")

    def scope_of(self, node: int) -> int:
        """The scope in which the node's row (or its outermost foreign container) is found from here."""
        scope_id = 0
        for mapped in self._graph.maps[node]:
            item = self._items().get(mapped)
            if item is None:
                break
            scope_id = item.id
        return scope_id

    def _items(self) -> dict[int, TaskRow]:
        """The items that this row is in, by mapped node, innermost first."""
        if self._around is None:
            self._around = {}
            row = self._row
            while row.scope_id:
                outer = self._tasks.by_id(row.scope_id)
                if outer is None:
                    break
                if outer.kind == "map":
                    self._around[outer.node] = row
                row = outer
        return self._around
