"""What the doctor finds in stores that are healthy, damaged or littered, and what it mends."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from runtime import FlowerStore, open_store
from runtime.model.process import boot_id, start_ticks
from runtime.service.doctor import Finding, filesystem_of
from runtime.store.sqlite.connection import APPLICATION_ID

WAIT_SECONDS = 60

FLOWS = """\
flow shop {
    task a { sh "echo hello" }
    parallel g for n in [1, 2] { task b { sh "true" }; task c { after b; sh "exit 1" } }
    task d { after g; sh "true" }
    task e { after a.failed; sh "true" }
    on failure { task tell { sh "true" } }
}
flow slow { task t { sh "touch begun; while [ ! -e go ]; do sleep 0.01; done" } }
flow asks {
    task q { ask "sure?" }
    task r { after q; sh "true" }
    parallel allowed for n in [1, 2] { allow_failures 1; task b { sh "test {{ n }} = 1" } }
    on success { task tell { sh "true" } }
}
"""


@pytest.fixture
def store(tmp_path: Path) -> FlowerStore:
    """A store in which a run has failed in the middle and another waits for a person."""
    (tmp_path / "flows.flow").write_text(FLOWS)
    store = open_store(tmp_path / "flower.db")
    store.deploy(tmp_path / "flows.flow")
    store.run("shop")
    store.run("asks")
    store.register("shop")
    return store


def wrong(store: FlowerStore) -> list[Finding]:
    return [finding for finding in store.service.doctor().examine() if finding.wrong]


def update(store: FlowerStore, sql: str) -> None:
    with closing(sqlite3.connect(store.service.files.db)) as connection, connection:
        connection.execute(sql)


def test_a_store_in_use_is_healthy(store: FlowerStore) -> None:
    with store:
        assert wrong(store) == []
        store.service.suspend(3)
        assert wrong(store) == []
        checks = {finding.check for finding in store.service.doctor().examine()}
    assert checks == {
        "place", "permissions", "space", "engine", "store", "SQLite", "counts", "processes", "leftovers",
    }  # fmt: skip


DAMAGES: dict[str, Callable[[FlowerStore], None]] = {
    "counts": lambda store: update(
        store, "UPDATE task_run SET remaining = 5, revision = revision + 1 WHERE flow_run_id = 3 AND path = 'd'"
    ),
    "permissions": lambda store: store.service.files.db.chmod(0o644),
    "leftovers": lambda store: (store.service.files.run(99) / "7").mkdir(parents=True),
}


@pytest.mark.parametrize("check", DAMAGES)
def test_what_is_certain_is_found_and_mended(store: FlowerStore, check: str) -> None:
    with store:
        DAMAGES[check](store)
        assert [finding.check for finding in wrong(store)] == [check]
        assert check in [finding.check for finding in store.service.doctor().mend()]
        assert wrong(store) == []


def test_a_folder_of_a_forgotten_attempt_is_found_and_nothing_else_is_removed(store: FlowerStore) -> None:
    with store:
        (store.service.files.run(1) / "4711").mkdir()
        (store.service.files.run(1) / "shared").mkdir(exist_ok=True)
        assert [finding.check for finding in wrong(store)] == ["leftovers"]
        store.service.doctor().mend()
        assert not (store.service.files.run(1) / "4711").exists()
        assert (store.service.files.run(1) / "shared").exists()
        assert store.result("shop-1")["a"].log == "hello\n"


def test_a_reference_to_nothing_is_an_error_that_nobody_mends(store: FlowerStore) -> None:
    with store:
        update(store, "UPDATE task_attempt SET worker_id = 999 WHERE id = 1")
        (found,) = wrong(store)
        assert (found.grade, found.mend) == ("error", None)
        assert "task_attempt" in found.message


def test_a_process_that_outlives_its_attempt_is_named(store: FlowerStore) -> None:
    with store, subprocess.Popen(["sleep", "60"]) as process:
        try:
            ticks = start_ticks(process.pid)
            update(
                store,
                f"UPDATE task_attempt SET pid = {process.pid}, start_ticks = {ticks}, boot_id = '{boot_id()}'"
                " WHERE id = 1",
            )
            (found,) = wrong(store)
            assert found.help.endswith(f"kill {process.pid}")
        finally:
            process.kill()


PROGRAM = "from runtime import open_store\nwith open_store('flower.db') as store: store.run('slow')"


def test_an_engine_that_was_killed_leaves_a_note_and_what_is_to_be_taken_up(store: FlowerStore, tmp_path: Path) -> None:
    with store, subprocess.Popen([sys.executable, "-c", PROGRAM], cwd=tmp_path) as program:
        pause = threading.Event()
        while not (tmp_path / "begun").exists():
            assert program.poll() is None
            pause.wait(0.01)
        assert "an engine works on the store (process" in told(store, "engine")
        program.send_signal(signal.SIGKILL)
        program.wait(WAIT_SECONDS)
        assert "1 task was running when the engine of slow-4 ended" in told(store, "processes")
        assert "1 engines or workers ended without signing off" in told(store, "processes")
        assert "the socket of an engine that is gone" in told(store, "leftovers")
        assert wrong(store) == []
        store.service.doctor().mend()
        assert "signing off" not in told(store, "processes")
        assert "the socket" not in told(store, "leftovers")
        (tmp_path / "go").touch()
        assert store.resume("slow-4").succeeded


def told(store: FlowerStore, check: str) -> str:
    found = store.service.doctor().examine()
    return "\n".join(finding.message for finding in found if finding.check == check)


def test_components_that_have_changed_since_the_deploy_are_noted(tmp_path: Path) -> None:
    (tmp_path / "flow.toml").write_text('[project]\ncomponents = ["own.py"]\n')
    own = "from runtime.component import component\n\n\n@component\ndef hello() -> None:\n    pass\n"
    (tmp_path / "own.py").write_text(own)
    (tmp_path / "a.flow").write_text("flow a { task t = own.hello() }")
    with open_store(tmp_path / "flower.db") as store:
        store.deploy(tmp_path / "a.flow")
        assert told(store, "components") == ""
        (tmp_path / "own.py").write_text(own + "# changed\n")
        assert "changed since a was deployed" in told(store, "components")
        store.deploy(tmp_path / "a.flow")
        assert told(store, "components") == ""


def test_a_file_that_is_no_store_is_told_of(tmp_path: Path) -> None:
    db = tmp_path / "flower.db"
    with closing(sqlite3.connect(db)) as connection:
        connection.execute("CREATE TABLE other (a)")
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID + 1}")
        connection.commit()
    db.chmod(0o600)
    with open_store(db) as store:
        assert [finding.check for finding in wrong(store)] == ["store"]


def test_filesystems_are_known_by_name() -> None:
    assert filesystem_of(Path("/proc")) == "proc"


def test_calls_that_do_not_stop_are_told_while_their_process_lives(store: FlowerStore) -> None:
    with store:
        store.service.suspend(3)
        assert wrong(store) == []
        update(store, "UPDATE worker SET given_up = 2, ended_at = NULL WHERE id = 1")
        (finding,) = wrong(store)
        assert "2 calls that do not stop run on in threads of process" in finding.message
        update(store, "UPDATE worker SET start_ticks = start_ticks - 1 WHERE id = 1")
        assert wrong(store) == []


def test_worker_that_lives_on_after_its_calls_is_no_leftover(store: FlowerStore) -> None:
    with store:
        store.service.suspend(3)
        update(
            store,
            "UPDATE task_attempt SET (pid, start_ticks, boot_id) = (SELECT pid, start_ticks, boot_id FROM worker"
            " WHERE id = 1)",
        )
        assert len(wrong(store)) > 0
        update(store, "UPDATE worker SET kind = 'worker' WHERE id = 1")
        assert wrong(store) == []
