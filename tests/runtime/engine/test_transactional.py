"""Statements of a completion are applied in its transaction: with it, or not at all."""

from __future__ import annotations

import dataclasses

from runtime.executor.protocol import Attempt, Outcome
from runtime.model.definition import Retry
from runtime.model.state import ExecStatus, RunStatus
from runtime.model.statement import Statement
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder, FunctionExecutor

TABLE = Statement("CREATE TABLE IF NOT EXISTS booking (task TEXT, amount INTEGER NOT NULL)")


class Booking(FunctionExecutor):
    """Every task books an amount; `wrong`: paths whose last statement cannot be applied, so often."""

    def __init__(self, wrong: dict[str, int] | None = None, last: str = "INSERT INTO nowhere VALUES (1)") -> None:
        super().__init__()
        self.wrong = wrong or {}
        self.last = Statement(last)

    def outcome(self, attempt: Attempt) -> Outcome:
        statements = [TABLE, Statement("INSERT INTO booking VALUES (?, 1)", (attempt.path,))]
        if self.wrong.get(attempt.path, 0) > 0:
            self.wrong[attempt.path] -= 1
            statements.append(self.last)
        return dataclasses.replace(super().outcome(attempt), statements=tuple(statements))


def booked(bench: Bench) -> list[str]:
    return [task for (task,) in bench.query("SELECT task FROM booking ORDER BY rowid")]


def chain() -> FlowBuilder:
    return FlowBuilder().task("a").task("b").task("c").chain("a", "b", "c")


def test_effects_are_there_with_the_completion(bench: Bench) -> None:
    bench.executor = Booking()
    run = bench.register(chain().build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert booked(bench) == ["a", "b", "c"]


def test_statement_that_fails_fails_its_task_and_leaves_nothing(bench: Bench) -> None:
    bench.executor = Booking({"b": 1})
    run = bench.register(chain().build())
    assert bench.work(run) is RunStatus.FAILED
    assert booked(bench) == ["a"]
    task = bench.tasks(run)["b"]
    assert task.status is ExecStatus.FAILED
    assert task.message.startswith(
        "statement 3 of 3 could not be applied, so nothing of it was: no such table: nowhere"
    )


def test_statement_that_fails_is_tried_again_as_declared(bench: Bench) -> None:
    bench.executor = Booking({"b": 1})
    run = bench.register(FlowBuilder().task("b", retry=(Retry(1),)).build())
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert booked(bench) == ["b"]


def test_statement_that_rolls_back_everything_takes_no_other_completion_with_it(bench: Bench) -> None:
    bench.executor = Booking({"b": 1}, last="INSERT OR ROLLBACK INTO booking VALUES ('b', NULL)")
    run = bench.register(FlowBuilder().task("a").task("b").task("c").build())
    bench.executor.hold_back = ("a", "b", "c")
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a", "b", "c")
    with bench.engine_paused():
        for path in ("a", "b", "c"):
            bench.executor.release(path)
    assert rest.result(20) is RunStatus.FAILED
    assert booked(bench) == ["a", "c"]
    assert "NOT NULL constraint failed" in bench.tasks(run)["b"].message


def test_result_that_comes_too_late_has_no_effects(bench: Bench) -> None:
    bench.executor = Booking()
    bench.executor.hold_back = ("a",)
    run = bench.register(FlowBuilder().task("a").task("b").build())
    engine = bench.start()
    rest = engine.work_on(run)
    bench.executor.wait_for("a")
    bench.update("UPDATE task_run SET exec_status = 3, revision = revision WHERE path = 'a'")
    bench.settle()
    bench.executor.release("a")
    rest.result(20)
    bench.settle()
    assert booked(bench) == ["b"]
