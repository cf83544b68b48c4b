"""`flower run`, from the first file of a newcomer to a run that is repaired."""

from __future__ import annotations

import json
import sqlite3

import pytest

from tests.cli.shop import Shop

HELLO = 'flow hello {\n    task greet { sh "echo hello, world" }\n}\n'


def test_three_lines_in_an_empty_folder_run_with_one_command(shop: Shop) -> None:
    shop.write("hello.flow", HELLO)
    done = shop.flower("run", "hello.flow")
    assert done.returncode == 0
    lines = done.stdout.splitlines()
    assert [line.split(" ", 1)[1].split(" in ")[0] for line in lines[:2]] == ["greet started", "greet succeeded"]
    assert lines[-1].strip() == "flower logs hello-1"
    assert done.stderr == "hello: version 1\n"
    assert shop.flower("logs", "hello-1", "greet").stdout == "hello, world\n"


def test_a_failed_run_shows_the_log_and_ends_with_the_command_to_type(failed: Shop) -> None:
    done = failed.flower("run", "etl", "--regions", "eu")
    assert done.returncode == 1
    assert "publish failed: exit code 1" in done.stdout
    assert "│ publishing" in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "flower rerun etl-2"


def test_parameters_are_options_of_their_types(shop: Shop) -> None:
    words = [
        "--day=2026-11-05",
        "--regions",
        "asia",
        "--regions",
        "a b; $(touch evil)",
        "--dry-run",
        "--param",
        "min_rows=3",
    ]
    run = shop.data("run", "etl.flow", *words)
    assert run["status"] == "succeeded"
    assert run["parameters"] == {
        "day": "2026-11-05",
        "min_rows": 3,
        "regions": ["asia", "a b; $(touch evil)"],
        "dry_run": True,
    }
    assert not (shop.folder / "evil").exists()
    log = shop.flower("logs", run["run"], "ingest[a b; $(touch evil)]/copy").stdout
    assert log == "copying a b; $(touch evil)\n"


@pytest.mark.parametrize(
    ("words", "message", "help"),
    [
        (["--dya", "2026-11-05"], "flow `etl` has no parameter `dya`", "did you mean `--day`?"),
        (["--day", "5.11.2026"], "`day` takes a date", "give a date such as 2026-11-23"),
        (["--min-rows", "-1"], "`min_rows` is -1", "give a value such that min_rows >= 0"),
        (["now"], "`now` belongs to no parameter", "parameters are given by name: --name VALUE"),
    ],
)
def test_a_parameter_that_does_not_fit_is_refused_before_anything_is_registered(
    shop: Shop, words: list[str], message: str, help: str
) -> None:
    done = shop.flower("run", "etl.flow", *words)
    assert done.returncode == 2
    assert message in done.stderr
    assert f"help: {help}" in done.stderr
    assert "^" in done.stderr
    assert done.stdout == ""
    assert shop.data("runs") == []


def test_a_file_with_errors_is_told_as_flowc_tells_it_and_deploys_nothing(shop: Shop) -> None:
    shop.write("bad.flow", 'flow bad {\n    task a { sh "true" }\n    a -> b\n}\n')
    done = shop.flower("run", "bad.flow")
    assert done.returncode == 2
    assert "--> bad.flow:3:10" in done.stderr
    assert not (shop.folder / ".flower").exists()
    refused = shop.data("run", "bad.flow")
    assert refused["problems"][0]["line"] == 3


def test_json_is_alone_on_standard_output(shop: Shop) -> None:
    done = shop.flower("run", "etl.flow", "--dry-run", "--json")
    run = json.loads(done.stdout)
    assert done.returncode == 0
    assert (run["run"], run["status"], run["counts"]) == ("etl-1", "succeeded", {"succeeded": 5, "skipped": 1})
    assert "discover started" in done.stderr


def test_a_refusal_is_json_too(shop: Shop) -> None:
    refused = shop.data("run", "etl.flow", "--day", "x")
    assert refused["error"] == "`day` takes a date"
    assert refused["problems"] == [
        {"message": "`day` takes a date", "help": "give a date such as 2026-11-23", "parameter": "day"}
    ]


def test_the_same_key_is_the_same_run(shop: Shop) -> None:
    first = shop.data("run", "etl.flow", "--dry-run", "--key", "monday")
    second = shop.data("run", "etl", "--dry-run", "--key", "monday")
    assert first["run"] == second["run"] == "etl-1"
    assert len(shop.data("runs")) == 1


def test_a_registered_run_waits_until_it_is_worked_on(shop: Shop) -> None:
    shop.flower("run", "etl.flow", "--dry-run")
    done = shop.flower("register", "etl", "--day", "2026-11-07", "--dry-run")
    assert done.stdout == "etl-2\n"
    assert set(shop.states("etl-2").values()) == {"waiting"}
    assert "nobody works on it" in shop.flower("status").stdout
    assert shop.flower("run", "--resume", "etl-2").returncode == 0
    assert shop.states("etl-2")["publish"] == "skipped"


def test_resume_takes_no_parameters(failed: Shop) -> None:
    done = failed.flower("run", "--resume", "etl-1", "--day", "2026-11-01")
    assert done.returncode == 2
    assert "flower run --resume etl-1" in done.stderr


