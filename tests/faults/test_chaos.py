"""`kill -9` of services and workers at random moments over runs of two hundred tasks of every kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.faults.chaos import survive


@pytest.mark.timeout(300)
def test_nothing_is_lost_or_done_twice_though_twenty_processes_are_killed(tmp_path: Path) -> None:
    print(survive(tmp_path, kills=20, seed=1))


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", range(10))
def test_nothing_is_lost_or_done_twice_though_a_hundred_processes_are_killed(tmp_path: Path, seed: int) -> None:
    print(survive(tmp_path, kills=100, seed=seed + 100))
