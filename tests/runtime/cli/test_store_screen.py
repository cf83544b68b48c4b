"""The screen of `flower top` from made-up overviews: what it tells, and that it fits."""

from __future__ import annotations

import pytest

from runtime.cli.display.clock import SECOND
from runtime.cli.display.frame import Size
from runtime.cli.display.glyphs import ASCII, UNICODE
from runtime.cli.display.store_screen import Around, screen, share
from runtime.cli.display.styled import plain, width
from runtime.model.run import Executing, Overview, PoolHolder, PoolView, RunSummary
from runtime.model.state import ExecStatus, RunStatus

NOW = 1_790_000_000 * SECOND


def run(number: int, status: RunStatus, *, held: bool = False) -> RunSummary:
    counts = {ExecStatus.FINISHED: 3, ExecStatus.RUNNING: 1}
    began = NOW - 90 * SECOND
    ended = NOW if status is RunStatus.FAILED else None
    return RunSummary(number, f"etl-{number}", "etl", 1, status, None, {}, began, began, ended, counts, held)


def busy() -> Overview:
    runs = [run(n, RunStatus.RUNNING) for n in range(20)]
    runs += [run(30, RunStatus.SUSPENDED, held=True), run(31, RunStatus.QUEUED), run(32, RunStatus.FAILED)]
    executing = [Executing(f"etl-{n}", f"ingest[{n}]/copy", 2, NOW - 5 * SECOND, 4000 + n) for n in range(20)]
    pools = [PoolView(1, "door", 3, None, SECOND, 2, 7, 0, (PoolHolder("etl-1", "a", 2, NOW),))]
    pools += [PoolView(2, "api", None, 10, SECOND, 0, 0, 4, ())]
    return Overview(NOW, tuple(runs), tuple(executing), tuple(pools), 12, 40, 38, 2)


def told(overview: Overview, size: Size) -> list[str]:
    return [plain(spans).rstrip() for spans in screen(overview, Around("/data/flower.db", True), size, UNICODE)]


def test_it_tells_of_runs_tasks_pools_and_the_queue() -> None:
    lines = told(busy(), Size(140, None))
    assert lines[0].startswith("flower  an engine works  ")
    assert lines[0].endswith("/data/flower.db")
    assert "20 running · 1 queued · 1 suspended" in lines[1]
    assert "20 tasks under way · 12 ready · last minute: 40 started, 38 ended · 2 of them not well" in lines[1]
    text = "\n".join(lines)
    assert "etl-30  suspended by a person  1m30s  3/4" in text
    assert "ingest[7]/copy   etl-7   5.0s  2        4007" in text
    assert "etl-31  1m30s" in text
    assert "door  2/3" in text
    assert "4/10 per 1.0s" in text


@pytest.mark.parametrize("height", [1, 2, 5, 8, 12, 24, 40, 200])
@pytest.mark.parametrize("cells", [10, 40, 90])
def test_it_fits_any_terminal(height: int, cells: int) -> None:
    lines = screen(busy(), Around("/data/flower.db", False), Size(cells, height), ASCII)
    assert len(lines) < max(height, 2)
    assert all(sum(width(span.text) for span in spans) <= cells for spans in lines)


def test_what_finds_no_room_is_counted() -> None:
    text = "\n".join(told(busy(), Size(90, 30)))
    assert "Runs  1" in text
    assert " more" in text


def test_an_empty_store_says_so() -> None:
    lines = told(Overview(NOW, (), (), (), 0, 0, 0, 0), Size(80, 24))
    assert lines[-1] == "nothing goes on, and nothing has run yet"


@pytest.mark.parametrize(
    ("wanted", "room", "given"),
    [
        ([2, 3], None, [2, 3]),
        ([2, 3], 5, [2, 3]),
        ([10, 1, 10], 9, [4, 1, 4]),
        ([10, 10], 3, [2, 1]),
        ([5, 5], 0, [0, 0]),
        ([], 4, []),
    ],
)
def test_room_is_shared_so_that_small_parts_are_whole(wanted: list[int], room: int | None, given: list[int]) -> None:
    assert share(wanted, room) == given
