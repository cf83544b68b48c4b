"""Whole frames of the live display, as a person sees them."""

from __future__ import annotations

import pytest

from runtime.cli.display.frame import Failure, Size, frame, latest_failure
from runtime.cli.display.glyphs import ASCII, UNICODE, glyphs_for
from runtime.cli.display.styled import plain, width
from runtime.model.state import ExecStatus, Reason, RunStatus
from tests.runtime.cli.golden import assert_golden
from tests.runtime.cli.samples import Sample, night_load

LOG = ("reading sales.csv", "Traceback (most recent call last):", "ValueError: row 17 has no price")


def test_a_night_load_with_a_failure_on_a_wide_terminal() -> None:
    picture = night_load().picture()
    node = latest_failure(picture)
    assert node is not None
    lines, level = frame(picture, Size(100, 40), UNICODE, Failure(node, LOG))
    assert level == 0
    assert_golden("night_load_wide", lines)


def test_a_low_and_narrow_terminal_keeps_the_failure_and_what_runs() -> None:
    picture = night_load().picture()
    node = latest_failure(picture)
    assert node is not None
    lines, _ = frame(picture, Size(50, 16), UNICODE, Failure(node, LOG))
    assert len(lines) <= 16
    assert all(width(plain(line)) <= 50 for line in lines)
    assert_golden("night_load_narrow", lines)


def test_a_terminal_without_unicode_gets_signs_it_can_show() -> None:
    assert glyphs_for("ascii") is ASCII
    assert glyphs_for(None) is ASCII
    assert glyphs_for("utf-8") is UNICODE
    lines, _ = frame(night_load().picture(), Size(80, None), ASCII)
    assert "".join(map(plain, lines)).isascii()
    assert_golden("night_load_ascii", lines)


def a_thousand_tasks() -> Sample:
    """A mapped group of 990 items, most done, some running, two failed, beside ten tasks."""
    sample = Sample("big")
    container = sample.task("load", ExecStatus.RUNNING, kind="map", limit=4)
    for index in range(990):
        status = ExecStatus.FINISHED if index < 600 else ExecStatus.RUNNING if index < 604 else ExecStatus.WAITING
        if index in (100, 200):
            sample.item(
                container, f"k{index}", ExecStatus.FAILED, kind="task", reason=Reason.ERROR, message="exit code 1"
            )
        else:
            sample.item(container, f"k{index}", status, kind="task", took=index % 7 + 0.5)
    for index in range(10):
        sample.task(f"after_{index}", after=("load",), remaining=1)
    return sample


def test_a_thousand_tasks_stay_readable() -> None:
    lines, _ = frame(a_thousand_tasks().picture(), Size(90, 24), UNICODE)
    assert_golden("thousand_tasks", lines)


@pytest.mark.parametrize("height", [8, 12, 24, 60])
@pytest.mark.parametrize("width_", [20, 41, 80, 200])
def test_no_frame_is_larger_than_the_terminal(height: int, width_: int) -> None:
    for sample in (night_load(), a_thousand_tasks()):
        picture = sample.picture()
        node = latest_failure(picture)
        assert node is not None
        lines, _ = frame(picture, Size(width_, height), UNICODE, Failure(node, LOG), notice="stopping: " + "x" * 300)
        assert len(lines) < height
        assert all(width(plain(line)) <= width_ for line in lines)


def test_a_failure_is_in_sight_however_low_the_terminal_is() -> None:
    lines, _ = frame(a_thousand_tasks().picture(), Size(90, 12), UNICODE)
    text = "\n".join(map(plain, lines))
    assert "k100" in text
    assert "k200" in text


def test_an_error_too_long_for_its_line_is_wrapped_and_not_cut() -> None:
    sample = Sample()
    message = "exit code 127: there is no command `shop-export` (etl.flow:12); is it installed, and on PATH?"
    sample.task("export", ExecStatus.FAILED, reason=Reason.ERROR, message=message)
    picture = sample.picture()
    node = latest_failure(picture)
    assert node is not None
    lines, _ = frame(picture, Size(60, 40), UNICODE, Failure(node, LOG))
    assert_golden("long_error", lines)


def test_a_run_at_rest_shows_how_long_it_took_and_no_longer_counts() -> None:
    sample = Sample(status=RunStatus.SUCCEEDED)
    sample.task("greet", ExecStatus.FINISHED, took=0.042)
    picture = sample.picture(elapsed=1.5)
    first = plain(frame(picture, Size(80, 24), UNICODE)[0][0])
    assert first == "etl-12  succeeded  1.5s"


def test_the_number_of_tasks_is_marked_as_open_until_a_map_has_found_its_items() -> None:
    sample = Sample()
    sample.task("discover", ExecStatus.RUNNING)
    sample.task("ingest", kind="map", after=("discover",), remaining=1)
    lines, _ = frame(sample.picture(), Size(80, 24), UNICODE)
    assert "0/1+ tasks" in plain(lines[1])


def test_messages_of_tasks_cannot_move_the_cursor() -> None:
    sample = Sample()
    sample.task("evil", ExecStatus.FAILED, reason=Reason.ERROR, message="\x1b[2J\x1b]0;title\x07boo\rhidden")
    picture = sample.picture()
    node = latest_failure(picture)
    assert node is not None
    lines, _ = frame(picture, Size(80, 24), UNICODE, Failure(node, ("\x1b[31mred\x1b[0m\x08",)))
    text = "\n".join(map(plain, lines))
    assert "\x1b" not in text
    assert "\r" not in text
    assert "boohidden" in text
