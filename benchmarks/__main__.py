"""Takes the measures and prints them as a table: `python -m benchmarks [GROUP …] [--rounds N] [--json]`.

`python -m benchmarks peers` sets other tools beside Flower.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from benchmarks.groups import GROUPS
from benchmarks.measure import Measure
from benchmarks.peers.command import peers
from benchmarks.shown import machine, shown, shown_bytes


def main(arguments: Sequence[str] | None = None) -> None:
    """Take the measures of the groups that are named, or of all; or compare with peers."""
    words = sys.argv[1:] if arguments is None else list(arguments)
    if words[:1] == ["peers"]:
        peers(words[1:])
        return
    asked = _arguments(words)
    progress = Console(stderr=True)
    measures: list[Measure] = []
    with tempfile.TemporaryDirectory(prefix="bench-", dir=asked.folder) as folder:
        for group in asked.groups or GROUPS:
            with progress.status(f"measuring: {group}"):
                measures += GROUPS[group](Path(folder), asked.rounds)
    if asked.json:
        print(json.dumps({"machine": machine(), "measures": [as_json(measure) for measure in measures]}, indent=2))
    else:
        console = Console(width=None if sys.stdout.isatty() else 110)
        console.print(table(measures))
        console.print(machine())


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Measure Flower beside floors.")
    parser.add_argument("groups", nargs="*", metavar="GROUP", help=f"of {', '.join(GROUPS)}; all by default")
    parser.add_argument("--rounds", type=int, default=5, help="rounds of each measure (5)")
    parser.add_argument("--json", action="store_true", help="print every round as JSON")
    parser.add_argument("--folder", type=Path, default=Path.cwd(), help="the disk to measure on (the current folder)")
    asked = parser.parse_args(arguments)
    if unknown := [group for group in asked.groups if group not in GROUPS]:
        parser.error(f"there is no group `{unknown[0]}`; the groups are {', '.join(GROUPS)}")
    if asked.rounds < 1:
        parser.error("--rounds is at least 1")
    return asked


def table(measures: Sequence[Measure]) -> Table:
    """Times per unit, their floors and the ratio; one row a measure."""
    made = Table(title="Flower beside floors of the same minute")
    made.add_column("measure")
    made.add_column("per")
    for heading in ("min", "median", "floor"):
        made.add_column(heading, justify="right")
    made.add_column("of one")
    made.add_column("times floor", justify="right", style="bold")
    for measure in measures:
        times = (measure.best, measure.middle, measure.floor_middle)
        ratio = f"{measure.ratio:.2f}"
        show = shown if measure.quantity == "seconds" else shown_bytes
        made.add_row(measure.name, measure.unit, *map(show, times), measure.floor, ratio)
    return made


def as_json(measure: Measure) -> dict[str, object]:
    return {
        "name": measure.name,
        "unit": measure.unit,
        "floor": measure.floor,
        "rounds": [[entry.seconds, entry.floor_seconds] for entry in measure.rounds],
        "median_seconds": measure.middle,
        "ratio": measure.ratio,
    }


if __name__ == "__main__":
    main()
