"""Flows made of tasks, flows and files that are written elsewhere, run from beginning to end."""

from __future__ import annotations

from tests.cli.shop import Shop

LIBRARY = """
enum Level { strict, loose }
let lowest = 2

task check(name: str, level: Level = loose) {
    out rows: int
    python \"\"\"
        print({{ name }}, {{ level }})
        if {{ name }} == "bad":
            raise ValueError("bad rows")
        return {"rows": len({{ name }}) + {{ lowest }}}
    \"\"\"
}

flow load {
    param tables: list[str]
    param level: Level
    parallel each for x in tables by x { task one = check(name: x, level: level) }
    match level {
        strict { task alarm { out to: str = "boss"; sh "echo alarm" } }
        loose { task note { out to: str = "desk"; sh "echo note" } }
    }
    each -> [alarm, note]
    out rows: int = sum(each.one.rows)
    out told: str = alarm.to ?? note.to
}
"""
MAIN = """
from "./lib/quality.flow" import load, Level
import "lib/quality.flow" as quality

defaults { retry 1 }

flow daily {
    param level: Level = strict
    param regions: list[str] = ["eu", "us"]
    parallel all for x in regions by x {
        task run = load(tables: [x, "{{ x }}_more"], level: level)
        task tell { sh "echo {{ x }} {{ run.rows }} {{ run.told }}" }
    }
    if quality.lowest > 1 { task many = quality.check(name: "many") }
    else { task few = quality.check(name: "few") }
    out rows: list[int] = all.run.rows
}
"""


def test_flows_of_several_files_run_as_one(shop: Shop) -> None:
    shop.write("lib/quality.flow", LIBRARY)
    shop.write("daily.flow", MAIN)
    run = shop.data("run", "daily.flow")
    assert run["status"] == "succeeded"
    states = {task["task"]: task["state"] for task in run["tasks"]}
    assert states["all[us]/run/each[us_more]/one"] == "succeeded"
    assert states["all[eu]/run/alarm"] == "succeeded"
    assert states["all[eu]/run/note"] == "skipped"
    assert states["few"] == "skipped"
    assert shop.flower("logs", run["run"], "all[eu]/tell").stdout == "eu 13 boss\n"


def test_a_failure_in_an_imported_task_names_its_own_file_and_line(shop: Shop) -> None:
    shop.write("lib/quality.flow", LIBRARY)
    shop.write("daily.flow", MAIN)
    done = shop.flower("run", "daily.flow", "--regions", "bad", "--level", "loose")
    assert done.returncode == 1
    assert "ValueError: bad rows (lib/quality.flow:10)" in done.stdout
