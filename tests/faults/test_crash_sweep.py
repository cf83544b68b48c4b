"""The engine dies at its n-th commit, just before or just after it, for every n; the next one carries on.

Scripts are played by threads that outlive the engine as processes do: they ask for the gate, and what they do counts in
a ledger outside the store.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

import pytest

from runtime.engine import Engine
from runtime.executor.protocol import Attempt, Outcome, ProcessMark, Reporter
from runtime.model.definition import FlowDefinition, Until
from runtime.model.state import Reason, RunStatus
from runtime.store.sqlite.store import SqliteStore
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder, over

When = Literal["before", "after"]


class Crash(BaseException):
    """The process is gone."""


class MortalStore(SqliteStore):
    """Dies around its n-th commit; 0 means never."""

    def __init__(self, bench: Bench, crash_at: int, when: When) -> None:
        super().__init__(bench.files, "OFF")
        self._left = crash_at
        self._when = when

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with super().transaction():
            yield
            self._left -= 1
            if self._left == 0 and self._when == "before":
                raise Crash
        if self._left == 0:
            raise Crash


class MortalEngine(Engine):
    """When it dies, whoever waits for it hears nothing but the silence of a closed pipe."""

    def __init__(self, store: MortalStore, world: World) -> None:
        super().__init__(store, world, jobs=3)
        self.gone = threading.Event()

    def _main(self) -> None:
        try:
            super()._main()
        except Crash:
            self._closing = True
            self._give_up(ConnectionError("the engine died"))
        finally:
            self.gone.set()


class World:
    """An executor whose scripts live on when the engine dies, with a ledger of what they did."""

    def __init__(self) -> None:
        self.effects: Counter[str] = Counter()
        self._ends: dict[int, Future[None]] = {}
        self._lock = threading.Lock()

    def submit(self, attempt: Attempt, reporter: Reporter) -> None:
        threading.Thread(target=self._run, args=(attempt, reporter), daemon=True).start()

    def _run(self, attempt: Attempt, reporter: Reporter) -> None:
        end = self._ends.setdefault(attempt.id, Future())
        if not reporter.started(attempt, ProcessMark(attempt.id, 1, "boot")):
            end.cancel()
            reporter.ended(attempt, Outcome(False, never_ran=True, reason=Reason.CANCELLED))
            return
        with self._lock:
            self.effects[attempt.path] += 1
        end.set_result(None)
        reporter.ended(attempt, Outcome(True, {name: 1 for name, _ in attempt.outs}))

    def recover(self, attempt: Attempt, process: ProcessMark | None, reporter: Reporter) -> None:
        end = self._ends.get(attempt.id)
        if process is None or end is None:
            reporter.ended(attempt, Outcome(False, never_ran=True))
            return
        ran, never_ran = Outcome(True, {name: 1 for name, _ in attempt.outs}), Outcome(False, never_ran=True)
        end.add_done_callback(lambda done: reporter.ended(attempt, never_ran if done.cancelled() else ran))

    def cancel(self, attempt_id: int, reason: Reason = Reason.CANCELLED) -> None:
        raise AssertionError("nobody cancels here")

    def close(self, *, leave_scripts: bool = True) -> None:
        pass


def flow() -> FlowDefinition:
    built = FlowBuilder().task("a", outs={"n": "int"}).task("b").task("c", when=["==", ["out", "a", "n"], 1])
    built.group("g", generators=over("x", ["list", "p", "q"]), limit=1).task("g/m").task("g/n").edge("g/m", "g/n")
    built.task("end", awaits=["state", "c", "succeeded"]).edge("c", "end", outcome=True)
    return built.chain("a", "b", "g").chain("a", "c").edge("g", "end").build()


TASKS = ["a", "b", "c", "end", "g[0]/m", "g[0]/n", "g[1]/m", "g[1]/n"]


def repeated() -> FlowDefinition:
    """A task of three rounds, and a group of two."""
    built = FlowBuilder().task("poll", until=Until([">=", ["round", "poll"], 3]))
    built.group("r", until=Until([">=", ["round", "r"], 2])).task("r/m").task("r/n").edge("r/m", "r/n")
    return built.task("end").edge("poll", "end").edge("r", "end").build()


ROUNDS = ["poll", "poll", "poll", "r/m", "r/n", "r/m", "r/n", "end"]


def live(bench: Bench, world: World, run: int, crash_at: int, when: When) -> tuple[RunStatus | None, int]:
    """One life of an engine; (how the run ended, or None if the engine died first; commits that were left)."""
    store = MortalStore(bench, crash_at, when)
    engine = MortalEngine(store, world)
    rest = engine.work_on(run)
    engine.start()
    try:
        return rest.result(20), store._left
    except ConnectionError:
        return None, 0
    finally:
        engine.close()
        assert engine.gone.wait(10)
        store.close()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize(("made", "tasks"), [(flow, TASKS), (repeated, ROUNDS)], ids=["groups", "rounds"])
def test_a_crash_around_any_commit_loses_nothing_and_repeats_nothing(
    tmp_path: Path, when: When, made: Callable[[], FlowDefinition], tasks: list[str]
) -> None:
    bench = Bench(tmp_path)
    for crash_at in range(1, 200):
        world = World()
        run = bench.register(made())
        status, left = live(bench, world, run, crash_at, when)
        if status is None:
            status, _ = live(bench, world, run, 0, when)
        assert status is RunStatus.SUCCEEDED, crash_at
        assert world.effects == Counter(tasks), crash_at
        if left > 0:
            assert crash_at > 10
            return
    pytest.fail("the run has no end")


def test_an_engine_that_dies_again_and_again_gets_there_all_the_same(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    world = World()
    run = bench.register(flow())
    status = None
    lives = 0
    while status is None:
        lives += 1
        assert lives < 100
        status, _ = live(bench, world, run, 6, "after" if lives % 2 else "before")
    assert status is RunStatus.SUCCEEDED
    assert world.effects == Counter(TASKS)
    assert lives > 3
