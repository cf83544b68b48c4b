"""Cleans the flights of one airport: types, missing values, the columns that the table of flights has.

A row is never dropped. What cannot be read is an error that names the line, because a lost flight is worse than a
failed run.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

COLUMNS = (
    "origin",
    "day",
    "scheduled_hour",
    "carrier",
    "flight",
    "tail_number",
    "destination",
    "miles",
    "departure_delay",
    "arrival_delay",
    "minutes_in_air",
    "cancelled",
    "hour_utc",
)
"""Delays are in minutes, negative if early, and empty where the flight did not leave or was diverted."""

MISSING = "NA"


class CleaningProblem(Exception):
    """A line that is no flight."""


def clean(source: Path, target: Path) -> int:
    """Writes the cleaned flights and gives their number."""
    written = 0
    with source.open(newline="", encoding="utf-8") as raw, target.open("w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(COLUMNS)
        for row in cleaned(csv.DictReader(raw)):
            writer.writerow(row)
            written += 1
    return written


def cleaned(rows: csv.DictReader[str]) -> Iterator[tuple[str | int | None, ...]]:
    for row in rows:
        try:
            yield cleaned_row(row)
        except (KeyError, ValueError, TypeError) as problem:
            raise CleaningProblem(f"line {rows.line_num} is no flight ({problem}): {row}") from None


def cleaned_row(row: dict[str, str]) -> tuple[str | int | None, ...]:
    return (
        row["origin"],
        f"{int(row['year'])}-{int(row['month']):02}-{int(row['day']):02}",
        int(row["hour"]),
        row["carrier"],
        int(row["flight"]),
        text(row["tailnum"]),
        row["dest"],
        int(row["distance"]),
        number(row["dep_delay"]),
        number(row["arr_delay"]),
        number(row["air_time"]),
        int(row["dep_time"] == MISSING),
        row["time_hour"],
    )


def number(value: str) -> int | None:
    return None if value == MISSING else int(value)


def text(value: str) -> str | None:
    return None if value in (MISSING, "") else value
