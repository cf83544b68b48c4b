"""The main job on all its data: what it leaves behind, and what happens when it is done again or has no data."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.examples.conftest import Copy
from tests.examples.test_examples import EXPECTED, check_step

FLIGHTS = 336_776
ORIGINS = [("EWR", 120_835), ("JFK", 111_279), ("LGA", 104_662)]


@pytest.fixture
def with_data(copy: Copy, flights_of_2013: Path) -> Copy:
    (copy.folder / "data").symlink_to(flights_of_2013)
    return copy


@pytest.mark.slow
def test_all_flights_arrive_in_the_report_and_loading_again_adds_none(with_data: Copy) -> None:
    for step in EXPECTED["etl"]["steps"]:
        check_step(with_data, step)
    assert loaded(with_data) == ORIGINS
    check_report(with_data)

    again = with_data.type("flower rerun etl-1 ingest[EWR]/load")

    assert again.returncode == 0, again.stdout + again.stderr
    assert loaded(with_data) == ORIGINS
    assert with_data.tasks()["ingest[EWR]/load"]["generation"] == 2


def test_without_data_the_first_task_says_what_to_type(copy: Copy) -> None:
    done = copy.type("flower run etl.flow")

    assert done.returncode == 1
    assert "There is no flights.csv.zip yet. Fetch the data by typing" in done.stdout + done.stderr
    assert f"python3 '{copy.folder}/fetch_data.py'" in copy.type("flower logs").stdout
    tasks = copy.tasks()
    assert tasks["check_data"]["state"] == "failed"
    assert not (copy.folder / "warehouse.db").exists()


def loaded(copy: Copy) -> list[tuple[str, int]]:
    with closing(sqlite3.connect(copy.folder / "warehouse.db")) as warehouse:
        return warehouse.execute("SELECT origin, count(*) FROM flights GROUP BY origin ORDER BY origin").fetchall()


def check_report(copy: Copy) -> None:
    page = (copy.folder / "out" / "delays.html").read_text(encoding="utf-8")
    charts = re.findall(r"<svg.*?</svg>", page, re.DOTALL)
    assert len(charts) == 5
    for chart in charts:
        ElementTree.fromstring(chart)
    assert f"{FLIGHTS:,}" in page
    assert "EWR → RIC" in page
    assert not re.search(r"https?://(?!www\.w3\.org/2000/svg)", page), "the page must need nothing from elsewhere"
