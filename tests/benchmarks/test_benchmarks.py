"""The benchmarks measure what they say: flows of the right shape, runs that end well, figures for every round."""

from __future__ import annotations

from pathlib import Path

import pytest

from benchmarks import full, large, measures, served, storm
from benchmarks.__main__ import table
from benchmarks.generate import SHAPES, write_flow, write_project
from flowc.cli.compilation import compile_paths

EDGES = {"chain": 299, "fan": 2 * 298, "layered": 3 * 200, "scripts": 0, "line": 299}


@pytest.mark.parametrize("shape", SHAPES)
def test_generated_flow_has_its_tasks_and_edges(shape: str, tmp_path: Path) -> None:
    write_project(tmp_path)
    (flow,) = compile_paths([write_flow(tmp_path, shape, 300)]).flows
    assert sum(task.kind == "task" for task in flow.tasks) == 300
    assert len(flow.dependencies) == EDGES[shape]


@pytest.mark.parametrize("shape", SHAPES)
def test_run_of_each_shape_is_measured(shape: str, tmp_path: Path) -> None:
    measure = measures.run(tmp_path, 2, "a run", shape, 4 if shape != "layered" else 110, jobs=2)
    assert len(measure.rounds) == 2
    assert 0 < measure.best <= measure.middle
    assert measure.ratio > 0
    assert table([measure]).row_count == 1


def test_a_run_in_a_full_store_is_measured_beside_one_in_an_empty_store(tmp_path: Path) -> None:
    deep, filled = large.large(tmp_path, 1, tasks=110, ended=(3,), links=10)
    assert [deep.name, filled.name] == ["110 in layers, inline, 32 at once", "chain of 10, 3,000 ended tasks"]
    assert filled.best > 0
    assert filled.rounds[0].floor_seconds > 0


def test_commands_are_measured_on_a_full_store(tmp_path: Path) -> None:
    taken = list(full.full(tmp_path, 1, runs=2, tasks=3))
    assert [measure.name for measure in taken][:2] == ["flower runs, 6 ended tasks", "flower status, 6 ended tasks"]
    assert all(measure.best > 0 for measure in taken)


def test_a_storm_of_registrations_is_measured(tmp_path: Path) -> None:
    each, slowest = storm.storm(tmp_path, 1, clients=5, runs=3)
    assert each.name == "5 clients register 15 runs"
    assert slowest.best >= each.best > 0


@pytest.mark.soak
def test_a_service_is_measured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(served, "_IDLE_SECONDS", 0.1)
    start, recovery, succession, memory, processor = served.served(tmp_path, 1)
    assert start.best > 0
    assert recovery.best > 0
    assert succession.best > 0
    assert memory.best > memory.floor_middle
    assert 0 <= processor.best <= 1


def test_check_is_measured_in_the_process_and_as_a_command(tmp_path: Path) -> None:
    taken = list(measures.check_of_large_flow(tmp_path, 1, tasks=120))
    assert [measure.name for measure in taken] == ["check 120 tasks", "flowc check, 120 tasks"]
    assert all(measure.best > 0 for measure in taken)
