"""The components of this project: typed functions that a flow calls by name, `flights.clean` and so on.

The compiler reads their annotations, so a call with a wrong argument is refused before anything runs.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypedDict

from runtime.component import Context, component


class Cleaned(TypedDict):
    file: Path
    rows: int


class Report(TypedDict):
    file: Path
    worst_route: str
    worst_hour: int


@component(idempotent=True)
def clean(
    file: Annotated[Path, "Flights as they are in the archive."],
    into: Annotated[Path, "The folder for the cleaned file."],
) -> Cleaned:
    """Clean the flights of one airport: types and missing values; no row is dropped."""
    from nycflights.cleaning import clean as write_cleaned

    target = into / file.name.replace("raw_", "clean_")
    return {"file": target, "rows": write_cleaned(file, target)}


@component(idempotent=True)
def load_table(
    warehouse: Annotated[Path, "The SQLite file."],
    table: Annotated[str, "The table to replace."],
    file: Annotated[Path, "A CSV file with a heading."],
) -> int:
    """Make a table of a CSV file, and give the number of its rows."""
    from nycflights.warehouse import replace_table

    return replace_table(warehouse, table, file)


@component(idempotent=True)
def report(
    warehouse: Annotated[Path, "The SQLite file with flights, airports and airlines."],
    to: Annotated[Path, "The HTML file to write."],
    late: Annotated[timedelta, "From this delay on, an arrival is late."],
    min_flights: Annotated[int, "Routes with fewer flights are not ranked."],
    with_weather: Annotated[bool, "Whether the flights have been joined with the weather."],
    context: Context,
) -> Report:
    """Write the report on delays: one HTML page that needs nothing else."""
    from nycflights.figures import Figures
    from nycflights.page import page

    figures = Figures.read(warehouse, int(late.total_seconds() // 60), min_flights, with_weather)
    to.parent.mkdir(parents=True, exist_ok=True)
    to.write_text(page(figures), encoding="utf-8")
    worst = figures.routes[0]
    context.log(f"{to}: worst of {len(figures.routes)} routes is {worst.label}, {worst.late:.0%} late")
    return {"file": to, "worst_route": worst.label, "worst_hour": max(figures.hours, key=lambda hour: hour.late).hour}
