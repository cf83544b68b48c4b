"""huey on SQLite with `fsync`: a consumer of two threads in the process of the driver."""

from __future__ import annotations

import functools
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huey import SqliteHuey, group

from benchmarks.peers.driver import AT_ONCE, Ledger, await_file, main, serving, stamp, trigger_seconds, version_of
from benchmarks.shapes import Needs

# It polls, and ever less often while nothing comes; a hundred times a second is faster than it does by itself.
POLL_SECONDS = 0.01
ledger = Ledger()


def queue(folder: Path) -> SqliteHuey:
    return SqliteHuey(filename=str(folder / "huey.db"), fsync=True, results=True, store_none=True)


def consumer(huey: SqliteHuey) -> Any:
    return huey.create_consumer(
        workers=AT_ONCE, initial_delay=POLL_SECONDS, max_delay=POLL_SECONDS, periodic=False, check_worker_health=False
    )


def drive(needs: Needs, folder: Path, build: Callable[[SqliteHuey, int], Any]) -> float:
    """`build` makes what is to be enqueued; the time is from that to the end of the last task."""
    huey = queue(folder)
    work = build(huey, len(needs))
    workers = consumer(huey)
    workers.start()
    started = time.perf_counter()
    if work is not None:
        huey.enqueue(work)
    while len(ledger.done) < len(needs):
        time.sleep(0.0005)
    seconds = time.perf_counter() - started
    workers.stop(graceful=True)
    ledger.check(needs)
    return seconds


def chain(huey: SqliteHuey, tasks: int) -> Any:
    """Each task enqueues the next: a pipeline of a thousand would carry all that is still to come in every message."""

    @huey.task()
    def nothing(number: int) -> None:
        ledger.note(number)
        if number + 1 < tasks:
            nothing(number + 1)

    return nothing.s(0)


def fan(huey: SqliteHuey, tasks: int) -> Any:
    @huey.task()
    def nothing(number: int, *_: object) -> None:
        ledger.note(number)

    @huey.task()
    def first() -> None:
        ledger.note(0)
        huey.enqueue(group([nothing.s(number) for number in range(1, tasks - 1)]).then(last))

    @huey.task()
    def last(*_: object) -> None:
        ledger.note(tasks - 1)

    return first.s()


def scripts(huey: SqliteHuey, tasks: int) -> Any:
    @huey.task()
    def script(number: int) -> None:
        subprocess.run("true", shell=True, check=True)
        ledger.note(number)

    return group([script.s(number) for number in range(tasks)])


def stamped(huey: SqliteHuey) -> Any:
    return huey.task(name="stamped")(stamp)


def drive_trigger(needs: Needs, folder: Path) -> float:
    with serving("benchmarks.peers.huey", folder):
        return trigger_seconds(stamped(queue(folder)), needs, folder)


def serve(folder: Path) -> None:
    huey = queue(folder)
    stamped(huey)
    consumer(huey).start()
    (folder / "ready").touch()
    await_file(folder / "never")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(Path(sys.argv[3]))
    graphs = {"chain": chain, "fan": fan, "scripts": scripts}
    shapes = {name: functools.partial(drive, build=build) for name, build in graphs.items()}
    main(version_of("huey"), {**shapes, "trigger": drive_trigger})