def test_rerun_runs_only_what_failed(failed: Shop) -> None:
    failed.write("repaired", "")
    done = failed.flower("rerun")
    assert done.returncode == 0
    assert "etl-1: runs again publish" in done.stderr
    attempts = {task["task"]: task["generation"] for task in failed.data("status")["tasks"] if task["kind"] == "task"}
    assert attempts.pop("publish") == 2
    assert set(attempts.values()) == {1}


def test_rerun_of_a_named_task_takes_the_end_of_its_path(failed: Shop) -> None:
    failed.write("repaired", "")
    assert failed.flower("rerun", "etl-1", "publish").returncode == 0
    done = failed.flower("rerun", "etl-1", "eu]/copy")
    assert done.returncode == 2
    done = failed.flower("rerun", "etl-1", "ingest[eu]/copy")
    assert "runs again ingest[eu]/copy" in done.stderr
    assert done.returncode == 0


def test_an_ignored_task_lets_the_run_succeed(failed: Shop) -> None:
    done = failed.flower("ignore", "publish")
    assert done.returncode == 0
    assert "etl-1: publish counts as done" in done.stdout
    assert failed.flower("run", "--resume", "etl-1").returncode == 0
    assert failed.states("etl-1")["publish"] == "skipped"


def test_a_cancelled_run_says_so_and_is_not_cancelled_twice(shop: Shop) -> None:
    shop.flower("run", "etl.flow", "--dry-run")
    shop.flower("register", "etl")
    assert shop.flower("cancel").stdout == "etl-2 is cancelled\n"
    assert shop.data("status")["status"] == "cancelled"
    again = shop.flower("cancel")
    assert again.returncode == 2
    assert "has already been cancelled" in again.stderr


def test_a_record_update_by_hand_makes_the_run_go_on(failed: Shop) -> None:
    failed.write("repaired", "")
    with sqlite3.connect(failed.folder / ".flower" / "flower.db") as store:
        store.execute("UPDATE task_run SET exec_status = 0 WHERE path = 'publish'")
    store.close()
    assert failed.flower("run", "--resume", "etl-1").returncode == 0


def test_a_suspended_run_never_waits_for_a_person_and_says_what_to_type(shop: Shop) -> None:
    shop.flower("run", "etl.flow", "--dry-run")
    shop.flower("register", "etl")
    with sqlite3.connect(shop.folder / ".flower" / "flower.db") as store:
        store.execute("UPDATE task_run SET exec_status = 2 WHERE path = 'publish' AND flow_run_id = 2")
    store.close()
    done = shop.flower("run", "--resume", "etl-2")
    assert done.returncode == 3
    assert "publish suspended: by a person" in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "flower resume etl-2 publish"


def test_a_flow_that_is_not_deployed_points_to_its_file(shop: Shop) -> None:
    shop.write("hello.flow", HELLO)
    shop.flower("run", "etl.flow", "--dry-run")
    done = shop.flower("run", "hello")
    assert done.returncode == 2
    assert "help: run the file: flower run hello.flow" in done.stderr


def test_a_file_with_several_flows_needs_a_name(shop: Shop) -> None:
    shop.write("two.flow", HELLO + HELLO.replace("hello {", "bye {"))
    assert "help: say which: two.flow:bye" in shop.flower("run", "two.flow").stderr
    shop.write("hello.flow", HELLO + HELLO.replace("hello {", "bye {"))
    assert "help: say which: hello.flow:hello" in shop.flower("run", "hello.flow").stderr
    assert shop.data("run", "two.flow:bye")["run"] == "bye-1"
    assert "help: did you mean two.flow:bye?" in shop.flower("run", "two.flow:byee").stderr


def test_help_of_a_flow_shows_its_parameters_and_deploys_nothing(shop: Shop) -> None:
    done = shop.flower("run", "etl.flow", "--help", COLUMNS="100")
    assert done.returncode == 0
    for text in (
        "Nightly load",
        "--day",
        "Business day to load.",
        "2026-11-01",
        "--no-dry-run",
        "min_rows >= 0",
        "--param",
    ):
        assert text in done.stdout
    assert not (shop.folder / ".flower").exists()


def test_a_key_that_has_made_a_run_with_other_values_is_told(shop: Shop) -> None:
    shop.write("keyed.flow", 'flow keyed { param n: int = 1; task a { sh "echo {{ n }}" } }\n')
    assert shop.flower("run", "keyed.flow", "--key", "k", "--n", "1").returncode == 0
    again = shop.flower("run", "keyed.flow", "--key", "k", "--n", "1")
    other = shop.flower("run", "keyed.flow", "--key", "k", "--n", "2")
    assert "before" not in again.stderr
    assert "the key `k` has made run keyed-1 before, with n=1: that run is meant" in other.stderr


def test_a_failure_that_is_allowed_is_counted_as_such_and_a_broken_pipe_is_explained(shop: Shop) -> None:
    shop.write("pipe.flow", 'flow pipe { task a { allow_failure; bash "yes | head -n 1" } }\n')
    told = shop.flower("run", "pipe.flow").stdout
    assert "1 failed as allowed\n" in told
    assert "exit code 141: a command wrote into a pipe whose reader had ended" in told


def test_setting_without_a_meaning_is_refused_before_a_run_is_made(shop: Shop) -> None:
    shop.write("hello.flow", HELLO)
    shop.write("flow.toml", '[runner]\ngate = "ajar"\n')
    done = shop.flower("run", "hello.flow")
    assert done.returncode == 2
    assert "gate = ajar has no meaning" in done.stderr
    assert "write on or off" in done.stderr
    assert not (shop.folder / ".flower" / "flower.db").exists()
