"""A store, an engine and a reader on real files, with functions as task bodies."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from runtime.engine import Engine
from runtime.model.definition import FlowDefinition
from runtime.model.encode import flow_to_json
from runtime.model.run import TaskView
from runtime.model.state import ExecStatus, RunStatus
from runtime.service.requests import apply, apply_alone
from runtime.step import Step
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.reader import Reader
from runtime.store.sqlite.store import SqliteStore
from tests.runtime.engine.flows import FunctionExecutor

WAIT_SECONDS = 20.0


class Bench:
    """One store in a folder; engines come and go on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = StoreFiles(folder / "flower.db")
        self.executor = FunctionExecutor()
        self.engine: Engine | None = None
        self._store: SqliteStore | None = None

    def ask(self, **request: object) -> object:
        """A request applied under the lock, without an engine."""
        store = SqliteStore(self.files, "OFF")
        try:
            return apply_alone(store, dict(request), time.time_ns() // 1000)
        finally:
            store.close()

    def ask_engine(self, **request: object) -> object:
        """A request to the engine that is alive."""
        assert self.engine is not None
        return self.engine.submit(lambda step: apply(step, dict(request))).result(WAIT_SECONDS)

    def later(self, **request: object) -> None:
        """The same, without waiting for it."""
        assert self.engine is not None
        self.engine.submit(lambda step: apply(step, dict(request)))

    def register(
        self,
        flow: FlowDefinition,
        parameters: Mapping[str, object] | None = None,
        key: str | None = None,
    ) -> int:
        self.ask(verb="deploy", flows=[flow_to_json(flow)], project=str(self.folder))
        reply = self.ask(
            verb="register",
            flow=flow.name,
            parameters=dict(parameters or {}),
            key=key,
            zone="UTC",
        )
        assert isinstance(reply, dict)
        return int(reply["id"])

    def start(self, jobs: int = 4) -> Engine:
        self._store = SqliteStore(self.files, "OFF")
        self.engine = Engine(self._store, self.executor, jobs)
        self.engine.start()
        return self.engine

    def stop(self) -> None:
        if self.engine is not None and self._store is not None:
            self.engine.close()
            self._store.close()
            self.engine = None

    def work(self, run_id: int, jobs: int = 4) -> RunStatus:
        """Work on a run until it comes to rest."""
        self.start(jobs)
        assert self.engine is not None
        try:
            return self.engine.work_on(run_id).result(WAIT_SECONDS)
        finally:
            self.stop()

    @contextmanager
    def engine_paused(self) -> Iterator[None]:
        """The engine that is alive takes up nothing: what happens meanwhile is one batch for it."""
        assert self.engine is not None
        reached, go_on = threading.Event(), threading.Event()

        def pause(step: Step) -> None:
            step.after_commit.append(lambda: (reached.set(), go_on.wait(WAIT_SECONDS)))

        self.engine.submit(pause)
        assert reached.wait(WAIT_SECONDS)
        try:
            yield
        finally:
            go_on.set()

    def settle(self) -> None:
        """Let the engine that is alive look at everything that has happened, and at what follows from it."""
        assert self.engine is not None
        for _ in range(3):
            self.engine.submit(lambda step: None).result(WAIT_SECONDS)

    def tasks(self, run_id: int) -> dict[str, TaskView]:
        reader = Reader(self.files)
        try:
            return {task.path: task for task in reader.tasks(run_id)}
        finally:
            reader.close()

    def ended_at(self, run_id: int) -> int | None:
        reader = Reader(self.files)
        try:
            return reader.run(str(run_id)).ended_at
        finally:
            reader.close()

    def states(self, run_id: int) -> dict[str, str]:
        """State of every task (no groups) by path."""
        return {path: task.status.word for path, task in self.tasks(run_id).items() if task.kind == "task"}

    def update(self, sql: str, *arguments: object) -> None:
        """What a person does in an SQL tool."""
        connection = sqlite3.connect(self.files.db)
        with connection:
            connection.execute(sql, arguments)
        connection.close()

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """What a person sees in an SQL tool."""
        with closing(sqlite3.connect(f"file:{self.files.db}?mode=ro", uri=True)) as connection:
            return connection.execute(sql).fetchall()

    def set_status(self, run_id: int, path: str, status: ExecStatus | int) -> None:
        self.update(
            "UPDATE task_run SET exec_status = ? WHERE flow_run_id = ? AND path = ?",
            int(status),
            run_id,
            path,
        )


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.stop()
