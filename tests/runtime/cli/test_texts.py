"""Small pure texts: durations, expressions, widths, tails of logs."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from runtime.cli import log
from runtime.cli.display.clock import SECOND, duration, iso
from runtime.cli.display.styled import Span, crop, line, plain, width
from runtime.cli.selection import split_run
from runtime.cli.suggestion import nearest
from runtime.expression.text import expression_text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0ms"),
        (0.0124, "12ms"),
        (0.1, "0.1s"),
        (1.24, "1.2s"),
        (9.96, "10s"),
        (59.9, "59s"),
        (59.99, "1m00s"),
        (184, "3m04s"),
        (7500, "2h05m"),
        (273_600, "3d04h"),
    ],
)
def test_durations_are_short_and_right(seconds: float, text: str) -> None:
    assert duration(round(seconds * SECOND)) == text


def test_times_for_machines_are_utc_with_milliseconds() -> None:
    assert iso(1_790_000_000_123_456) == "2026-09-21T14:13:20.123Z"
    assert iso(None) is None


@pytest.mark.parametrize(
    ("tree", "text"),
    [
        (["-", ["run", "today"], ["lit", "duration", "1d"]], "today() - 1d"),
        (["list", "eu", "us"], '["eu", "us"]'),
        (["list", ["lit", "path", "a"], ["lit", "date", "2026-11-01"]], '["a", 2026-11-01]'),
        (["list", ["lit", "size", 4 * 1024**3], ["lit", "size", 512_000_000]], "[4GiB, 512MB]"),
        (["list", ["lit", "percent", 0.1], ["lit", "percent", 0.075], ["lit", "size", 0]], "[10%, 7.5%, 0B]"),
        (["*", ["+", ["param", "a"], 1], 2], "(a + 1) * 2"),
        (["-", 1, ["-", 2, 3]], "1 - (2 - 3)"),
        (["and", [">=", ["param", "n"], 0], ["not", ["in", ["param", "n"], ["list", 3]]]], "n >= 0 and not n in [3]"),
        (["not", ["or", ["param", "a"], ["param", "b"]]], "not (a or b)"),
        (["call", "len", ["get", ["param", "s"], "name"]], "len(s.name)"),
        (["index", ["param", "xs"], 0], "xs[0]"),
        (["text", "a-", ["param", "day"]], '"a-{{ day }}"'),
        (["record", ["a", 1]], "{ a: 1 }"),
        (["if", ["param", "x"], 1, 2], "if x then 1 else 2"),
        (["+", ["if", ["param", "x"], 1, 2], 3], "(if x then 1 else 2) + 3"),
        (["for", "x", ["param", "xs"], ["item", "x"], True], "[x for x in xs]"),
        (["neg", ["param", "x"]], "-x"),
        (None, "null"),
    ],
)
def test_an_expression_reads_as_a_person_wrote_it(tree: Any, text: str) -> None:
    assert expression_text(tree) == text


def test_wide_characters_count_two_cells_and_are_never_cut_in_half() -> None:
    assert width("日本") == 4
    assert width("é") == 1
    cropped = crop(line("ab", Span("日本語", "bold")), 6)
    assert plain(cropped) == "ab日…"
    assert width(plain(cropped)) <= 6


def test_the_tail_of_a_log_is_its_last_lines_that_say_something(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"one\n\n10%\r50%\r100%\n\x1b[31mred\x1b[0m\nlast without end")
    assert log.tail(path, 3) == ("100%", "red", "last without end")
    assert log.tail(tmp_path / "missing", 3) == ()


def test_the_tail_of_a_huge_log_reads_only_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_bytes(b"x" * 1_000_000 + b"\nend\n")
    assert log.tail(path, 10) == ("end",)


def test_what_goes_to_a_terminal_keeps_colours_and_loses_control() -> None:
    assert log.for_terminal(b"\x1b[31mred\x1b[0m\x1b[2J\x1b]0;title\x07\ttab\n\x07") == "\x1b[31mred\x1b[0m\ttab\n"


@pytest.mark.parametrize(
    ("words", "run", "tasks"),
    [
        (["etl-12"], "etl-12", []),
        (["12", "copy"], "12", ["copy"]),
        (["copy", "clean"], None, ["copy", "clean"]),
        (["ingest[eu-1]"], None, ["ingest[eu-1]"]),
        ([], None, []),
    ],
)
def test_the_run_may_be_left_out_before_a_task(words: list[str], run: str | None, tasks: list[str]) -> None:
    assert split_run(words) == (run, tasks)


def test_a_name_far_from_all_known_ones_gets_no_suggestion() -> None:
    assert nearest("dya", ["day", "regions"]) == "day"
    assert nearest("xyz", ["day", "regions"]) is None
