"""`python -m benchmarks peers [TOOL …]`: the comparison as a table for each shape."""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.peers.comparison import SIZES, Comparison, Result, compare
from benchmarks.peers.registry import PEERS
from benchmarks.shown import machine, shown


def peers(arguments: Sequence[str]) -> None:
    """Compare with the peers that are named, or with all; one that is missing is named and left out."""
    asked = _arguments(arguments)
    progress, console = Console(stderr=True), Console(width=None if sys.stdout.isatty() else 110)
    here = list(_here(asked.tools or list(PEERS), asked.python, progress))
    taken: list[Comparison] = []
    with tempfile.TemporaryDirectory(prefix="peers-", dir=asked.folder) as folder:
        for shape in asked.shape or SIZES:
            with progress.status(f"measuring: {shape}"):
                tasks = min(SIZES[shape], asked.tasks or SIZES[shape])
                taken.append(compare(shape, tasks, here, asked.python, Path(folder), asked.rounds))
            if not asked.json:
                console.print(table(taken[-1]))
    if asked.json:
        print(json.dumps({"machine": machine(), "shapes": [asdict(comparison) for comparison in taken]}, indent=2))
    else:
        console.print(machine())


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks peers", description="Set other tools beside Flower.")
    parser.add_argument("tools", nargs="*", metavar="TOOL", help=f"of {', '.join(PEERS)}; all by default")
    parser.add_argument("--python", type=Path, default=Path(sys.executable), help="the interpreter that has the peers")
    parser.add_argument("--shape", action="append", choices=SIZES, help="one shape; repeat it for more; all by default")
    parser.add_argument("--rounds", type=int, default=3, help="rounds of each (3)")
    parser.add_argument("--tasks", type=int, help="at most so many tasks, to try it out")
    parser.add_argument("--json", action="store_true", help="print every round as JSON")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="the disk to measure on (the current folder)")
    asked = parser.parse_args(arguments)
    if unknown := [tool for tool in asked.tools if tool not in PEERS]:
        parser.error(f"there is no driver for `{unknown[0]}`; there are {', '.join(PEERS)}")
    if asked.rounds < 1:
        parser.error("--rounds is at least 1")
    asked.python = asked.python.absolute()
    return asked


def _here(tools: list[str], python: Path, progress: Console) -> Iterator[str]:
    for name in tools:
        if PEERS[name].is_here(name, python):
            yield name
        else:
            progress.print(f"{PEERS[name].title} is not here, and left out", highlight=False)


def table(comparison: Comparison) -> Table:
    """The tools of one shape, the fastest first; those that have no figure last."""
    made = Table(title=f"{comparison.shape}, {comparison.tasks:,}", title_justify="left")
    for heading in ("tool", "keeps"):
        made.add_column(heading)
    for heading in ("median", "times Flower", f"times {comparison.floor}"):
        made.add_column(heading, justify="right")
    done = sorted((result for result in comparison.results if result.rounds), key=lambda result: result.middle)
    for result in done:
        made.add_row(*_row(comparison, result))
    for result in comparison.results:
        if not result.rounds:
            made.add_row(result.tool, result.keeps, result.why, "", "")
    return made


def _row(comparison: Comparison, result: Result) -> list[str]:
    ratios = (comparison.times_ours(result), comparison.times_floor(result))
    return [result.tool, result.keeps, shown(result.middle), *(f"{ratio:.2f}" for ratio in ratios)]
