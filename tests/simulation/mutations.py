"""Bugs of the protocol, made on purpose: each replaces a piece of source in a process of its own."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from types import CodeType, ModuleType
from typing import Final


@dataclass(frozen=True, slots=True)
class Mutation:
    """`edits`: (module, what stands there once, what is to stand there)."""

    name: str
    edits: tuple[tuple[str, str, str], ...]


def _one(name: str, module: str, old: str, new: str) -> Mutation:
    return Mutation(name, ((module, old, new),))


_TRANSITIONS: Final = "runtime.store.sqlite.tasks.transitions"
_CONSEQUENCES: Final = "runtime.store.sqlite.tasks.consequences"
_COMPLETE: Final = '" ended_at = ?, revision = revision + 1 WHERE id = ? AND fence = ? AND exec_status = 1",\n'
_COMPLETE_END: Final = "                (outputs, exit_code, now, task_run_id, fence),"
_STOP: Final = '" revision = revision + 1 WHERE id = ? AND fence = ? AND exec_status = 1",\n'
_STOP_END: Final = "                (status, reason, message, exit_code, now, task_run_id, fence),"

MUTATIONS: Final = (
    _one(
        "a completion has no fence",
        _TRANSITIONS,
        _COMPLETE + _COMPLETE_END,
        _COMPLETE.replace("fence = ?", "? >= 0") + _COMPLETE_END,
    ),
    _one(
        "a completion has no guard on the state",
        _TRANSITIONS,
        _COMPLETE + _COMPLETE_END,
        _COMPLETE.replace(" AND exec_status = 1", "") + _COMPLETE_END,
    ),
    _one(
        "a failure has no guard on the state",
        _TRANSITIONS,
        _STOP + _STOP_END,
        _STOP.replace(" AND exec_status = 1", "") + _STOP_END,
    ),
    _one(
        "a failure has no fence",
        _TRANSITIONS,
        _STOP + _STOP_END,
        _STOP.replace("fence = ?", "? >= 0") + _STOP_END,
    ),
    _one(
        "the transaction is split",
        "runtime.engine.operations",
        "        _apply(turn, operation)\n    turn.step.flush()\n",
        "        _apply(turn, operation)\n"
        "    turn.store._connection.execute('COMMIT')\n"
        "    turn.store._connection.execute('BEGIN IMMEDIATE')\n"
        "    turn.step.flush()\n",
    ),
    Mutation(
        "dispatched before the commit",
        (
            (
                "runtime.engine.turn",
                "        self._claims += claims\n",
                (
                    "        self._claims += claims\n"
                    "        for claim in claims:\n            self.state.executor.submit(claim.attempt, None)\n"
                ),
            ),
            (
                "runtime.engine.turn",
                "            self.state.executor.submit(claim.attempt, reporter)\n",
                "            pass\n",
            ),
        ),
    ),
    _one(
        "claimed after the commit",
        "runtime.work.worker",
        "            self._write(fresh)\n",
        "            self._step.after_commit.append(lambda: self._write(fresh))\n",
    ),
    _one(
        "the process is not recorded",
        "runtime.engine.operations",
        "                turn.store.attempts.started(attempt_id, process.pid, process.start_ticks, process.boot_id)\n",
        "                pass\n",
    ),
    _one(
        "the gate is opened before the commit",
        "runtime.engine.operations",
        "step.after_commit.append(lambda: future.set_result(granted and not step.ends(attempt_id)))",
        "future.set_result(granted)",
    ),
    _one(
        "a cancel of the same turn does not close the gate",
        "runtime.engine.operations",
        "future.set_result(granted and not step.ends(attempt_id))",
        "future.set_result(granted)",
    ),
    _one(
        "the gate opens whatever has become of the claim",
        "runtime.engine.operations",
        "granted = attempt_id not in turn.step.ending and _may_start(turn, attempt_id)",
        "granted = True",
    ),
    _one("a thing that is met is lost", "runtime.step.step", "            if met:\n", "            if len(met) > 1:\n"),
    _one(
        "a thing that is met counts twice",
        "runtime.step.ledger",
        "self._met[run.id, edge.successor, row.scope_id] += 1",
        "self._met[run.id, edge.successor, row.scope_id] += 2",
    ),
    _one(
        "what an engine left is done again",
        "runtime.engine.taking_up",
        "            turn.recover(*_recovery(turn, run, row, row.attempt_id))\n",
        "            turn.store.tasks.unclaim(row.id, row.fence)\n",
    ),
    _one(
        "what is in doubt is done again",
        "runtime.work.decision",
        '        return Decision("retry")\n    return Decision("suspend")\n',
        '        return Decision("retry")\n    return Decision("retry")\n',
    ),
    _one(
        "ids of attempts are used again", "runtime.engine.engine", "count(self._store.attempts.next_id())", "count(1)"
    ),
    _one(
        "the fence does not rise",
        _TRANSITIONS,
        "message = '', fence = fence + 1,\"",
        "message = '', fence = max(fence, 1),\"",
    ),
    _one(
        "updates by hand are overlooked",
        "runtime.engine.operations",
        "        _apply_hand_changes(turn)\n",
        "        pass\n",
    ),
    _one(
        "a skip spreads",
        "runtime.step.ending",
        "        self.ended(run, row, active=False)\n        for member, outputs in below:\n",
        "        self.stopped(run, row, active=False)\n        for member, outputs in below:\n",
    ),
    _one(
        "a hook reports twice",
        "runtime.work.worker",
        "            self._keep(claim, stored)\n",
        "            self._keep(claim, stored)\n"
        "            if task.hook and row.generation == 1:\n                tasks.reset([row.id])\n",
    ),
    _one(
        "a condition that holds is met again and again",
        _CONSEQUENCES,
        "remaining = remaining - 1, awaiting = 0, revision",
        "remaining = remaining - 1, revision",
    ),
    _one("a pool leaks", "runtime.step.ledger", "self.store.pools.give_back(row.id)", "False"),
    _one(
        "a cancelled run keeps its places",
        "runtime.engine.progress",
        "        turn.store.pools.give_back_all(worked.id)\n",
        "        pass\n",
    ),
    _one(
        "a pool gives one place too many",
        "runtime.pools",
        "pool.taken + weight > pool.places",
        "pool.taken + weight > pool.places + 1",
    ),
    _one(
        "nobody waits for a pool's turn",
        "runtime.store.sqlite.pools",
        "        for (pool_id,) in pools:\n            self.let_go(pool_id)\n",
        "",
    ),
    _one("a limit is off by one", "runtime.step.ledger", "if place[1] >= place[0]:", "if place[1] > place[0]:"),
    _one(
        "a place of a limit is not passed on",
        "runtime.step.step",
        "if limit is not None and active < limit:",
        "if limit is not None and active < 0:",
    ),
    _one("a group closes too early", "runtime.step.step", "if left <= 0 and status ==", "if left <= 1 and status =="),
    _one(
        "a crash gives new retries",
        "runtime.work.worker",
        "decide_outcome(task, row.attempts, outcome",
        "decide_outcome(task, 1 if claim.recovered else row.attempts, outcome",
    ),
    _one("the delay of a retry is lost", "runtime.work.worker", "if decision.delay_seconds else 0", "if False else 0"),
    _one(
        "not-before is ignored",
        "runtime.store.sqlite.tasks.reading",
        '" AND held_by = 0 AND not_before = 0 ORDER BY',
        '" AND held_by = 0 ORDER BY',
    ),
    _one(
        "priority is ignored",
        "runtime.store.sqlite.tasks.reading",
        "ORDER BY lane, priority, id LIMIT",
        "ORDER BY lane, id LIMIT",
    ),
    _one(
        "a cancel forgets what runs",
        "runtime.engine.progress",
        "if worked.status in (RunStatus.CANCELLED, RunStatus.FAILED):",
        "if worked.status == RunStatus.FAILED:",
    ),
    _one(
        "a cancelled run goes on",
        "runtime.engine.progress",
        "    if worked.status == RunStatus.RUNNING and state.claiming:\n",
        "    if worked.status in (RunStatus.RUNNING, RunStatus.CANCELLED) and state.claiming:\n",
    ),
    _one(
        "an item is made twice",
        "runtime.watch",
        "        self._tasks.insert(items)\n",
        "        self._tasks.insert(items)\n"
        "        from dataclasses import replace\n"
        "        more = [new for new in items if new.kind == 'task' and new.parent_id == row.id]\n"
        "        self._tasks.insert([replace(new, id=new.id + len(items), ordinal=new.ordinal + len(more))"
        " for new in more])\n",
    ),
    _one(
        "a stale result is taken",
        "runtime.work.worker",
        "outcome.exit_code, now):\n                return False\n",
        "outcome.exit_code, now):\n                pass\n",
    ),
    _one(
        "the deadline is forgotten",
        "runtime.engine.progress",
        "    return not turn.store.tasks.settled(worked.id)\n",
        "    return False\n",
    ),
    _one(
        "the key is another one each time",
        "runtime.work.attempt",
        "key=key_of(run, row, scope, store),",
        "key=key_of(run, row, scope, store) + str(attempt_id),",
    ),
    _one(
        "a request that is sent again is done again",
        "runtime.service.requests",
        "step.store.events.receipt(identity) if identity else None",
        "None",
    ),
    _one(
        "answered before the commit",
        "runtime.engine.operations",
        "        step.after_commit.append(lambda: future.set_result(result))\n",
        "        future.set_result(result)\n",
    ),
    _one(
        "a wait is over at once",
        "runtime.watch",
        "self._tasks.wait_until(row.id, until, self._step.now, Reason.WAIT)",
        "self._tasks.wait_until(row.id, self._step.now + 1, self._step.now, Reason.WAIT)",
    ),
    _one(
        "an attempt that never ran counts as failed",
        "runtime.work.decision",
        '    if outcome.never_ran:\n        return Decision("again"',
        '    if False:\n        return Decision("again"',
    ),
    _one(
        "a place that is not taken is not passed on",
        "runtime.work.worker",
        "            self._step.pass_on(run, row)\n",
        "            pass\n",
    ),
    _one(
        "what runs in a late run is left to itself",
        "runtime.store.sqlite.runs",
        "WHERE status IN ('cancelled', 'suspended', 'failed')\"",
        "WHERE status IN ('cancelled', 'suspended')\"",
    ),
    _one(
        "a lock ends the engine's turn, and its batch is lost",
        "runtime.engine.engine",
        "                self._wait_out(problem)\n",
        "                self._batch.clear()\n",
    ),
)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules that are edited, and loads them with their edits."""

    def __init__(self, mutation: Mutation) -> None:
        self._edits = mutation.edits

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        edits = [(old, new) for module, old, new in self._edits if module == name]
        spec = importlib.machinery.PathFinder.find_spec(name, path) if edits else None
        if spec is None or spec.origin is None:
            return None
        return importlib.util.spec_from_file_location(name, spec.origin, loader=_Loader(name, spec.origin, edits))


class _Loader(importlib.machinery.SourceFileLoader):
    def __init__(self, name: str, path: str, edits: list[tuple[str, str]]) -> None:
        super().__init__(name, path)
        self._edits = edits

    def get_code(self, fullname: str) -> CodeType:
        text = self.get_data(self.path).decode()
        for old, new in self._edits:
            if text.count(old) != 1:
                raise LookupError(f"{self.path} has moved on: {old!r} stands there {text.count(old)} times")
            text = text.replace(old, new)
        return compile(text, self.path, "exec")


def install(mutation: Mutation) -> None:
    """From now on the modules have the bug. They must not have been imported."""
    assert not [module for module, _, _ in mutation.edits if module in sys.modules]
    sys.meta_path.insert(0, _Finder(mutation))
