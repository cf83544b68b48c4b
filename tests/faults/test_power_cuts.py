"""The power fails while an engine works: what was acknowledged is there, at the `synchronous` that is the default."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import apsw
import pytest

from runtime.engine import Engine
from runtime.model.encode import flow_to_json
from runtime.model.state import RunStatus
from runtime.service.requests import apply, apply_alone
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.integrity import damage
from runtime.store.sqlite.store import SqliteStore
from tests.faults.power import Disk, Recording, plain
from tests.faults.test_crash_sweep import TASKS, World, flow
from tests.runtime.engine.conftest import Bench

_STATE: Final = (
    "SELECT (SELECT count(*) FROM flow_run), (SELECT coalesce(sum(revision), 0) FROM task_run),"
    " (SELECT coalesce(sum(exec_status), 0) FROM task_run), (SELECT coalesce(max(id), 0) FROM event),"
    " (SELECT count(*) FROM task_attempt), (SELECT count(*) FROM task_attempt WHERE ended_at IS NOT NULL),"
    " (SELECT coalesce(sum(pid), 0) FROM task_attempt), (SELECT count(*) FROM worker), (SELECT count(*) FROM receipt)"
)


@dataclass
class Life:
    """A store's life on a disk. `acknowledged`: the length of the disk's log after each commit; `states`: what a reader
    saw then."""

    disk: Disk
    acknowledged: list[int] = field(default_factory=list)
    states: list[tuple[Any, ...]] = field(default_factory=list)


@pytest.fixture(scope="module")
def statements(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Any]]:
    """All that a store is asked for, from its making to the end of a run."""
    Recording.statements = []
    folder = tmp_path_factory.mktemp("recorded")
    with closing(SqliteStore(StoreFiles(folder / "flower.db"), "FULL", Recording)) as store:
        apply_alone(store, {"verb": "deploy", "flows": [flow_to_json(flow())], "project": str(folder)}, 1)
        run = apply_alone(store, {"verb": "register", "flow": "flow", "zone": "UTC", "id": "asked"}, 2)["id"]
        engine = Engine(store, world := World(), jobs=3)
        rest = engine.work_on(run)
        engine.start()
        assert rest.result(30) is RunStatus.SUCCEEDED
        engine.close()
    assert sorted(world.effects) == sorted(TASKS)
    return Recording.statements


def lived(folder: Path, statements: list[tuple[str, Any]], synchronous: str) -> Life:
    """Do the statements again on a disk that keeps account."""
    life = Life(disk := Disk())
    connection = apsw.Connection(str(folder / "flower.db"), vfs=disk.name)
    with closing(connection):
        connection.execute("PRAGMA wal_autocheckpoint = 30")
        for sql, rows in statements:
            if sql.startswith("PRAGMA synchronous"):
                sql = f"PRAGMA synchronous = {synchronous}"
            for row in rows:
                connection.execute(sql, plain(row)).fetchall()
            if sql == "COMMIT":
                life.acknowledged.append(len(disk.log))
                life.states.append(tuple(connection.execute(_STATE).fetchone()))
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        length = len(disk.log)
    del disk.log[length:]
    disk.unregister()
    return life


def cuts(count: int, life: Life, seed: int) -> Iterator[tuple[int, random.Random]]:
    """Steps at which the power fails, with the chance that decides what is left."""
    for number in range(count):
        chance = random.Random(f"{seed} {number}")
        yield chance.randrange(life.acknowledged[0], len(life.disk.log) + 1), chance


def found_after(life: Life, at: int, folder: Path, chance: random.Random) -> int | None:
    """Which of the commits is the last that a store finds after a cut; None if the file is damaged."""
    for old in folder.iterdir():
        old.unlink()
    life.disk.cut(at, folder, chance)
    try:
        with closing(sqlite3.connect(folder / "flower.db")) as connection:
            if damage(connection):
                return None
            return life.states.index(tuple(connection.execute(_STATE).fetchone()))
    except sqlite3.DatabaseError:
        return None


def survey(folder: Path, life: Life, count: int, seed: int) -> tuple[int, int]:
    """(damaged stores, stores that have lost what was acknowledged) after so many cuts."""
    damaged = lost = 0
    for at, chance in cuts(count, life, seed):
        last = found_after(life, at, folder, chance)
        acknowledged = sum(length <= at for length in life.acknowledged) - 1
        damaged += last is None
        lost += last is not None and life.states[last] != life.states[acknowledged] and last < acknowledged
    return damaged, lost


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    """Where the store lived, and where it is found again."""
    for name in ("lived", "found"):
        (tmp_path / name).mkdir()
    return tmp_path / "lived", tmp_path / "found"


def test_nothing_acknowledged_is_lost_by_a_power_cut(
    places: tuple[Path, Path], statements: list[tuple[str, Any]]
) -> None:
    life = lived(places[0], statements, "FULL")
    assert survey(places[1], life, 200, seed=1) == (0, 0)


def test_the_disk_does_lose_what_was_not_synced(places: tuple[Path, Path], statements: list[tuple[str, Any]]) -> None:
    life = lived(places[0], statements, "NORMAL")
    damaged, lost = survey(places[1], life, 100, seed=2)
    assert damaged == 0
    assert lost > 10


@pytest.mark.soak
@pytest.mark.timeout(900)
@pytest.mark.parametrize("seed", range(10))
def test_nothing_acknowledged_is_lost_by_thousands_of_power_cuts(
    places: tuple[Path, Path], statements: list[tuple[str, Any]], seed: int
) -> None:
    life = lived(places[0], statements, "FULL")
    assert survey(places[1], life, 1_000, seed) == (0, 0)


def test_an_engine_goes_on_after_a_power_cut(
    places: tuple[Path, Path], statements: list[tuple[str, Any]], tmp_path: Path
) -> None:
    life = lived(places[0], statements, "FULL")
    registered = next(number for number, state in enumerate(life.states) if state[0] == 1)
    for number in range(20):
        chance = random.Random(number)
        folder = tmp_path / f"next{number}"
        folder.mkdir()
        life.disk.cut(chance.randrange(life.acknowledged[registered], len(life.disk.log)), folder, chance)
        bench = Bench(folder)
        assert run_again(bench) is RunStatus.SUCCEEDED


def run_again(bench: Bench) -> RunStatus:
    """The work of those that were under way is lost with the machine; nobody knows how far it came, so a person says
    that it may be done again."""
    with closing(SqliteStore(bench.files, "OFF")) as store:
        engine = Engine(store, World(), jobs=3)
        engine.start()
        try:
            status = engine.work_on(1).result(30)
            if status is RunStatus.SUSPENDED:
                engine.submit(lambda step: apply(step, {"verb": "rerun", "run": 1})).result(30)
                status = engine.work_on(1).result(30)
            return status
        finally:
            engine.close()
