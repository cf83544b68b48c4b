"""What size does: a hundred thousand tasks in one run, and a store with a million that have ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.full import fill
from benchmarks.generate import write_flow, write_project
from benchmarks.measure import Measure, repeat
from benchmarks.measures import run, run_seconds


def large(
    folder: Path, rounds: int, tasks: int = 100_000, ended: tuple[int, ...] = (100, 1_000), links: int = 1_000
) -> Iterator[Measure]:
    """`tasks` in one run; and a chain of `links` beside so many `ended` runs of 1,000 tasks each."""
    yield run(folder, min(rounds, 2), f"{tasks:,} in layers, inline, 32 at once", "layered", tasks, 32, "inline")
    project = folder / "full"
    write_project(project, "inline")
    file = write_flow(project, "chain", links)
    for runs in ended:
        measure = Measure(f"chain of {links:,}, {runs * 1_000:,} ended tasks", "task", "the same, empty store")
        yield repeat(
            measure,
            min(rounds, 3),
            partial(_seconds, file, links, partial(fill, runs=runs)),
            partial(_seconds, file, links),
        )


def _seconds(file: Path, links: int, prepare: Callable[[Path], None] | None = None) -> float:
    return run_seconds(file, 2, prepare) / links
