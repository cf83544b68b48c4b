"""A store and a scheduler with a clock that the test sets."""

from __future__ import annotations

import datetime as dt
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from runtime.maintenance.scheduler import Scheduler
from runtime.model.definition import FlowDefinition, ScheduleDefinition
from runtime.model.encode import flow_to_json
from runtime.schedule.local import microseconds, utc
from runtime.service.requests import apply
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.store import SqliteStore
from runtime.watch import Step
from tests.runtime.engine.flows import FlowBuilder

SECOND = 1_000_000
START = "2026-11-24T10:00:00"


class Desk:
    """`now` is the clock. Each turn is one transaction, as in the engine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = StoreFiles(folder / "flower.db")
        self.store = SqliteStore(self.files, "OFF")
        self.scheduler = Scheduler("UTC")
        self.began = self.now = microseconds(dt.datetime.fromisoformat(START).replace(tzinfo=dt.UTC))

    def deploy(self, *schedules: ScheduleDefinition, **settings: Any) -> None:
        content = repr((schedules, settings))
        flow = FlowBuilder("etl").task("a").build()
        self.deploy_flow(replace(flow, schedules=schedules, content_hash=content, **settings))

    def deploy_flow(self, flow: FlowDefinition) -> None:
        self.ask(verb="deploy", flows=[json.loads(json.dumps(flow_to_json(flow)))], project=str(self.folder))

    def ask(self, **request: Any) -> Any:
        with self.store.transaction():
            return apply(Step(self.store, self.now), request)

    def restart(self) -> None:
        """The service ends, and another one begins."""
        self.scheduler = Scheduler("UTC")

    def turn(self) -> None:
        """One look of the scheduler, made durable."""
        with self.store.transaction():
            step = Step(self.store, self.now)
            self.scheduler.turn(step)
            step.flush()
        for action in step.after_commit:
            action()

    def turn_that_is_lost(self) -> None:
        """One look that cannot be made durable."""
        with suppress(OSError), self.store.transaction():
            self.scheduler.turn(Step(self.store, self.now))
            raise OSError("no space left")

    def wait(self, seconds: float) -> None:
        """The clock goes on; the scheduler looks whenever it said that something is due."""
        until = self.now + round(seconds * SECOND)
        self.turn()
        while (due := self.scheduler.due) is not None and due <= until:
            self.now = max(self.now, due)
            self.turn()
        self.now = until

    def end(self, run_id: int, status: str = "succeeded") -> None:
        with self.store.transaction():
            self.store.runs.set_status(run_id, status, self.now)

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.files.db)) as connection, connection:
            return connection.execute(sql).fetchall()

    def runs(self) -> list[tuple[str, str]]:
        """Time of day and status of each run, oldest first."""
        rows = self.query("SELECT time, status FROM flow_run ORDER BY id")
        return [(utc(time).strftime("%H:%M:%S"), status) for time, status in rows]

    def ticks(self) -> list[tuple[str, str]]:
        """Time of day and outcome of each tick, oldest first."""
        rows = self.query("SELECT at, outcome FROM tick ORDER BY at")
        return [(utc(at).strftime("%H:%M:%S"), outcome) for at, outcome in rows]

    def events(self) -> list[str]:
        return [kind for (kind,) in self.query("SELECT kind FROM event ORDER BY id")]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.store.close()
