"""The n-th call to SQLite fails, for every n: what was promised is kept, and the sentence says what is wrong."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any, Final

import pytest

from runtime.engine import Engine
from runtime.model.encode import flow_to_json
from runtime.model.errors import StoreProblem
from runtime.model.state import RunStatus
from runtime.service.requests import apply_alone
from runtime.store.sqlite.integrity import damage
from runtime.store.sqlite.store import SqliteStore
from tests.faults.test_crash_sweep import TASKS, World, flow
from tests.runtime.engine.conftest import Bench

ERRORS: Final = {
    sqlite3.SQLITE_IOERR_WRITE: "cannot be read or written",
    sqlite3.SQLITE_IOERR_FSYNC: "cannot be read or written",
    sqlite3.SQLITE_CORRUPT: "damaged",
    sqlite3.SQLITE_FULL: "is full",
    sqlite3.SQLITE_BUSY: "locked",
}
_COUNTS: Final = "SELECT (SELECT count(*) FROM flow_run), (SELECT count(*) FROM task_run)"


class Failing(sqlite3.Connection):
    """Fails at one call, counted over all connections of a test."""

    left = 0
    code = 0

    def _call(self) -> None:
        Failing.left -= 1
        if Failing.left == 0:
            problem = sqlite3.OperationalError("made to fail")
            problem.sqlite_errorcode = Failing.code
            raise problem

    def execute(self, sql: str, parameters: Any = (), /) -> sqlite3.Cursor:
        self._call()
        return super().execute(sql, parameters)

    def executemany(self, sql: str, parameters: Iterable[Any], /) -> sqlite3.Cursor:
        self._call()
        return super().executemany(sql, parameters)


def live(bench: Bench, world: World, run: int, fail_at: int) -> tuple[RunStatus | StoreProblem, bool]:
    """One life of an engine whose store fails once; (how the run or the engine ended, whether the call was made)."""
    Failing.left = fail_at
    try:
        store = SqliteStore(bench.files, "OFF", Failing)
    except StoreProblem as problem:
        return problem, True
    engine = Engine(store, world, jobs=3)
    rest = engine.work_on(run)
    engine.start()
    try:
        return rest.result(20), Failing.left <= 0
    except StoreProblem as problem:
        return problem, True
    finally:
        engine.close()
        store.close()


@pytest.mark.parametrize("code", ERRORS)
@pytest.mark.timeout(600)
def test_whichever_call_fails_the_run_is_done_once(
    tmp_path: Path, code: int, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runtime.engine.engine._LOCKED_SECONDS", 0.001)
    bench = Bench(tmp_path)
    Failing.code = code
    step = 1 if request.config.getoption("-m") == "soak" else 7
    fail_at = 1
    while True:
        world = World()
        run = bench.register(flow())
        end, made = live(bench, world, run, fail_at)
        if isinstance(end, StoreProblem):
            assert ERRORS[code] in str(end), fail_at
            end, _ = live(bench, world, run, 0)
        assert end is RunStatus.SUCCEEDED, (fail_at, end)
        assert world.effects == Counter(TASKS), fail_at
        if not made:
            break
        fail_at += step
    assert fail_at > 60
    with closing(sqlite3.connect(bench.files.db)) as connection:
        assert damage(connection) == []
    assert bench.query("SELECT count(*) FROM task_attempt WHERE ended_at IS NULL") == [(0,)]


@pytest.mark.parametrize("code", ERRORS)
def test_a_request_whose_call_fails_leaves_nothing_half_written(tmp_path: Path, code: int) -> None:
    Failing.code = code
    bench = Bench(tmp_path)
    bench.ask(verb="deploy", flows=[flow_to_json(flow())], project=str(tmp_path))
    refused = 0
    for fail_at in range(1, 200):
        before = bench.query(_COUNTS)
        problem = register(bench, fail_at)
        if Failing.left > 0:
            assert problem is None
            assert refused > 3
            return
        refused += problem is not None
        assert problem is None or ERRORS[code] in str(problem)
        assert problem is None or bench.query(_COUNTS) == before
    pytest.fail("the request has no end")


def register(bench: Bench, fail_at: int) -> StoreProblem | None:
    """Ask for a run while the store fails once; what was said instead."""
    Failing.left = fail_at
    try:
        store = SqliteStore(bench.files, "OFF", Failing)
    except StoreProblem as problem:
        return problem
    try:
        apply_alone(store, {"verb": "register", "flow": "flow", "zone": "UTC"}, 1)
    except StoreProblem as problem:
        return problem
    finally:
        store.close()
    return None
