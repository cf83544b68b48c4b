"""Items: from the list of a mapped node to rows, one for each item and, of a group, for all that is in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from runtime.expression.evaluator import ExpressionError, evaluate
from runtime.model.definition import TaskDefinition
from runtime.model.encode import dumps
from runtime.model.rows import NewTaskRow, TaskRow
from runtime.model.state import ExecStatus
from runtime.model.values import to_json, to_text
from runtime.register import priority_of
from runtime.scope import TaskScope
from runtime.step import ActiveRun, Step

MOST_ITEMS: Final = 1_000_000


Item = tuple[int, str, str]
"""Place in the list, key, and loop variables as JSON."""


class Items:
    """Makes the rows of mapped nodes within one step."""

    def __init__(self, step: Step) -> None:
        self._step = step
        self._tasks = step.store.tasks

    def rows(self, run: ActiveRun, row: TaskRow, items: Iterable[Item]) -> Iterator[NewTaskRow]:
        """Rows for items of a mapped node that is open or opens, each with all below it."""
        graph, task = run.graph, run.task(row)
        nodes = graph.subtree(row.node) if task.kind == "group" else []
        waits = self._waits(run, row, nodes)
        next_id = self._tasks.next_id()
        kind = graph.item_kind(row.node)
        for ordinal, key, item in items:
            top = NewTaskRow(
                id=next_id,
                run_id=run.id,
                node=row.node,
                scope_id=row.id,
                ordinal=ordinal,
                parent_id=row.id,
                path=f"{row.path}[{key}]",
                kind=kind,
                status=ExecStatus.WAITING,
                remaining=1 if task.sequential and ordinal else 0,
                lane=graph.lane(row.node, kind),
                priority=priority_of(task, run.values),
                open_members=len(graph.members[row.node]),
                forgiven=graph.forgiven(row.node, item=True),
                item=item,
                item_key=key,
            )
            yield top
            identity = {row.node: top.id} | {node: top.id + 1 + index for index, node in enumerate(nodes)}
            for node in nodes:
                yield _member_row(run, task, top, node, identity, waits[node])
            next_id += 1 + len(nodes)

    def _waits(self, run: ActiveRun, row: TaskRow, nodes: list[int]) -> dict[int, int]:
        """For each node below a mapped one, how many things a fresh row of it waits for."""
        scope = self._step.scope(run, row)
        inside = set(nodes)
        return {
            node: 1
            + (run.graph.task(node).awaits is not None)
            + sum(
                1
                for edge in run.graph.predecessors[node]
                if not edge.outcome
                and (edge.predecessor in inside or not self._satisfied(run, scope, edge.predecessor))
            )
            for node in nodes
        }

    def _satisfied(self, run: ActiveRun, scope: TaskScope, node: int) -> bool:
        found = self._tasks.at(run.id, node, scope.scope_of(node))
        if found is None or ExecStatus(found[1]) is not ExecStatus.FAILED:
            return found is not None and ExecStatus(found[1]).satisfies
        row = self._tasks.by_id(found[0])
        return row is not None and row.settled

    def of(self, run: ActiveRun, row: TaskRow) -> list[Item]:
        """Every item of a mapped node's list; ExpressionError if a key repeats or there are too many."""
        task = run.task(row)
        scope = self._step.scope(run, row)
        seen: dict[str, int] = {}
        items: list[Item] = []
        for values in _combinations(task, scope, 0, {}):
            ordinal = len(items)
            if ordinal >= MOST_ITEMS:
                raise ExpressionError(f"the list of `{row.path}` has more than {MOST_ITEMS} items")
            scope.loop_values = values
            key = str(ordinal) if task.by is None else _key(evaluate(task.by, scope))
            if key in seen:
                raise ExpressionError(
                    f"items {seen[key]} and {ordinal} of `{row.path}` have the same key `{key}`;"
                    " `by` must tell them apart"
                )
            seen[key] = ordinal
            items.append((ordinal, key, dumps({name: to_json(value) for name, value in values.items()})))
        return items


def _combinations(
    task: TaskDefinition, scope: TaskScope, level: int, values: dict[str, Any]
) -> Iterator[dict[str, Any]]:
    if level == len(task.generators):
        yield dict(values)
        return
    generator = task.generators[level]
    scope.loop_values = values
    over = evaluate(generator.over, scope)
    if not isinstance(over, list):
        raise ExpressionError(f"the list that `{generator.name}` runs over is missing")
    for value in over:
        yield from _combinations(task, scope, level + 1, {**values, generator.name: value})


def _key(value: Any) -> str:
    if value is None:
        raise ExpressionError("the value after `by` is missing")
    return to_text(value)


def _member_row(
    run: ActiveRun,
    task: TaskDefinition,
    top: NewTaskRow,
    node: int,
    identity: dict[int, int],
    remaining: int,
) -> NewTaskRow:
    member = run.graph.task(node)
    kind = run.graph.row_kind(node)
    return NewTaskRow(
        id=identity[node],
        run_id=run.id,
        node=node,
        scope_id=top.id,
        ordinal=0,
        parent_id=identity[member.parent if member.parent is not None else 0],
        path=top.path + member.path.removeprefix(task.path),
        kind=kind,
        status=ExecStatus.WAITING,
        remaining=remaining,
        awaiting=member.awaits is not None,
        forgiven=run.graph.forgiven(node),
        lane=run.graph.lane(node, kind),
        priority=priority_of(member, run.values),
        open_members=len(run.graph.members[node]) if kind == "group" else 0,
    )
