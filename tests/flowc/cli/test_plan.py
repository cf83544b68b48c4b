"""`flowc plan` and `flowc deploy --plan` in real processes, on a real store; the real example among the files."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from tests.flowc.cli.commands import BAD, GOOD, flowc, write

EXAMPLES = Path(__file__).parents[3] / "examples"


@pytest.fixture
def etl(tmp_path: Path) -> Path:
    """A copy of the example, deployed."""
    for name in ("etl.flow", "flow.toml"):
        shutil.copy(EXAMPLES / name, tmp_path / name)
    shutil.copytree(EXAMPLES / "nycflights", tmp_path / "nycflights", ignore=shutil.ignore_patterns("__pycache__"))
    assert flowc("deploy", "etl.flow", cwd=tmp_path).out == "etl: version 1\n"
    return tmp_path


def edit(file: Path, *changes: tuple[str, str]) -> None:
    """Replaces texts, each of which must be there."""
    text = file.read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    file.write_text(text, encoding="utf-8")


def registered(folder: Path, flow: str) -> None:
    """A run of the flow that nobody works on."""
    command = [sys.executable, "-c", "from runtime.cli import main; main()", "register", flow]
    subprocess.run(command, cwd=folder, check=True, capture_output=True, timeout=60)


def test_what_changes_in_the_example_is_told_exactly(etl: Path) -> None:
    edit(
        etl / "etl.flow",
        ("task count {", "task tally {"),
        ("count.loaded", "tally.loaded"),
        ("[join_weather, count] -> verify", "[join_weather, tally] -> look -> verify"),
        (
            "    # The same number at every stage",
            '    task look { sh "du -h {{ warehouse }}" }\n\n    # The same number at',
        ),
        ("    ## Routes with fewer flights in the year are not ranked.\n", ""),
        ("    param min_flights: int = 365 where min_flights >= 1\n", ""),
        ("min_flights: min_flights", "min_flights: 365"),
        ("timeout 3m", "timeout 4m"),
    )
    ended = flowc("plan", "etl.flow", cwd=etl)
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.splitlines() == [
        "~ flow etl: version 1 → 2",
        "  parameters",
        "    - min_flights: int = 365 where min_flights >= 1",
        "  tasks",
        "    ~ ingest/load",
        "        ~ timeout  3m → 4m",
        "    ~ tally (was count)",
        "    + look  sh",
        "    ~ write_report",
        "        ~ argument min_flights  min_flights → 365",
        "  order",
        "    + join_weather -> look  by the chain on line 141",
        "    + tally -> look  by the chain on line 141",
        "    + look -> verify  by the chain on line 141",
        "    - join_weather -> verify  was by the chain on line 141",
        "",
        "1 flow to change. To deploy: flowc deploy etl.flow",
    ]


def test_nothing_is_written_where_there_is_no_store_yet(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    ended = flowc("plan", "hello.flow", cwd=tmp_path)
    assert ended.out.splitlines()[0] == "+ flow hello: new, with 2 tasks"
    assert not (tmp_path / ".flower").exists()


def test_exit_code_3_tells_of_changes_where_it_is_asked_for(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    assert flowc("plan", "hello.flow", cwd=tmp_path).code == 0
    assert flowc("plan", "--exit-code", "hello.flow", cwd=tmp_path).code == 3
    flowc("deploy", "hello.flow", cwd=tmp_path)
    ended = flowc("plan", "--exit-code", "hello.flow", cwd=tmp_path)
    assert (ended.code, ended.out) == (0, "= flow hello: unchanged, version 1\n\n1 flow unchanged\n")


def test_files_with_errors_have_no_plan(tmp_path: Path) -> None:
    write(tmp_path, "broken.flow", BAD)
    ended = flowc("plan", "broken.flow", "-o", "plan.json", "--exit-code", cwd=tmp_path)
    assert (ended.code, ended.out) == (2, "")
    assert "error[F0101]" in ended.err
    assert not (tmp_path / "plan.json").exists()


def test_kept_plan_is_deployed_from_another_folder(tmp_path: Path) -> None:
    write(tmp_path, "shop/flow.toml", "")
    write(tmp_path, "shop/hello.flow", GOOD)
    assert flowc("plan", "hello.flow", "-o", "plan.json", cwd=tmp_path / "shop").out.endswith("--plan plan.json\n")
    db = str(tmp_path / "shop" / ".flower" / "flower.db")
    ended = flowc("deploy", "--plan", "shop/plan.json", "--db", db, cwd=tmp_path)
    assert (ended.code, ended.out) == (0, "hello: version 1\n")


def test_kept_plan_is_refused_after_somebody_else_deployed(etl: Path) -> None:
    edit(etl / "etl.flow", ("timeout 3m", "timeout 4m"))
    flowc("plan", "etl.flow", "-o", "plan.json", cwd=etl)
    mine = (etl / "etl.flow").read_text(encoding="utf-8")
    edit(etl / "etl.flow", ("timeout 4m", "timeout 9m"))
    flowc("deploy", "etl.flow", cwd=etl)
    (etl / "etl.flow").write_text(mine, encoding="utf-8")
    ended = flowc("deploy", "--plan", "plan.json", cwd=etl)
    assert ended.code == 2
    assert ended.err.startswith("error: the store has moved: what is to be done with flow `etl` was meant for its ver")
    assert "flowc plan" in ended.err
    assert [each["version"] for each in json.loads(flowc("history", "etl", "--json", cwd=etl).out)] == [2, 1]


def test_plan_of_a_new_flow_is_refused_once_somebody_else_has_made_it(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    flowc("plan", "hello.flow", "-o", "plan.json", cwd=tmp_path)
    flowc("deploy", "hello.flow", cwd=tmp_path)
    ended = flowc("deploy", "--plan", "plan.json", cwd=tmp_path)
    assert ended.code == 2
    assert "was meant for a flow that is not there yet" in ended.err


def test_kept_plan_is_refused_after_its_files_have_changed(tmp_path: Path) -> None:
    file = write(tmp_path, "hello.flow", GOOD)
    flowc("plan", "hello.flow", "-o", "plan.json", cwd=tmp_path)
    edit(file, ("echo bye", "echo goodbye"))
    ended = flowc("deploy", "--plan", "plan.json", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith("error: the files have changed since the plan was made: see flow `hello`\n")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        '{"plan": 99}',
        '{"plan": 1, "project": "", "files": [], "flows": []}',
        '{"plan": 1, "project": 3, "files": 4, "flows": 5}',
    ],
)
def test_file_that_holds_no_plan_is_refused(text: str, tmp_path: Path) -> None:
    write(tmp_path, "plan.json", text)
    ended = flowc("deploy", "--plan", "plan.json", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith("error: plan.json holds no plan of this version\n")


def test_deploy_wants_files_or_a_plan_and_not_both(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    nothing = flowc("deploy", cwd=tmp_path)
    both = flowc("deploy", "hello.flow", "--plan", "plan.json", cwd=tmp_path)
    assert (nothing.code, both.code) == (2, 2)
    assert nothing.err.startswith("error: nothing to deploy is named\n")
    assert both.err.startswith("error: a plan names its files itself\n")


def test_runs_under_way_are_told_with_the_version_that_they_keep(tmp_path: Path) -> None:
    file = write(tmp_path, "hello.flow", GOOD)
    flowc("deploy", "hello.flow", cwd=tmp_path)
    registered(tmp_path, "hello")
    edit(file, ("echo bye", "echo goodbye"))
    flowc("deploy", "hello.flow", cwd=tmp_path)
    registered(tmp_path, "hello")
    registered(tmp_path, "hello")
    edit(file, ("echo goodbye", "echo farewell"))
    told = flowc("plan", "hello.flow", cwd=tmp_path).out
    kept = "  runs under way\n    hello-2, hello-3 keep version 2\n    hello-1 keeps version 1\n"
    assert kept in told
    flow = json.loads(flowc("plan", "--json", "hello.flow", cwd=tmp_path).out)["flows"][0]
    assert {"run": "hello-1", "version": 1} in flow["runs_under_way"]


def test_flow_that_is_no_longer_in_its_file_is_told_and_stays(tmp_path: Path) -> None:
    file = write(tmp_path, "flows/all.flow", GOOD + GOOD.replace("flow hello", "flow other"))
    flowc("deploy", "flows", cwd=tmp_path)
    file.write_text(GOOD, encoding="utf-8")
    ended = flowc("plan", "flows", "--exit-code", cwd=tmp_path)
    assert ended.code == 0
    assert "! flow other: no longer in all.flow; version 1 stays deployed\n" in ended.out


def test_flow_of_another_file_is_told_before_deploy_refuses_it(tmp_path: Path) -> None:
    write(tmp_path, "a.flow", GOOD)
    write(tmp_path, "b.flow", GOOD)
    flowc("deploy", "a.flow", cwd=tmp_path)
    told = flowc("plan", "b.flow", cwd=tmp_path).out
    assert f"  ! deployed from {tmp_path / 'a.flow'}; to replace it, deploy with --take-over\n" in told
    assert "  ~ file  a.flow → b.flow\n" in told


def test_schedule_that_moves_is_told_with_its_next_times(tmp_path: Path) -> None:
    rule = 'schedule daily at 06:30 tz "Europe/London"'
    file = write(tmp_path, "hello.flow", GOOD.replace("flow hello {", f"flow hello {{\n    {rule}"))
    flowc("deploy", "hello.flow", cwd=tmp_path)
    edit(file, ("06:30", "07:15"))
    lines = flowc("plan", "hello.flow", cwd=tmp_path).out.splitlines()
    assert lines[1] == '  ~ schedule  daily at 06:30 tz "Europe/London" → daily at 07:15 tz "Europe/London"'
    place = lines.index("  next runs by schedule")
    assert (lines[place + 1].count("06:30"), lines[place + 2].count("07:15")) == (3, 3)


def test_file_named_by_way_of_another_folder_is_the_same_file(tmp_path: Path) -> None:
    write(tmp_path, "a/hello.flow", GOOD + GOOD.replace("flow hello", "flow other"))
    (tmp_path / "b").mkdir()
    db = str(tmp_path / "flower.db")
    flowc("deploy", "hello.flow", "--db", db, cwd=tmp_path / "a")
    write(tmp_path, "a/hello.flow", GOOD)
    told = flowc("plan", "../a/hello.flow", "--db", db, cwd=tmp_path / "b").out.splitlines()
    assert told[0] == "= flow hello: unchanged, version 1"
    assert "! flow other: no longer in hello.flow; version 1 stays deployed" in told
    assert flowc("deploy", "../a/hello.flow", "--db", db, cwd=tmp_path / "b").out == "hello: unchanged (version 1)\n"


def test_json_says_what_the_text_says(etl: Path) -> None:
    edit(etl / "etl.flow", ("timeout 3m", "timeout 4m"))
    planned = json.loads(flowc("plan", "--json", "etl.flow", cwd=etl).out)
    (flow,) = planned["flows"]
    assert (planned["changes"], flow["flow"], flow["change"]) == (True, "etl", "changed")
    assert (flow["from_version"], flow["to_version"]) == (1, 2)
    assert [(task["path"], task["facts"]) for task in flow["tasks"]] == [
        ("ingest/load", [{"name": "timeout", "before": "3m", "after": "4m"}])
    ]


def test_store_that_is_older_than_the_plan_can_read_is_told_in_a_sentence(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    with closing(sqlite3.connect(tmp_path / "other.db")) as connection:
        connection.execute("CREATE TABLE notes (text TEXT)")
    ended = flowc("plan", "--db", "other.db", "hello.flow", cwd=tmp_path)
    assert ended.code == 2
    assert ended.err.startswith("error: ")
    assert "Traceback" not in ended.err


def test_plan_loads_nothing_heavy(tmp_path: Path) -> None:
    write(tmp_path, "hello.flow", GOOD)
    flowc("deploy", "hello.flow", cwd=tmp_path)
    script = (
        "import sys\n"
        "from flowc.cli.entry import run\n"
        "code = run(['plan', 'hello.flow'])\n"
        "heavy = {'networkx', 'lark', 'rich', 'asyncio', 'runtime.engine', 'runtime.executor'}\n"
        "print(sorted(heavy & set(sys.modules)), code)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert done.stdout.splitlines()[-1] == "[] 0", done.stdout + done.stderr
