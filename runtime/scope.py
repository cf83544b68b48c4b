"""What an expression of a task run may read: parameters, items of the mapped nodes around it, outputs of others.

Names of nodes are looked up from where the task stands: inside a mapped node it sees the rows of its own item,
from outside it sees a list over all items.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.expression.outcome import decide, subject_of
from runtime.model.graph import FlowGraph
from runtime.model.occasion import has_happened
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
        return self._tasks.is_of_latest_run(self._row.run_id) if name == "is_latest" else self._values.run(name)

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
        subject = self.subject()
        if subject is None:
            raise ExpressionError("what this hook reports on is not known")
        if self._graph.task(self._row.node).hook == "retry":
            return self._of_retry(subject, name)
        if name == "attempt":
            return subject.attempts if subject.kind == "task" else 1
        failures = [
            {"task": path, "error": message}
            for path, message in self._tasks.failures(subject.run_id, subject.path if subject.node else "")
        ]
        if name == "failures":
            return failures
        return failures[0][name] if failures else None

    def _of_retry(self, subject: TaskRow, name: str) -> Any:
        """Of the attempt that has failed, whatever has become of the next one meanwhile."""
        number, message = self._tasks.last_failure(subject.id) or (subject.attempts, "")
        failure = {"task": subject.path, "error": message}
        return number if name == "attempt" else [failure] if name == "failures" else failure[name]

    def subject(self) -> TaskRow | None:
        """The row that this hook reports on."""
        return self.row_at(subject_of(self._graph.task(self._row.node).awaits))

    def round(self, path: str) -> Any:
        return self._round_of(path)[0]

    def last(self, path: str, name: str) -> Any:
        _, given = self._round_of(path)
        until = self._graph.task(self._graph.by_path[path]).until
        kind = next((kind for kept, _, kind in until.kept if kept == name), None) if until is not None else None
        if kind is None:
            raise ExpressionError(f"`{path}` keeps no `last.{name}`")
        return from_json(optional(type_from_json(kind)), given.get(name), f"`last.{name}`")

    def _round_of(self, path: str) -> tuple[int, dict[str, Any]]:
        """The round of the node that this row is, or is in, and what the one before gave, as JSON."""
        node, row = self._graph.by_path[path], self._row
        while row.node != node or row.kind == "map":
            outer = self._tasks.by_id(row.parent_id) if row.parent_id is not None else None
            if outer is None:
                raise ExpressionError(f"`round` of `{path}` is known only inside of it")
            row = outer
        number, last = self._tasks.round_of(row.id)
        return number, json.loads(last) if last else {}

    def rounds(self) -> list[int]:
        """The rounds that this row and what it is in are at, the outermost first; only of nodes with `until`."""
        return [self.round(self._graph.task(node).path) for node in self._graph.repeated[self._row.node]]

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
        if name not in ("attempts", "exit_code", "error"):
            return found is not None and has_state(ExecStatus(found[1]), name) is True
        if found is None:
            return 0 if name == "attempts" else None
        attempts, exit_code, reason, message = self._tasks.end_of(found[0])
        if name == "error":
            failed = found[1] == ExecStatus.FAILED
            return {"kind": reason, "message": message, "exit_code": exit_code} if failed else None
        return attempts if name == "attempts" else exit_code

    def awaits(self, tree: Any, now: int, *, at_rest: bool = False) -> bool | None:
        """Whether a condition on the outcomes of others holds; None if that is still open.

        `now`: microseconds, for what is late. `at_rest`: nothing else of the run can move, so what is blocked counts as
        done, and the run has its outcome.
        """

        def state(path: str, name: str) -> bool | None:
            node = self._graph.by_path[path]
            if node == 0:
                return self._outcome_of_run(name) if at_rest else None
            found = self._tasks.at(self._row.run_id, node, self.scope_of(node))
            known = has_state(ExecStatus(found[1]), name) if found else None
            if known is None and at_rest and found:
                return True if name == "done" else self._if_given_up(found[0])
            return known

        def count(path: str) -> tuple[int, int]:
            node = self._graph.by_path[path]
            container = self._tasks.at(self._row.run_id, node, self.scope_of(node))
            if container is None or ExecStatus(container[1]) is ExecStatus.WAITING:
                return 0, 1 << 31
            items = self._tasks.items(self._row.run_id, node, container[0])
            succeeded, possible = count_items([ExecStatus(item[1]) for item in items])
            return succeeded, 0 if at_rest else possible

        def occasion(path: str, name: str, after: Any) -> bool | None:
            node = self._graph.by_path[path]
            row = self.row_at(path)
            happened = has_happened(row, name) if row is not None else None
            if happened is None and name == "late":
                happened = self._is_late(row, after, now)
            if happened is None and at_rest and row is not None and node:
                happened = self._if_given_up(row.id)
            if happened is None and node == 0 and at_rest:
                return None if self._outcome_of_run("done") is None else False
            return happened

        return decide(tree, state, count, occasion)

    def _if_given_up(self, row_id: int) -> bool | None:
        """False if a group around the row has failed, so that nothing will come of the row before a person acts."""
        row = self._tasks.by_id(row_id)
        while row is not None and row.parent_id is not None:
            row = self._tasks.by_id(row.parent_id)
            if row is not None and row.status is ExecStatus.FAILED and row.forgiven:
                return False
        return None

    def row_at(self, path: str) -> TaskRow | None:
        """The row of a node, as seen from here."""
        node = self._graph.by_path[path]
        found = self._tasks.at(self._row.run_id, node, self.scope_of(node))
        return self._tasks.by_id(found[0]) if found is not None else None

    def _is_late(self, row: TaskRow | None, after: Any, now: int) -> bool | None:
        at = self.late_at(row, after)
        return True if at is not None and at <= now else None

    def late_at(self, row: TaskRow | None, after: Any) -> int | None:
        """When a row that has not ended is late, in microseconds; None if it has not started. `after`: a tree."""
        started = self._tasks.first_start(row.id) if row is not None and has_happened(row, "start") else None
        if started is None:
            return None
        value = evaluate(after, self)
        seconds = value.total_seconds() if isinstance(value, dt.timedelta) else value
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or seconds <= 0:
            raise ExpressionError("`on late` needs a duration that is longer than nothing")
        return started + round(seconds * 1e6)

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

    def items(self, path: str, value: Any) -> Any:
        """`{ key, value }` of each item of a mapped node, in the order of its list, with the expression computed as its
        item sees it; null in place of the value if the item has not ended well."""
        node = self._graph.by_path[path]
        outer = [mapped for mapped in self._graph.maps[node] if mapped not in self._items()]
        return self._pairs(outer, self.scope_of(node), value)

    def _pairs(self, outer: list[int], scope_id: int, value: Any) -> Any:
        container = self._tasks.at(self._row.run_id, outer[0], scope_id)
        whole = self._tasks.by_id(container[0]) if container is not None else None
        if whole is None or whole.status is ExecStatus.IGNORED:
            return None
        items = self._tasks.items(whole.run_id, outer[0], whole.id)
        if len(outer) > 1:
            return [self._pairs(outer[1:], item[0], value) for item in items]
        return [self._pair(whole, item[0], json.loads(item[2] or "{}"), value) for item in items]

    def _pair(self, whole: TaskRow, item_id: int, outputs: dict[str, Any], value: Any) -> dict[str, Any]:
        row = self._tasks.by_id(item_id)
        assert row is not None
        found = None
        if row.status is ExecStatus.FINISHED:
            scope = self._from(row)
            types = {out.name: type_from_json(out.type) for out in self._graph.task(row.node).outs}
            scope.own_values = {name: from_json(types[name], given, name) for name, given in outputs.items()}
            found = evaluate(value, scope)
        return {"key": row.path[len(whole.path) + 1 : -1], "value": found}

    def _from(self, row: TaskRow) -> TaskScope:
        """What another row of the run sees."""
        return TaskScope(self._graph, self._values, self._tasks, row)

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
