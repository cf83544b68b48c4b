"""Turns that cannot be committed: what the engine knows is what the store holds."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from typing import Any

import pytest

from runtime.engine import Engine
from runtime.model.definition import ParameterDefinition, Wait
from runtime.model.errors import StoreProblem
from runtime.store.sqlite.store import SqliteStore
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import Failure, FlowBuilder


class FullAtTheEnd(sqlite3.Connection):
    """While it is full, nothing that changes a parameter can be committed."""

    full = False
    changed = False

    def execute(self, sql: str, *arguments: Any) -> sqlite3.Cursor:
        self.changed |= "SET parameters" in sql
        if sql == "COMMIT" and self.changed and self.full:
            problem = sqlite3.OperationalError("database or disk is full")
            problem.sqlite_errorcode = sqlite3.SQLITE_FULL
            raise problem
        self.changed &= sql not in ("COMMIT", "ROLLBACK")
        return super().execute(sql, *arguments)


def test_parameters_that_could_not_be_kept_are_not_used(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    given: list[object] = []

    def fails(arguments: Any) -> None:
        given.append(arguments["n"])
        raise Failure("no")

    bench.executor.bodies = {"a": fails}
    flow = FlowBuilder().task("a", arguments={"n": ["param", "n"]})
    flow.task("w", action=Wait(["lit", "duration", "1h"]))
    run = bench.register(replace(flow.build(), parameters=(ParameterDefinition("n", "int"),)), {"n": 1})
    bench._store = SqliteStore(bench.files, "OFF", FullAtTheEnd)
    bench.engine = Engine(bench._store, bench.executor, 1)
    bench.engine.start()
    bench.engine.work_on(run)
    bench.executor.wait_for_count("a", 1)
    bench.settle()
    monkeypatch.setattr(FullAtTheEnd, "full", True)
    with pytest.raises(StoreProblem, match="is full"):
        bench.ask_engine(verb="rerun", run=run, parameters={"n": 2})
    monkeypatch.setattr(FullAtTheEnd, "full", False)
    bench.ask_engine(verb="rerun", run=run, tasks=["a"])
    bench.executor.wait_for_count("a", 2)
    bench.settle()
    assert given == [1, 1]
