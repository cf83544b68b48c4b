"""Settings that depend on parameters: what they come to in a run, and what is refused before one is made."""

from __future__ import annotations

import pytest

from runtime.executor.protocol import Outcome
from runtime.model.definition import Retry
from runtime.model.errors import BadParameter
from runtime.model.state import Reason, RunStatus
from runtime.work import Decision, decide_outcome
from tests.flowc.compiling import accepted, messages
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder

FLOW = """
    flow case {
        param tries: int = 2
        param wait: duration = 10m
        param share: percent = 10%
        param grade: int = 0
        limit tries
        task a = echo(text: "x") {
            retry tries, delay: wait - 10m, jitter: share, backoff: 1 + 1, within: wait
            timeout wait
            cache wait
            priority grade
        }
        parallel g for x in [1] {
            allow_failures tries - 2
            task b = echo(text: "x")
        }
    }
"""


def failing(_: object) -> None:
    raise Failure("never")


def test_a_retry_takes_its_number_from_a_parameter(bench: Bench) -> None:
    bench.executor.bodies = {"echo": failing}
    bench.work(run := bench.register(accepted(FLOW), {"tries": 3}))
    assert bench.tasks(run)["a"].attempts == 4


def test_a_parameter_may_say_that_nothing_is_tried_again(bench: Bench) -> None:
    rule = Retry(["param", "tries"])
    flow = accepted('flow case {\n    param tries: int = 0\n    task a = echo(text: "x") { retry tries }\n}\n')
    assert flow.tasks[1].retry == (rule,)
    bench.executor.bodies = {"echo": failing}
    assert bench.work(run := bench.register(flow)) is RunStatus.FAILED
    assert bench.tasks(run)["a"].attempts == 1


def test_the_lower_priority_of_a_parameter_goes_first(bench: Bench) -> None:
    text = """
        flow case {
            param grade: int
            task a = echo(text: "x")
            task b = echo(text: "x") { priority grade }
            parallel g for x in [1] { task c = echo(text: "x") { priority grade - 1 } }
        }
    """
    assert bench.work(bench.register(accepted(text), {"grade": -3}), jobs=1) is RunStatus.SUCCEEDED
    assert bench.executor.started == ["g[0]/c", "b", "a"]


@pytest.mark.parametrize(
    ("parameter", "value", "told"),
    [
        ("tries", -1, "`limit` of `case` cannot be -1: it must be a whole number of at least 1"),
        ("tries", 1, "`allow_failures` of `g` cannot be -1: it must be a number of items, or a percentage from 0% to"),
        ("wait", "5m", "`delay` of `a` cannot be -5m: it must be a duration that is not negative"),
        ("share", "200%", "`jitter` of `a` cannot be 200%: it must be a percentage from 0% to 100%"),
        ("grade", 20, "`priority` of `a` cannot be 20: it must be a whole number from -20 to 19"),
    ],
)
def test_an_impossible_setting_is_refused_before_a_run_is_made(
    bench: Bench, parameter: str, value: object, told: str
) -> None:
    with pytest.raises(BadParameter) as caught:
        bench.register(accepted(FLOW), {parameter: value})
    assert str(caught.value).startswith(told)
    assert caught.value.parameter == parameter
    assert bench.query("SELECT count(*) FROM flow_run") == [(0,)]


def test_a_rerun_with_an_impossible_setting_is_refused(bench: Bench) -> None:
    bench.executor.bodies = {"echo": failing}
    bench.work(run := bench.register(accepted(FLOW)))
    with pytest.raises(BadParameter, match="`priority` of `a` cannot be 20"):
        bench.ask(verb="rerun", run=run, tasks=[], parameters={"grade": 20})


def test_what_is_computed_from_literals_is_checked_like_one() -> None:
    assert messages('flow case { task a { retry 1 - 1; sh "true" } }') == ["`retry 1 - 1` is no number of attempts"]
    (rule,) = accepted('flow case { task a { retry 1 + 1, delay: 2 * 30s; sh "true" } }').tasks[1].retry
    assert (rule.attempts, rule.delay_seconds) == (2, 60.0)


@pytest.mark.parametrize(("since_first", "kind"), [(49.0, "retry"), (51.0, "fail")])
def test_no_attempt_begins_later_than_within(since_first: float, kind: str) -> None:
    rule = Retry(3, delay_seconds=10, within_seconds=60)
    task = FlowBuilder().task("a", retry=(rule,)).build().tasks[1]
    decision: Decision = decide_outcome(task, 1, Outcome(False, reason=Reason.ERROR), rule, 0.5, since_first)
    assert decision.kind == kind


def test_within_counts_from_the_first_start_of_the_generation(bench: Bench) -> None:
    rule = Retry(3, delay_seconds=0.001, within_seconds=3600.0)
    run = bench.register(FlowBuilder().task("a", retry=(rule,)).build())
    bench.executor.hold_back = ["a"]
    rest = bench.start().work_on(run)
    bench.executor.wait_for("a")
    bench.update("UPDATE task_attempt SET started_at = started_at - 7200000000")
    ((attempt, reporter),) = bench.executor.held.values()
    reporter.ended(attempt, Outcome(False, reason=Reason.ERROR))
    assert rest.result(20) is RunStatus.FAILED
    assert bench.tasks(run)["a"].attempts == 1
    bench.stop()
    bench.executor.hold_back = []
    bench.executor.bodies = {"a": failing}
    bench.ask(verb="rerun", run=run, tasks=[])
    bench.work(run)
    assert bench.tasks(run)["a"].attempts == 4
