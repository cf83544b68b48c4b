"""The page about workflow patterns has a row for each, and an example for each that can be said."""

from __future__ import annotations

import re

from tests.docs.pages import ROOT

PAGE = (ROOT / "docs" / "patterns.md").read_text(encoding="utf-8")
ROW = re.compile(
    r"^\| (\d+) \| ([^|]+) \| (?:\[([a-z ]+)\]\(\.\./examples/patterns/([^)]+)\)|no) \| ([^|]+) \|$", re.MULTILINE
)
ROWS = [(int(number), kind or "no", file, how) for number, _, kind, file, how in ROW.findall(PAGE)]


def test_every_pattern_has_its_row_and_says_how_or_why_not() -> None:
    assert [number for number, *_ in ROWS] == list(range(1, 44))
    assert all(how for *_, how in ROWS)


def test_every_example_belongs_to_the_row_of_its_number() -> None:
    shown = {file: number for number, _, file, _ in ROWS if file}
    assert set(shown) == {file.name for file in (ROOT / "examples" / "patterns").glob("*.flow")}
    assert all(int(file[:2]) == number for file, number in shown.items())


def test_the_page_counts_right_and_enough_can_be_said_directly() -> None:
    (counted,) = re.findall(r"Of these (\d+) can be said directly, (\d+) in another way, and (\d+) not", PAGE)
    kinds = [kind for _, kind, _, _ in ROWS]
    assert tuple(map(int, counted)) == tuple(kinds.count(kind) for kind in ("yes", "in another way", "no"))
    assert kinds.count("yes") >= 28
