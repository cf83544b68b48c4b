"""The store under a random caller, beside the machine of a task run: both must agree on every transition."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from runtime.model.encode import flow_to_json
from runtime.model.machine import explanations
from runtime.model.state import ExecStatus, Reason
from runtime.service.requests import apply_alone
from tests.simulation.flows import compiled
from tests.simulation.mortal import memory_folder, new_files, open_store

_NOW: Final = 1_800_000_000_000_000
_TASKS: Final = [2, 3]
_FLOW: Final = compiled('flow f { task a { sh "true" }; task b { sh "true" } }')
_task = st.sampled_from(_TASKS)
_age = st.integers(0, 2)


class StoreMachine(RuleBasedStateMachine):
    """Two task runs that anybody may call about, with the fence they hold or with one from before."""

    def __init__(self) -> None:
        super().__init__()
        self._folder = tempfile.TemporaryDirectory(dir=memory_folder())
        store = open_store(new_files(Path(self._folder.name)), None)
        self.store = store
        apply_alone(store, {"verb": "deploy", "flows": [flow_to_json(_FLOW)], "project": "/nowhere"}, _NOW)
        apply_alone(store, {"verb": "register", "flow": "f", "zone": "UTC"}, _NOW)
        self.status = dict.fromkeys(_TASKS, ExecStatus.WAITING)
        self.fence = dict.fromkeys(_TASKS, 0)
        self.attempt = 0

    def teardown(self) -> None:
        self.store.close()
        self._folder.cleanup()

    def _seen(self, task: int) -> ExecStatus:
        row = self.store.tasks.by_id(task)
        assert row is not None
        return row.status

    @rule(task=_task)
    def claim(self, task: int) -> None:
        self.attempt += 1
        with self.store.transaction():
            self.store.tasks.claim([(self.attempt, _NOW, task)])
        if self.status[task] is ExecStatus.WAITING:
            self.status[task] = ExecStatus.RUNNING
            self.fence[task] += 1

    @rule(task=_task, age=_age)
    def complete(self, task: int, age: int) -> None:
        with self.store.transaction():
            applied = self.store.tasks.complete(task, self.fence[task] - age, None, 0, _NOW)
        self._expect(task, age, applied, ExecStatus.FINISHED)

    @rule(task=_task, age=_age, status=st.sampled_from([ExecStatus.FAILED, ExecStatus.SUSPENDED]))
    def stop(self, task: int, age: int, status: ExecStatus) -> None:
        reason = Reason.ERROR if status is ExecStatus.FAILED else Reason.IN_DOUBT
        with self.store.transaction():
            applied = self.store.tasks.stop(task, self.fence[task] - age, status, reason, "", 1, _NOW)
        self._expect(task, age, applied, status)

    @rule(task=_task, age=_age)
    def retry(self, task: int, age: int) -> None:
        with self.store.transaction():
            applied = self.store.tasks.retry_at(task, self.fence[task] - age, "", 1, 0)
        self._expect(task, age, applied, ExecStatus.WAITING)

    @rule(task=_task, age=_age)
    def never_ran(self, task: int, age: int) -> None:
        with self.store.transaction():
            applied = self.store.tasks.unclaim(task, self.fence[task] - age)
        self._expect(task, age, applied, ExecStatus.WAITING)

    def _expect(self, task: int, age: int, applied: bool, target: ExecStatus) -> None:
        """A fenced event applies to what runs under this very fence, and to nothing else."""
        may = self.status[task] is ExecStatus.RUNNING and age == 0
        assert applied == may, f"a call with a fence {age} old {'applied' if applied else 'was refused'}"
        if may:
            self.status[task] = target

    @rule(task=_task, status=st.sampled_from([ExecStatus.FINISHED, ExecStatus.IGNORED, ExecStatus.FAILED]))
    def decide(self, task: int, status: ExecStatus) -> None:
        reason = {ExecStatus.IGNORED: Reason.CONDITION, ExecStatus.FAILED: Reason.EXPRESSION}.get(status, Reason.NONE)
        with self.store.transaction():
            self.store.tasks.decide(task, status, reason, "", None, _NOW)
        if self.status[task] is ExecStatus.WAITING:
            self.status[task] = status

    @precondition(lambda self: any(status not in (0, 1) for status in self.status.values()))
    @rule(task=_task)
    def reset(self, task: int) -> None:
        if self.status[task] in (ExecStatus.WAITING, ExecStatus.RUNNING):
            return
        with self.store.transaction():
            self.store.tasks.reset([task])
        self.status[task] = ExecStatus.WAITING

    @rule(task=_task)
    def answer(self, task: int) -> None:
        with self.store.transaction():
            self.store.tasks.answer(task, None, _NOW)
        if self.status[task] is ExecStatus.SUSPENDED:
            self.status[task] = ExecStatus.FINISHED

    @invariant()
    def the_store_is_where_the_machine_is(self) -> None:
        for task in _TASKS:
            row = self.store.tasks.by_id(task)
            assert row is not None
            assert (row.status, row.fence) == (self.status[task], self.fence[task])

    @invariant()
    def every_change_is_one_of_the_machine(self) -> None:
        for was, now, reason in self.store._connection.execute("SELECT was, now, reason FROM history"):
            assert was == now or explanations(ExecStatus(was), ExecStatus(now), reason, kind="task")


def check(examples: int) -> None:
    """Histories of calls; AssertionError if store and machine disagree."""
    chosen = settings(
        max_examples=examples,
        stateful_step_count=30,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        derandomize=True,
    )
    run_state_machine_as_test(StoreMachine, settings=chosen)
