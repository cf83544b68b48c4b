"""Splits the file of all flights by the airport of departure. First step of etl.flow after unpacking."""

from __future__ import annotations

import csv
from contextlib import ExitStack
from pathlib import Path
from typing import TypedDict


class Origin(TypedDict):
    """One airport of departure, the file with its flights, and how many there are."""

    code: str
    file: Path
    flights: int


def split_by_origin(flights: Path, into: Path) -> list[Origin]:
    """Writes one file for each airport, with the heading of the original; sorted by the airport's code."""
    into.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with ExitStack() as stack:
        rows = csv.reader(stack.enter_context(flights.open(newline="", encoding="utf-8")))
        heading = next(rows)
        column = heading.index("origin")
        writers = {}
        for row in rows:
            code = row[column]
            if code not in writers:
                file = stack.enter_context(_file(into, code).open("w", newline="", encoding="utf-8"))
                writers[code] = csv.writer(file).writerow
                writers[code](heading)
                counts[code] = 0
            writers[code](row)
            counts[code] += 1
    return [Origin(code=code, file=_file(into, code), flights=counts[code]) for code in sorted(counts)]


def _file(into: Path, code: str) -> Path:
    return into / f"raw_{code}.csv"
