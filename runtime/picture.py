"""The picture of a whole run, from which everything that is derived can be derived again.

Used where speed does not matter and certainty does: after a rerun, an ignore, an update by hand, when a run comes to
rest, and by the doctor. Pure: rows in, changes out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from runtime.expression.outcome import decide
from runtime.model.definition import Dependency
from runtime.model.graph import FlowGraph
from runtime.model.occasion import has_happened
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason

_BY_MEMBERS: Final = (Reason.MEMBERS, Reason.NONE)
"""Why a group fails that is what its members make of it; others are reset themselves before they go on."""


@dataclass(frozen=True, slots=True)
class Derived:
    """The derived columns of a row, in the order in which the store writes them."""

    status: int
    remaining: int
    awaiting: int
    lane: int
    held_by: int
    open_members: int
    active_members: int

    def columns(self) -> tuple[int, ...]:
        return (
            self.status,
            self.remaining,
            self.awaiting,
            self.lane,
            self.held_by,
            self.open_members,
            self.active_members,
        )


class RunPicture:
    """All rows of a run, parents first, with their places in the graph."""

    def __init__(self, graph: FlowGraph, rows: list[TaskRow]) -> None:
        self._graph = graph
        self._rows = rows
        self._by_id = {row.id: row for row in rows}
        self._at = {(row.node, row.scope_id, row.ordinal): row for row in rows}
        self._of_node: defaultdict[int, list[TaskRow]] = defaultdict(list)
        for row in rows:
            self._of_node[row.node].append(row)
        self._children: defaultdict[int, list[TaskRow]] = defaultdict(list)
        for row in rows:
            if row.parent_id is not None:
                self._children[row.parent_id].append(row)
        self._around: dict[int, dict[int, int]] = {0: {}}

    def children(self, row: TaskRow) -> list[TaskRow]:
        """The direct members of a container."""
        return self._children[row.id]

    def below(self, row: TaskRow) -> Iterator[TaskRow]:
        """All rows inside a container, parents first."""
        for child in self._children[row.id]:
            yield child
            yield from self.below(child)

    def following(self, first: Iterable[TaskRow], closing: Iterable[TaskRow] = ()) -> dict[int, TaskRow]:
        """These rows with all below them, and all that comes after any of them, whatever its state, by id.

        `closing`: containers of which only what comes after them follows.
        """
        found: dict[int, TaskRow] = {}
        passed: set[int] = set()
        todo = list(first)
        for row in closing:
            todo += self._after(row, passed)
        while todo:
            row = todo.pop()
            if row.id not in found:
                found[row.id] = row
                todo += self._children[row.id]
                todo += self._after(row, passed)
        return found

    def _after(self, row: TaskRow, passed: set[int]) -> Iterator[TaskRow]:
        """What comes after a row, and after the containers that it is in. `passed`: rows that were asked about."""
        for before in (row, *self.around(row)):
            if before.id in passed:
                continue
            passed.add(before.id)
            if before.parent_id is not None and self._by_id[before.parent_id].kind == "map":
                if self._graph.task(before.node).sequential and (after := self._next_item(before)) is not None:
                    yield after
                continue
            for edge in self._graph.successors[before.node]:
                near = self._at.get((edge.successor, before.scope_id, 0))
                yield from [near] if near is not None else self._deeper(edge, before)

    def _next_item(self, row: TaskRow) -> TaskRow | None:
        return self._at.get((row.node, row.scope_id, row.ordinal + 1))

    def _deeper(self, edge: Dependency, before: TaskRow) -> Iterator[TaskRow]:
        """Rows of an edge's successor that are in items below the scope of its predecessor."""
        for row in self._of_node[edge.successor]:
            if self.scope_of(edge.predecessor, row) == before.scope_id:
                yield row

    def started_by(self, rows: Sequence[TaskRow]) -> list[TaskRow]:
        """Rows that have ended and that asked for the outcome of these rows, or of the groups around them."""
        own = {row.id for row in rows}
        changed = {(each.node, each.scope_id) for row in rows for each in (row, *self.around(row))}
        edges = {edge for node in {node for node, _ in changed} for edge in self._graph.successors[node]}
        started: dict[int, TaskRow] = {}
        for edge in edges:
            for row in self._of_node[edge.successor] if edge.outcome else ():
                ended = row.status not in (ExecStatus.WAITING, ExecStatus.RUNNING) and row.id not in own
                if ended and (edge.predecessor, self.scope_of(edge.predecessor, row)) in changed:
                    started[row.id] = row
        started |= {row.id: row for row in self._rows if row.id not in own and self._gave_up(row)}
        return [started[identity] for identity in sorted(started)]

    def _gave_up(self, row: TaskRow) -> bool:
        """Whether a row was skipped at rest, as nothing would come of what it asks about; after a repair it may."""
        if row.status is not ExecStatus.IGNORED or row.reason not in (Reason.NO_EVENT, Reason.CONDITION):
            return False
        asked = [edge.predecessor for edge in self._graph.predecessors[row.node] if edge.outcome]
        found = [self._at.get((node, self.scope_of(node, row), 0)) for node in asked if node]
        return any(each is not None and each.status is ExecStatus.WAITING for each in found)

    def derive(self, *, reopen: bool = True) -> dict[int, Derived]:
        """The derived columns of every row, from states alone. Groups with members that are not settled are open, or
        with `reopen` False what they are now."""
        status = self._reopened() if reopen else {row.id: row.status for row in self._rows}
        return {row.id: self._derived(row, status) for row in self._rows}

    def _reopened(self) -> dict[int, ExecStatus]:
        status = {row.id: row.status for row in self._rows}
        for row in reversed(self._rows):
            ended = status[row.id] in (ExecStatus.FINISHED, ExecStatus.IGNORED, ExecStatus.FAILED)
            if row.kind != "flow" and row.status is ExecStatus.FAILED and row.reason not in _BY_MEMBERS:
                continue
            if row.kind == "task" or not ended:
                continue
            open_again = not all(_settled(child, status) for child in self._children[row.id])
            if open_again or (row.status is ExecStatus.FAILED and row.reason == Reason.MEMBERS):
                status[row.id] = ExecStatus.RUNNING
        return status

    def _derived(self, row: TaskRow, status: dict[int, ExecStatus]) -> Derived:
        children = self._children[row.id]
        waiting = status[row.id] is ExecStatus.WAITING
        awaiting = waiting and self._awaits(row, status) is not True
        return Derived(
            status=status[row.id],
            remaining=self._remaining(row, status) + awaiting if waiting else 0,
            awaiting=awaiting,
            lane=self._graph.lane(row.node, row.kind) if waiting else row.lane,
            held_by=0,
            open_members=sum(1 for child in children if not _settled(child, status)),
            active_members=sum(1 for child in children if status[child.id] is ExecStatus.RUNNING),
        )

    def _remaining(self, row: TaskRow, status: dict[int, ExecStatus]) -> int:
        return sum(1 for needed in self._needs(row) if not self._meets(needed, row, status))

    def _meets(self, needed: TaskRow, row: TaskRow, status: dict[int, ExecStatus]) -> bool:
        if needed.id == row.parent_id:
            return status[needed.id] not in (ExecStatus.WAITING, ExecStatus.FAILED, ExecStatus.SUSPENDED)
        return _settled(needed, status)

    def _awaits(self, row: TaskRow, status: dict[int, ExecStatus]) -> bool | None:
        """Whether the row's condition on the outcomes of others holds; True if it has none, or is only an item."""
        tree = self._graph.task(row.node).awaits
        if tree is None or (row.parent_id is not None and self._by_id[row.parent_id].kind == "map"):
            return True

        def state(path: str, name: str) -> bool | None:
            node = self._graph.by_path[path]
            found = self._at.get((node, self.scope_of(node, row), 0))
            return has_state(status[found.id], name) if found is not None and node else None

        def count(path: str) -> tuple[int, int]:
            node = self._graph.by_path[path]
            container = self._at.get((node, self.scope_of(node, row), 0))
            return (
                count_items([status[item.id] for item in self._children[container.id] if item.ordinal >= 0])
                if container
                else (0, 1)
            )

        def occasion(path: str, name: str, after: object) -> bool | None:
            node = self._graph.by_path[path]
            if name == "late" and not row.awaiting:
                return True
            found = self._at.get((node, self.scope_of(node, row), 0))
            if found is not None and found.status is not status[found.id]:
                found = replace(found, status=status[found.id], reason="")
            return has_happened(found, name) if found is not None else None

        return decide(tree, state, count, occasion)

    def _needs(self, row: TaskRow) -> Iterator[TaskRow]:
        """What a row waits for: its group's opening, the item before it, its predecessors."""
        if row.parent_id is None:
            return
        parent = self._by_id[row.parent_id]
        if parent.kind == "map":
            if self._graph.task(row.node).sequential and row.ordinal > 0:
                yield self._at[row.node, row.scope_id, row.ordinal - 1]
            yield parent
            return
        yield parent
        for edge in self._graph.predecessors[row.node]:
            if edge.outcome:
                continue
            found = self._at.get((edge.predecessor, self.scope_of(edge.predecessor, row), 0))
            if found is not None:
                yield found

    def around(self, row: TaskRow) -> Iterator[TaskRow]:
        """The containers that a row is in, innermost first."""
        while row.parent_id is not None:
            row = self._by_id[row.parent_id]
            yield row

    def scope_of(self, node: int, row: TaskRow) -> int:
        """The scope in which the row of a node (or of its outermost foreign container) is found from a row."""
        scope_id = 0
        around = self._items_around(row.scope_id)
        for mapped in self._graph.maps[node]:
            if mapped not in around:
                break
            scope_id = around[mapped]
        return scope_id

    def _items_around(self, scope_id: int) -> dict[int, int]:
        """Item rows by mapped node, for everything whose scope is `scope_id`."""
        if scope_id not in self._around:
            scope = self._by_id[scope_id]
            outer = self._items_around(scope.scope_id)
            if scope.kind == "item":
                outer = {
                    **self._items_around(self._by_id[scope.scope_id].scope_id),
                    scope.node: scope.id,
                }
            self._around[scope_id] = outer
        return self._around[scope_id]

    def unmet(self) -> dict[int, list[str]]:
        """For each waiting row the paths of what it still waits for."""
        status = {row.id: row.status for row in self._rows}
        return {
            row.id: [needed.path for needed in self._needs(row) if not self._meets(needed, row, status)]
            for row in self._rows
            if row.status is ExecStatus.WAITING
        }

    def stuck(self) -> list[TaskRow]:
        """Open groups, innermost first, in which nothing can move any more because a member failed."""
        lost = self._lost()
        still: set[int] = set()
        found: list[TaskRow] = []
        for row in reversed(self._rows):
            if row.kind == "task" or row.status is not ExecStatus.RUNNING or row.parent_id is None:
                continue
            left = [child for child in self._children[row.id] if not child.settled]
            if not left or not all(
                child.id in still or (child.id in lost and child.status is not ExecStatus.RUNNING) for child in left
            ):
                continue
            still.add(row.id)  # one without a failure of its own waits for one beside it, and holds up what is around
            if any(inner.status is ExecStatus.FAILED for inner in self.below(row)):
                found.append(row)
        return found

    def _lost(self) -> set[int]:
        """Rows that will not end before a person acts: failed and suspended ones, and all that wait for them."""
        lost = {row.id for row in self._rows if row.status in (ExecStatus.FAILED, ExecStatus.SUSPENDED)}
        lost |= self._not_started()
        waiting = [row for row in self._rows if row.status is ExecStatus.WAITING]
        grown = True
        while grown:
            grown = False
            for row in reversed(self._rows):
                if (
                    row.kind != "task"
                    and row.id not in lost
                    and any(child.id in lost for child in self._children[row.id])
                ):
                    lost.add(row.id)
                    grown = True
            for row in waiting:
                if row.id not in lost and any(self._blocks(needed, row, lost) for needed in self._needs(row)):
                    lost.add(row.id)
                    grown = True
        return lost

    def _not_started(self) -> set[int]:
        """Rows that wait in a node with `fail_fast` in which something has failed."""
        if not any(self._graph.hasty):
            return set()
        failed: set[int] = set()
        for row in self._rows:
            if row.status is ExecStatus.FAILED and not row.settled:
                for outer in self.around(row):
                    if outer.status is ExecStatus.FAILED and outer.settled:
                        break
                    failed.add(outer.id)
        return {
            row.id
            for row in self._rows
            if row.status is ExecStatus.WAITING
            and self._graph.hasty[row.node]
            and any(self._is_hasty(outer, row) and outer.id in failed for outer in self.around(row))
        }

    def _is_hasty(self, outer: TaskRow, row: TaskRow) -> bool:
        """Whether `fail_fast` of the container keeps the row from starting."""
        whole = outer.kind == "map" or not self._graph.mapped(outer.node)
        return whole and outer.node in self._graph.hasty[row.node]

    def _blocks(self, needed: TaskRow, row: TaskRow, lost: set[int]) -> bool:
        if needed.id == row.parent_id:
            return needed.status in (ExecStatus.WAITING, ExecStatus.SUSPENDED) and needed.id in lost
        return needed.id in lost and not needed.settled


def _settled(row: TaskRow, status: dict[int, ExecStatus]) -> bool:
    state = status[row.id]
    return state.satisfies or (row.forgiven and state is ExecStatus.FAILED)


def has_state(status: ExecStatus, name: str) -> bool | None:
    """Whether a row is `succeeded`, `failed`, `skipped` or `done`; None while that is open."""
    if status not in (ExecStatus.FINISHED, ExecStatus.FAILED, ExecStatus.IGNORED):
        return None
    return name == "done" or status.word == name


def count_items(states: list[ExecStatus]) -> tuple[int, int]:
    """(how many items have succeeded, how many still may)."""
    succeeded = sum(1 for status in states if status is ExecStatus.FINISHED)
    return succeeded, sum(1 for status in states if has_state(status, "done") is None)
