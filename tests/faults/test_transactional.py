"""Transactional components: whenever their engine dies, their effects are in the store exactly once."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from runtime.executor.protocol import Attempt, Outcome, ProcessMark, Reporter
from runtime.model.definition import FlowDefinition
from runtime.model.state import Reason, RunStatus
from runtime.model.statement import Statement
from tests.faults.commands import flowc, flower, query, start_flower
from tests.faults.test_crash_sweep import When, World, live
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder, over

TABLE = Statement("CREATE TABLE IF NOT EXISTS booking (task TEXT)")


class Calls(World):
    """Components in threads of the engine: what is lost with it may be called again."""

    def _run(self, attempt: Attempt, reporter: Reporter) -> None:
        booking = Statement("INSERT INTO booking VALUES (?)", (attempt.path,))
        outputs = {name: 1 for name, _ in attempt.outs}
        reporter.ended(attempt, Outcome(True, outputs, statements=(TABLE, booking)))

    def recover(self, attempt: Attempt, process: ProcessMark | None, reporter: Reporter) -> None:
        reporter.ended(attempt, Outcome(False, reason=Reason.IN_DOUBT, message="its engine died"))


def flow() -> FlowDefinition:
    built = FlowBuilder().task("a", outs={"n": "int"}, idempotent=True).task("b", idempotent=True)
    built.group("g", generators=over("x", ["list", "p", "q"])).task("g/m", idempotent=True)
    return built.chain("a", "b", "g").build()


@pytest.mark.parametrize("when", ["before", "after"])
def test_effects_are_there_once_whichever_commit_the_engine_dies_at(tmp_path: Path, when: When) -> None:
    for crash_at in range(1, 100):
        folder = tmp_path / str(crash_at)
        folder.mkdir()
        bench = Bench(folder)
        run = bench.register(flow())
        status, left = live(bench, Calls(), run, crash_at, when)
        if status is None:
            status, _ = live(bench, Calls(), run, 0, when)
        assert status is RunStatus.SUCCEEDED, crash_at
        assert sorted(bench.query("SELECT task FROM booking")) == [("a",), ("b",), ("g[0]/m",), ("g[1]/m",)], crash_at
        if left > 0:
            assert crash_at > 5
            return
    pytest.fail("the run has no end")


STEPS = """
import time

from runtime.component import Statements, component


@component(transactional=True)
def book(n: int, statements: Statements) -> int:
    statements.add("CREATE TABLE IF NOT EXISTS booking (n INTEGER)")
    statements.add("INSERT INTO booking VALUES (?)", [n])
    time.sleep(0.01)
    return n
"""
BOOKINGS = 40


def survives(folder: Path, kills: int, seed: int) -> None:
    """`kill -9` of the engine so often, each after a few lines of its output."""
    chance = random.Random(seed)
    (folder / "flow.toml").write_text('[project]\ncomponents = ["steps.py"]\n')
    (folder / "steps.py").write_text(STEPS)
    (folder / "shop.flow").write_text(
        f"flow shop {{\n    task book for n in range(0, {BOOKINGS}) = steps.book(n: n)\n}}\n"
    )
    deployed = flowc(folder, "deploy", "shop.flow")
    assert deployed.returncode == 0, deployed.stdout + deployed.stderr
    assert flower(folder, "register", "shop").returncode == 0
    for _ in range(kills):
        process = start_flower(folder, "run", "--resume", "shop-1", "--plain", "--jobs", "2")
        assert process.stdout is not None
        for _, _ in zip(range(chance.randrange(1, 8)), process.stdout, strict=False):
            pass
        os.kill(process.pid, signal.SIGKILL)
        process.stdout.close()
        process.wait()
    done = flower(folder, "run", "--resume", "shop-1", "--plain", "--jobs", "2")
    assert done.returncode == 0, done.stdout + done.stderr
    counts = Counter(n for (n,) in query(folder, "SELECT n FROM booking"))
    assert counts == Counter(range(BOOKINGS))


def test_effects_are_there_once_though_the_engine_is_killed_five_times(tmp_path: Path) -> None:
    survives(tmp_path, 5, seed=3)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_effects_are_there_once_though_the_engine_is_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    survives(tmp_path, 20, seed)
