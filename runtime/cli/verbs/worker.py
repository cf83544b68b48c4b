"""`flower worker`: a process that executes components for the engine of a store."""

from __future__ import annotations

import signal
import time
from types import FrameType

from runtime.cli.options import Db, Jobs


def worker(jobs: Jobs = None, db: Db = None) -> int:
    """Execute components with runs="process" for the engine that works on the store, until stopped.

    It outlives engines: what it executes goes on when one dies, and the next one gets the result.
    """
    from runtime.cli.store import open_service

    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    with open_service(db, jobs) as service:
        working = service.worker(_say)
        while not working.wait(0.2):
            if stopped:
                stopped.clear()
                _say(_stopping(working.running()))
                working.stop()
    return 0


def _say(sentence: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {sentence}", flush=True)


def _stopping(running: list[str]) -> str:
    if not running:
        return "stopping: nothing is running"
    return f"stopping when what runs has ended: {', '.join(running[:5])}{', …' * (len(running) > 5)}"
