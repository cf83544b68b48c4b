"""The history of a simulation: holds each change that was committed, and what the world saw, against the promises."""

from __future__ import annotations

import sqlite3
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, Final

from runtime.model.definition import FlowDefinition, TaskDefinition
from runtime.model.graph import FlowGraph
from runtime.model.machine import explanations
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus
from runtime.picture import RunPicture
from runtime.store.sqlite import definitions
from runtime.store.sqlite.tasks import TaskRuns
from tests.simulation.world import Start, World

_MOST_CRASHES: Final = 3
_READY: Final = (
    "SELECT t.id, t.flow_run_id, t.lane, t.priority FROM task_run AS t JOIN flow_run AS r ON r.id = t.flow_run_id"
    " WHERE r.status = 'running' AND t.exec_status = 0 AND t.remaining = 0 AND t.held_by = 0 AND t.not_before = 0"
    " AND t.lane <= 1"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A committed change of a task run, in the order of the commits."""

    task: int
    was: ExecStatus | None
    now: ExecStatus | None
    reason: str
    fence: int
    generation: int
    forgiven: bool
    by_hand: bool
    attempt: int | None


@dataclass(slots=True)
class Seen:
    """What is known of a task run from its changes so far."""

    run: int
    node: int
    scope: int
    ordinal: int
    parent: int | None
    path: str
    kind: str
    status: ExecStatus | None
    forgiven: bool
    by_hand: bool = False
    fence: int = 0

    @property
    def settled(self) -> bool:
        return self.status in (ExecStatus.FINISHED, ExecStatus.IGNORED) or (
            self.forgiven and self.status is ExecStatus.FAILED
        )


class History:
    """`connection` sees what is committed, as any other program does. Each check raises AssertionError."""

    def __init__(self, connection: sqlite3.Connection, world: World, flows: Sequence[FlowDefinition]) -> None:
        self._sql = connection.execute
        self._connection = connection
        self._world = world
        self._tasks = TaskRuns(connection)
        self._graphs: dict[int, FlowGraph] = {}
        self._seen: dict[int, Seen] = {}
        self._at: defaultdict[tuple[int, int], list[int]] = defaultdict(list)
        self._last = 0
        self._keys: dict[int, str] = {}
        self._runs_by_key: dict[tuple[str, str], int] = {}
        self._completed: Counter[tuple[int, int]] = Counter()
        self._starts: Counter[tuple[int, int, int]] = Counter()
        self._ready: dict[int, tuple[int, int, int]] = {}
        self._changed: set[int] = set()
        self._acknowledged: set[int] = set()
        self.touched_by_people: set[int] = set()

    # Facts

    def runs(self) -> list[int]:
        return [row[0] for row in self._sql("SELECT id FROM flow_run ORDER BY id")]

    def random_path(self, chance: Random, run: int, *, asked: bool) -> str:
        """Some task of a run; one that asks, if that is wanted and there is one."""
        rows = self._sql(
            "SELECT path, reason FROM task_run WHERE flow_run_id = ? AND kind IN ('task', 'group') ORDER BY id", (run,)
        ).fetchall()
        asking = [path for path, reason in rows if reason == "asked"]
        return str(chance.choice(asking if asked and asking else [path for path, _ in rows] or ["nothing"]))

    def _graph(self, run: int) -> FlowGraph:
        (identity,) = self._sql("SELECT flow_definition_id FROM flow_run WHERE id = ?", (run,)).fetchone()
        if identity not in self._graphs:
            self._graphs[identity] = FlowGraph.of(identity, definitions.load(self._connection, identity))
        return self._graphs[identity]

    def _task(self, seen: Seen) -> TaskDefinition:
        return self._graph(seen.run).task(seen.node)

    # While it works

    def before_turn(self) -> None:
        self._ready = {row[0]: (row[1], row[3], row[2]) for row in self._sql(_READY)}

    def after_turn(self, *, quiet: bool, jobs: int, handed_out: int) -> None:
        """`quiet`: nothing is queued for the engine. `handed_out`: attempts that it knows to be under way."""
        changes = list(self._new_changes())
        for change in changes:
            self._follow(change)
        self._check_order_of_claims(changes)
        assert handed_out <= jobs, f"{handed_out} attempts are under way, {jobs} are allowed"
        for run in sorted(self._changed):
            self._check_picture(run)
            self._check_caps(run)
        self._check_pools()
        self._changed.clear()
        if quiet:
            self._check_nothing_idles(handed_out < jobs)

    def _new_changes(self) -> Iterator[Change]:
        rows = self._sql("SELECT * FROM history WHERE id > ? ORDER BY id", (self._last,)).fetchall()
        self._learn_rows()
        for row in rows:
            self._last = row[0]
            yield Change(row[1], _status(row[2]), _status(row[3]), row[4], row[5], row[6], bool(row[7]), *_rest(row))

    def _learn_rows(self) -> None:
        """Rows that are new; what changed of them since is told by their changes."""
        newest = max(self._seen, default=0)
        for row in self._sql(
            "SELECT id, flow_run_id, node, scope_id, ordinal, parent_id, path, kind, exec_status, forgiven,"
            " (SELECT was FROM history WHERE task_run_id = t.id ORDER BY id LIMIT 1) FROM task_run AS t"
            " WHERE id > ?",
            (newest,),
        ).fetchall():
            first = row[8] if row[10] is None else row[10]
            self._seen[row[0]] = Seen(
                row[1], row[2], row[3], row[4], row[5], row[6], row[7], _status(first), bool(row[9])
            )
            self._at[row[1], row[2]].append(row[0])

    def _follow(self, change: Change) -> None:
        seen = self._seen[change.task]
        self._changed.add(seen.run)
        was = seen.status
        if change.was is not change.now and not change.by_hand:
            self._check_legal(seen, change)
            if change.was is ExecStatus.WAITING and change.now is ExecStatus.RUNNING and not change.reason:
                self._check_claim(seen, change)
            if (
                was is ExecStatus.RUNNING
                and change.now is ExecStatus.FINISHED
                and seen.kind == "task"
                and not seen.by_hand
            ):
                self._check_completion(seen, change)
        seen.status, seen.forgiven, seen.by_hand = change.now, change.forgiven, change.by_hand
        if change.by_hand:
            self.touched_by_people.add(seen.run)

    def _check_legal(self, seen: Seen, change: Change) -> None:
        if change.was is None or change.now is None or seen.run in self.touched_by_people:
            return
        found = explanations(change.was, change.now, change.reason, kind=seen.kind)
        assert found, f"`{seen.path}` went from {change.was.word} to {change.now.word} ({change.reason or 'no reason'})"

    def _check_claim(self, seen: Seen, change: Change) -> None:
        """What it waits for has ended well, the group around it is open, and its fence is a new one."""
        if seen.kind == "task":
            assert change.fence > seen.fence, f"`{seen.path}` was started with fence {change.fence} again"
            seen.fence = change.fence
        for needed in self._needs(change.task, seen):
            assert needed.settled, f"`{seen.path}` was started before `{needed.path}` had ended well"
        if seen.parent is not None and not self._task(seen).hook:
            parent = self._seen[seen.parent]
            assert parent.status is ExecStatus.RUNNING, f"`{seen.path}` was started before `{parent.path}` was open"

    def _needs(self, identity: int, seen: Seen) -> Iterator[Seen]:
        graph = self._graph(seen.run)
        around = self._scopes(seen)
        parent = self._seen.get(seen.parent or 0)
        if parent is not None and parent.kind == "map":
            if graph.task(seen.node).sequential and seen.ordinal > 0:
                before = (self._seen[each] for each in self._at[seen.run, seen.node])
                yield from (each for each in before if (each.scope, each.ordinal) == (seen.scope, seen.ordinal - 1))
            return
        for edge in graph.predecessors[seen.node]:
            if edge.outcome:
                continue
            rows = [self._seen[each] for each in self._at[seen.run, edge.predecessor]]
            yield from (
                row for row in rows if row.scope in around and row.parent is not None and not self._is_item(row)
            )

    def _is_item(self, seen: Seen) -> bool:
        parent = self._seen.get(seen.parent or 0)
        return parent is not None and parent.kind == "map" and parent.node == seen.node

    def _scopes(self, seen: Seen) -> set[int]:
        scopes, scope = {0}, seen.scope
        while scope:
            scopes.add(scope)
            scope = self._seen[scope].scope
        return scopes

    def _check_completion(self, seen: Seen, change: Change) -> None:
        if change.reason:
            return
        self._completed[change.task, change.generation] += 1
        assert self._completed[change.task, change.generation] == 1, f"`{seen.path}` was completed twice"
        newest = seen.fence
        assert change.fence == newest, f"`{seen.path}` was completed with fence {change.fence}, {newest} is the newest"
        body = self._world.bodies.get(change.attempt or 0)
        ended_well = body is not None and body.outcome is not None and body.outcome.succeeded
        assert ended_well, f"`{seen.path}` was completed, but its body did not end well"

    def _check_order_of_claims(self, changes: Sequence[Change]) -> None:
        """No task was claimed while a more urgent one of its run, ready all the time, was left."""
        touched = {change.task for change in changes}
        left = {row[0] for row in self._sql(_READY)} & self._ready.keys() - touched
        left = {task for task in left if not self._may_be_held(task)}
        if not left:
            return
        for change in changes:
            if change.task in self._ready and (change.was, change.now) == (ExecStatus.WAITING, ExecStatus.RUNNING):
                run, priority, lane = self._ready[change.task]
                for other in left:
                    theirs = self._ready[other]
                    ahead = theirs[0] == run and theirs[2] == lane == 1 and (theirs[1], other) < (priority, change.task)
                    assert not ahead, f"`{self._seen[change.task].path}` went before `{self._seen[other].path}`"

    def _may_be_held(self, identity: int) -> bool:
        """Whether a pool or a limit may have held it for a moment within the turn."""
        seen = self._seen[identity]
        around = self._graph(seen.run).task(seen.node).parent
        limits = [self._task(seen).limit, self._graph(seen.run).task(around).limit if around is not None else None]
        return bool(self._task(seen).uses) or limits != [None, None]

    def _check_picture(self, run: int) -> None:
        """What is counted step by step is what is derived from the states."""
        if self._sql("SELECT 1 FROM hand_change LIMIT 1").fetchone():
            return
        rows = self._tasks.of_run(run)
        picture = RunPicture(self._graph(run), rows)
        unmet, known = picture.unmet(), self._tasks.derived(run)
        for row in rows:
            if row.status is ExecStatus.WAITING and not self._is_given_up(row):
                things = len(unmet[row.id]) + row.awaiting
                assert things == row.remaining, f"`{row.path}` waits for {row.remaining} things, and not {things}"
            elif row.kind != "task" and row.status is ExecStatus.RUNNING:
                left = sum(1 for child in picture.children(row) if not child.settled)
                assert left == known[row.id][5], f"`{row.path}` counts {known[row.id][5]} open members, and has {left}"

    def _is_given_up(self, row: TaskRow) -> bool:
        """Whether its group has failed: it is counted anew when the group is opened again."""
        parent = self._seen.get(row.parent_id or 0)
        return parent is not None and parent.status is ExecStatus.FAILED

    def _check_caps(self, run: int) -> None:
        """A group that had failed is open for a moment when the states of its run are derived afresh."""
        over = self._sql(
            "SELECT p.path, p.member_limit, count(*) FROM task_run AS p JOIN task_run AS t ON t.parent_id = p.id"
            " WHERE p.flow_run_id = ? AND p.member_limit IS NOT NULL AND t.exec_status = 1"
            " AND t.reason NOT IN ('reset when ended', 'members') GROUP BY p.id HAVING count(*) > p.member_limit",
            (run,),
        ).fetchall()
        assert not over or run in self.touched_by_people, f"`{over[0][0]}` runs {over[0][2]} of at most {over[0][1]}"

    def _check_pools(self) -> None:
        over = self._sql(
            "SELECT p.name, p.places, sum(h.weight) FROM pool AS p JOIN pool_holder AS h ON h.pool_id = p.id"
            " GROUP BY p.id HAVING sum(h.weight) > p.places"
        ).fetchall()
        assert not over, f"pool `{over[0][0]}` gave {over[0][2]} of {over[0][1]} places"
        held: Counter[str] = Counter()
        for body in self._world.bodies.values():
            if body.state == "running" and not body.cancelled:
                seen = self._seen.get(body.attempt.task_run_id)
                if seen is not None and seen.run not in self.touched_by_people:
                    for use in self._task(seen).uses:
                        held[use.pool] += use.weight
        for name, places in self._sql("SELECT name, places FROM pool WHERE places IS NOT NULL"):
            assert held[name] <= places, f"bodies use {held[name]} of the {places} places of pool `{name}`"

    def _check_nothing_idles(self, free: bool) -> None:
        if free:
            ready = self._sql(_READY).fetchall()
            assert not ready, f"`{self._path(ready[0][0])}` is ready and a slot is free, but it does not start"
            self._check_held_by_limits()
            self._check_held_by_pools()
        late = self._sql(
            "SELECT r.id FROM flow_run AS r JOIN task_run AS t ON t.flow_run_id = r.id AND t.kind = 'flow'"
            " WHERE r.status = 'running' AND deadline_at <= ? AND t.exec_status = 1",
            (self._world.now,),
        ).fetchall()
        assert not late, f"run {late[0][0]} goes on after its deadline"

    def _check_held_by_limits(self) -> None:
        held = self._sql(
            "SELECT p.id, t.path FROM task_run AS t JOIN task_run AS p ON p.id = t.held_by"
            " JOIN flow_run AS r ON r.id = t.flow_run_id WHERE t.parent_id = p.id AND t.exec_status = 0"
            " AND r.status = 'running' AND p.exec_status = 1 AND t.remaining = 0 AND p.member_limit >"
            " (SELECT count(*) FROM task_run AS c WHERE c.parent_id = p.id AND (c.exec_status = 1 OR"
            " (c.exec_status = 0 AND c.remaining = 0 AND c.held_by <= 0 AND c.reason IN ('', 'rate'))))"
        ).fetchall()
        held = [path for holder, path in held if not self._task(self._seen[holder]).fail_fast]
        assert not held, f"`{held[0]}` is held by a limit that has room"

    def _check_held_by_pools(self) -> None:
        for identity, pool, free in self._sql(
            "SELECT t.id, p.name, p.places - (SELECT coalesce(sum(weight), 0) FROM pool_holder WHERE pool_id = p.id)"
            " FROM task_run AS t JOIN pool AS p ON p.id = -t.held_by JOIN flow_run AS r ON r.id = t.flow_run_id"
            " WHERE t.held_by < 0 AND t.exec_status = 0 AND r.status = 'running'"
        ).fetchall():
            seen = self._seen[identity]
            if any(around.status is ExecStatus.FAILED for around in self._around(seen)):
                continue
            weight = sum(use.weight for use in self._task(seen).uses if use.pool == pool)
            assert weight > free, f"`{seen.path}` is held by pool `{pool}`, which has {free} places left"

    def _around(self, seen: Seen) -> Iterator[Seen]:
        """The groups that a row is in; one that has failed has given up what is in it."""
        while seen.parent is not None:
            seen = self._seen[seen.parent]
            yield seen

    def _path(self, identity: int) -> str:
        return str(self._sql("SELECT path FROM task_run WHERE id = ?", (identity,)).fetchone()[0])

    # What the world sees

    def check_start(self, start: Start) -> None:
        """At the moment at which a body begins: its claim is durable, and nothing speaks against it."""
        found = self._sql(
            "SELECT t.exec_status, t.fence, t.attempt_id, t.generation, t.round, a.pid, r.status, t.reason"
            " FROM task_run AS t"
            " JOIN flow_run AS r ON r.id = t.flow_run_id LEFT JOIN task_attempt AS a ON a.id = ? WHERE t.id = ?",
            (start.attempt_id, start.task_run_id),
        ).fetchone()
        assert found is not None, f"`{start.path}` begins, but it is in no store"
        status, fence, attempt, generation, turn, pid, run_status, reason = found
        claimed = (status, fence, attempt, reason) == (1, start.fence, start.attempt_id, "")
        assert claimed, f"`{start.path}` begins without a durable claim"
        is_script = self._world.bodies[start.attempt_id].is_script
        assert not is_script or pid is not None, f"`{start.path}` begins, but its process is not in the store"
        assert run_status != "cancelled", f"`{start.path}` begins after its run was cancelled"
        assert not start.beside, f"`{start.path}` begins while an earlier attempt of it runs"
        key = start.key.partition("#")[0]
        known = self._keys.setdefault(start.task_run_id, key)
        assert known == key, f"`{start.path}` has the key {key}, and had {known}"
        assert len(set(self._keys.values())) == len(self._keys), f"the key {key} belongs to another task"
        self._starts[start.task_run_id, generation, turn] += 1
        self._learn_rows()
        task = self._task(self._seen[start.task_run_id])
        again = task.on_crash == "rerun" or (task.idempotent and not task.retry)
        most = 1 + sum(rule.attempts for rule in task.retry) + _MOST_CRASHES * again
        count = self._starts[start.task_run_id, generation, turn]
        assert count <= most, f"`{start.path}` begins for the {count}. time; {most} are allowed"

    def acknowledged(self, request: dict[str, Any], answer: Any) -> None:
        """Somebody was told that it is done."""
        if request["verb"] == "register":
            row = self._sql("SELECT flow, key FROM flow_run WHERE id = ?", (answer["id"],)).fetchone()
            assert row is not None, f"a registration was acknowledged and is lost: {request}"
            self._acknowledged.add(answer["id"])
            if request["key"] is not None:
                known = self._runs_by_key.setdefault((row[0], row[1]), answer["id"])
                assert known == answer["id"], f"the key {row[1]} is of two runs"
        else:
            self.touched_by_people.add(request["run"])


def _status(number: int) -> ExecStatus | None:
    """None for what a person wrote that is no state."""
    return ExecStatus(number) if number in set(ExecStatus) else None


def _rest(row: Sequence[Any]) -> tuple[bool, int | None]:
    return bool(row[8]), row[9]
