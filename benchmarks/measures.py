"""Starts of commands, checks of large flows, and runs of them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from benchmarks import floors
from benchmarks.generate import scripts_with_values, write_flow, write_project
from benchmarks.measure import Measure, command, repeat, seconds_of

CHECK_IMPORTS = "import flowc.driver, runtime.registry"
STATUS_IMPORTS = "import typer, sqlite3"


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


def check_of_scripts(folder: Path, rounds: int, tasks: int = 10_000) -> Iterator[Measure]:
    """The same for tasks with shell scripts, no two alike, that take three values each."""
    from flowc.cli.compilation import compile_paths
    from runtime.model.encode import dumps, flow_to_json

    file = folder / "scripts.flow"
    file.write_text(scripts_with_values(tasks))
    (flow,) = compile_paths([file]).flows
    rows = dumps(flow_to_json(flow))
    yield repeat(
        Measure(f"check {tasks:,} scripts with three values", "task", "rows from JSON"),
        rounds,
        lambda: seconds_of(lambda: compile_paths([file])) / tasks,
        lambda: seconds_of(lambda: json.loads(rows)) / tasks,
    )


def checks(folder: Path, rounds: int) -> Iterator[Measure]:
    """The compiler on large flows."""
    yield from check_of_large_flow(folder, rounds)
    yield from check_of_scripts(folder, rounds)


def run(
    folder: Path, rounds: int, name: str, shape: str, tasks: int, jobs: int, runs: str = "thread", gate: str = "on"
) -> Measure:
    """Runs of a flow to its end, each in a store of its own; registration is not counted, the engine's start is.

    `runs`: where the component that does nothing declares to run. `gate`: whether scripts wait at it.
    """
    project = folder / f"{shape}-{runs}-{gate}"
    write_project(project, runs, gate)
    file = write_flow(project, shape, tasks)
    spawns = shape in ("scripts", "line")
    measure = Measure(name, "task", "spawn of true" if spawns else "FULL commit")
    return repeat(
        measure,
        rounds,
        lambda: run_seconds(file, jobs) / tasks,
        floors.spawn_seconds if spawns else lambda: floors.commit_seconds(project),
    )


def run_seconds(file: Path, jobs: int, prepare: Callable[[Path], None] | None = None) -> float:
    """The time from the start of an engine to the end of a run, in a fresh store; AssertionError if a task failed.

    `prepare`: what to do with the store's file before the run is made.
    """
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
        if prepare is not None:
            prepare(settings.db)
        run_id = service.register(compilation.flows[0].name).id
        started = time.perf_counter()
        status = service.work(run_id).wait()
        seconds = time.perf_counter() - started
    assert status is RunStatus.SUCCEEDED, f"the run of {file.name} ended {status}"
    return seconds


def runs(folder: Path, rounds: int) -> Iterator[Measure]:
    """The shapes of work, durable at FULL."""
    for where in ("inline", "thread"):
        yield run(folder, rounds, f"chain of 1,000 no-ops, {where}", "chain", 1_000, 2, where)
        for jobs in (2, 32):
            yield run(folder, rounds, f"1 → 1,000 → 1, {where}, {jobs} at once", "fan", 1_002, jobs, where)
            yield run(folder, rounds, f"10,000 in layers, {where}, {jobs} at once", "layered", 10_000, jobs, where)
    yield run(folder, rounds, "500 × true, 2 at once", "scripts", 500, 2)
    yield run(folder, rounds, "500 × true, 2 at once, gate off", "scripts", 500, 2, gate="off")
    yield run(folder, rounds, "100 × true, one after another", "line", 100, 2)
