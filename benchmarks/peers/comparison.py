"""Flower and its peers through the same shapes, in turn, so that one minute's figures stand beside each other."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias

from benchmarks import floors, served
from benchmarks.generate import write_flow, write_project
from benchmarks.measure import command
from benchmarks.measures import run_seconds
from benchmarks.peers.registry import PEERS

Take: TypeAlias = Callable[[], float]

OURS: Final = "Flower"
SIZES: Final = {"chain": 1_000, "fan": 1_002, "layered": 10_000, "scripts": 500, "trigger": 20, "check": 10_000}
PATIENCE_SECONDS: Final = 180.0
_ROOT: Final = Path(__file__).parents[2]


@dataclass(slots=True)
class Result:
    """One tool in one shape: seconds for a unit in each round, or `why` it has none."""

    tool: str
    keeps: str
    rounds: list[float] = field(default_factory=list)
    why: str = ""

    @property
    def middle(self) -> float:
        return median(self.rounds)


@dataclass(slots=True)
class Comparison:
    """All tools in one shape; `floors` are of the same rounds. The first of the results is Flower's."""

    shape: str
    tasks: int
    floor: str
    floors: list[float]
    results: list[Result]

    def times_ours(self, result: Result) -> float:
        """The median over the rounds of its time divided by Flower's."""
        return median(theirs / ours for theirs, ours in zip(result.rounds, self.results[0].rounds, strict=False))

    def times_floor(self, result: Result) -> float:
        return median(time / floor for time, floor in zip(result.rounds, self.floors, strict=False))


def compare(shape: str, tasks: int, peers: list[str], python: Path, folder: Path, rounds: int) -> Comparison:
    """One shape through Flower and the peers, in turn; a first turn of Flower's is thrown away.

    A peer that fails or takes too long in a round is out of the next ones, and its result says why.
    """
    with ours(shape, tasks, folder) as takes:
        named, floor = floor_of(shape, tasks, folder)
        theirs = {name: Result(PEERS[name].title, PEERS[name].keeps) for name in peers if shape in PEERS[name].shapes}
        results = [*(Result(name, "a database") for name in takes), *theirs.values()]
        comparison = Comparison(shape, tasks, named, [], results)
        next(iter(takes.values()))()
        for _ in range(rounds):
            comparison.floors.append(floor())
            for result in results[: len(takes)]:
                result.rounds.append(takes[result.tool]())
            for name, result in theirs.items():
                _round_of_peer(name, result, shape, tasks, python, folder)
    return comparison


def _round_of_peer(name: str, result: Result, shape: str, tasks: int, python: Path, folder: Path) -> None:
    if result.why:
        return
    try:
        answer = drive(name, shape, tasks, python, folder)
    except subprocess.TimeoutExpired:
        result.why = f"not done within {PATIENCE_SECONDS:.0f} s"
    except subprocess.CalledProcessError as error:
        result.why = (error.stderr.strip().splitlines() or ["it failed"])[-1]
    else:
        result.tool = f"{PEERS[name].title} {answer['version']}"
        result.rounds.append(float(str(answer["seconds"])))


def drive(name: str, shape: str, tasks: int, python: Path, folder: Path) -> Mapping[str, object]:
    """Run one driver in a folder of its own: its `seconds` and `version`; subprocess errors as they are."""
    environment = {**os.environ, "PYTHONPATH": str(_ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    with tempfile.TemporaryDirectory(dir=folder) as own:
        words = [str(python), "-m", f"benchmarks.peers.{name}", shape, str(tasks), own]
        done = subprocess.run(
            words, cwd=own, env=environment, capture_output=True, text=True, timeout=PATIENCE_SECONDS, check=True
        )
    answer: Mapping[str, object] = json.loads(done.stdout.splitlines()[-1])
    return answer


@contextmanager
def ours(shape: str, tasks: int, folder: Path) -> Iterator[dict[str, Take]]:
    """How Flower does the shape, by the names it is shown under; the first is what peers are compared with."""
    if shape == "trigger":
        project = folder / "served"
        served.write_project(project)
        with served.serving(project):
            yield {OURS: lambda: median(served.start_seconds(project) for _ in range(tasks))}
    elif shape == "check":
        yield {f"{OURS}, flowc check": partial(_check_seconds, folder / "check", tasks)}
    elif shape == "scripts":
        yield {
            f"{OURS}, 2 at once": _run(folder, shape, tasks, "thread", 2),
            f"{OURS}, 2 at once, gate off": _run(folder, shape, tasks, "thread", 2, gate="off"),
        }
    else:
        yield {
            f"{OURS}, {where}, {jobs} at once": _run(folder, shape, tasks, where, jobs)
            for where, jobs in (("thread", 32), ("thread", 2), ("inline", 32))
        }


def _run(folder: Path, shape: str, tasks: int, where: str, jobs: int, gate: str = "on") -> Take:
    project = folder / f"{shape}-{where}-{gate}"
    write_project(project, where, gate)
    file = write_flow(project, shape, tasks)
    return lambda: run_seconds(file, jobs) / tasks


def _check_seconds(project: Path, tasks: int) -> float:
    if not project.exists():
        write_project(project)
        write_flow(project, "layered", tasks)
    return floors.command_seconds(command("flowc"), "check", "layered.flow", folder=project) / tasks


def floor_of(shape: str, tasks: int, folder: Path) -> tuple[str, Take]:
    """What a unit of the shape cannot do without, for a tool that is durable."""
    if shape == "scripts":
        return "spawn of true", floors.spawn_seconds
    if shape == "check":
        return "python -c pass, divided", lambda: floors.python_seconds("pass", folder) / tasks
    return "FULL commit", partial(floors.commit_seconds, folder)
