"""Dask distributed: a scheduler in the process of the driver, and one worker process of two threads."""

from __future__ import annotations

import time
from pathlib import Path

from dask.distributed import Client, LocalCluster

from benchmarks.peers.driver import AT_ONCE, main, stamp, trigger_seconds, version_of
from benchmarks.shapes import Needs


def nothing(number: int, *_: object) -> int:
    return number


def cluster() -> LocalCluster:
    return LocalCluster(n_workers=1, threads_per_worker=AT_ONCE, dashboard_address=None, silence_logs=50)


def drive(needs: Needs, folder: Path) -> float:
    with cluster() as running, Client(running) as client:
        started = time.perf_counter()
        futures: list[object] = []
        for number, before in enumerate(needs):
            futures.append(client.submit(nothing, number, *(futures[other] for other in before), pure=False))
        done = client.gather(futures)
        seconds = time.perf_counter() - started
    assert done == list(range(len(needs)))
    return seconds


def drive_trigger(needs: Needs, folder: Path) -> float:
    with cluster() as running, Client(running) as client:
        return trigger_seconds(lambda file: client.submit(stamp, file, pure=False), needs, folder)


if __name__ == "__main__":
    shapes = {"chain": drive, "fan": drive, "layered": drive, "trigger": drive_trigger}
    main(version_of("distributed"), shapes)
