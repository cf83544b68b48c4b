"""What every driver does: take a shape, run it in its tool, see that every task was done, print the time as JSON.

A driver is a program of its own, so that it may run in another environment than Flower's:
`python -m benchmarks.peers.TOOL SHAPE TASKS FOLDER`.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from statistics import median
from typing import Final, TypeAlias

from benchmarks.shapes import GRAPHS, Needs

# Seconds for the whole of a graph, or for one trigger.
Drive: TypeAlias = Callable[[Needs, Path], float]

AT_ONCE: Final = 2
_OF_SHAPE: Final = {**GRAPHS, "check": GRAPHS["layered"], "trigger": GRAPHS["scripts"]}
_PATIENCE_SECONDS: Final = 60.0


def main(version: str, drives: Mapping[str, Drive]) -> None:
    """Run the shape that the arguments name; print the seconds for each unit, and the version."""
    shape, tasks, folder = sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])
    seconds = drives[shape](_OF_SHAPE[shape](tasks), folder)
    unit = seconds if shape == "trigger" else seconds / tasks
    print(json.dumps({"seconds": unit, "version": version}))


def version_of(package: str) -> str:
    return metadata.version(package)


@dataclass(slots=True)
class Ledger:
    """What was done, in order."""

    done: list[int] = field(default_factory=list)

    def note(self, number: int) -> None:
        self.done.append(number)

    def check(self, needs: Needs) -> None:
        """AssertionError unless each task was done once, and after what it needs."""
        place = {number: index for index, number in enumerate(self.done)}
        assert len(self.done) == len(place) == len(needs), f"{len(self.done)} of {len(needs)} tasks were done"
        early = [number for number, before in enumerate(needs) for other in before if place[other] > place[number]]
        assert not early, f"task {early[0]} was done before what it needs"


def command_seconds(words: list[str], folder: Path, line: str, expected: int) -> float:
    """The time of one command; AssertionError unless it ends well and prints `line` as often as expected.

    Its output goes to a file, where tools write it without waiting for a reader.
    """
    output = folder / "output.txt"
    with output.open("w") as file:
        started = time.perf_counter()
        code = subprocess.run(words, cwd=folder, stdout=file, stderr=subprocess.STDOUT, check=False).returncode
        seconds = time.perf_counter() - started
    text = output.read_text()
    found = text.count(line)
    assert code == 0, f"{words[0]} ended with {code}: {text[-400:]}"
    assert found == expected, f"{found} of {expected} tasks were done"
    return seconds


def output_line(*words: str) -> str:
    """The first line that a command prints."""
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.splitlines()[0]


def stamp(file: str) -> None:
    """What a triggered task does: write the time to a file."""
    Path(file + ".new").write_text(str(time.time()))
    Path(file + ".new").rename(file)


def trigger_seconds(ask: Callable[[str], object], needs: Needs, folder: Path) -> float:
    """The median time from asking another process for a task to its start; `ask` is given the file to stamp."""
    times = []
    for number, _ in enumerate(needs):
        file = folder / f"stamp-{number}"
        asked = time.time()
        ask(str(file))
        await_file(file)
        times.append(float(file.read_text()) - asked)
        time.sleep(0.1)  # the service is to be idle again, not to be still busy with the last one
    return median(times)


@contextmanager
def serving(module: str, folder: Path) -> Iterator[None]:
    """The driver's own service, in a process of its own: `python -m MODULE serve 0 FOLDER`, until the block ends."""
    process = subprocess.Popen([sys.executable, "-m", module, "serve", "0", str(folder)], stdout=subprocess.DEVNULL)
    try:
        await_file(folder / "ready")
        yield
    finally:
        process.kill()
        process.wait()


def await_file(file: Path) -> None:
    until = time.monotonic() + _PATIENCE_SECONDS
    while not file.exists():
        if time.monotonic() > until:
            raise TimeoutError(f"{file.name} was not written")
        time.sleep(0.0005)
