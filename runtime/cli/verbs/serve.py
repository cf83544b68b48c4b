"""`flower serve`: a process that works on every run of the store until it is stopped."""

from __future__ import annotations

import signal
import sys
from types import FrameType
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Jobs


def serve(
    jobs: Jobs = None,
    json: Annotated[bool, typer.Option("--json", metavar=NO_VALUE, help="Tell what happens as JSON lines.")] = False,
    http: Annotated[
        str | None,
        typer.Option(
            "--http", metavar="HOST:PORT", help="Listen for webhooks there, on this machine.", show_default=False
        ),
    ] = None,
    poll: Annotated[
        str | None,
        typer.Option(
            "--poll", metavar="DURATION", help="Look for work that often instead of being woken.", show_default=False
        ),
    ] = None,
    db: Db = None,
) -> int:
    """Work on all runs, those registered meanwhile too, until stopped. A second one stands by and takes over."""
    from runtime.cli.serving import Chronicle
    from runtime.cli.store import open_service

    where = None
    if http is not None:
        from runtime.service.webhooks import read_address

        where = read_address(http)
    stopped: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.append(number)

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    with open_service(db, jobs) as service:
        serving = service.serve(http=where, poll=poll)
        chronicle = Chronicle(service, as_json=json)
        chronicle.say(f"serving {service.settings.db}" if serving.wait(0.2) or serving.is_engine else "standing by")
        while not serving.wait(0):
            serving.changed.wait(0.5)
            serving.changed.clear()
            chronicle.tell(serving.is_engine, serving.address)
            if stopped:
                chronicle.say(stopping(serving.running()))
                serving.stop()
                serving.wait()
        chronicle.tell(serving.is_engine)
    sys.stdout.flush()
    return 0


def stopping(running: list[str]) -> str:
    """What is left when a service stops, in a sentence."""
    if not running:
        return "stopping: nothing is running"
    return f"stopping: {len(running)} running; scripts go on and are taken up by the next engine"
