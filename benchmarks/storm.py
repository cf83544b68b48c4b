"""A registration storm: two hundred clients ask one service for runs, all at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from statistics import quantiles

from benchmarks import floors, served
from benchmarks.generate import write_flow, write_project
from benchmarks.measure import Measure, Round, command

_TASKS = 10
_PATIENCE_SECONDS = 120.0


def storm(folder: Path, rounds: int, clients: int = 200, runs: int = 10) -> Iterator[Measure]:
    """`clients` threads of this process, each with connections of its own, register `runs` flows of ten tasks each,
    one after another, while the service works on them; then the slowest hundredth of the answers."""
    project = folder / "storm"
    write_project(project, "inline")
    write_flow(project, "chain", _TASKS)
    floors.command_seconds(command("flowc"), "deploy", "chain.flow", folder=project)
    each = Measure(f"{clients} clients register {clients * runs:,} runs", "run", "FULL commit")
    slowest = Measure("the slowest hundredth of the answers", "answer", "FULL commit")
    with served.serving(project):
        commit = partial(floors.commit_seconds, project)
        _storm(project, 2, 2)
        for _ in range(rounds):
            floor = commit()
            seconds, answers = _storm(project, clients, runs)
            each.rounds.append(Round(seconds / (clients * runs), floor))
            slowest.rounds.append(Round(quantiles(answers, n=100)[-1], floor))
    yield each
    yield slowest


def _storm(project: Path, clients: int, runs: int) -> tuple[float, list[float]]:
    """The seconds until all are registered, and those of each answer; AssertionError if one is missing or double."""
    from runtime.service import Service
    from runtime.settings import find_settings

    answers: list[tuple[int, float]] = []
    start = threading.Barrier(clients + 1)

    def client() -> None:
        with Service(find_settings(None, project)) as service:
            start.wait(_PATIENCE_SECONDS)
            for _ in range(runs):
                asked = time.perf_counter()
                run_id = service.register("chain", {}).id
                answers.append((run_id, time.perf_counter() - asked))

    threads = [threading.Thread(target=client) for _ in range(clients)]
    for thread in threads:
        thread.start()
    start.wait(_PATIENCE_SECONDS)
    began = time.perf_counter()
    for thread in threads:
        thread.join(_PATIENCE_SECONDS)
    seconds = time.perf_counter() - began
    assert len({run_id for run_id, _ in answers}) == clients * runs, "an answer is missing, or two are for one run"
    return seconds, [answer for _, answer in answers]
