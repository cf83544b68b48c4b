"""Backups made beside whoever works, and what is true of a store that was put back."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from runtime import FlowerStore, RunStatus, open_store
from runtime.model.errors import Refused, StoreProblem
from runtime.store.sqlite.integrity import damage

WAIT_SECONDS = 60

FLOWS = """\
flow slow {
    task t {
        sh \"""
            echo "$FLOW_KEY $FLOW_FENCE" >> keys
            while [ ! -e go ]; do sleep 0.01; done
            echo done >> effects
        \"""
    }
    task after { after t; sh "true" }
}
flow again {
    task t { idempotent; sh "echo $FLOW_KEY $FLOW_FENCE >> keys; while [ ! -e go ]; do sleep 0.01; done" }
}
flow quick { task a { sh "echo hello; echo kept > $FLOW_RUN_DIR/file" } }
flow many { task m for n in range(200) { sh "true" } }
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "flows.flow").write_text(FLOWS)
    with open_store(tmp_path / "flower.db") as store:
        store.deploy(tmp_path / "flows.flow")
    return tmp_path


def opened(folder: Path) -> FlowerStore:
    return open_store(folder / "flower.db")


def query(db: Path, sql: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(f"file:{db}?mode=ro", uri=True)) as connection:
        return connection.execute(sql).fetchall()


def left_running(folder: Path, flow: str) -> None:
    """A run of the flow whose script runs, while nobody works on it any more."""
    with opened(folder) as store, pytest.raises(TimeoutError):
        store.run(flow, timeout=0.5)
    wait_for(folder / "keys")


def wait_for(path: Path) -> None:
    pause = threading.Event()
    for _ in range(WAIT_SECONDS * 100):
        if path.exists():
            return
        pause.wait(0.01)
    raise AssertionError(f"{path} was never made")


def test_a_backup_is_a_store_with_logs_and_files_of_its_runs(folder: Path) -> None:
    with opened(folder) as store:
        store.run("quick")
        made = store.service.backup(folder / "copy")
    assert (made.flows, made.runs) == (4, 1)
    with open_store(folder / "copy" / "flower.db") as copy:
        result = copy.result("quick-1")
        assert result.succeeded
        assert result["a"].log == "hello\n"
    assert (folder / "copy" / "flower.db.d" / "runs" / "1" / "shared" / "file").read_text() == "kept\n"


def test_a_backup_without_logs_keeps_what_tasks_share(folder: Path) -> None:
    with opened(folder) as store:
        store.run("quick")
        store.service.backup(folder / "copy", logs=False)
    kept = sorted(entry.name for entry in (folder / "copy" / "flower.db.d" / "runs" / "1").iterdir())
    assert kept == ["shared"]


def test_a_backup_beside_an_engine_that_works_is_one_moment_of_it(folder: Path) -> None:
    with opened(folder) as store:
        run = store.register("many")
        work = store.service.work(1)
        reports = [store.service.backup(folder / f"copy-{n}") for n in range(5)]
        assert work.wait(WAIT_SECONDS) is RunStatus.SUCCEEDED
        assert run == "many-1"
    for report in reports:
        db = report.folder / "flower.db"
        with closing(sqlite3.connect(db)) as connection:
            assert damage(connection) == []
        ((open_members, unsettled),) = query(
            db,
            "SELECT open_members, (SELECT count(*) FROM task_run AS m WHERE m.parent_id = g.id AND"
            " m.exec_status NOT IN (3, 9)) FROM task_run AS g WHERE path = 'm'",
        )
        assert open_members == unsettled


def test_what_ran_when_the_backup_was_made_is_in_doubt_and_its_script_is_nobodys(folder: Path) -> None:
    left_running(folder, "slow")
    with opened(folder) as store:
        store.service.backup(folder / "copy")
        store.service.restore(folder / "copy", force=True)
        result = store.resume("slow-1", timeout=WAIT_SECONDS)
        assert result.status is RunStatus.SUSPENDED
        assert (result["t"].state, result["t"].reason) == ("suspended", "in doubt")
        (folder / "go").touch()
        wait_for(folder / "effects")
        assert store.resume("slow-1").status is RunStatus.SUSPENDED
        assert store.rerun("slow-1", ["t"]).succeeded
    assert (folder / "effects").read_text() == "done\ndone\n"


def test_an_idempotent_task_runs_again_under_another_key_and_a_higher_fence(folder: Path) -> None:
    left_running(folder, "again")
    with opened(folder) as store:
        store.service.backup(folder / "copy")
        store.service.restore(folder / "copy", force=True)
        (folder / "go").touch()
        assert store.resume("again-1", timeout=WAIT_SECONDS).succeeded
    (before, first), (after, second) = [line.split() for line in (folder / "keys").read_text().splitlines()]
    assert before != after
    assert before.partition("-")[2] == after.partition("-")[2]
    assert int(second) > int(first)


def test_a_copy_laid_over_a_store_by_hand_reuses_no_number_and_no_folder(folder: Path) -> None:
    with opened(folder) as store:
        store.run("quick")
        store.service.backup(folder / "copy")
        store.run("quick")
        store.run("quick")
    for name in ("flower.db-wal", "flower.db-shm"):
        (folder / name).unlink(missing_ok=True)
    shutil.copy(folder / "copy" / "flower.db", folder / "flower.db")
    with opened(folder) as store:
        assert store.register("quick") == "quick-4"
        assert store.resume("quick-4")["a"].log == "hello\n"


def test_each_time_it_is_put_back_a_backup_becomes_another_store(folder: Path) -> None:
    identities = {query(folder / "flower.db", "SELECT incarnation FROM store")[0][0]}
    with opened(folder) as store:
        store.service.backup(folder / "copy")
        for _ in range(2):
            aside = store.service.restore(folder / "copy", force=True)
            assert aside is not None
            shutil.rmtree(aside.with_name(aside.name + ".d"))
            aside.unlink()
            identities.add(query(folder / "flower.db", "SELECT incarnation FROM store")[0][0])
    assert len(identities) == 3
    assert query(folder / "flower.db", "SELECT copied_at FROM store") == [(None,)]
    assert query(folder / "flower.db", "SELECT count(*) FROM event WHERE kind = 'restored'") == [(1,)]


def test_the_store_that_was_there_is_moved_aside_whole(folder: Path) -> None:
    with opened(folder) as store:
        store.service.backup(folder / "copy")
        store.run("quick")
        aside = store.service.restore(folder / "copy", force=True)
        assert store.service.reader.runs() == []
    assert aside is not None
    with open_store(aside) as before:
        assert before.result("quick-1")["a"].log == "hello\n"


def test_stores_that_are_moved_aside_within_a_second_all_stay(folder: Path) -> None:
    with opened(folder) as store:
        store.service.backup(folder / "copy")
        moved = {store.service.restore(folder / "copy", force=True) for _ in range(3)}
    assert len(moved) == 3
    assert all(path is not None and path.exists() for path in moved)


def test_what_is_in_the_way_is_not_overwritten(folder: Path) -> None:
    with opened(folder) as store:
        (folder / "photos").mkdir()
        for force in (False, True):
            with pytest.raises(Refused, match="is no backup"):
                store.service.backup(folder / "photos", force=force)
        store.service.backup(folder / "copy")
        with pytest.raises(Refused, match="there is a backup at"):
            store.service.backup(folder / "copy")
        store.run("quick")
        assert store.service.backup(folder / "copy", force=True).runs == 1
        with pytest.raises(Refused, match="there is a store at"):
            store.service.restore(folder / "copy")
        with pytest.raises(StoreProblem, match="there is no store"):
            store.service.restore(folder / "photos", force=True)
    assert sorted(entry.name for entry in folder.iterdir() if entry.name.startswith(".")) == []


def test_a_store_that_is_in_use_is_not_replaced(folder: Path) -> None:
    with opened(folder) as store, opened(folder) as other:
        store.service.backup(folder / "copy")
        store.register("slow")
        work = store.service.work(1)
        wait_for(folder / "keys")
        with pytest.raises(Refused, match="a flower works on"):
            other.service.restore(folder / "copy", force=True)
        (folder / "go").touch()
        assert work.wait(WAIT_SECONDS) is RunStatus.SUCCEEDED


def test_without_a_store_there_is_nothing_to_back_up(tmp_path: Path) -> None:
    with open_store(tmp_path / "flower.db") as store, pytest.raises(StoreProblem, match="is no store"):
        store.service.backup(tmp_path / "copy")


def test_what_holds_more_than_a_backup_is_not_replaced_by_one(folder: Path) -> None:
    with opened(folder) as store:
        for taken in (folder, folder / "flower.db.d" / ".."):
            with pytest.raises(Refused, match="is no backup"):
                store.service.backup(taken, force=True)
        store.service.backup(folder / "copy")
        (folder / "copy" / "notes").touch()
        with pytest.raises(Refused, match="is no backup"):
            store.service.backup(folder / "copy", force=True)
    assert (folder / "flows.flow").exists()
    assert (folder / "copy" / "notes").exists()


def test_a_store_that_is_alone_in_its_folder_is_not_replaced_by_its_backup(tmp_path: Path) -> None:
    (tmp_path / "flows.flow").write_text(FLOWS)
    with open_store(tmp_path / "store" / "flower.db") as store:
        store.deploy(tmp_path / "flows.flow")
        with pytest.raises(Refused, match="is no backup"):
            store.service.backup(tmp_path / "store", force=True)
        store.run("quick")


def test_the_first_attempt_of_a_copy_finds_no_folder_of_another(folder: Path) -> None:
    with opened(folder) as store:
        store.register("quick")
        store.service.backup(folder / "copy")
        store.resume("quick-1")
    db = folder / "copy" / "flower.db"
    shutil.copytree(folder / "flower.db.d" / "runs", folder / "copy" / "flower.db.d" / "runs", dirs_exist_ok=True)
    with open_store(db) as copy:
        copy.resume("quick-1")
    assert query(db, "SELECT id FROM task_attempt") == [(2,)]


def test_a_backup_that_was_worked_on_is_put_back_as_it_is_now(folder: Path) -> None:
    with opened(folder) as store:
        store.service.backup(folder / "copy")
        with open_store(folder / "copy" / "flower.db") as copy:
            copy.run("quick")
            store.service.restore(folder / "copy", force=True)
            assert store.result("quick-1").succeeded
    identities = {
        query(db, "SELECT incarnation FROM store")[0] for db in (folder / "flower.db", folder / "copy" / "flower.db")
    }
    assert len(identities) == 2
