"""Secrets: fetched when a task starts, in its environment alone, masked in its log and messages, never stored."""

from __future__ import annotations

from pathlib import Path

import pytest

from runtime.model.definition import FlowDefinition, ParameterDefinition, Script, TaskDefinition
from runtime.model.state import RunStatus
from runtime.secret import mask_file
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
