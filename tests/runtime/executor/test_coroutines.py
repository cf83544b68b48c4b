"""Components that are coroutines: they wait side by side in one loop, are cancelled there, and named if they block."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from runtime.model.state import Reason
from tests.runtime.executor.component_project import ComponentBench


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[ComponentBench]:
    bench = ComponentBench(tmp_path, grace_seconds=0.3)
    yield bench
    bench.executor.close(leave_scripts=False)


def test_hundreds_wait_in_one_thread(bench: ComponentBench) -> None:
    attempts = [bench.of("waits", {"result": "float"}, process=False, arguments={"seconds": 0.5}) for _ in range(300)]
    before = threading.active_count()
    for attempt in attempts:
        bench.executor.submit(attempt, bench)
    outcomes = [bench.ends.get(timeout=30)[1] for _ in attempts]
    assert all(outcome.succeeded for outcome in outcomes)
    assert threading.active_count() - before < 60
    assert bench.log(attempts[7]) == "waiting 0.5\n"


def test_cancel_ends_what_it_awaits(bench: ComponentBench, tmp_path: Path) -> None:
    attempt = bench.of("forever", process=False, arguments={"file": str(tmp_path / "there")})
    bench.executor.submit(attempt, bench)
    bench.executor.cancel(attempt.id)
    outcome = bench.wait(attempt)
    assert (outcome.reason, bench.executor.abandoned) == (Reason.CANCELLED, 0)


def test_timeout_ends_it(bench: ComponentBench, tmp_path: Path) -> None:
    outcome = bench.run(
        bench.of("forever", process=False, arguments={"file": str(tmp_path / "there")}, timeout_seconds=0.2)
    )
    assert outcome.message == "it was ended after its timeout of 200ms"


def test_own_failure_after_a_wait_is_its_message(bench: ComponentBench) -> None:
    assert bench.run(bench.of("fails_later", process=False)).message == "no orders"


def test_coroutine_that_ignores_its_cancel_is_given_up_and_counted_while_it_runs(
    bench: ComponentBench, tmp_path: Path
) -> None:
    end = tmp_path / "end"
    arguments = {"file": str(tmp_path / "there"), "until": str(end)}
    outcome = bench.run(bench.of("stubborn", process=False, arguments=arguments, timeout_seconds=0.2))
    assert (outcome.reason, outcome.given_up, bench.executor.abandoned) == (Reason.TIMEOUT, True, 1)
    end.touch()
    bench.executor.close()
    assert bench.nothing_ended()


def test_coroutine_that_blocks_the_loop_is_named_and_others_get_another_loop(
    bench: ComponentBench, tmp_path: Path
) -> None:
    end = tmp_path / "end"
    blocking = bench.of(
        "blocks", process=False, path="import/blocks", arguments={"file": str(tmp_path / "there"), "until": str(end)}
    )
    victim = bench.of("forever", process=False, arguments={"file": str(tmp_path / "victim")}, timeout_seconds=2.5)
    bench.executor.submit(victim, bench)
    bench.executor.submit(blocking, bench)
    outcome = bench.wait(victim)
    assert "`import/blocks` (steps.blocks) holds up all coroutines at " in outcome.message
    assert "steps.py:" in outcome.message
    other = bench.of("waits", {"result": "float"}, process=False, arguments={"seconds": 0.01})
    assert bench.run(other).succeeded
    end.touch()
    assert bench.wait(blocking).succeeded
    assert "it holds up all coroutines" in bench.log(blocking)


def test_prints_of_coroutines_do_not_mix(bench: ComponentBench) -> None:
    first, second = (
        bench.of("waits", {"result": "float"}, process=False, arguments={"seconds": seconds}) for seconds in (0.2, 0.1)
    )
    for attempt in (first, second):
        bench.executor.submit(attempt, bench)
    for _ in range(2):
        assert bench.ends.get(timeout=30)[1].succeeded
    assert (bench.log(first), bench.log(second)) == ("waiting 0.2\n", "waiting 0.1\n")
