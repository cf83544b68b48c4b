"""Runs a flow without executing anything: each claim is answered at once with the outcome that was given."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from typing import Any, Final

from runtime import admission, control, rest
from runtime.admission import Wanted
from runtime.deadline import deadline_of, expire
from runtime.lateness import decide_late, next_late
from runtime.model.definition import Action, Call, Detach, FlowDefinition, TaskDefinition
from runtime.model.errors import FlowerError
from runtime.model.rows import TaskRow
from runtime.model.state import ExecStatus, Reason, RunStatus
from runtime.relist import relist
from runtime.simulation.given import Given
from runtime.simulation.step import WANTED, Causes, SimulatedScope, SimulatedStep
from runtime.step import ActiveRun
from runtime.store.protocol import Store
from runtime.work import Claim, Worker

MOST_ATTEMPTS: Final = 100_000
_MOST_IDLE_TURNS: Final = 1_000
"""In a row, at one moment."""
_AT_ONCE: Final = 1_000
_NO_LUCK: Final = 0.5
"""The middle of what chance can do: delays have no jitter."""


class Simulation:
    """A simulated run over a store of its own. `exit_codes`: of the last attempt of each task, by path."""

    def __init__(self, store: Store, flow: FlowDefinition, given: Given) -> None:
        """Makes the run. BadParameter if the parameters do not fit the flow."""
        self.store = store
        self.given = given
        self.now = given.time
        self.status = RunStatus.RUNNING
        self.causes: Causes = {}
        self.exit_codes: dict[str, int | None] = {}
        self._ends: Counter[str] = Counter()
        self._attempts = 0
        self._attempt_ids = count(1)
        self.run = self._make_run(replace(flow, tasks=tuple(map(_with_wish, flow.tasks))))

    def _make_run(self, flow: FlowDefinition) -> ActiveRun:
        with self.store.transaction():
            step = self._step()
            self.store.pools.declare(flow.pools)
            self.store.deploy(flow, "", self.now)
            wanted = Wanted(flow.name, self.now, self.given.zone, self.given.parameters)
            run_id, _ = admission.register(step, wanted)
            self.store.runs.start(run_id, self.now)
            self._worker_id = self.store.attempts.add_worker("", "", 0, 0, self.now)
            row = self.store.runs.get(run_id)
        assert row is not None
        run = ActiveRun.load(self.store, row)
        run.values.dir = "run.dir"
        return run

    def _step(self) -> SimulatedStep:
        return SimulatedStep(self.store, self.now, self.given, self.causes)

    def scope(self, row: TaskRow) -> SimulatedScope:
        """What expressions of a row see."""
        return self._step().scope(self.run, row)

    def work(self) -> RunStatus:
        """Goes on until nothing can move. FlowerError if that takes too many attempts."""
        going_on, idle = True, 0
        while going_on:
            before = (self._attempts, self.now)
            with self.store.transaction():
                going_on = self._turn(self._step())
            idle = idle + 1 if before == (self._attempts, self.now) else 0
            if self._attempts > MOST_ATTEMPTS or idle > _MOST_IDLE_TURNS:
                raise FlowerError(f"after {self._attempts} attempts the run has not ended")
        return self.status

    def _turn(self, step: SimulatedStep) -> bool:
        """What can happen at this moment; whether there may be more to come."""
        if self._is_over_time(step) and expire(step, self.run) is RunStatus.FAILED:
            self.status = RunStatus.FAILED
            return False
        self.store.tasks.wake_due(self.run.id, self.now)
        decide_late(step, self.run)
        rest.expire_groups(step, self.run)
        worker = Worker(step, self._worker_id, self._attempt_ids)
        claims = worker.claim(self.run, _AT_ONCE)
        step.flush()
        relisted = bool(step.relisted)
        relist(step, self.run)
        for claim in claims:
            self._end(worker, claim)
            step.flush()
        if self.run.id in step.failed and self.run.graph.patient:
            rest.fail_stuck_groups(step, self.run)
        return bool(claims) or relisted or self._answer(step) or self._go_on(step)

    def _is_over_time(self, step: SimulatedStep) -> bool:
        at = deadline_of(step, self.run)
        return at is not None and at <= self.now and not self.store.tasks.settled(self.run.id)

    def _end(self, worker: Worker, claim: Claim) -> None:
        row = claim.row
        self._attempts += 1
        self._ends[row.path] += 1
        outcome = self.given.outcome(self.run.task(row).path, row.path, self._ends[row.path])
        self.exit_codes[row.path] = outcome.exit_code
        worker.record(claim, outcome, _NO_LUCK)

    def _answer(self, step: SimulatedStep) -> bool:
        """Answers what tasks ask for; whether any did."""
        asked = [
            row
            for row in self.store.tasks.of_run(self.run.id)
            if row.status is ExecStatus.SUSPENDED and row.reason == Reason.ASKED
        ]
        for row in asked:
            outcome = self.given.outcome(self.run.task(row).path, row.path, row.round)
            if outcome.succeeded:
                self._complete(step, row, outcome.outputs)
            else:
                control.refuse(step, self.run, row.path, outcome.message)
        return bool(asked)

    def _complete(self, step: SimulatedStep, row: TaskRow, fields: Mapping[str, Any]) -> None:
        outputs = step.outputs(self.run, row, fields)
        control.complete(step, self.run, row, outputs, step.judge_round(self.run, row, outputs))
        step.flush()

    def _go_on(self, step: SimulatedStep) -> bool:
        """Jumps to the next moment at which something is due; at rest, whether anything can move after all."""
        tasks = self.store.tasks
        if tasks.moving(self.run.id):
            bounds = (tasks.next_expiry(self.run.id), deadline_of(step, self.run))
            times = (tasks.next_due(self.run.id), next_late(self.store, self.run), *bounds)
            due = min((at for at in times if at is not None), default=None)
            if due is not None:
                self.now = max(due, self.now)
                return True
        self.status = rest.come_to_rest(step, self.run)
        return self.status is RunStatus.RUNNING


def _with_wish(task: TaskDefinition) -> TaskDefinition:
    """The node with the condition that it is not given as skipped, beside its own."""
    if task.kind == "flow":
        return task
    wish = ["state", task.path, WANTED]
    when = wish if task.when is None else ["and", wish, task.when]
    return replace(task, when=when, action=_given(task.action))


def _given(action: Action | None) -> Action | None:
    """A task that starts another run starts none here: it ends as it is given, like a call."""
    return Call(f"flow {action.flow}", action.arguments) if isinstance(action, Detach) else action
