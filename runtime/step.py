"""A step: what one transaction of the engine changes, and everything that follows from it.

Whoever decides about a row says here what happened to it; `flush` writes the consequences before the commit, so that a
completion, the successors it meets and the places it frees are one durable step.
"""

from __future__ import annotations

import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from runtime.backoff import may_try_again, retry_delay, settled, timeout_of
from runtime.expression.evaluator import evaluate
from runtime.model.definition import Retry, TaskDefinition
from runtime.model.encode import dumps
from runtime.model.graph import FlowGraph
from runtime.model.rows import AttemptEnd, RunRow, TaskRow
from runtime.model.state import ExecStatus, Reason
from runtime.model.types import type_from_json
from runtime.model.values import Percent, from_json
from runtime.outputs import computed_outputs, default_outputs, missing_file
from runtime.pools import take_pools
from runtime.register import RunValues, decode_parameters
from runtime.renewal import renew
from runtime.rounds import Verdict, judge
from runtime.scope import UNUSABLE, MissingValue, TaskScope
from runtime.store.protocol import Store

_NO_LIMIT: Final = 1 << 62
_ENDED: Final = (ExecStatus.FINISHED, ExecStatus.FAILED, ExecStatus.IGNORED)


@dataclass(frozen=True, slots=True)
class ActiveRun:
    """A run that the engine works on, with what never changes of it.

    `folder` holds a folder for each attempt; `shared_folder` is the one that all tasks of the run may use.
    """

    row: RunRow
    graph: FlowGraph
    values: RunValues
    project: Path
    folder: Path
    shared_folder: Path

    @classmethod
    def load(cls, store: Store, row: RunRow) -> ActiveRun:
        """The run of a row, with its definition and parameters."""
        graph = store.graph(row.definition_id)
        parameters = decode_parameters(graph.flow, row.parameters)
        shared = store.files.shared(row.id)
        values = RunValues(parameters, row.time, row.zone, row.id, row.ref, row.created_at, str(shared))
        return cls(row, graph, values, Path(row.project), store.files.run(row.id), shared)

    @property
    def id(self) -> int:
        return self.row.id

    def task(self, row: TaskRow) -> TaskDefinition:
        return self.graph.flow.tasks[row.node]

    def is_item(self, row: TaskRow) -> bool:
        """Whether the row is one instance of a mapped node."""
        return row.kind == "item" or (row.kind == "task" and self.graph.mapped(row.node))

    def limited(self, row: TaskRow) -> bool:
        """Whether the container of the row has a limit."""
        if self.is_item(row):
            return self.graph.task(row.node).limit is not None
        parent = self.graph.task(row.node).parent
        return parent is not None and self.graph.task(parent).limit is not None and not self.graph.mapped(parent)


