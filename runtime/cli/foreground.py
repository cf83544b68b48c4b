"""Working on a run in the foreground: shows it until it rests, minds Ctrl-C, leaves a summary and an exit code."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from runtime.cli import as_json
from runtime.cli.display.paint import glyphs_of, paint, size_of
from runtime.cli.display.summary import summary
from runtime.cli.errors import INTERRUPTED
from runtime.cli.look import Look
from runtime.cli.progress import Display, display_for
from runtime.model.state import RunStatus
from runtime.service import Service, Work

_TICK_SECONDS = 0.5
"""How long a display may stand still while nothing is committed: elapsed times and countdowns go on."""
_LOCKED_SECONDS = 3.0
_FAILURES_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Manner:
    """How to show it. `options`: what a command needs to find the same store (`--db …`)."""

    as_json: bool = False
    plain: bool = False
    options: str = ""


def work_on(service: Service, run_id: int, manner: Manner, jobs: int | None = None) -> int:
    """Works on a run until nothing of it can move, or the person stops it; the exit code."""
    look = Look(service.reader, run_id)
    display = display_for(look, plain=manner.plain, as_json=manner.as_json)
    display.start()
    try:
        work = service.work(run_id, jobs)
        with _interrupts(_Interrupt(work, display)) as interrupt:
            status = _show_until_rest(work, display)
    finally:
        display.finish()
    _conclude(service, look, run_id, manner)
    return INTERRUPTED if interrupt.count and not status.ended else status.exit_code


def _show_until_rest(work: Work, display: Display) -> RunStatus:
    display.show()
    while True:
        status = work.wait(display.pause_seconds)
        if status is None and work.changed.wait(_TICK_SECONDS):
            work.changed.clear()
        _tell_lock(work, display)
        display.show()
        if status is not None:
            return status


def _tell_lock(work: Work, display: Display) -> None:
    since = work.locked_since
    if since is not None and time.time() - since > _LOCKED_SECONDS:
        display.notice("another program keeps the store locked; what runs goes on, its results are kept until then")


class _Interrupt:
    """Ctrl-C: once, nothing more starts; twice, what runs here is ended."""

    def __init__(self, work: Work, display: Display) -> None:
        self._work = work
        self._display = display
        self.count = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        if self.count == 1:
            self._display.notice(_stopping(self._work))
            self._work.stop()
        else:
            self._display.notice("ending what still runs …")
            self._work.end()


def _stopping(work: Work) -> str:
    if not work.is_engine:
        return "stopped watching; the engine that is alive goes on with the run"
    running = work.running()
    if not running:
        return "stopping: nothing more starts"
    if len(running) == 1:
        return f"stopping: nothing more starts; {running[0]} still runs, Ctrl-C again ends it"
    names = ", ".join(running[:3]) + (f" and {len(running) - 3} more" if len(running) > 3 else "")
    return f"stopping: nothing more starts; {names} still run, Ctrl-C again ends them"


@contextmanager
def _interrupts(interrupt: _Interrupt) -> Iterator[_Interrupt]:
    before = signal.signal(signal.SIGINT, interrupt)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGINT, before)


def _conclude(service: Service, look: Look, run_id: int, manner: Manner) -> None:
    if manner.as_json:
        run = service.reader.run(str(run_id))
        print(as_json.dumps(as_json.run_json(run, service.reader.tasks(run_id))))
        return
    picture = look.picture()
    failed = look.failures(picture, _FAILURES_SHOWN)
    lines = summary(picture, failed, size_of(sys.stdout).width, glyphs_of(sys.stdout), manner.options)
    try:
        paint([(), *lines], sys.stdout)
    except BrokenPipeError:
        sys.stderr.flush()
