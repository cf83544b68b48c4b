"""The steps of the main job as plain Python: cleaning, loading at the same time, fetching."""

from __future__ import annotations

import csv
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.examples.conftest import EXAMPLES

HEADING = (
    "year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,origin,"
    "dest,air_time,distance,hour,minute,time_hour"
)
LEFT = "2013,1,1,517,515,2,830,819,11,UA,{flight},N14228,{origin},IAH,227,1400,5,15,2013-01-01T10:00:00Z"
CANCELLED = "2013,1,2,NA,1545,NA,NA,1910,NA,AA,133,NA,JFK,LAX,NA,2475,15,45,2013-01-02T20:00:00Z"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(EXAMPLES))


def raw_file(folder: Path, *lines: str) -> Path:
    file = folder / "flights.csv"
    file.write_text("\n".join([HEADING, *lines]) + "\n")
    return file


def warehouse_in(folder: Path) -> Path:
    """An empty warehouse with the table as the flow makes it."""
    table = re.search(r"CREATE TABLE IF NOT EXISTS flights .*?;", (EXAMPLES / "etl.flow").read_text(), re.DOTALL)
    assert table
    with closing(sqlite3.connect(folder / "warehouse.db")) as connection:
        connection.execute(table[0])
    return folder / "warehouse.db"


def count(warehouse: Path) -> int:
    with closing(sqlite3.connect(warehouse)) as connection:
        return int(connection.execute("SELECT count(*) FROM flights").fetchone()[0])


def test_splitting_gives_each_airport_its_file_and_loses_no_line(tmp_path: Path) -> None:
    from nycflights.archive import split_by_origin

    lines = [LEFT.format(flight=number, origin=code) for number, code in enumerate(["LGA", "EWR", "LGA"])]
    origins = split_by_origin(raw_file(tmp_path, *lines), tmp_path / "split")

    assert [(origin["code"], origin["flights"]) for origin in origins] == [("EWR", 1), ("LGA", 2)]
    assert origins[1]["file"].read_text().splitlines() == [HEADING, lines[0], lines[2]]


def test_cleaning_keeps_a_cancelled_flight_with_its_delays_empty(tmp_path: Path) -> None:
    from nycflights.cleaning import clean

    target = tmp_path / "clean.csv"

    assert clean(raw_file(tmp_path, LEFT.format(flight=1, origin="JFK"), CANCELLED), target) == 2
    left, cancelled = csv.DictReader(target.read_text().splitlines())
    assert (left["day"], left["departure_delay"], left["cancelled"]) == ("2013-01-01", "2", "0")
    assert (cancelled["departure_delay"], cancelled["tail_number"], cancelled["cancelled"]) == ("", "", "1")


def test_a_line_that_is_no_flight_is_named_and_not_dropped(tmp_path: Path) -> None:
    from nycflights.cleaning import CleaningProblem, clean

    damaged = LEFT.format(flight="twelve", origin="JFK")
    with pytest.raises(CleaningProblem, match="line 3 is no flight"):
        clean(raw_file(tmp_path, CANCELLED, damaged), tmp_path / "clean.csv")


def test_loading_twice_leaves_each_flight_once(tmp_path: Path) -> None:
    from nycflights.cleaning import clean
    from nycflights.warehouse import replace_origin

    warehouse, cleaned = warehouse_in(tmp_path), tmp_path / "clean.csv"
    clean(raw_file(tmp_path, CANCELLED), cleaned)

    assert replace_origin(warehouse, "JFK", cleaned) == 1
    assert replace_origin(warehouse, "JFK", cleaned) == 1
    assert count(warehouse) == 1


def test_a_load_that_breaks_off_leaves_what_was_there(tmp_path: Path) -> None:
    from nycflights.cleaning import COLUMNS, clean
    from nycflights.warehouse import replace_origin

    warehouse, cleaned, broken = warehouse_in(tmp_path), tmp_path / "clean.csv", tmp_path / "broken.csv"
    clean(raw_file(tmp_path, CANCELLED), cleaned)
    replace_origin(warehouse, "JFK", cleaned)
    broken.write_text(",".join(COLUMNS) + "\n" + cleaned.read_text().splitlines()[1] + "\nJFK,too,short\n")

    with pytest.raises(sqlite3.Error):
        replace_origin(warehouse, "JFK", broken)
    assert count(warehouse) == 1


def test_airports_that_load_at_the_same_time_all_arrive(tmp_path: Path) -> None:
    from nycflights.cleaning import clean

    warehouse, codes, each = warehouse_in(tmp_path), ["AAA", "BBB", "CCC", "DDD"], 200
    for code in codes:
        lines = [LEFT.format(flight=number, origin=code) for number in range(each)]
        clean(raw_file(tmp_path, *lines), tmp_path / f"{code}.csv")
    load = (
        "import sys; from pathlib import Path; from nycflights.warehouse import replace_origin;"
        "replace_origin(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))"
    )
    loading = [
        subprocess.Popen([sys.executable, "-c", load, warehouse, code, tmp_path / f"{code}.csv"], cwd=EXAMPLES)
        for code in codes
    ]

    assert [process.wait(timeout=60) for process in loading] == [0] * len(codes)
    assert count(warehouse) == each * len(codes)


def test_fetched_data_is_complete_and_is_not_fetched_again(flights_of_2013: Path) -> None:
    done = subprocess.run(
        [sys.executable, EXAMPLES / "fetch_data.py", "--to", flights_of_2013],
        capture_output=True,
        text=True,
        timeout=60,
    )

    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
