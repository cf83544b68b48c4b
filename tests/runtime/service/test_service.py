"""The facade over one store, with real scripts: deploy, register, work, ask, read."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path

import pytest

from runtime.model.definition import FlowDefinition, Script
from runtime.model.errors import BadParameter, NotFound, Refused, StoreProblem
from runtime.model.state import RunStatus
from runtime.service import Service
from runtime.service.requests import apply_alone
from runtime.settings import find_settings
from runtime.store.sqlite.store import SqliteStore
from tests.runtime.engine.flows import FlowBuilder


def sh(text: str) -> Script:
    return Script("sh", (text,))


def two_scripts(first: str = "echo a >> effects", second: str = "echo b >> effects") -> FlowDefinition:
    return FlowBuilder("pair").task("a", action=sh(first)).task("b", action=sh(second)).edge("a", "b").build()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(find_settings(None, tmp_path, jobs=2))


def test_deploy_register_and_work_leave_a_finished_run(service: Service, tmp_path: Path) -> None:
    with service:
        deployed = service.deploy([two_scripts()], tmp_path)
        run = service.register("pair")
        assert service.work(run.id).wait(30) is RunStatus.SUCCEEDED
        assert (deployed[0].version, deployed[0].changed, run.ref) == (1, True, "pair-1")
        assert (tmp_path / "effects").read_text() == "a\nb\n"
        assert [attempt.outcome for attempt in service.reader.attempts(run.id)] == ["succeeded", "succeeded"]


def test_a_second_deploy_of_the_same_is_unchanged_and_of_another_a_new_version(
    service: Service, tmp_path: Path
) -> None:
    with service:
        service.deploy([two_scripts()], tmp_path)
        same = service.deploy([two_scripts()], tmp_path)[0]
        other = service.deploy([two_scripts("true")], tmp_path)[0]
        assert (same.version, same.changed, other.version, other.previous) == (1, False, 2, 1)


def test_a_flow_of_another_folder_is_not_replaced_unasked(service: Service, tmp_path: Path) -> None:
    with service:
        service.deploy([two_scripts()], tmp_path)
        with pytest.raises(Refused, match="already deployed from"):
            service.deploy([two_scripts("true")], tmp_path / "elsewhere")
        assert service.deploy([two_scripts("true")], tmp_path / "elsewhere", take_over=True)[0].version == 2


def test_requests_reach_the_engine_of_another_service_on_the_same_store(service: Service, tmp_path: Path) -> None:
    with service, Service(service.settings) as other:
        os.mkfifo(tmp_path / "gate")
        service.deploy([two_scripts("read x < gate", "true")], tmp_path)
        run = service.register("pair")
        work = service.work(run.id)
        with open(tmp_path / "gate", "w") as gate:  # opens when the script has
            second = other.register("pair")
            assert second.ref == "pair-2"
            followed = other.work(run.id)
            gate.write("go\n")
        assert followed.wait(30) is RunStatus.SUCCEEDED
        assert work.wait(30) is RunStatus.SUCCEEDED


def test_a_client_takes_over_when_the_engine_has_gone(service: Service, tmp_path: Path) -> None:
    with service, Service(service.settings) as other:
        service.deploy([two_scripts("mkfifo gate$PPID; sleep 0.2", "sleep 0.2")], tmp_path)
        first, second = service.register("pair"), service.register("pair")
        one, two = service.work(first.id), other.work(second.id)
        assert [one.wait(30), two.wait(30)] == [RunStatus.SUCCEEDED] * 2


def test_stopping_leaves_the_rest_for_later(service: Service, tmp_path: Path) -> None:
    with service:
        os.mkfifo(tmp_path / "gate")
        service.deploy([two_scripts("read x < gate", "true")], tmp_path)
        run = service.register("pair")
        work = service.work(run.id)
        with open(tmp_path / "gate", "w") as gate:
            work.stop()
            assert work.wait(0.2) is None
            gate.write("go\n")
        assert work.wait(30) is RunStatus.RUNNING
        assert service.reader.run(run.ref).status is RunStatus.RUNNING
        assert service.work(run.id).wait(30) is RunStatus.SUCCEEDED


def test_cancel_ends_what_runs(service: Service, tmp_path: Path) -> None:
    with service:
        os.mkfifo(tmp_path / "gate")
        service.deploy([two_scripts("read x < gate; exec sleep 600")], tmp_path)
        run = service.register("pair")
        work = service.work(run.id)
        with open(tmp_path / "gate", "w"):
            service.cancel(run.id)
        assert work.wait(30) is RunStatus.CANCELLED


def test_nothing_is_written_for_parameters_that_do_not_fit(service: Service, tmp_path: Path) -> None:
    with service:
        service.deploy([two_scripts()], tmp_path)
        with pytest.raises(BadParameter):
            service.register("pair", {"day": "today"})
        assert service.reader.runs() == []


def test_a_request_that_is_sent_twice_is_done_once(service: Service, tmp_path: Path) -> None:
    with service:
        service.deploy([two_scripts()], tmp_path)
    store = SqliteStore(service.files)
    request = {"verb": "register", "flow": "pair", "parameters": {}, "zone": "UTC", "id": "the same"}
    answers = [apply_alone(store, dict(request), now) for now in (1, 2)]
    other = apply_alone(store, {**request, "id": "another"}, 3)
    store.close()
    assert answers == [{"id": 1, "new": True}] * 2
    assert other["id"] == 2


def test_a_folder_for_sockets_that_is_too_long_is_passed_over(
    service: Service, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = tmp_path / ("long" * 30)
    long.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(long))
    with service:
        service.deploy([two_scripts()], tmp_path)
        assert service.work(service.register("pair").id).wait(30) is RunStatus.SUCCEEDED


def test_names_that_do_not_exist_are_told_with_the_nearest(service: Service, tmp_path: Path) -> None:
    with service:
        service.deploy([two_scripts()], tmp_path)
        with pytest.raises(NotFound) as caught:
            service.register("piar")
        assert caught.value.help == "did you mean `pair`?"
        with pytest.raises(NotFound, match="no runs yet"):
            service.reader.run()


def test_a_store_that_is_none_is_told_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("not a database, but long enough to be looked at " * 30)
    (tmp_path / "other.db").touch()
    connection = sqlite3.connect(tmp_path / "other.db")
    connection.execute("CREATE TABLE mine (x)")
    connection.close()
    for name, words in (
        ("none.db", "no store"),
        ("text.db", "not an SQLite file"),
        ("other.db", "not a store of flower"),
    ):
        with Service(find_settings(name, tmp_path)) as service, pytest.raises(StoreProblem, match=words):
            service.reader.runs()
    with Service(find_settings("other.db", tmp_path)) as service, pytest.raises(StoreProblem, match="not a store"):
        service.deploy([two_scripts()], tmp_path)


def test_a_store_of_a_newer_version_is_left_alone(service: Service, tmp_path: Path) -> None:
    with service:
        service.deploy([two_scripts()], tmp_path)
    connection = sqlite3.connect(service.settings.db)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreProblem, match="newer version"):
        service.deploy([two_scripts()], tmp_path)
