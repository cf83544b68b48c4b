"""DBOS on SQLite: a workflow whose tasks are steps; each step is recorded before the next begins."""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path

from dbos import DBOS, DBOSClient

from benchmarks.peers.driver import AT_ONCE, Ledger, await_file, main, serving, stamp, trigger_seconds, version_of
from benchmarks.shapes import Needs

QUEUE = "triggers"
ledger = Ledger()


@DBOS.step()
def nothing(number: int) -> None:
    ledger.note(number)


@DBOS.step()
async def nothing_at_once(number: int) -> None:
    ledger.note(number)


@DBOS.step()
async def script(number: int) -> None:
    process = await asyncio.create_subprocess_shell("true")
    assert await process.wait() == 0
    ledger.note(number)


@DBOS.workflow()
def in_order(tasks: int) -> None:
    for number in range(tasks):
        nothing(number)


@DBOS.workflow()
async def by_levels(levels: list[list[int]]) -> None:
    """All of a level at once; a level after the one before, which is weaker than the graph and in its favour."""
    for level in levels:
        await asyncio.gather(*(nothing_at_once(number) for number in level))


@DBOS.workflow()
async def scripts(tasks: int) -> None:
    places = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> None:
        async with places:
            await script(number)

    await asyncio.gather(*(one(number) for number in range(tasks)))


@DBOS.workflow()
def stamped(file: str) -> None:
    stamp(file)


def launch(folder: Path) -> None:
    DBOS(config={"name": "bench", "system_database_url": url(folder), "run_admin_server": False, "log_level": "ERROR"})
    DBOS.launch()


def url(folder: Path) -> str:
    return f"sqlite:///{folder}/dbos.sqlite"


def levels_of(needs: Needs) -> list[list[int]]:
    depth: list[int] = []
    for before in needs:
        depth.append(1 + max((depth[other] for other in before), default=-1))
    return [[number for number, level in enumerate(depth) if level == wanted] for wanted in range(max(depth) + 1)]


def drive_chain(needs: Needs, folder: Path) -> float:
    launch(folder)
    started = time.perf_counter()
    in_order(len(needs))
    return checked(needs, started)


def drive_levels(needs: Needs, folder: Path) -> float:
    launch(folder)
    started = time.perf_counter()
    asyncio.run(by_levels(levels_of(needs)))
    return checked(needs, started)


def drive_scripts(needs: Needs, folder: Path) -> float:
    launch(folder)
    started = time.perf_counter()
    asyncio.run(scripts(len(needs)))
    return checked(needs, started)


def checked(needs: Needs, started: float) -> float:
    seconds = time.perf_counter() - started
    ledger.check(needs)
    DBOS.destroy()
    return seconds


def drive_trigger(needs: Needs, folder: Path) -> float:
    with serving("benchmarks.peers.dbos", folder):
        client = DBOSClient(system_database_url=url(folder))
        return trigger_seconds(
            lambda file: client.enqueue({"queue_name": QUEUE, "workflow_name": stamped.__qualname__}, file),
            needs,
            folder,
        )


def serve(folder: Path) -> None:
    """A service that looks at its queue a hundred times a second; each second is what it does by itself."""
    launch(folder)
    DBOS.register_queue(QUEUE, polling_interval_sec=0.01)
    time.sleep(2)  # until its queue manager has seen the new queue
    (folder / "ready").touch()
    await_file(folder / "never")


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(Path(sys.argv[3]))
    shapes = {
        "chain": drive_chain,
        "fan": drive_levels,
        "layered": drive_levels,
        "scripts": drive_scripts,
        "trigger": drive_trigger,
    }
    main(version_of("dbos"), shapes)
