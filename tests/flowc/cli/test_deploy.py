"""`flowc deploy` and `flowc rows` in real processes, on a real store."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flowc.cli.commands import BAD, GOOD, flowc, write


def test_deploy_tells_new_changed_and_unchanged_versions(tmp_path: Path) -> None:
    file = write(tmp_path, "hello.flow", GOOD)
    told = [flowc("deploy", "hello.flow", cwd=tmp_path).out, flowc("deploy", "hello.flow", cwd=tmp_path).out]
    file.write_text(GOOD.replace("echo bye", "echo goodbye"), encoding="utf-8")
    told.append(flowc("deploy", "hello.flow", cwd=tmp_path).out)
    assert told == ["hello: version 1\n", "hello: unchanged (version 1)\n", "hello: version 2 (was 1)\n"]


def test_error_in_one_file_deploys_none(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    write(tmp_path, "broken.flow", BAD)
    ended = flowc("deploy", "hello.flow", "broken.flow", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert not (tmp_path / ".flower").exists()


def test_store_is_named_by_an_option_or_the_environment(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    assert flowc("deploy", "--db", "one/a.db", "hello.flow", cwd=tmp_path).code == 0
    assert flowc("deploy", "hello.flow", cwd=tmp_path, env={"FLOWER_DB": "two/b.db"}).code == 0
    assert (tmp_path / "one/a.db").is_file()
    assert (tmp_path / "two/b.db").is_file()
    assert not (tmp_path / ".flower").exists()


def test_flow_of_another_file_is_not_replaced_without_being_told(tmp_path: Path) -> None:
    write(tmp_path, "a.flow", GOOD)
    write(tmp_path, "b.flow", GOOD)
    flowc("deploy", "a.flow", cwd=tmp_path)
    refused = flowc("deploy", "b.flow", cwd=tmp_path)
    assert refused.code == 2
    assert "already deployed from" in refused.err
    assert flowc("deploy", "--take-over", "b.flow", cwd=tmp_path).code == 0


def test_files_of_two_projects_are_refused_together(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write(tmp_path, f"{name}/flow.toml", "")
        write(tmp_path, f"{name}/{name}.flow", GOOD.replace("hello {", name + " {"))
    ended = flowc("deploy", "one", "two", cwd=tmp_path)
    assert ended.code == 2
    assert "belong to different projects" in ended.err


def test_rows_as_a_table_and_as_the_exact_rows(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    table = flowc("rows", "hello.flow", cwd=tmp_path)
    assert table.code == 0
    assert [line.split()[:3] for line in table.out.splitlines()[3:]] == [["1", "greet", "sh"], ["2", "bye", "sh"]]
    (flow,) = json.loads(flowc("rows", "--json", "hello.flow", cwd=tmp_path).out)
    assert [task["path"] for task in flow["tasks"]] == ["", "greet", "bye"]
    (edge,) = flow["dependencies"]
    assert {"predecessor": 1, "successor": 2, "deep": False, "origin": "after", "line": 3}.items() <= edge.items()


def test_source_file_is_stored_relative_to_the_project(tmp_path: Path) -> None:
    write(tmp_path, "flow.toml", "")
    write(tmp_path, "flows/hello.flow", GOOD)
    (flow,) = json.loads(flowc("rows", "--json", "hello.flow", cwd=tmp_path / "flows").out)
    assert flow["source_file"] == "flows/hello.flow"
