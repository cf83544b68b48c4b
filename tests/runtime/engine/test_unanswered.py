"""Questions with a `timeout`, and waits that take too long."""

from __future__ import annotations

from runtime.model.state import RunStatus
from tests.flowc.compiling import accepted
from tests.runtime.engine.conftest import Bench


def flow(question: str) -> str:
    return f"""
        flow case {{
            task approve {{ {question} }}
            task ship = echo(text: "x") {{ after approve }}
        }}
    """


def test_an_answer_that_does_not_come_is_its_defaults(bench: Bench) -> None:
    run = bench.register(
        accepted(flow('out copies: int default 2; out twice: int = copies * 2; ask "Ship?"; timeout 50ms'))
    )
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["approve"].outputs == {"copies": 2, "twice": 4}
    assert bench.states(run)["ship"] == "succeeded"


def test_without_defaults_nobody_has_agreed_and_the_task_fails(bench: Bench) -> None:
    for question in ('ask "Ship?"; timeout 50ms', 'out to: str; out copies: int default 1; ask "Ship?"; timeout 50ms'):
        run = bench.register(accepted(flow(question)))
        assert bench.work(run) is RunStatus.FAILED
        task = bench.tasks(run)["approve"]
        assert (task.reason, task.message.partition(" within ")[0]) == ("timeout", "nobody answered")
        assert bench.states(run)["ship"] == "waiting"


def test_defaults_that_its_own_conditions_refuse_fail_it(bench: Bench) -> None:
    run = bench.register(accepted(flow('out n: int default 0 where n > 0; ask "How many?"; timeout 50ms')))
    assert bench.work(run) is RunStatus.FAILED
    assert "the defaults do not do" in bench.tasks(run)["approve"].message


def test_an_answer_in_time_counts(bench: Bench) -> None:
    run = bench.register(accepted(flow('out n: int default 0; ask "How many?"; timeout 1h')))
    rest = bench.start().work_on(run)
    bench.settle()
    assert bench.states(run)["approve"] == "suspended"
    assert not rest.done()
    bench.later(verb="answer", run=run, task="approve", fields={"n": 7})
    assert rest.result(20) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["approve"].outputs == {"n": 7}


def test_the_next_engine_closes_a_question_whose_time_went_by_meanwhile(bench: Bench) -> None:
    run = bench.register(accepted(flow('out n: int default 5; ask "How many?"; timeout 1h')))
    bench.start().work_on(run)
    bench.settle()
    bench.stop()
    bench.update("UPDATE task_run SET expires_at = 1 WHERE expires_at IS NOT NULL")
    assert bench.work(run) is RunStatus.SUCCEEDED
    assert bench.tasks(run)["approve"].outputs == {"n": 5}


def test_a_rerun_asks_again_with_its_full_time(bench: Bench) -> None:
    run = bench.register(accepted(flow('ask "Ship?"; timeout 50ms')))
    bench.work(run)
    bench.ask(verb="rerun", run=run, tasks=["approve"])
    assert bench.work(run) is RunStatus.FAILED
    assert bench.query("SELECT count(*) FROM event WHERE kind = 'asked'") == [(2,)]


def test_without_a_timeout_the_run_comes_to_rest_with_its_question(bench: Bench) -> None:
    run = bench.register(accepted(flow('out n: int default 5; ask "How many?"')))
    assert bench.work(run) is RunStatus.SUSPENDED


def test_a_wait_longer_than_its_timeout_fails(bench: Bench) -> None:
    run = bench.register(accepted("flow case { task a { wait until now() + 1d; timeout 50ms } }"))
    assert bench.work(run) is RunStatus.FAILED
    assert bench.tasks(run)["a"].reason == "timeout"


def test_a_wait_that_is_over_before_its_timeout_succeeds(bench: Bench) -> None:
    run = bench.register(accepted("flow case { task a { wait 20ms; timeout 1h } }"))
    assert bench.work(run) is RunStatus.SUCCEEDED


def test_the_run_ends_once(bench: Bench) -> None:
    run = bench.register(accepted(flow('ask "Ship?"; timeout 50ms')))
    bench.work(run)
    assert bench.query("SELECT count(*) FROM event WHERE kind = 'ended'") == [(1,)]


def test_a_question_whose_run_has_failed_by_its_deadline_reopens_nothing(bench: Bench) -> None:
    bench.executor.hold_back = ["held", "on_failure/tell"]
    text = """
        flow case {
            deadline 100ms
            task ask_first { ask "Ship?"; timeout 1h }
            task held = echo(text: "x")
            task next = echo(text: "y") { after ask_first.done }
            on failure { task tell = echo(text: "late") }
        }
    """
    run = bench.register(accepted(text))
    rest = bench.start().work_on(run)
    bench.executor.wait_for("on_failure/tell")
    bench.update("UPDATE task_run SET expires_at = 1 WHERE expires_at IS NOT NULL")
    bench.settle()
    bench.executor.release("on_failure/tell")
    assert rest.result(10) is RunStatus.FAILED
    assert bench.states(run) == {
        "ask_first": "suspended",
        "held": "failed",
        "next": "waiting",
        "on_failure/tell": "succeeded",
    }
