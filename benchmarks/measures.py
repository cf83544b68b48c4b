"""The measures: each gives its time and the floor of the same minute, round by round."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import floors
from benchmarks.generate import write_flow, write_project

CHECK_IMPORTS = "import typer, lark, networkx"
STATUS_IMPORTS = "import typer, sqlite3"


@dataclass(frozen=True, slots=True)
class Round:
    """One round. `seconds` is for one unit: a start, a task; `floor_seconds` for one of the floor."""

    seconds: float
    floor_seconds: float


@dataclass(slots=True)
class Measure:
    """A measure and its rounds. `unit` is what a time is for; `floor` says what it stands beside."""

    name: str
    unit: str
    floor: str
    rounds: list[Round] = field(default_factory=list)

    @property
    def best(self) -> float:
        return min(entry.seconds for entry in self.rounds)

    @property
    def middle(self) -> float:
        return median(entry.seconds for entry in self.rounds)

    @property
    def floor_middle(self) -> float:
        return median(entry.floor_seconds for entry in self.rounds)

    @property
    def ratio(self) -> float:
        """The median of the rounds' own ratios: a slow minute slows both sides."""
        return median(entry.seconds / entry.floor_seconds for entry in self.rounds)


Take = Callable[[Path, int], Iterator[Measure]]


def repeat(measure: Measure, rounds: int, take: Callable[[], float], floor: Callable[[], float]) -> Measure:
    """Take floor and measure in turn, `rounds` times; one turn before that is thrown away (caches, byte code)."""
    floor(), take()
    for _ in range(rounds):
        floor_seconds = floor()
        measure.rounds.append(Round(take(), floor_seconds))
    return measure


def start_ups(folder: Path, rounds: int) -> Iterator[Measure]:
    """Commands on a small file, beside the interpreter and beside the imports that they cannot do without."""
    project = folder / "start"
    write_project(project)
    write_flow(project, "chain", 3)
    floors.command_seconds(command("flower"), "run", "chain.flow", folder=project)
    commands = {
        "flowc check": ((command("flowc"), "check", "chain.flow"), CHECK_IMPORTS),
        "flower status": ((command("flower"), "status"), STATUS_IMPORTS),
    }
    for name, (words, imports) in commands.items():
        take = partial(floors.command_seconds, *words, folder=project)
        for shown, code in (("python -c pass", "pass"), (f"python -c '{imports}'", imports)):
            floor = partial(floors.python_seconds, code, project)
            yield repeat(Measure(name, "start", shown), max(rounds, 9), take, floor)


def check_of_large_flow(folder: Path, rounds: int, tasks: int = 10_000) -> Iterator[Measure]:
    """Source text to rows, in this process and as a command; the floor is to read those rows from JSON."""
    from flowc.cli.compilation import compile_paths
    from runtime.model.encode import dumps, flow_to_json

    project = folder / "check"
    write_project(project)
    file = write_flow(project, "layered", tasks)
    (flow,) = compile_paths([file]).flows
    rows = dumps(flow_to_json(flow))

    def take() -> float:
        return seconds_of(lambda: compile_paths([file])) / tasks

    def take_command() -> float:
        return floors.command_seconds(command("flowc"), "check", file.name, folder=project) / tasks

    def floor() -> float:
        return seconds_of(lambda: json.loads(rows)) / tasks

    yield repeat(Measure(f"check {tasks:,} tasks", "task", "rows from JSON"), rounds, take, floor)
    yield repeat(Measure(f"flowc check, {tasks:,} tasks", "task", "rows from JSON"), rounds, take_command, floor)


def seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def command(name: str) -> str:
    """The path of a command of the environment that runs this."""
    return str(Path(sys.executable).parent / name)


def run(folder: Path, rounds: int, name: str, shape: str, tasks: int, jobs: int) -> Measure:
    """Runs of a flow to its end, each in a store of its own; registration is not counted, the engine's start is."""
    project = folder / shape
    write_project(project)
    file = write_flow(project, shape, tasks)
    spawns = shape == "scripts"
    measure = Measure(name, "task", "spawn of true" if spawns else "FULL commit")
    return repeat(
        measure,
        rounds,
        lambda: run_seconds(file, jobs) / tasks,
        floors.spawn_seconds if spawns else lambda: floors.commit_seconds(project),
    )


def run_seconds(file: Path, jobs: int) -> float:
    """The time from the start of an engine to the end of a run, in a fresh store; AssertionError if a task failed."""
    from flowc.cli.compilation import compile_paths
    from runtime.model.state import RunStatus
    from runtime.service import Service
    from runtime.settings import find_settings

    store = file.parent / "store"
    shutil.rmtree(store, ignore_errors=True)
    settings = find_settings(str(store / "flower.db"), file.parent, jobs)
    compilation = compile_paths([file])
    with Service(settings) as service:
        service.deploy(compilation.flows, file.parent)
        run_id = service.register(compilation.flows[0].name).id
        started = time.perf_counter()
        status = service.work(run_id).wait()
        seconds = time.perf_counter() - started
    assert status is RunStatus.SUCCEEDED, f"the run of {file.name} ended {status}"
    return seconds


def runs(folder: Path, rounds: int) -> Iterator[Measure]:
    """The shapes of work, durable at FULL."""
    yield run(folder, rounds, "chain of 1,000 no-ops", "chain", 1_000, 2)
    for jobs in (2, 32):
        yield run(folder, rounds, f"1 → 1,000 → 1, {jobs} at once", "fan", 1_002, jobs)
        yield run(folder, rounds, f"10,000 in layers, {jobs} at once", "layered", 10_000, jobs)
    yield run(folder, rounds, "500 × true, 2 at once", "scripts", 500, 2)


GROUPS: dict[str, Take] = {"start": start_ups, "check": check_of_large_flow, "run": runs}
