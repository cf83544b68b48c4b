"""What stays on the screen when a run has come to rest."""

from __future__ import annotations

import pytest

from runtime.cli.display.frame import Failure, failures
from runtime.cli.display.glyphs import UNICODE
from runtime.cli.display.styled import plain
from runtime.cli.display.summary import NextStep, summary
from runtime.model.state import ExecStatus, Reason, RunStatus
from tests.runtime.cli.golden import assert_golden
from tests.runtime.cli.samples import Sample


def a_run(status: RunStatus) -> Sample:
    """Four tasks that took a while; the last one stopped as the run did."""
    sample = Sample(status=status)
    for name, took in (("discover", 0.3), ("copy", 12.0), ("clean", 3.5)):
        sample.task(name, ExecStatus.FINISHED, took=took)
    last = {RunStatus.FAILED: ExecStatus.FAILED, RunStatus.SUSPENDED: ExecStatus.SUSPENDED}
    state = last.get(status, ExecStatus.FINISHED)
    reason = {ExecStatus.FAILED: Reason.ERROR, ExecStatus.SUSPENDED: Reason.IN_DOUBT}.get(state, Reason.NONE)
    message = (
        "exit code 3" if state is ExecStatus.FAILED else "the machine was restarted while it ran" if reason else ""
    )
    sample.task("load[eu]", state, reason=reason, message=message)
    if status is not RunStatus.SUCCEEDED:
        sample.task("report", after=("load[eu]",), remaining=1)
    return sample


@pytest.mark.parametrize("status", list(RunStatus))
def test_a_summary_of_each_end(status: RunStatus) -> None:
    picture = a_run(status).picture(elapsed=16.25)
    failed = [Failure(node, ("disk full",)) for node in failures(picture)]
    assert_golden(f"summary_{status.value}", summary(picture, failed, 100, UNICODE))


def test_the_last_line_is_the_command_to_type_next() -> None:
    ends = {
        RunStatus.FAILED: "flower rerun etl-12",
        RunStatus.CANCELLED: "flower rerun etl-12",
        RunStatus.RUNNING: "flower run --resume etl-12",
        RunStatus.SUSPENDED: "flower rerun etl-12 'load[eu]'",
        RunStatus.SUCCEEDED: "flower logs etl-12",
    }
    for status, command in ends.items():
        assert plain(summary(a_run(status).picture(), [], 100, UNICODE)[-1]).strip() == command


def test_a_store_named_by_an_option_is_named_again_in_the_command() -> None:
    last = summary(a_run(RunStatus.FAILED).picture(), [], 100, UNICODE, NextStep("--db 'my store.db'"))[-1]
    assert plain(last).strip() == "flower rerun etl-12 --db 'my store.db'"


def test_a_success_shows_what_the_last_tasks_gave() -> None:
    sample = Sample(status=RunStatus.SUCCEEDED)
    sample.task("count", ExecStatus.FINISHED, outputs={"rows": 336776})
    sample.task("report", ExecStatus.FINISHED, after=("count",), outputs={"file": "out/report.html", "worst": ["EWR"]})
    text = [plain(line) for line in summary(sample.picture(), [], 80, UNICODE)]
    assert text[1:4] == ["  results:", "    report.file   out/report.html", '    report.worst  ["EWR"]']


def test_many_failures_are_counted_after_the_first_three() -> None:
    sample = Sample(status=RunStatus.FAILED)
    for index in range(5):
        sample.task(f"t{index}", ExecStatus.FAILED, reason=Reason.ERROR, message="exit code 1")
    picture = sample.picture()
    text = [plain(line) for line in summary(picture, [Failure(n) for n in failures(picture)[:3]], 80, UNICODE)]
    assert "2 more failed: t3, t4" in text