class Step:
    """The consequences of one transaction: successors met, members ended, places of limits taken and freed."""

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

    # What happened to a row

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

    def close(self, run: ActiveRun, row: TaskRow) -> None:
        """All members of an open container have ended well: it is finished, with the outputs computed from theirs."""
        try:
            task = run.task(row)
            outputs = self.outputs(run, row, {}) if task.outs and row.kind != "map" else {}
            verdict = self.judge_round(run, row, {})
        except (MissingValue, *UNUSABLE) as problem:
            self._fail_group(run, row, Reason.EXPRESSION, str(problem))
            return
        if verdict.kind == "failed":
            self._fail_group(run, row, verdict.reason, verdict.message)
        elif verdict.kind == "again":
            self.next_round(run, row, verdict)
        else:
            self.store.tasks.close(row.id, dumps(outputs) if outputs else None, self.now)
            self.ended(run, row, active=run.limited(row))

    def _fail_group(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> None:
        self.store.tasks.fail_container(row.id, reason, message, self.now)
        self.store.events.add(self.now, "failed", run.id, row.id, task=row.path, message=message)
        self.failed.add(run.id)
        self.group_failed(run, row, reason, message)

    def group_failed(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> bool:
        """What follows from an open group that has been failed; whether others go on, or it has another attempt."""
        if self._tried_again(run, row, reason, message):
            return True
        if row.forgiven or self.within_allowance(run, row):
            self.ended(run, row, active=run.limited(row))
            return True
        self.stopped(run, row)
        return False

    # Rounds and attempts of whole nodes

    def judge_round(self, run: ActiveRun, row: TaskRow, outputs: Mapping[str, Any]) -> Verdict:
        """Whether a round that has ended well was the last of its node. `outputs`: those of a task, as JSON."""
        task = run.task(row)
        if task.until is None or row.kind == "map":
            return Verdict("over")
        scope = self.scope(run, row)
        scope.own_values = {
            out.name: from_json(type_from_json(out.type), outputs[out.name], out.name)
            for out in task.outs
            if out.name in outputs
        }
        return judge(task.until, row.round, self.expiry(run, row), scope, self.now)

    def next_round(self, run: ActiveRun, row: TaskRow, verdict: Verdict) -> bool:
        """Let a node wait for its next round, its members with it; False if the fence was stale."""
        if not self.store.tasks.next_round(row.id, row.fence, verdict.kept, verdict.not_before):
            return False
        self.store.events.add(self.now, "round ended", run.id, row.id, task=row.path, round=row.round)
        self._begin_again(run, row)
        return True

    def _begin_again(self, run: ActiveRun, row: TaskRow) -> None:
        if row.kind != "task":
            renew(self.store, run.graph, row, self.scope(run, row))
        self.delayed.add(run.id)
        self.stopped(run, row)

    def _tried_again(self, run: ActiveRun, row: TaskRow, reason: Reason, message: str) -> bool:
        """Give a group that has failed another attempt, if a `retry` of it covers that."""
        task = run.task(row)
        if not task.retry or row.kind == "map" or reason in (Reason.TIMEOUT, Reason.ROUNDS):
            return False
        if reason is Reason.MEMBERS:
            message = next((f"`{path}`: {told}" for path, told in self.store.tasks.failures(run.id, row.path)), "")
        try:
            scope = self.scope(run, row)
            scope.error_values = {"kind": reason.value, "exit_code": None, "message": message, "took": self._took(row)}
            rule = next((rule for rule in task.retry if rule.when is None or evaluate(rule.when, scope) is True), None)
            rule = settled(rule, scope) if rule is not None else None
        except (MissingValue, *UNUSABLE):
            return False
        delay = retry_delay(rule, row.attempts, random.random()) if rule is not None else 0.0
        if rule is None or not may_try_again(rule, row.attempts, delay, self.since_first_start(row, rule)):
            return False
        not_before = self.now + max(round(delay * 1e6), 1)
        expires_at = self.store.tasks.expires_at(row.id)
        if expires_at is not None and not_before >= expires_at:
            return False
        if not self.store.tasks.retry_container(row.id, message, not_before):
            return False
        self.store.events.add(self.now, "retried", run.id, row.id, task=row.path, attempt=row.attempts, message=message)
        self.retried(run, row)
        self._begin_again(run, row)
        return True

    def _end_rest(self, run: ActiveRun, parent_id: int, left: int) -> int:
        """If enough members of a container have succeeded, end the others; how many are left."""
        parent = self.store.tasks.by_id(parent_id)
        if parent is None or not self._has_enough(run, parent, left):
            return left
        for member in self.store.tasks.children(parent_id):
            if not member.settled:
                self._not_needed(run, member)
        self.store.tasks.members_ended(parent_id, left, 0)
        self.store.events.add(self.now, "enough", run.id, parent_id, task=parent.path)
        return 0

    def _has_enough(self, run: ActiveRun, parent: TaskRow, left: int) -> bool:
        task = run.task(parent)
        if task.enough is None or parent.kind == "item":
            return False
        members = len(run.graph.members[parent.node])
        if parent.kind == "map":
            members, _ = self.store.tasks.items_and_failed(run.id, parent.node, parent.id)
        try:
            wanted = evaluate(task.enough, self.scope(run, parent))
        except (MissingValue, *UNUSABLE):
            return False
        return members - left >= int(wanted) and self.store.tasks.succeeded_members(parent.id, wanted) >= wanted

    def _not_needed(self, run: ActiveRun, member: TaskRow) -> None:
        """A member without which its group has succeeded: ignored, or failed with leave if something in it has."""
        if member.status is ExecStatus.FAILED:
            self.store.tasks.forgive(member.id)
            return
        failed = member.kind != "task" and self.store.tasks.failed_inside(run.id, member.id)
        self.end_inside(run, member, ExecStatus.IGNORED, Reason.ENOUGH, "")
        if failed:
            self.store.tasks.force([member.id], ExecStatus.FAILED, Reason.MEMBERS, "", self.now)
            self.store.tasks.forgive(member.id)

    def is_stopped_fast(self, run: ActiveRun, row: TaskRow) -> bool:
        """Whether something has failed in a node with `fail_fast` that a ready row is in; it is then held."""
        outer = self.store.tasks.by_id(row.parent_id) if row.parent_id is not None else None
        while outer is not None:
            whole = outer.kind == "map" or not run.graph.mapped(outer.node)
            if whole and outer.node in run.graph.hasty[row.node] and self._has_failure(run, outer):
                self.store.tasks.hold([row.id], outer.id)
                self.failed.add(run.id)
                return True
            outer = self.store.tasks.by_id(outer.parent_id) if outer.parent_id is not None else None
        return False

    def _has_failure(self, run: ActiveRun, container: TaskRow) -> bool:
        if container.id not in self._hasty:
            self._hasty[container.id] = self.store.tasks.failed_inside(run.id, container.id)
        return self._hasty[container.id]

    def since_first_start(self, row: TaskRow, rule: Retry) -> float:
        """Seconds since a row started first in its generation, as far as the rule asks for that."""
        first = self.store.tasks.first_start(row.id) if rule.within_seconds is not None else None
        return max(self.now - first, 0) / 1e6 if first is not None else 0.0

    def _took(self, row: TaskRow) -> dt.timedelta:
        return dt.timedelta(microseconds=max(self.now - (row.started_at or self.now), 0))

    def expiry(self, run: ActiveRun, row: TaskRow) -> int | None:
        """When a node whose `timeout` is about the whole of it must be over, in microseconds; fixed at first."""
        task = run.task(row)
        if task.timeout_seconds is None or row.kind in ("map", "flow") or (row.kind == "task" and task.until is None):
            return None
        at = self.store.tasks.expires_at(row.id)
        if at is None:
            at = self.now + round((timeout_of(task, self.scope(run, row)) or 0.0) * 1e6)
            self.store.tasks.expire_at(row.id, at)
        return at

    def end_running_inside(self, run: ActiveRun, row: TaskRow, message: str) -> None:
        """Fail what is under way inside a container: what runs, the open groups with it, and what waits for a time or
        for a person. What has not begun is left to a repair."""
        delayed = self.store.tasks.delayed(run.id)
        below = self.store.tasks.below(row.id)
        running = [each for each in below if each.status is ExecStatus.RUNNING or each.id in delayed or _asks(each)]
        self.store.tasks.force((inner.id for inner in running), ExecStatus.FAILED, Reason.CANCELLED, message, self.now)
        for inner in running:
            self._leave_pools(run, inner)
            if inner.status is ExecStatus.RUNNING and inner.kind == "task" and inner.attempt_id is not None:
                self.to_end.append(inner.attempt_id)

    def end_inside(self, run: ActiveRun, row: TaskRow, status: ExecStatus, reason: Reason, message: str) -> None:
        """Settle everything below a container, and itself if it is a task, that has not ended; end what is executed."""
        below = [*self.store.tasks.below(row.id), row] if row.kind != "task" else [row]
        left = [each for each in below if each.status in (ExecStatus.WAITING, ExecStatus.RUNNING) or _asks(each)]
        self.store.tasks.force((inner.id for inner in left), status, reason, message, self.now)
        for inner in left:
            self._leave_pools(run, inner)
            if status is ExecStatus.IGNORED:
                self.store.tasks.stand_in(inner.id, self._defaults(run, inner))
                self.met(run, inner)
            if inner.status is ExecStatus.RUNNING and inner.kind == "task" and inner.attempt_id is not None:
                self.to_end.append(inner.attempt_id)

    def cannot_start(self, run: ActiveRun, row: TaskRow, status: ExecStatus, reason: Reason, message: str) -> None:
        """Fail or suspend a waiting row; a place that was let go for it goes to the next."""
        self.store.tasks.decide(row.id, status, reason, message, None, self.now)
        self.failed.add(run.id)
        self.store.events.add(self.now, status.word, run.id, row.id, task=row.path, message=message)
        if status is ExecStatus.FAILED and (row.forgiven or self.within_allowance(run, row)):
            self.ended(run, row, active=False)
        else:
            self.stopped(run, row, active=False)

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

    def within_allowance(self, run: ActiveRun, row: TaskRow) -> bool:
        """Whether a failed item is one of those that its mapped node may lose; it is then forgiven."""
        tree = run.task(row).allow_failures
        if tree is None or not run.is_item(row):
            return False
        items, failed = self.store.tasks.items_and_failed(run.id, row.node, row.scope_id)
        if failed > allowance(evaluate(tree, self.scope(run, row)), items):
            return False
        self.store.tasks.forgive(row.id)
        return True

    def skip(self, run: ActiveRun, row: TaskRow, reason: Reason = Reason.CONDITION) -> None:
        """Ignore a row and all below it; what waits for any of them goes on."""
        below = [(member, self._defaults(run, member)) for member in self._below(row)]
        self.store.tasks.decide(row.id, ExecStatus.IGNORED, reason, "", self._defaults(run, row), self.now)
        self.ended(run, row, active=False)
        for member, outputs in below:
            self.store.tasks.decide(member.id, ExecStatus.IGNORED, Reason.PARENT, "", outputs, self.now)
            self.met(run, member)

    def _defaults(self, run: ActiveRun, row: TaskRow) -> str | None:
        """The outputs of a skipped row that have a default."""
        task = run.task(row)
        if not any(out.has_default for out in task.outs):
            return None
        return dumps(default_outputs(task, self.scope(run, row)))

    def _below(self, row: TaskRow) -> Iterator[TaskRow]:
        for member in self.store.tasks.children(row.id) if row.kind != "task" else ():
            yield member
            yield from self._below(member)

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

    def flush(self) -> None:
        """Write the consequences, and theirs: groups that end, flows that end, places given to who waits."""
        self._write_started()
        if self.attempt_ends:
            ends, self.attempt_ends = self.attempt_ends, []
            self.store.attempts.end(ends)
        while self._met or self._met_deep or self._next_items or self._ended or self._outcomes:
            met, self._met = self._met, Counter()
            if met:
                self.store.tasks.satisfy((count, *place) for place, count in met.items())
            deep, self._met_deep = self._met_deep, []
            for run_id, node, scope_id, mapped in deep:
                self.store.tasks.satisfy_deep(run_id, node, scope_id, mapped=mapped)
            items, self._next_items = self._next_items, []
            for container_id, ordinal in items:
                self.store.tasks.satisfy_next_item(container_id, ordinal)
            outcomes, self._outcomes = self._outcomes, []
            for run, row, node in outcomes:
                self._decide_awaiting(run, row, node)
            ended, self._ended = self._ended, defaultdict(lambda: [0, 0])
            for (run_id, parent_id), (count, freed) in ended.items():
                self._members_ended(self._runs[run_id], parent_id, count, freed)

    def _decide_awaiting(self, run: ActiveRun, row: TaskRow, node: int) -> None:
        """An outcome is known that rows of `node` ask for: let those go on whose condition is decided by it."""
        for waiting in self.store.tasks.of_node(run.id, node):
            if waiting.awaiting and waiting.status is ExecStatus.WAITING:
                self.decide_awaiting(run, waiting)

    def decide_awaiting(self, run: ActiveRun, row: TaskRow, *, at_rest: bool = False) -> bool:
        """Start or skip a row if its condition on the outcomes of others is decided; whether it was."""
        try:
            holds = self.scope(run, row).awaits(run.task(row).awaits, self.now, at_rest=at_rest)
        except (MissingValue, *UNUSABLE) as problem:
            self.cannot_start(run, row, ExecStatus.FAILED, Reason.EXPRESSION, str(problem))
            return True
        if holds is None:
            return False
        if holds:
            self.store.tasks.await_met(row.id)
            return True
        try:
            self.skip(run, row, Reason.NO_EVENT if run.task(row).hook else Reason.CONDITION)
        except (MissingValue, *UNUSABLE) as problem:
            self.cannot_start(run, row, ExecStatus.FAILED, Reason.EXPRESSION, str(problem))
        return True

    def _write_started(self) -> None:
        places, self._places = self._places, {}
        for parent_id, (_, _, started) in places.items():
            if started:
                self.store.tasks.members_started(parent_id, started)

    def _members_ended(self, run: ActiveRun, parent_id: int, count: int, freed: int) -> None:
        left, limit, active, status = self.store.tasks.members_ended(parent_id, count, freed)
        if limit is not None and active < limit:
            self.store.tasks.let_go(parent_id, limit - active)
        if left > 0 and status == ExecStatus.RUNNING and run.graph.choosy:
            left = self._end_rest(run, parent_id, left)
        if left <= 0 and status == ExecStatus.RUNNING:
            parent = self.store.tasks.by_id(parent_id)
            if parent is not None:
                self.close(run, parent)


def _asks(row: TaskRow) -> bool:
    return row.status is ExecStatus.SUSPENDED and row.reason == Reason.ASKED


def _inner_edges(graph: FlowGraph, node: int, nodes: set[int]) -> int:
    """How many of some nodes a node waits for."""
    return sum(1 for edge in graph.predecessors[node] if not edge.outcome and edge.predecessor in nodes)


def allowance(value: Any, items: int) -> int:
    """How many of so many items may fail: a number, or a percentage rounded down."""
    return int(items * value) if isinstance(value, Percent) else int(value)


def mentions(tree: Any, path: str) -> bool:
    """Whether an expression reads an output of a node or of what is in it."""
    if not isinstance(tree, list):
        return isinstance(tree, dict) and any(mentions(value, path) for value in tree.values())
    if len(tree) == 3 and tree[0] == "out" and isinstance(tree[1], str):
        return tree[1] == path or tree[1].startswith(path + "/")
    return any(mentions(part, path) for part in tree)
