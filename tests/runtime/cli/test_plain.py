"""Progress in a pipe: what each look at a run adds."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from runtime.cli.display.clock import SECOND
from runtime.cli.display.plain import PlainProgress
from runtime.model.run import AttemptView
from runtime.model.state import ExecStatus, Reason
from tests.runtime.cli.samples import START, Sample


def attempt(identity: int, path: str, *, ended: float | None = None, outcome: str = "", number: int = 1) -> AttemptView:
    ended_at = None if ended is None else START + int(ended * SECOND)
    message = "exit code 3" if outcome == "failed" else ""
    reason = Reason.ERROR if outcome == "failed" else Reason.NONE
    return AttemptView(
        identity,
        1,
        path,
        1,
        number,
        1,
        outcome,
        reason,
        message,
        None,
        "host",
        1,
        START + identity * SECOND,
        ended_at,
        "",
    )


def test_each_start_and_end_is_told_once_in_the_order_of_time() -> None:
    sample = Sample()
    sample.task("a", ExecStatus.FINISHED)
    progress = PlainProgress(dt.UTC)
    running, done = attempt(1, "a"), attempt(1, "a", ended=2.2, outcome="succeeded")
    failed = attempt(2, "b", ended=2.5, outcome="failed", number=2)
    first = progress.lines(sample.picture(), [running])
    second = progress.lines(sample.picture(), [failed, done])
    third = progress.lines(sample.picture(), [failed, done])
    assert first == ["14:13:21 a started"]
    assert second == [
        "14:13:22 b started (attempt 2)",
        "14:13:22 a succeeded in 1.2s",
        "14:13:22 b failed after 0.5s: exit code 3",
    ]
    assert third == []


def test_a_task_that_came_and_went_between_two_looks_is_told_whole() -> None:
    lines = PlainProgress(dt.UTC).lines(Sample().picture(), [attempt(1, "quick", ended=1.01, outcome="succeeded")])
    assert [line.split(" ", 1)[1] for line in lines] == ["quick started", "quick succeeded in 10ms"]


def test_what_has_no_attempt_is_told_by_its_state() -> None:
    sample = Sample()
    sample.task("report", ExecStatus.IGNORED, reason=Reason.CONDITION)
    sample.task("page", ExecStatus.SUSPENDED, reason=Reason.IN_DOUBT)
    sample.task("sum", ExecStatus.FAILED, reason=Reason.EXPRESSION, message="division by zero", attempts=0)
    lines = PlainProgress(dt.UTC).lines(sample.picture(), [])
    assert sorted(line.split(" ", 1)[1] for line in lines) == [
        "page suspended: in doubt",
        "report skipped, its condition is false",
        "sum failed: expression: division by zero",
    ]


def test_a_run_taken_up_again_tells_only_what_is_new() -> None:
    sample = Sample()
    view = sample.task("report", ExecStatus.IGNORED, reason=Reason.CONDITION)
    progress = PlainProgress(dt.UTC)
    progress.skip(sample.picture(), [attempt(1, "a")])
    assert progress.lines(sample.picture(), [attempt(1, "a")]) == []
    sample.views[-1] = replace(view, status=ExecStatus.SUSPENDED, reason=Reason.BY_HAND)
    assert [line.split(" ", 1)[1] for line in progress.lines(sample.picture(), [])] == ["report suspended: by a person"]
