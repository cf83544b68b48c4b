"""Dask's threads: a graph in memory, two threads, nothing kept."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from dask.threaded import get

from benchmarks.peers.driver import AT_ONCE, Ledger, main, version_of
from benchmarks.shapes import Needs

ledger = Ledger()


def nothing(number: int, *_: object) -> None:
    ledger.note(number)


def script(number: int, *_: object) -> None:
    subprocess.run("true", shell=True, check=True)
    ledger.note(number)


def drive(needs: Needs, folder: Path, task: Callable[..., None]) -> float:
    graph = {f"t{number}": (task, number, *(f"t{other}" for other in before)) for number, before in enumerate(needs)}
    started = time.perf_counter()
    get(graph, list(graph), num_workers=AT_ONCE)
    seconds = time.perf_counter() - started
    ledger.check(needs)
    return seconds


if __name__ == "__main__":
    no_ops = partial(drive, task=nothing)
    shapes = {"chain": no_ops, "fan": no_ops, "layered": no_ops, "scripts": partial(drive, task=script)}
    main(version_of("dask"), shapes)
