"""`flower schedules`, `pause`, `unpause`, and what `flowc check` tells of schedules."""

from __future__ import annotations

import subprocess

from tests.cli.shop import BIN, Shop

NIGHTLY = """\
flow nightly {
    param day: date = today() - 1d
    schedule daily at 06:30 tz "Europe/London"
    schedule cron "0 12 * * 1-5" catchup last
    limit 1 runs
    task load { sh "echo {{ day }}" }
}
"""


def flowc(shop: Shop, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "flowc", *words], cwd=shop.folder, env=shop.environ(TZ="Asia/Tokyo"), capture_output=True, text=True
    )


def deployed(shop: Shop) -> Shop:
    shop.write("nightly.flow", NIGHTLY)
    assert flowc(shop, "deploy", "nightly.flow").returncode == 0
    return shop


def test_check_tells_the_next_three_times_of_each_schedule(shop: Shop) -> None:
    shop.write("nightly.flow", NIGHTLY)
    told = flowc(shop, "check", "nightly.flow").stdout.splitlines()
    assert told[1] == '  nightly: daily at 06:30 tz "Europe/London"'
    assert told[2].count(" 06:30 ") == 3
    assert told[3] == '  nightly: cron "0 12 * * 1-5" catchup last'
    assert told[4].count(" 12:00 JST") == 3


def test_schedules_are_listed_with_their_next_times(shop: Shop) -> None:
    listed = deployed(shop).flower("schedules", COLUMNS="120", TZ="Asia/Tokyo")
    lines = listed.stdout.splitlines()
    assert lines[0].split() == ["FLOW", "NEXT", "LAST", "SCHEDULE"]
    assert " 06:30 " in lines[1]
    assert lines[1].rstrip().endswith('daily at 06:30 tz "Europe/London"')
    assert " 12:00 JST" in lines[2]
    assert "flower serve" in listed.stderr


def test_json_has_the_next_time_in_utc(shop: Shop) -> None:
    (flow,) = deployed(shop).data("schedules")
    assert flow["flow"] == "nightly"
    assert flow["paused"] is None
    assert flow["last_tick"] is None
    assert flow["schedules"][0]["zone"] == "Europe/London"
    assert all(schedule["next"].endswith("Z") for schedule in flow["schedules"])


def test_a_paused_flow_says_so_until_it_is_unpaused(shop: Shop) -> None:
    deployed(shop)
    assert shop.flower("pause", "nightly").stdout.startswith("nightly is paused")
    assert shop.flower("pause", "nightly").stdout == "nightly is paused already\n"
    assert "paused since" in shop.flower("schedules").stdout
    assert shop.data("schedules")[0]["schedules"][0]["next"] is None
    assert shop.data("unpause", "nightly") == {"flow": "nightly", "changed": True}
    assert shop.data("unpause", "nightly") == {"flow": "nightly", "changed": False}
    assert "paused" not in shop.flower("schedules").stdout


def test_pausing_something_else_is_refused_with_the_nearest_name(shop: Shop) -> None:
    refused = deployed(shop).flower("pause", "nightli")
    assert refused.returncode == 2
    assert "no schedule or trigger of a flow `nightli`" in refused.stderr
    assert "nightly" in refused.stderr.splitlines()[-1]


def test_without_schedules_the_list_says_how_to_write_one(shop: Shop) -> None:
    shop.write("hello.flow", 'flow hello { task greet { sh "echo hello" } }\n')
    assert shop.flower("run", "hello.flow").returncode == 0
    listed = shop.flower("schedules")
    assert listed.returncode == 0
    assert listed.stdout == ""
    assert "schedule daily at 06:30" in listed.stderr


def test_a_run_over_the_limit_is_refused_with_the_run_that_is_in_the_way(shop: Shop) -> None:
    deployed(shop)
    assert shop.flower("register", "nightly").returncode == 0
    refused = shop.flower("register", "nightly")
    assert refused.returncode == 2
    assert "run nightly-1 is running, and `limit 1 runs`" in refused.stderr
    assert "flower cancel nightly-1" in refused.stderr


def test_a_queued_run_waits_and_a_person_is_told_what_for(shop: Shop) -> None:
    shop.write("line.flow", 'flow line { overlap queue; task a { sh "true" } }\n')
    assert flowc(shop, "deploy", "line.flow").returncode == 0
    for _ in range(2):
        assert shop.flower("register", "line").returncode == 0
    assert shop.data("runs")[0]["status"] == "queued"
    shown = shop.flower("status", "line-2").stdout
    assert shown.startswith("line-2  queued")
    assert shown.endswith("flower runs line\n")
    assert shop.flower("run", "--resume", "line-2").returncode == 0
    assert [run["status"] for run in shop.data("runs")] == ["succeeded", "succeeded"]
