"""Schedules in real services: one run a tick, whoever dies in between."""

from __future__ import annotations

import signal
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest

from tests.faults.commands import flowc, flower, query
from tests.faults.test_serve import lines_until, service

EACH_SECOND = """flow tick {
    schedule every 1s
    task a { sh "echo $FLOW_KEY >> effects" }
}
"""
SECOND = 1_000_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "tick.flow").write_text(EACH_SECOND)
    deployed = flowc(tmp_path, "deploy", "tick.flow")
    assert deployed.returncode == 0, deployed.stderr
    return tmp_path


def ended(process: subprocess.Popen[str], runs: int) -> None:
    """Wait until so many more runs have ended well."""
    for _ in range(runs):
        lines_until(process, "ended (status=succeeded)")


def times(folder: Path) -> list[int]:
    """The times of the runs in whole seconds, in the order in which they were made."""
    found = [time for (time,) in query(folder, "SELECT time FROM flow_run ORDER BY id")]
    assert all(time % SECOND == 0 for time in found)
    return [time // SECOND for time in found]


def test_a_service_makes_one_run_a_tick(folder: Path) -> None:
    with service(folder) as process:
        ended(process, 3)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    made = times(folder)
    assert [later - earlier for earlier, later in pairwise(made)] == [1] * (len(made) - 1)


def test_services_that_are_killed_leave_no_tick_twice(folder: Path) -> None:
    for _ in range(3):
        with service(folder) as process:
            lines_until(process, " tick (")
            process.kill()
    with service(folder) as process:
        ended(process, 2)
        process.send_signal(signal.SIGTERM)
        process.wait(20)
    made = times(folder)
    assert len(made) >= 4
    assert made == sorted(set(made))
    assert query(folder, "SELECT count(*) FROM tick WHERE outcome = 'run'") == [(len(made),)]
    effects = (folder / "effects").read_text().split()
    assert len(effects) == len(set(effects))
    assert len(effects) >= 2


def test_a_service_that_takes_over_makes_the_next_tick_and_no_old_one(folder: Path) -> None:
    with service(folder) as first:
        ended(first, 1)
        with service(folder) as second:
            lines_until(second, "standing by")
            first.kill()
            ended(second, 2)
    made = times(folder)
    assert made == sorted(set(made))


def test_only_a_service_fires_schedules(folder: Path) -> None:
    (folder / "slow.flow").write_text('flow slow { task a { sh "sleep 2.2" } }\n')
    assert flower(folder, "run", "slow.flow").returncode == 0
    assert query(folder, "SELECT flow FROM flow_run") == [("slow",)]


def test_a_service_obeys_a_pause_at_once(folder: Path) -> None:
    with service(folder) as process:
        ended(process, 1)
        assert flower(folder, "pause", "tick").stdout.startswith("tick is paused")
        lines_until(process, "paused (flow=tick)")
        paused_at = query(folder, "SELECT paused_at FROM schedule_state")[0][0]
        (folder / "slow.flow").write_text('flow slow { task a { sh "sleep 1.2" } }\n')
        assert flower(folder, "run", "slow.flow").returncode == 0
        assert query(folder, f"SELECT count(*) FROM tick WHERE at > {paused_at}") == [(0,)]
        assert flower(folder, "unpause", "tick").returncode == 0
        ended(process, 1)


def test_a_service_lets_queued_runs_start_one_after_another(folder: Path) -> None:
    (folder / "tick.flow").write_text(
        'flow tick { schedule every 1s; overlap queue; task a { sh "sleep 1.5; echo >> effects" } }\n'
    )
    assert flowc(folder, "deploy", "tick.flow").returncode == 0
    with service(folder) as process:
        lines_until(process, "queued")
        lines_until(process, "admitted")
        lines_until(process, "tick-2 ended (status=succeeded)")
    spans = query(folder, "SELECT started_at, ended_at FROM flow_run WHERE ended_at IS NOT NULL ORDER BY id")
    assert all(later[0] >= earlier[1] for earlier, later in pairwise(spans))
