"""A nightly load that uses most of the language at once, from its check to its runs, among stand-ins for its world."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

BIN = Path(sys.executable).parent
PROJECT = Path(__file__).parent / "project"
DAY = "2026-11-23"
TABLES = [f"table_{number:02}" for number in range(10)]
WAIT_SECONDS = 100


@dataclass(frozen=True)
class Shop:
    """The project in a folder of its own. `asked`: the paths that the server for rates was asked for."""

    folder: Path
    asked: list[str]

    def fill(self, *, empty: int = 0) -> None:
        """Ten tables of three rows; the first ones have none."""
        (self.folder / "shop_tables").mkdir(exist_ok=True)
        for number, name in enumerate(TABLES):
            rows = "" if number < empty else "a\nb\nc\n"
            (self.folder / "shop_tables" / f"{name}.csv").write_text(rows)

    def type(self, *words: str) -> subprocess.CompletedProcess[str]:
        path = os.pathsep.join([str(BIN), str(self.folder / "bin"), os.environ["PATH"]])
        return subprocess.run(
            words,
            cwd=self.folder,
            env=os.environ | {"PATH": path, "WAREHOUSE_URL": str(self.folder / "warehouse.db")},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )

    def run(self, *options: str) -> tuple[int, dict[str, dict[str, Any]]]:
        """The exit code of a run of the day, and its tasks by path."""
        done = self.type("flower", "run", "daily_sales.flow", "--day", DAY, *options)
        status = json.loads(self.type("flower", "status", "--json").stdout)
        assert status["tasks"], done.stderr
        return done.returncode, {task["task"]: task for task in status["tasks"]}

    def sales(self) -> list[tuple[str, str]]:
        with closing(sqlite3.connect(self.folder / "warehouse.db")) as database:
            return list(database.execute("SELECT * FROM sales"))

    def lines(self, name: str) -> list[str]:
        file = self.folder / name
        return file.read_text().splitlines() if file.exists() else []


@pytest.fixture
def rates() -> Iterator[tuple[str, list[str]]]:
    """The address of a server, and the paths that it was asked for."""
    asked: list[str] = []

    class Rates(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"eur 1.0\n")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Rates)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", asked
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def shop(tmp_path: Path, rates: tuple[str, list[str]]) -> Shop:
    address, asked = rates
    shop = Shop(shutil.copytree(PROJECT, tmp_path / "sales"), asked)
    file = shop.folder / "daily_sales.flow"
    file.write_text(file.read_text().replace("https://rates.example.com", address))
    with closing(sqlite3.connect(shop.folder / "warehouse.db")) as database:
        database.execute("CREATE TABLE sales (day TEXT, row TEXT)")
        database.execute("INSERT INTO sales VALUES ('2026-11-01', 'old')")
        database.commit()
    shop.fill()
    return shop


def test_it_checks_deploys_and_its_test_passes(shop: Shop) -> None:
    checked = shop.type("flowc", "check", "daily_sales.flow", "--format", "json")
    assert (checked.returncode, json.loads(checked.stdout)) == (0, [])
    tested = shop.type("flowc", "test", "daily_sales.flow")
    assert (tested.returncode, tested.stdout.splitlines()[-1]) == (0, "1 test passed")
    deployed = shop.type("flowc", "deploy", "daily_sales.flow")
    assert (deployed.returncode, deployed.stdout) == (0, "daily_sales: version 1\n")
    assert "daily at 06:30" in shop.type("flower", "schedules").stdout


def test_an_incremental_run_adds_the_day(shop: Shop) -> None:
    code, tasks = shop.run()
    assert (code, shop.asked) == (0, [f"/{DAY}"])
    assert {tasks[f"ingest[{name}]/copy"]["outputs"]["rows"] for name in TABLES} == {3}
    assert (tasks["rebuild"]["state"], tasks["upsert"]["state"]) == ("skipped", "succeeded")
    assert tasks["prepare/clean"]["outputs"] == {"rows": 30}
    assert len(shop.sales()) == 31
    assert shop.lines("reports.txt") == [f"Sales {DAY}: 30 rows"]
    assert shop.lines("pages.txt") == []


def test_a_full_run_begins_with_an_empty_table(shop: Shop) -> None:
    code, tasks = shop.run("--mode", "full")
    assert (code, tasks["rebuild"]["state"], tasks["upsert"]["state"]) == (0, "succeeded", "skipped")
    assert shop.sales() == []


def test_a_dry_run_publishes_nothing(shop: Shop) -> None:
    code, tasks = shop.run("--dry-run")
    assert (code, tasks["publish"]["state"], shop.lines("reports.txt")) == (0, "skipped", [])


def test_one_table_of_ten_may_be_lost(shop: Shop) -> None:
    shop.fill(empty=1)
    code, tasks = shop.run()
    assert (code, tasks[f"ingest[{TABLES[0]}]/check"]["state"]) == (0, "failed")
    assert shop.lines("reports.txt") == [f"Sales {DAY}: 27 rows"]
    assert shop.lines("pages.txt") == []


def test_two_are_too_many_and_the_run_goes_on_when_they_are_mended(shop: Shop) -> None:
    shop.fill(empty=2)
    code, tasks = shop.run()
    assert (code, tasks["ingest"]["state"], tasks["publish"]["state"]) == (1, "failed", "waiting")
    (page,) = shop.lines("pages.txt")
    first_to_fail = [f"daily_sales {DAY}: ingest[{name}]/check failed: " for name in TABLES[:2]]
    assert page.startswith(tuple(first_to_fail))
    assert "has 0 rows, and 1 are wanted" in page
    shop.fill()
    mended = [f"ingest[{name}]/{task}" for name in TABLES[:2] for task in ("copy", "check")]
    assert shop.type("flower", "rerun", "daily_sales-1", *mended).returncode == 0
    assert shop.lines("reports.txt") == [f"Sales {DAY}: 30 rows"]


def test_without_its_secret_it_waits_for_a_person(shop: Shop) -> None:
    code, tasks = shop.run("--warehouse-url", "env:NO_SUCH_VARIABLE")
    assert (code, tasks["upsert"]["state"], tasks["upsert"]["reason"]) == (3, "suspended", "no secret")
