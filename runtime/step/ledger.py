"""What has happened to rows in one transaction, kept until its consequences are written."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from typing import Any, Final

from runtime.model.graph import FlowGraph
from runtime.model.rows import AttemptEnd, TaskRow
from runtime.model.state import ExecStatus
from runtime.outputs import computed_outputs, missing_file
from runtime.pools import take_pools
from runtime.scope import TaskScope
from runtime.step.run import ActiveRun
from runtime.store.protocol import Store

_NO_LIMIT: Final = 1 << 62
_ENDED: Final = (ExecStatus.FINISHED, ExecStatus.FAILED, ExecStatus.IGNORED)


class Ledger:
    """Notes what is met, what has ended and which places are taken, row by row."""

    def __init__(self, store: Store, now: int) -> None:
        self.store = store
        self.now = now
        self.finished: set[int] = set()
        self.failed: set[int] = set()
        self.delayed: set[int] = set()
        self.ending: set[int] = set()
        self.renewed: set[int] = set()
        self.touched: set[int] = set()
        self.detached: list[tuple[int, int]] = []
        """(run, the run that a task of it has started)."""
        self.attempt_ends: list[AttemptEnd] = []
        self.pools_freed = False
        self.to_end: list[int] = []
        """Attempts that are to be ended once this step is durable: what they do is not needed any more."""
        self.stopped_in: defaultdict[int, set[int]] = defaultdict(set)
        """By run, the containers in which something has failed."""
        self._hasty: dict[int, bool] = {}
        self.relisted: list[tuple[ActiveRun, int]] = []
        """Mapped nodes that are open, or have been, and whose list was made again."""
        self.after_commit: list[Callable[[], None]] = []
        self._met: Counter[tuple[int, int, int]] = Counter()
        self._met_deep: list[tuple[int, int, int, bool]] = []
        self._next_items: list[tuple[int, int]] = []
        self._outcomes: list[tuple[ActiveRun, TaskRow, int]] = []
        self._ended: defaultdict[tuple[int, int], list[int]] = defaultdict(lambda: [0, 0])
        self._places: dict[int, list[int]] = {}
        self._runs: dict[int, ActiveRun] = {}

    def ends(self, attempt_id: int) -> bool:
        """Whether the attempt is to be ended, as far as is known by now."""
        return attempt_id in self.ending or attempt_id in self.to_end

    def scope(self, run: ActiveRun, row: TaskRow) -> TaskScope:
        return TaskScope(run.graph, run.values, self.store.tasks, row)

    def outputs(self, run: ActiveRun, row: TaskRow, given: Mapping[str, Any]) -> dict[str, Any]:
        """All outputs of a row as JSON: those that its action gave and those computed from them."""
        return computed_outputs(run.task(row), given, self.scope(run, row))

    def missing_file(self, run: ActiveRun, row: TaskRow, outputs: Mapping[str, Any]) -> str | None:
        """What is wrong if a computed output names a file that is not there."""
        return missing_file(run.task(row), outputs, run.project)

    def ended(self, run: ActiveRun, row: TaskRow, *, active: bool) -> None:
        """The row is finished or ignored; `active`: it held a place of its container's limit."""
        self._runs[run.id] = run
        self._leave_pools(run, row)
        self.met(run, row)
        if row.parent_id is None:
            self.finished.add(run.id)
            return
        count = self._ended[run.id, row.parent_id]
        count[0] += 1
        count[1] += active

    def met(self, run: ActiveRun, row: TaskRow) -> None:
        """What waits for the row waits for one thing less."""
        if run.is_item(row):
            if run.task(row).sequential and row.parent_id is not None:
                self._next_items.append((row.parent_id, row.ordinal))
            self.tell_outcome(run, row)
            return
        if row.generation > 1 or row.kind != "task":
            self._relist(run, row)
        for edge in run.graph.successors[row.node]:
            if edge.outcome:
                self._outcomes.append((run, row, edge.successor))
            elif edge.deep:
                self._met_deep.append(
                    (
                        run.id,
                        edge.successor,
                        row.scope_id,
                        run.graph.mapped(edge.successor),
                    )
                )
            else:
                self._met[run.id, edge.successor, row.scope_id] += 1

    def _relist(self, run: ActiveRun, row: TaskRow) -> None:
        """Mapped nodes that have made items of the old outputs of the row must look at the new ones."""
        path = run.task(row).path
        for edge in run.graph.successors[row.node]:
            task = run.graph.task(edge.successor)
            if edge.outcome or not any(mentions(generator.over, path) for generator in task.generators):
                continue
            for found in self.store.tasks.of_node(run.id, edge.successor):
                if found.kind == "map" and found.status is not ExecStatus.WAITING and self._sees(run, found, row):
                    self.relisted.append((run, found.id))

    def _sees(self, run: ActiveRun, row: TaskRow, other: TaskRow) -> bool:
        """Whether it is `other` that is found from `row` under its name."""
        return self.scope(run, row).scope_of(other.node) == other.scope_id

    def stopped(self, run: ActiveRun, row: TaskRow, *, active: bool = True) -> None:
        """The row failed, is suspended or waits again: nothing is met. `active`: it held a place, which is free now.
        Outcomes may be awaited."""
        self._runs[run.id] = run
        self._hasty.clear()
        if row.parent_id is not None:
            self.stopped_in[run.id].add(row.parent_id)
        self._leave_pools(run, row)
        self.tell_outcome(run, row)
        if row.parent_id is not None and run.limited(row):
            self._ended[run.id, row.parent_id][1] += active

    def started(self, run: ActiveRun, row: TaskRow) -> bool:
        """The row has started: hooks may report that, and from now on it can be late. Whether anybody asks."""
        if row.node not in run.graph.watched:
            return False
        self.delayed.add(run.id)
        self.tell_outcome(run, row)
        return True

    def retried(self, run: ActiveRun, row: TaskRow) -> None:
        """The row waits for another attempt. Hooks that have reported on an earlier one report again; while they are
        still at it, they are left to it."""
        edges = [edge for edge in run.graph.successors[row.node] if edge.outcome]
        nodes = {edge.successor for edge in edges if run.graph.task(edge.successor).hook == "retry"}
        rows = [found for node in sorted(nodes) for found in self.store.tasks.of_node(run.id, node)]
        rows = [found for found in rows if self._reports_on(run, found, row)]
        if not rows or not all(found.status in _ENDED for found in rows):
            return
        for found in rows:
            if found.parent_id is not None:
                self.store.tasks.members_ended(found.parent_id, -1, 0)
        self.store.tasks.report_again(
            (1 + _inner_edges(run.graph, found.node, nodes), run.graph.lane(found.node, found.kind), found.id)
            for found in rows
        )

    def _reports_on(self, run: ActiveRun, hook: TaskRow, row: TaskRow) -> bool:
        subject = self.scope(run, hook).subject()
        return subject is not None and subject.id == row.id

    def tell_outcome(self, run: ActiveRun, row: TaskRow) -> None:
        """Those who ask what has become of the row may be decided."""
        self._outcomes += [(run, row, edge.successor) for edge in run.graph.successors[row.node] if edge.outcome]

    def take_place(self, run: ActiveRun, row: TaskRow, uses_pools: object = False) -> bool:
        """Take a place of the container's limit, and of pools, for a row that starts; False: the row is held."""
        if row.parent_id is not None and run.limited(row) and self._full(row, row.parent_id):
            return False
        if uses_pools and not take_pools(self.store, run.task(row), row, self.scope(run, row), self.now):
            self.delayed.add(run.id)
            return False
        if row.parent_id is not None and run.limited(row):
            place = self._places[row.parent_id]
            place[1] += 1
            place[2] += 1
        return True

    def _full(self, row: TaskRow, parent_id: int) -> bool:
        """Hold the row if its container has as many members under way as its limit allows."""
        place = self._places.get(parent_id)
        if place is None:
            limit, active, _, _ = self.store.tasks.counters(parent_id)
            place = self._places[parent_id] = [limit if limit is not None else _NO_LIMIT, active, 0]
        if place[1] >= place[0]:
            self.store.tasks.hold([row.id], parent_id)
            return True
        return False

    def _leave_pools(self, run: ActiveRun, row: TaskRow) -> None:
        if run.task(row).uses and row.kind != "item" and self.store.pools.give_back(row.id):
            self.pools_freed = True

    def pass_on(self, run: ActiveRun, row: TaskRow) -> None:
        """A row that was let go by a pool may not have taken its place after all: it goes to the next."""
        uses = run.task(row).uses
        if uses and row.kind != "item":
            self.store.pools.pass_on(row.id, [use.pool for use in uses])

    def _write_started(self) -> None:
        places, self._places = self._places, {}
        for parent_id, (_, _, started) in places.items():
            if started:
                self.store.tasks.members_started(parent_id, started)


def _inner_edges(graph: FlowGraph, node: int, nodes: set[int]) -> int:
    """How many of some nodes a node waits for."""
    return sum(1 for edge in graph.predecessors[node] if not edge.outcome and edge.predecessor in nodes)


def mentions(tree: Any, path: str) -> bool:
    """Whether an expression reads an output of a node or of what is in it."""
    if not isinstance(tree, list):
        return isinstance(tree, dict) and any(mentions(value, path) for value in tree.values())
    if len(tree) == 3 and tree[0] in ("out", "items") and isinstance(tree[1], str):
        return tree[1] == path or tree[1].startswith(path + "/")
    return any(mentions(part, path) for part in tree)
