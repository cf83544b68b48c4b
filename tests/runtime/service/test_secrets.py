"""Secrets: fetched when a task starts, in its environment alone, masked in its log and messages, never stored."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from runtime.model.definition import (
    Cache,
    Call,
    FlowDefinition,
    OutDefinition,
    ParameterDefinition,
    Script,
    TaskDefinition,
)
from runtime.model.state import RunStatus
from runtime.model.values import Secret
from runtime.secret import NoSecret, fetch, mask_file
from runtime.service import Service
from runtime.settings import find_settings

VALUE = "correct horse battery"


def flow(script: str) -> FlowDefinition:
    body = TaskDefinition(0, "", "f", "flow", None)
    task = TaskDefinition(1, "a", "a", "task", 0, action=Script("sh", (script,)), env=(("PW", ["param", "pw"]),))
    return FlowDefinition("f", "f.flow", (ParameterDefinition("pw", "secret"),), (body, task), (), content_hash=script)


def test_a_secret_reaches_the_script_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", VALUE)
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([flow('echo "password: $PW"; printf %s "$PW" | wc -c > length')], tmp_path)
        run = service.register("f", {"pw": "env:SHOP_PASSWORD"})
        assert service.work(run.id).wait(30) is RunStatus.SUCCEEDED
        (attempt,) = service.reader.attempts(run.id)
        assert (tmp_path / "length").read_text().strip() == str(len(VALUE))
        assert Path(attempt.log).read_text() == "password: ***\n"
    written = b"".join(path.read_bytes() for path in (tmp_path / ".flower").rglob("*") if path.is_file())
    assert VALUE.encode() not in written


def test_a_secret_of_a_file_is_read_when_the_task_starts(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(VALUE + "\n")
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([flow('test "$PW" = "correct horse battery"')], tmp_path)
        run = service.register("f", {"pw": "file:token"})
        assert service.work(run.id).wait(30) is RunStatus.SUCCEEDED


@pytest.mark.parametrize("reference", ["env:NOT_SET_ANYWHERE", "file:missing", "vault:x"])
def test_a_secret_that_cannot_be_had_suspends_and_costs_no_attempt(tmp_path: Path, reference: str) -> None:
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([flow("true")], tmp_path)
        run = service.register("f", {"pw": reference})
        assert service.work(run.id).wait(30) is RunStatus.SUSPENDED
        task = service.reader.tasks(run.id)[1]
        assert (task.reason, task.attempts) == ("no secret", 0)
        assert service.rerun(run.id) == ["a"]


def test_a_value_across_two_chunks_is_masked(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"x" * ((1 << 20) - 5) + VALUE.encode() + b"y" * 100)
    mask_file(str(log), [VALUE])
    text = log.read_bytes()
    assert VALUE.encode() not in text
    assert text.count(b"***") == 1
    assert text.endswith(b"y" * 100)


def calling(tmp_path: Path, body: str) -> FlowDefinition:
    """A flow that calls a component of the project with a secret."""
    (tmp_path / "flow.toml").write_text('[project]\ncomponents = ["steps"]\n')
    (tmp_path / "steps.py").write_text(
        "from runtime.component import Secret, component\n\n\n"
        '@component(name="steps.login")\n'
        f"def login(password: Secret, keys: dict[str, Secret]) -> int:\n    {body}\n"
    )
    arguments = {"password": ["param", "pw"], "keys": ["record", ["a", ["param", "pw"]]]}
    task = TaskDefinition(1, "a", "a", "task", 0, action=Call("steps.login", arguments))
    start = TaskDefinition(0, "", "f", "flow", None)
    return FlowDefinition("f", "f.flow", (ParameterDefinition("pw", "secret"),), (start, task), (), content_hash=body)


def test_a_component_gets_the_value_and_its_log_error_and_events_are_masked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", VALUE)
    body = "print(password, keys['a'].upper()); raise ValueError(password + repr(password))"
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([calling(tmp_path, body)], tmp_path)
        run = service.register("f", {"pw": "env:SHOP_PASSWORD"})
        assert service.work(run.id).wait(30) is RunStatus.FAILED
        (attempt,) = service.reader.attempts(run.id)
        assert Path(attempt.log).read_text().startswith(f"*** {VALUE.upper()}\n")
        assert "***Secret('***')" in service.reader.tasks(run.id)[1].message
    written = b"".join(path.read_bytes() for path in (tmp_path / ".flower").rglob("*") if path.is_file())
    assert VALUE.encode() not in written


def test_a_component_whose_secret_cannot_be_had_is_not_called(tmp_path: Path) -> None:
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([calling(tmp_path, "return 1")], tmp_path)
        run = service.register("f", {"pw": "env:NOT_SET_ANYWHERE"})
        assert service.work(run.id).wait(30) is RunStatus.SUSPENDED
        assert service.reader.tasks(run.id)[1].reason == "no secret"


def test_a_secret_of_the_keyring_is_read_by_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keyring = pytest.importorskip("keyring")
    backend = pytest.importorskip("keyring.backends.null").Keyring
    kept: dict[tuple[str, str], str] = {("shop", "loader"): VALUE}

    class Memory(backend):  # type: ignore[misc,valid-type]
        def get_password(self, service: str, username: str) -> str | None:
            return kept.get((service, username))

    before = keyring.get_keyring()
    keyring.set_keyring(Memory())
    try:
        assert fetch(Secret("keyring:shop/loader"), tmp_path) == VALUE
        with pytest.raises(NoSecret, match="the keyring has no password of nobody for shop"):
            fetch(Secret("keyring:shop/nobody"), tmp_path)
    finally:
        keyring.set_keyring(before)


def test_a_reference_to_a_keyring_names_a_service_and_a_user(tmp_path: Path) -> None:
    with pytest.raises(NoSecret, match="write keyring:SERVICE/USER"):
        fetch(Secret("keyring:shop"), tmp_path)


def test_a_keyring_that_fails_is_no_secret(tmp_path: Path) -> None:
    keyring = pytest.importorskip("keyring")
    backend = pytest.importorskip("keyring.backends.fail").Keyring
    before = keyring.get_keyring()
    keyring.set_keyring(backend())
    try:
        with pytest.raises(NoSecret, match="the keyring cannot be asked"):
            fetch(Secret("keyring:shop/loader"), tmp_path)
    finally:
        keyring.set_keyring(before)


def test_the_name_of_a_cached_result_tells_nothing_of_the_value_of_a_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = flow("echo $FLOW_RUN >> ran")
    body, task = made.tasks
    cached = replace(made, tasks=(body, replace(task, cache=Cache(["lit", "duration", "1d"]))))
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([cached], tmp_path)
        for value, reference in ((VALUE, "env:ONE"), ("another", "env:ONE"), (VALUE, "env:TWO")):
            monkeypatch.setenv("ONE", value)
            monkeypatch.setenv("TWO", value)
            run = service.register("f", {"pw": reference})
            assert service.work(run.id).wait(30) is RunStatus.SUCCEEDED
    assert (tmp_path / "ran").read_text() == "f-1\nf-3\n"


def test_a_secret_in_a_sentence_about_an_output_is_masked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_PASSWORD", VALUE)
    made = flow('echo "text=$PW" >> "$FLOW_OUT"')
    body, task = made.tasks
    out = OutDefinition("text", "str", where=["==", ["own", "text"], ["lit", "str", "no"]])
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([replace(made, tasks=(body, replace(task, outs=(out,))))], tmp_path)
        run = service.register("f", {"pw": "env:SHOP_PASSWORD"})
        assert service.work(run.id).wait(30) is RunStatus.FAILED
        assert "is ***, which its condition refuses" in service.reader.tasks(run.id)[1].message


@pytest.mark.parametrize(("place", "status"), [(VALUE, RunStatus.SUCCEEDED), (f"no/{VALUE}", RunStatus.FAILED)])
def test_the_database_of_a_secret_is_named_in_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, status: RunStatus
) -> None:
    monkeypatch.setenv("SHOP_DATABASE", place)
    body = TaskDefinition(0, "", "f", "flow", None)
    script = Script("sql", ("create table t (a)",), connection=["param", "db"])
    task = TaskDefinition(1, "a", "a", "task", 0, action=script)
    made = FlowDefinition("f", "f.flow", (ParameterDefinition("db", "secret"),), (body, task), (), content_hash="1")
    with Service(find_settings(None, tmp_path)) as service:
        service.deploy([made], tmp_path)
        run = service.register("f", {"db": "env:SHOP_DATABASE"})
        assert service.work(run.id).wait(30) is status
    assert (tmp_path / place).exists() is (status is RunStatus.SUCCEEDED)
    written = b"".join(path.read_bytes() for path in (tmp_path / ".flower").rglob("*") if path.is_file())
    assert VALUE.encode() not in written
