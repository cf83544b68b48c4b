"""How an engine hears of what others have committed: by a bell, by a bell of a package, by looking."""

from __future__ import annotations

import queue
import sqlite3
import sys
import threading
from contextlib import closing
from pathlib import Path
from types import ModuleType

import pytest

from runtime import FlowerStore, open_store
from runtime.bell import Bell, DatagramBell, ring_at
from runtime.model.errors import FlowerError
from runtime.service.serve import Serving
from runtime.settings import BY_EVENT, Wakeup, find_gate, find_wakeup

WAIT_SECONDS = 30
NEVER_SECONDS = 3600.0
"""A poll that is not waited for: what happens within a test was woken."""


class QueueBell:
    """A bell of another kind: what a queue would be."""

    def __init__(self) -> None:
        self.calls: queue.SimpleQueue[None] = queue.SimpleQueue()
        self.rung = threading.Event()
        self.closed = threading.Event()

    def ring(self) -> None:
        self.rung.set()

    def wait(self, seconds: float) -> bool:
        try:
            self.calls.get(timeout=seconds)
        except queue.Empty:
            return False
        return True

    def close(self) -> None:
        self.closed.set()


class BrokenBell(QueueBell):
    def ring(self) -> None:
        raise OSError("the queue is away")


@pytest.fixture
def store(tmp_path: Path) -> FlowerStore:
    (tmp_path / "two.flow").write_text('flow two { task a { sh "exit 1" }; task b { after a; sh "true" } }')
    store = open_store(tmp_path / "flower.db")
    store.run(tmp_path / "two.flow")
    return store


def ignore_by_hand(store: FlowerStore) -> None:
    """What a person does in an SQL tool, of which no engine is told."""
    with closing(sqlite3.connect(store.service.files.db)) as connection, connection:
        connection.execute("UPDATE task_run SET exec_status = 9 WHERE path = 'a'")


def serving(store: FlowerStore, wakeup: Wakeup) -> Serving:
    service = store.service
    made = Serving(service.files, 2, "OFF", "UTC", service._executor, wakeup=wakeup)
    until(made, lambda: made.is_engine)
    return made


def until(made: Serving, holds: object) -> None:
    assert callable(holds)
    while not holds():
        made.changed.clear()
        assert holds() or made.changed.wait(WAIT_SECONDS)


def succeeded(store: FlowerStore) -> bool:
    return store.result("two-1").succeeded


def test_a_bell_wakes_the_engine_long_before_it_looks(store: FlowerStore) -> None:
    with store:
        made = serving(store, Wakeup("event", NEVER_SECONDS))
        ignore_by_hand(store)
        assert store.service.wake()
        until(made, lambda: succeeded(store))
        made.stop()
        made.wait(WAIT_SECONDS)
        assert not store.service.wake()


def test_without_bells_the_engine_looks_by_itself(store: FlowerStore) -> None:
    with store:
        made = serving(store, Wakeup("poll", 0.05))
        ignore_by_hand(store)
        assert not store.service.wake()
        until(made, lambda: succeeded(store))
        made.stop()
        made.wait(WAIT_SECONDS)


def install(monkeypatch: pytest.MonkeyPatch, site: Path, bell: Bell) -> None:
    """A package that offers this bell."""
    data = site / "some_queue-1.0.dist-info"
    data.mkdir(parents=True)
    (data / "METADATA").write_text("Metadata-Version: 2.1\nName: some-queue\nVersion: 1.0\n")
    (data / "entry_points.txt").write_text("[flower.bells]\nqueue = some_queue:make\n")
    monkeypatch.syspath_prepend(str(site))
    module = ModuleType("some_queue")
    module.make = lambda db: bell if db.name == "flower.db" else None  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "some_queue", module)


def test_a_bell_of_a_package_wakes_is_rung_after_commits_and_is_closed(
    store: FlowerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bell = QueueBell()
    install(monkeypatch, tmp_path / "site", bell)
    with store:
        made = serving(store, Wakeup("event", NEVER_SECONDS))
        ignore_by_hand(store)
        bell.calls.put(None)
        until(made, lambda: succeeded(store))
        assert bell.rung.wait(WAIT_SECONDS)
        made.stop()
        made.wait(WAIT_SECONDS)
        assert bell.closed.is_set()


def test_a_bell_that_fails_is_told_of_and_stops_nobody(
    store: FlowerStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(monkeypatch, tmp_path / "site", BrokenBell())
    with store:
        made = serving(store, Wakeup("event", NEVER_SECONDS))
        store.service.rerun(1, ["a"])
        until(made, lambda: "bell failed" in kinds(store))
        made.stop()
        made.wait(WAIT_SECONDS)


def kinds(store: FlowerStore) -> list[str]:
    return [event.kind for event in store.service.reader.events_since(0)]


def test_many_rings_are_one_and_ringing_where_nobody_listens_does_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "a.bell"
    assert not ring_at(path)
    bell = DatagramBell(path)
    for _ in range(1000):
        assert ring_at(path)
    assert bell.wait(1)
    assert not bell.wait(0.01)
    bell.close()
    assert not path.exists()


def test_settings_come_from_the_command_then_the_environment_then_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_wakeup(None) == BY_EVENT == Wakeup("event", 1.0)
    (tmp_path / "flow.toml").write_text('[runner]\nwakeup = "poll"\npoll = "5s"\n')
    assert find_wakeup(tmp_path) == Wakeup("poll", 5.0)
    monkeypatch.setenv("FLOWER_WAKEUP", "event")
    monkeypatch.setenv("FLOWER_POLL", "500ms")
    assert find_wakeup(tmp_path) == Wakeup("event", 0.5)
    assert find_wakeup(tmp_path, poll="2s") == Wakeup("poll", 2.0)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('[runner]\nwakeup = "sometimes"\n', "wakeup = sometimes has no meaning"),
        ('[runner]\npoll = "2"\n', "the poll"),
        ('[runner]\npoll = "1ms"\n', "too often"),
        ("[runner]\npoll = 2\n", "must be a text"),
        ('[runner]\nwake = "poll"\n', "`runner.wake` has no meaning"),
    ],
)
def test_a_setting_that_has_no_meaning_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "flow.toml").write_text(text)
    with pytest.raises(FlowerError, match=told):
        find_wakeup(tmp_path)


def test_gate_is_a_setting_of_the_environment_then_of_the_project(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert find_gate(None)
    (tmp_path / "flow.toml").write_text('[runner]\ngate = "off"\n')
    assert not find_gate(tmp_path)
    monkeypatch.setenv("FLOWER_GATE", "on")
    assert find_gate(tmp_path)
    monkeypatch.setenv("FLOWER_GATE", "ajar")
    with pytest.raises(FlowerError, match="gate = ajar has no meaning"):
        find_gate(tmp_path)
