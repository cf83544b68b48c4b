"""`flowc test`: what passes, what fails and how that is told, in files for people and for machines.

FLOWER_GOLDEN=write writes the expected texts of `tests/golden/test` anew, to be read in the diff.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from flowc.cli.compilation import compile_paths
from tests.flowc.cli.commands import flowc, write

ROOT = Path(__file__).parents[3]
GOLDEN = ROOT / "tests" / "golden" / "test"
WRITE = os.environ.get("FLOWER_GOLDEN") == "write"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())

LOAD = """\
flow load {
    param day: date = today()
    task fetch {
        out rows: int
        retry 2, delay: 1h
        sh "echo {{ day }} >> executed"
    }
    task keep { sh "echo {{ fetch.rows }} >> executed" }
}
"""
PASSES = 'test "it keeps" {\n    given load(), fetch: { rows: 3 }\n    expect keep.succeeded\n}\n'
FAILS = 'test "it does not" {\n    given load(), fetch: failed\n    expect keep.succeeded\n}\n'


@pytest.mark.parametrize("case", CASES)
def test_results_are_told_as_expected(case: str, tmp_path: Path) -> None:
    shutil.copy(GOLDEN / case / "case.flow", tmp_path)
    ended = flowc("test", "case.flow", cwd=tmp_path)
    expected = GOLDEN / case / "expected.txt"
    if WRITE:
        expected.write_text(ended.out, encoding="utf-8")
    assert ended.out == expected.read_text(encoding="utf-8")
    assert (ended.code, ended.err) == (1, "")


def test_nothing_is_executed_and_nothing_is_left(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD + PASSES)
    ended = flowc("test", cwd=tmp_path)
    assert (ended.code, ended.out) == (0, "load.flow:\n  ok    it keeps\n1 test passed\n")
    assert [file.name for file in tmp_path.iterdir()] == ["load.flow"]


def test_tests_of_a_file_may_lie_beside_it(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD)
    write(tmp_path, "load_test.flow", 'from "./load.flow" import load\n' + PASSES)
    for named in ("load.flow", "load_test.flow", "."):
        ended = flowc("test", named, cwd=tmp_path)
        assert (ended.code, ended.out) == (0, "load_test.flow:\n  ok    it keeps\n1 test passed\n")


def test_a_flow_of_an_imported_file_is_named_through_it(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD)
    write(tmp_path, "t.flow", 'import "./load.flow" as jobs\n' + PASSES.replace("load()", "jobs.load()"))
    assert flowc("test", "t.flow", cwd=tmp_path).code == 0


def test_tests_do_not_change_what_is_deployed(tmp_path: Path) -> None:
    without = compile_paths([write(tmp_path, "load.flow", LOAD)]).flows
    with_tests = compile_paths([write(tmp_path, "load.flow", LOAD + PASSES)]).flows
    assert without == with_tests
    assert with_tests[0].content_hash


def test_only_chosen_tests_run(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD + PASSES + FAILS)
    assert flowc("test", "load.flow", "-k", "KEEPS", cwd=tmp_path).code == 0
    none = flowc("test", "load.flow", "-k", "nobody", cwd=tmp_path)
    assert (none.code, none.out) == (2, "")
    assert "no test has `nobody` in its name" in none.err


def test_no_test_is_a_mistake_that_shows_how_to_write_one(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD)
    ended = flowc("test", "load.flow", cwd=tmp_path)
    assert ended.code == 2
    assert "there is no test in " in ended.err
    assert 'test "it works"' in ended.err


def test_a_mistake_in_a_test_is_an_error_of_the_file(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD + PASSES.replace("fetch:", "fetsch:"))
    ended = flowc("test", "load.flow", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "did you mean `fetch`?" in ended.err


def test_a_cycle_in_an_imported_flow_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD.replace("task keep {", "fetch -> keep -> fetch\n    task keep {"))
    write(tmp_path, "t.flow", 'from "./load.flow" import load\n' + PASSES)
    ended = flowc("test", "t.flow", cwd=tmp_path)
    assert ended.code == 2
    assert "error[F0301]" in ended.err


def test_json_has_places_values_and_the_run(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD + PASSES + FAILS)
    ended = flowc("test", "load.flow", "--json", cwd=tmp_path)
    good, bad = json.loads(ended.out)
    assert ended.code == 1
    assert (good["name"], good["passed"], good["run"]) == ("it keeps", True, "succeeded")
    (failure,) = bad["failures"]
    assert (failure["line"], failure["text"]) == (16, "keep.succeeded")
    assert failure["values"] == [{"text": "keep.succeeded", "is": "it never ran"}]
    assert bad["tasks"][0] == {"path": "fetch", "kind": "task", "state": "failed", "attempts": 3}


def test_junit_has_a_suite_for_each_file(tmp_path: Path) -> None:
    write(tmp_path, "load.flow", LOAD + PASSES + FAILS)
    ended = flowc("test", "load.flow", "--junit", "report.xml", cwd=tmp_path)
    (suite,) = ElementTree.parse(tmp_path / "report.xml").getroot()
    assert ended.code == 1
    assert (suite.get("name"), suite.get("tests"), suite.get("failures")) == ("load.flow", "2", "1")
    good, bad = suite
    assert (good.get("name"), len(good)) == ("it keeps", 0)
    assert "expect keep.succeeded" in (bad[0].text or "")


def test_time_is_jumped_over_and_the_same_everywhere(tmp_path: Path) -> None:
    test = 'test "time" {\n    given load(), run.time: "2026-03-01T10:00:00Z", fetch: [failed, failed, { rows: 1 }]\n'
    write(tmp_path, "load.flow", LOAD + test + "    expect fetch.attempts == 3 and flow.succeeded\n}\n")
    assert flowc("test", "load.flow", cwd=tmp_path, env={"TZ": "Asia/Tokyo"}).code == 0


@pytest.mark.parametrize(
    "folder", [ROOT / "examples", Path(__file__).with_name("daily_sales")], ids=["examples", "shop"]
)
def test_flows_of_the_project_pass_their_tests(folder: Path) -> None:
    ended = flowc("test", ".", cwd=folder)
    assert ended.code == 0, ended.out + ended.err


def test_every_example_has_tests() -> None:
    flows = {file.stem for file in (ROOT / "examples").glob("*.flow")}
    assert {f"{flow}_test" for flow in flows if not flow.endswith("_test")} <= flows
