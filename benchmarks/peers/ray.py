"""Ray on this machine: two workers, each a process; references carry what a task is after."""

from __future__ import annotations

import time
from pathlib import Path

import ray

from benchmarks.peers.driver import AT_ONCE, main, version_of
from benchmarks.shapes import Needs


def drive(needs: Needs, folder: Path) -> float:
    ray.init(num_cpus=AT_ONCE, include_dashboard=False, log_to_driver=False, logging_level="ERROR")

    @ray.remote
    def nothing(number: int, *_: object) -> int:
        return number

    ray.get([nothing.remote(0) for _ in range(10)])  # its workers are started by the first tasks
    started = time.perf_counter()
    references: list[object] = []
    for number, before in enumerate(needs):
        references.append(nothing.remote(number, *(references[other] for other in before)))
    done = ray.get(references)
    seconds = time.perf_counter() - started
    ray.shutdown()
    assert done == list(range(len(needs)))
    return seconds


if __name__ == "__main__":
    main(version_of("ray"), {"chain": drive, "fan": drive, "layered": drive})
