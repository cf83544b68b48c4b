"""`run.is_latest`: a run that catches up knows that there is a later one."""

from __future__ import annotations

from tests.flowc.compiling import accepted
from tests.runtime.engine.conftest import Bench


def test_of_two_runs_of_a_flow_only_the_one_with_the_later_time_is_the_latest(bench: Bench) -> None:
    flow = accepted("flow case { task publish { when run.is_latest } }")
    earlier, later = bench.register(flow), bench.register(flow)
    bench.work(earlier)
    bench.work(later)
    assert [bench.states(run)["publish"] for run in (earlier, later)] == ["skipped", "succeeded"]


def test_runs_of_other_flows_do_not_count(bench: Bench) -> None:
    run = bench.register(accepted("flow case { task publish { when run.is_latest } }"))
    bench.register(accepted("flow other { task a }"))
    bench.work(run)
    assert bench.states(run)["publish"] == "succeeded"
