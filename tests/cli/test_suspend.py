"""`flower suspend` and `flower resume`, with a service and without one."""

from __future__ import annotations

import json

from tests.cli.shop import Shop


def test_a_suspended_run_says_so_and_goes_on_when_it_is_resumed(shop: Shop) -> None:
    shop.write("repaired", "")
    shop.flower("run", "etl.flow", "--dry-run")
    assert shop.flower("register", "etl").stdout == "etl-2\n"
    told = shop.flower("suspend", "etl-2")
    assert told.returncode == 0
    assert "etl-2 is suspended: nothing more of it starts" in told.stdout
    assert "flower resume etl-2" in told.stdout
    shown = shop.flower("status", "etl-2")
    assert "a person has suspended it" in shown.stdout
    assert "flower resume etl-2" in shown.stdout
    assert json.loads(shop.flower("runs", "--json").stdout)[0]["held"] is True
    resumed = shop.flower("resume", "etl-2")
    assert "etl-2 goes on" in resumed.stdout
    assert shop.flower("run", "--resume", "etl-2").returncode == 0
    kinds = [event["kind"] for event in json.loads(shop.flower("events", "etl-2", "--json").stdout)]
    assert kinds == ["registered", "suspended", "resumed", "ended"]


def test_working_on_a_suspended_run_resumes_it(shop: Shop) -> None:
    shop.write("repaired", "")
    shop.flower("run", "etl.flow", "--dry-run")
    shop.flower("register", "etl")
    shop.flower("suspend", "etl-2")
    assert shop.flower("run", "--resume", "etl-2").returncode == 0


def test_a_suspended_task_is_named_with_the_command_that_lets_it_start(shop: Shop) -> None:
    shop.write("repaired", "")
    shop.flower("run", "etl.flow", "--dry-run")
    shop.flower("register", "etl")
    assert shop.flower("suspend", "etl-2", "publish").returncode == 0
    done = shop.flower("run", "--resume", "etl-2")
    assert done.returncode == 3
    assert "flower resume etl-2 publish" in done.stdout
    assert shop.flower("resume", "etl-2", "publish").returncode == 0
    assert shop.flower("run", "--resume", "etl-2").returncode == 0
    refused = shop.flower("resume", "etl-2")
    assert refused.returncode == 2
    assert "nobody has suspended run etl-2" in refused.stderr


def test_going_on_with_a_run_that_has_ended_says_so(seen: Shop) -> None:
    done = seen.flower("run", "--resume", "etl-2")
    assert done.returncode == 0
    assert done.stderr == "run etl-2 has already succeeded: there is nothing to go on with\n"
    assert "etl-1 has already failed" in seen.flower("run", "--resume", "etl-1").stderr
