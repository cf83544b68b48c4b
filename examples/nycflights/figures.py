"""The numbers of the report, read from the warehouse. Nothing here knows how they are shown.

A share of late flights counts those that arrived; cancelled and diverted flights have shares of their own.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

LATE = "avg(arrival_delay >= :late)"
CANCELLED = "avg(cancelled)"
RARE_HOUR = 100
"""An hour of the day with fewer flights in the whole year is left out: its share would be chance."""


@dataclass(frozen=True, slots=True)
class Whole:
    """All flights. Delays in minutes; `first` and `last` are dates."""

    flights: int
    late: float
    cancelled: int
    diverted: int
    mean_delay: float
    first: str
    last: str


@dataclass(frozen=True, slots=True)
class Group:
    """A part of the flights: an airport, an airline, a kind of weather."""

    code: str
    name: str
    flights: int
    late: float
    cancelled: float
    mean_delay: float


@dataclass(frozen=True, slots=True)
class Hour:
    """The flights that should have left in this hour of the day."""

    hour: int
    flights: int
    late: float
    cancelled: float


@dataclass(frozen=True, slots=True)
class Cell:
    month: int
    hour: int
    flights: int
    late: float


@dataclass(frozen=True, slots=True)
class Route:
    """A pair of airports. `bad_day`: one flight in ten was at least so many minutes late."""

    origin: str
    destination: str
    place: str
    flights: int
    late: float
    mean_delay: float
    bad_day: int

    @property
    def label(self) -> str:
        return f"{self.origin} → {self.destination}"


@dataclass(frozen=True, slots=True)
class Figures:
    """`routes` by their share of late flights, the worst first. `weather` is empty if it was not joined."""

    late_minutes: int
    min_flights: int
    whole: Whole
    origins: Sequence[Group]
    hours: Sequence[Hour]
    cells: Sequence[Cell]
    routes: Sequence[Route]
    airlines: Sequence[Group]
    weather: Sequence[Group]

    @classmethod
    def read(cls, warehouse: Path, late_minutes: int, min_flights: int, with_weather: bool) -> Figures:
        with closing(sqlite3.connect(warehouse)) as connection:
            query = Query(connection, late_minutes)
            return cls(
                late_minutes,
                min_flights,
                query.whole(),
                query.groups("origin", "airports", "faa"),
                query.hours(),
                query.cells(),
                query.routes(min_flights),
                query.groups("carrier", "airlines", "carrier", min_flights),
                query.weather() if with_weather else (),
            )


class Query:
    """Questions to one warehouse, with one meaning of late."""

    def __init__(self, connection: sqlite3.Connection, late_minutes: int) -> None:
        self._connection = connection
        self._late = late_minutes

    def whole(self) -> Whole:
        (row,) = self._rows(
            f"""SELECT count(*), {LATE}, sum(cancelled), sum(arrival_delay IS NULL AND NOT cancelled),
                       avg(arrival_delay), min(day), max(day) FROM flights"""
        )
        return Whole(*row)

    def groups(self, column: str, names: str, key: str, least: int = 1) -> list[Group]:
        rows = self._rows(
            f"""SELECT {column}, coalesce(name, {column}), count(*), {LATE}, {CANCELLED}, avg(arrival_delay)
                FROM flights LEFT JOIN (SELECT {key} AS code, name FROM {names}) ON code = {column}
                GROUP BY {column} HAVING count(*) >= :least ORDER BY 4 DESC""",
            least=least,
        )
        return [Group(*row) for row in rows]

    def hours(self) -> list[Hour]:
        rows = self._rows(
            f"""SELECT scheduled_hour, count(*), {LATE}, {CANCELLED} FROM flights
                GROUP BY scheduled_hour HAVING count(*) >= {RARE_HOUR} ORDER BY scheduled_hour"""
        )
        return [Hour(*row) for row in rows]

    def cells(self) -> list[Cell]:
        rows = self._rows(
            f"""SELECT CAST(substr(day, 6, 2) AS INTEGER) AS month, scheduled_hour, count(arrival_delay), {LATE}
                FROM flights GROUP BY month, scheduled_hour HAVING count(arrival_delay) > 0"""
        )
        return [Cell(*row) for row in rows]

    def routes(self, min_flights: int) -> list[Route]:
        rows = self._rows(
            f"""WITH ranked AS (
                    SELECT origin, destination, arrival_delay,
                           row_number() OVER (PARTITION BY origin, destination ORDER BY arrival_delay DESC) AS place
                    FROM flights WHERE arrival_delay IS NOT NULL)
                SELECT origin, destination, coalesce(name, destination), count(*), {LATE}, avg(arrival_delay),
                       min(arrival_delay) FILTER (WHERE place <= 1 + flights / 10)
                FROM ranked
                JOIN (SELECT origin, destination, count(*) AS flights FROM ranked GROUP BY 1, 2)
                     USING (origin, destination)
                LEFT JOIN airports ON faa = destination
                GROUP BY origin, destination HAVING count(*) >= :least ORDER BY 5 DESC""",
            least=min_flights,
        )
        return [Route(*row) for row in rows]

    def weather(self) -> list[Group]:
        rows = self._rows(
            f"""SELECT kind, kind, count(*), {LATE}, {CANCELLED}, avg(arrival_delay)
                FROM (SELECT *, CASE WHEN precip_inches >= 0.1 THEN 'heavy rain or snow'
                                     WHEN precip_inches > 0 THEN 'light rain or snow'
                                     WHEN visibility_miles < 3 THEN 'fog, less than 3 miles of sight'
                                     WHEN wind_mph >= 20 THEN 'dry, wind from 20 mph'
                                     ELSE 'dry and calm' END AS kind FROM flight_weather)
                GROUP BY kind ORDER BY 4 DESC"""
        )
        return [Group(*row) for row in rows]

    def _rows(self, sql: str, **values: str | int) -> list[Any]:
        return self._connection.execute(sql, {"late": self._late, **values}).fetchall()
