"""`status`, `logs`, `runs`, `flows`: what is shown of what has happened."""

from __future__ import annotations

import json
import subprocess

import pytest

from tests.cli.shop import Shop


def test_status_shows_the_tree_and_the_failure(seen: Shop) -> None:
    done = seen.flower("status", "etl-1")
    assert done.returncode == 0
    assert done.stdout.startswith("etl-1  failed  ")
    assert "  ✗ publish" in done.stdout
    assert "│ publishing" in done.stdout
    assert done.stdout.splitlines()[-1].strip() == "flower rerun etl-1"
    assert "\x1b" not in done.stdout


@pytest.mark.parametrize(("ref", "found"), [("etl-1", "etl-1"), ("1", "etl-1"), ("etl", "etl-2")])
def test_a_run_is_named_in_full_or_by_its_number_or_by_its_flow(seen: Shop, ref: str, found: str) -> None:
    assert seen.data("status", ref)["run"] == found


def test_a_run_that_does_not_exist_is_refused(seen: Shop) -> None:
    done = seen.flower("status", "elt-1")
    assert done.returncode == 2
    assert "error: there is no run `elt-1`" in done.stderr
    assert "help: did you mean `etl-1`?" in done.stderr


def test_logs_of_a_run_have_a_title_for_each_task(seen: Shop) -> None:
    lines = seen.flower("logs", "etl-1").stdout.splitlines()
    assert lines[0].startswith("╭─ discover succeeded")
    assert lines[1] == "day 2026-11-01"
    assert lines[-2].startswith("╭─ publish failed")
    assert lines[-1] == "publishing"


def test_logs_of_a_task_are_its_bytes_and_nothing_else(seen: Shop) -> None:
    assert seen.flower("logs", "ingest[eu]/copy").stdout == "copying eu\n"
    assert seen.flower("logs", "etl-1", "publish", "--follow").stdout == "publishing\n"


def test_logs_of_a_group_are_those_of_its_members(seen: Shop) -> None:
    text = seen.flower("logs", "ingest[us]").stdout
    assert "copying us" in text
    assert "checking us" in text
    assert "eu" not in text


def test_a_task_that_many_items_have_must_be_named_further(seen: Shop) -> None:
    done = seen.flower("logs", "copy")
    assert done.returncode == 2
    assert "ingest[eu]/copy" in done.stderr
    assert "did you mean `publish`?" in seen.flower("logs", "publsh").stderr


def test_logs_that_are_not_there_are_refused_with_what_is_known(seen: Shop) -> None:
    never = seen.flower("logs", "etl-2", "publish")
    assert never.returncode == 2
    assert "nothing of `publish` has started" in never.stderr
    assert "`publish` has no attempt 9" in seen.flower("logs", "1", "publish", "--attempt", "9").stderr


def test_each_attempt_keeps_its_log(failed: Shop) -> None:
    failed.write("repaired", "")
    failed.flower("rerun")
    (entry,) = failed.data("logs", "publish")
    assert (entry["generation"], entry["outcome"], entry["text"]) == (2, "succeeded", "publishing\n")


def test_runs_and_flows_are_listed(seen: Shop) -> None:
    lines = seen.flower("runs").stdout.splitlines()
    assert [line.split()[:2] for line in lines] == [["RUN", "STATE"], ["etl-2", "succeeded"], ["etl-1", "failed"]]
    assert len(seen.data("runs", "etl", "--limit", "1")) == 1
    flow = seen.data("flows")[0]
    assert (flow["flow"], flow["runs"], flow["last_run"], flow["last_status"]) == ("etl", 2, "etl-2", "succeeded")
    assert "Nightly load of the shop's sales." in seen.flower("flows").stdout


def test_every_list_is_json_for_machines(seen: Shop) -> None:
    for verb in ("status", "logs", "runs", "flows"):
        assert json.loads(seen.flower(verb, "--json").stdout)


@pytest.mark.parametrize("verb", ["logs", "status", "runs"])
def test_a_reader_that_goes_away_ends_a_list_quietly(seen: Shop, verb: str) -> None:
    command, environ = seen.command(verb), seen.environ()
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=seen.folder, env=environ, stdout=pipe, stderr=pipe) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(60) == 0


def test_output_without_unicode_still_reads(seen: Shop) -> None:
    done = seen.flower("status", "1", PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.stdout.isascii()
    assert "x publish" in done.stdout


def test_the_name_of_a_flow_stands_for_its_latest_run(seen: Shop) -> None:
    assert seen.flower("logs", "etl").stdout == seen.flower("logs", "etl-2").stdout
    assert seen.flower("logs", "etl", "discover").stdout == "day 2026-11-01\n"
    assert seen.flower("why", "etl").stdout.startswith("etl-2 has succeeded")
    assert seen.data("rerun", "etl", "--dry-run")["run"] == "etl-2"


def test_a_task_of_the_latest_run_goes_before_a_flow_of_its_name(shop: Shop) -> None:
    shop.write("two.flow", 'flow copy { task x { sh "true" } }\nflow two { task copy { sh "echo copied" } }\n')
    assert shop.flower("run", "two.flow:copy").returncode == 0
    assert shop.flower("run", "two.flow:two").returncode == 0
    assert shop.flower("logs", "copy").stdout == "copied\n"


def test_a_run_that_failed_by_its_deadline_has_no_log_of_its_own(shop: Shop) -> None:
    shop.write("late.flow", 'flow late {\n    deadline 300ms\n    task a { sh "exit 1"; retry 1, delay: 1h }\n}\n')
    told = shop.flower("run", "late.flow").stdout
    assert "flower why late-1" in told
    assert "flower logs late-1 late" not in told


@pytest.mark.parametrize("run", ["etl-1", "etl"])
def test_a_run_alone_is_no_task_to_ignore(seen: Shop, run: str) -> None:
    refused = seen.flower("ignore", run)
    assert refused.returncode == 2
    assert "name one task" in refused.stderr
    assert "flower ignore RUN TASK" in refused.stderr
