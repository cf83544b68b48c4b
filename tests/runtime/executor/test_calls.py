"""Calls of components in threads: results, failures, prints, and ends that cannot be forced."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from runtime.component import Failed
from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench


def test_result_becomes_the_outputs_and_no_log_is_made(bench: Bench) -> None:
    attempt = bench.call(lambda context, n: {"twice": 2 * n}, {"twice": "int"}, arguments={"n": 4})
    outcome = bench.run(attempt)
    assert (outcome.succeeded, outcome.outputs) == (True, {"twice": 8})
    assert not (attempt.folder / "log").exists()


def test_exception_is_recorded_and_its_traceback_is_in_the_log(bench: Bench) -> None:
    def fails(context: Any) -> None:
        raise ValueError("bad day")

    attempt = bench.call(fails)
    outcome = bench.run(attempt)
    assert (outcome.reason, outcome.message) == (Reason.ERROR, "ValueError: bad day")
    assert 'raise ValueError("bad day")' in bench.log(attempt)
    assert "runtime/executor" not in bench.log(attempt).replace("tests/runtime/executor", "")


@pytest.mark.parametrize("exit_type", [SystemExit, KeyboardInterrupt])
def test_component_that_tries_to_end_the_program_ends_its_task(bench: Bench, exit_type: type[BaseException]) -> None:
    def leaves(context: Any) -> None:
        raise exit_type("out")

    assert bench.run(bench.call(leaves)).reason is Reason.ERROR
    assert bench.run(bench.call(lambda context: None)).succeeded


def test_wrong_result_is_a_bad_output(bench: Bench) -> None:
    outcome = bench.run(bench.call(lambda context: {"n": "many"}, {"n": "int"}))
    assert outcome.reason is Reason.BAD_OUTPUT
    assert "the output `n`" in outcome.message


def test_prints_go_to_the_log_of_their_own_attempt(bench: Bench, capsys: pytest.CaptureFixture[str]) -> None:
    meet = threading.Barrier(2)

    def speak(context: Any, word: str) -> None:
        for _ in range(50):
            meet.wait(10)
            print(word)
        print(word, "on stderr", file=sys.stderr)

    attempts = [bench.call(speak, arguments={"word": word}) for word in ("one", "two")]
    for attempt in attempts:
        bench.executor.submit(attempt, bench)
    for _ in attempts:
        assert bench.ends.get(timeout=30)[1].succeeded
    print("ours")
    for attempt, word in zip(attempts, ("one", "two"), strict=True):
        assert bench.log(attempt) == f"{word}\n" * 50 + f"{word} on stderr\n"
    assert capsys.readouterr().out == "ours\n"


def test_streams_of_the_program_are_put_back_at_close(bench: Bench) -> None:
    before = sys.stdout, sys.stderr
    bench.run(bench.call(lambda context: print("x")))
    bench.executor.close()
    assert (sys.stdout, sys.stderr) == before


def test_call_that_outlasts_its_timeout_is_reported_and_its_thread_given_up(bench: Bench) -> None:
    bench = Bench(bench.folder, grace_seconds=0.1)
    release = threading.Event()
    attempt = bench.call(lambda context: release.wait(30) and None, timeout_seconds=0.1)
    outcome = bench.run(attempt)
    assert outcome.reason is Reason.TIMEOUT
    assert "its thread was given up" in outcome.message
    assert bench.executor.abandoned == 1
    release.set()
    bench.executor.close()
    assert bench.nothing_ended()


def test_cancelled_call_that_comes_to_its_end_is_cancelled(bench: Bench) -> None:
    entered, release = threading.Event(), threading.Event()

    def body(context: Any) -> None:
        entered.set()
        release.wait(30)

    attempt = bench.call(body)
    bench.executor.submit(attempt, bench)
    entered.wait(10)
    bench.executor.cancel(attempt.id)
    release.set()
    outcome = bench.wait(attempt)
    assert (outcome.succeeded, outcome.reason) == (False, Reason.CANCELLED)
    assert bench.executor.abandoned == 0


def test_close_waits_for_calls(bench: Bench) -> None:
    entered, closing = threading.Event(), threading.Event()

    def body(context: Any) -> dict[str, int]:
        entered.set()
        closing.wait(10)
        return {"n": 1}

    attempt = bench.call(body, {"n": "int"})
    bench.executor.submit(attempt, bench)
    entered.wait(10)
    closer = threading.Thread(target=bench.executor.close)
    closer.start()
    closing.set()
    closer.join()
    assert bench.wait(attempt).outputs == {"n": 1}


def test_unknown_component_is_a_failed_task(bench: Bench) -> None:
    from runtime.executor.local import LocalExecutor
    from runtime.model.errors import NotFound

    def find(name: str, project: Path) -> Any:
        raise NotFound(f"there is no component `{name}`")

    bench.executor = LocalExecutor(find)
    outcome = bench.run(bench.call(lambda context: None))
    assert (outcome.reason, outcome.message) == (Reason.COULD_NOT_START, "there is no component `test.f0`")


def test_threads_are_used_again(bench: Bench) -> None:
    names: set[str | int] = set()
    for _ in range(100):
        bench.run(bench.call(lambda context: names.add(threading.get_ident())))
    assert len(names) <= 2


def test_call_of_a_dead_engine_is_in_doubt(bench: Bench) -> None:
    attempt = bench.call(lambda context: None)
    bench.executor.recover(attempt, None, bench)
    outcome = bench.wait(attempt)
    assert outcome.in_doubt
    assert not outcome.never_ran


def test_context_names_the_attempt_and_hears_of_a_cancel(bench: Bench) -> None:
    entered = threading.Event()
    seen: list[Any] = []

    def body(context: Any) -> None:
        seen.extend([context.run, context.task, context.attempt, context.key, context.fence, context.project])
        context.log("working")
        entered.set()
        context.wait(30)

    attempt = bench.call(body)
    bench.executor.submit(attempt, bench)
    entered.wait(10)
    bench.executor.cancel(attempt.id)
    assert bench.wait(attempt).reason is Reason.CANCELLED
    assert seen == ["etl-1", "load", 1, "store-1/load", 1, bench.project]
    assert bench.log(attempt) == "working\n"


def test_components_of_the_registry_are_called(bench: Bench) -> None:
    from runtime.executor.local import LocalExecutor
    from runtime.model.definition import Call
    from runtime.registry import find

    (bench.project / "flow.toml").write_text('[project]\ncomponents = ["steps.py"]\n')
    (bench.project / "steps.py").write_text(
        "from runtime.component import component\n\n\n"
        "@component\ndef twice(n: int) -> int:\n    print('doubling')\n    return 2 * n\n"
    )
    bench.executor = LocalExecutor(find)
    attempt = bench.attempt(Call("steps.twice"), {"result": "int"}, arguments={"n": 21})
    assert bench.run(attempt).outputs == {"result": 42}
    assert bench.log(attempt) == "doubling\n"
    outcome = bench.run(bench.attempt(Call("steps.twice"), {"result": "int"}, arguments={"n": "x"}))
    assert outcome.reason is Reason.ERROR
    assert "an argument of `steps.twice` does not fit" in outcome.message


def test_close_does_not_wait_for_a_thread_that_was_given_up(bench: Bench) -> None:
    bench = Bench(bench.folder, grace_seconds=0.05)
    release = threading.Event()
    bench.run(bench.call(lambda context: release.wait(60) and None, timeout_seconds=0.05))
    bench.executor.close()
    assert not release.is_set()
    release.set()


def test_foreseen_failure_is_its_message_alone(bench: Bench) -> None:
    def fails(context: Any) -> None:
        raise Failed("the shop has no orders of that day")

    attempt = bench.call(fails)
    outcome = bench.run(attempt)
    assert (outcome.reason, outcome.message) == (Reason.ERROR, "the shop has no orders of that day")
    assert bench.log(attempt) == "the shop has no orders of that day\n"


def test_name_of_a_file_that_is_not_utf8_can_be_told(bench: Bench) -> None:
    def fails(context: Any) -> None:
        raise FileNotFoundError("no file a\udcff.csv")

    assert bench.run(bench.call(fails)).message == "FileNotFoundError: no file a\\udcff.csv"
