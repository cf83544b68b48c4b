"""`flower rerun` from a task on, with other parameters, and as a rehearsal."""

from __future__ import annotations

from tests.cli.shop import Shop


def test_a_rehearsal_shows_what_would_run_again_and_does_nothing(seen: Shop) -> None:
    shown = seen.flower("rerun", "etl-1", "--from", "ingest", "--dry-run")
    assert shown.returncode == 0
    assert "runs again" in shown.stdout
    assert "ingest[eu]/copy" in shown.stdout
    assert "keeps its result      discover" in shown.stdout
    found = seen.data("rerun", "etl-1", "--day", "2026-11-02", "--dry-run")
    assert found["parameters"] == {"day": {"was": "2026-11-01", "becomes": "2026-11-02"}}
    assert "discover" in found["reset"]
    assert seen.data("status", "etl-1")["parameters"]["day"] == "2026-11-01"


def test_a_rerun_with_another_day_runs_what_needs_it_and_what_follows(failed: Shop) -> None:
    failed.write("repaired", "")
    done = failed.flower("rerun", "etl-1", "--param", "day=2026-11-02")
    assert done.returncode == 0
    generations = {task["task"]: task["generation"] for task in failed.data("status", "etl-1")["tasks"]}
    assert generations["discover"] == 2
    assert generations["publish"] == 2
    assert "day 2026-11-02" in failed.flower("logs", "etl-1", "discover").stdout


def test_a_parameter_that_does_not_fit_is_shown_where_it_stands(seen: Shop) -> None:
    refused = seen.flower("rerun", "etl-1", "--min-rows", "-4")
    assert refused.returncode == 2
    assert "flower rerun etl-1 --min-rows -4" in refused.stderr
    assert "^^" in refused.stderr
    assert seen.flower("rerun", "etl-1", "--dya", "2026-11-02").returncode == 2
    assert "--day" in seen.flower("rerun", "etl-1", "--dya", "2026-11-02").stderr


def test_from_takes_the_place_of_names(seen: Shop) -> None:
    refused = seen.flower("rerun", "etl-1", "discover", "--from", "publish")
    assert refused.returncode == 2
    assert "--from publish names where to begin" in refused.stderr


def test_a_run_that_waited_until_its_deadline_goes_on_and_says_so(shop: Shop) -> None:
    shop.write("late.flow", 'flow late {\n    deadline 500ms\n    task a { sh "exit 1"; retry 1, delay: 1h }\n}\n')
    assert shop.flower("run", "late.flow").returncode == 1
    again = shop.flower("rerun", "late-1")
    assert "late-1: goes on with what has not ended" in again.stderr
    assert "nothing to run again" not in again.stderr
