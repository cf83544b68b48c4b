"""Components that declare to run inline: in the thread that hands them out, once they are loaded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime.model.state import Reason
from tests.runtime.executor.attempts import Bench, Function


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(Function, "runs", "inline")
    bench = Bench(tmp_path)
    yield bench
    bench.executor.close()


def where(context: Any) -> dict[str, bool]:
    return {"here": threading.current_thread() is threading.main_thread()}


def test_only_the_first_call_which_may_load_a_module_is_made_elsewhere(bench: Bench) -> None:
    first = bench.call(where, {"here": "bool"})
    second = bench.attempt(first.action, {"here": "bool"})
    assert [bench.run(attempt).outputs["here"] for attempt in (first, second)] == [False, True]


def test_a_call_with_a_timeout_must_be_left_to_itself(bench: Bench) -> None:
    first = bench.call(where, {"here": "bool"})
    bench.run(first)
    assert bench.run(bench.attempt(first.action, {"here": "bool"}, timeout_seconds=9.0)).outputs == {"here": False}


def test_an_exception_ends_the_task_and_not_the_thread(bench: Bench) -> None:
    def fails(context: Any) -> None:
        print("before")
        raise SystemExit("out")

    first = bench.call(fails)
    bench.run(first)
    second = bench.attempt(first.action)
    assert bench.run(second).reason is Reason.ERROR
    assert bench.log(second).startswith("before\n")
