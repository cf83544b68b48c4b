"""Working on a run in the foreground: shows it until it rests, minds Ctrl-C, leaves a summary and an exit code."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType

from runtime.cli import as_json
from runtime.cli.display.paint import glyphs_of, paint, size_of
from runtime.cli.display.summary import NextStep, summary
from runtime.cli.entry import INTERRUPTED
from runtime.cli.look import Look
from runtime.cli.progress import Display, display_for
from runtime.cli.store import engine_is_alive
from runtime.model.state import RunStatus
from runtime.service import Service, Work

_TICK_SECONDS = 0.5
"""How long a display may stand still while nothing is committed: elapsed times and countdowns go on."""
_REST = 10
"""A look that took t seconds is followed by a pause of ten times t."""
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
    with _interrupts() as interrupt:
        display.start()
        try:
            status = _show_until_rest(service.work(run_id, jobs), display, interrupt)
        finally:
            with _nobody_reads(interrupt):
                display.finish()
        with _nobody_reads(interrupt):
            _conclude(service, look, run_id, manner)
    return INTERRUPTED if interrupt.count and not status.ended else status.exit_code


def _show_until_rest(work: Work, display: Display, interrupt: _Interrupt) -> RunStatus:
    pace = _Pace()
    while True:
        status = work.wait(display.pause_seconds)
        if status is not None:
            return status
        answered = interrupt.answer(work, display)
        _tell_trouble(work, display)
        if answered or pace.is_due(work.changed.is_set()):
            work.changed.clear()
            with pace.measured():
                display.show()


class _Pace:
    """When to look again: after a change, or when the clock on the screen has to go on; but never so often that
    looking takes more than a tenth of the time, which the engine in this process needs for its work."""

    def __init__(self) -> None:
        self._next_after_change = self._next_anyway = 0.0

    def is_due(self, changed: bool) -> bool:
        return time.monotonic() >= (self._next_after_change if changed else self._next_anyway)

    @contextmanager
    def measured(self) -> Iterator[None]:
        began = time.monotonic()
        yield
        now = time.monotonic()
        self._next_after_change = now + (now - began) * _REST
        self._next_anyway = max(now + _TICK_SECONDS, self._next_after_change)


def _tell_trouble(work: Work, display: Display) -> None:
    trouble = work.trouble
    if trouble is None or time.time() - trouble.since < _LOCKED_SECONDS:
        return
    if trouble.kind == "locked":
        display.notice("another program keeps the store locked; what runs goes on, its results are kept until then")
    else:
        display.notice("the disk is full; nothing more starts until there is room, what runs goes on")


class _Interrupt:
    """Ctrl-C: once, nothing more starts; twice, what runs here is ended. SIGTERM and SIGHUP: what runs is left.

    The signal is only counted where it arrives, which may be anywhere; it is answered between two frames.
    """

    def __init__(self) -> None:
        self.count = 0
        self.leaving = False
        self._answered = 0

    def __call__(self, number: int, frame: FrameType | None) -> None:
        self.count += 1
        self.leaving |= number != signal.SIGINT

    def answer(self, work: Work, display: Display) -> bool:
        """Does what was asked for since the last time; whether anything was."""
        new = self.count != self._answered
        if new and self.leaving:
            work.leave()
            with _nobody_reads(self):
                display.notice("stopping: nothing more starts; scripts go on and are taken up by whoever works next")
            self._answered = self.count
            return new
        if self._answered == 0 and self.count:
            display.notice(stopping(work.is_engine, work.running()))
            work.stop()
        if self._answered < 2 <= self.count:
            display.notice("ending what still runs")
            work.end()
        self._answered = self.count
        return new


def stopping(is_engine: bool, running: Sequence[str]) -> str:
    """What the first Ctrl-C does, in a sentence."""
    if not is_engine:
        return "stopped watching; the engine that is alive goes on with the run"
    if not running:
        return "stopping: nothing more starts"
    names = ", ".join(running[:3]) + (f" and {len(running) - 3} more" if len(running) > 3 else "")
    return f"stopping: nothing more starts; Ctrl-C again ends what still runs: {names}"


@contextmanager
def _interrupts() -> Iterator[_Interrupt]:
    interrupt = _Interrupt()
    before = {number: signal.signal(number, interrupt) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield interrupt
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _nobody_reads(interrupt: _Interrupt) -> Iterator[None]:
    """After SIGHUP the terminal may be gone: what is written then has nowhere to go."""
    try:
        yield
    except OSError:
        if not interrupt.leaving:
            raise


def _conclude(service: Service, look: Look, run_id: int, manner: Manner) -> None:
    if manner.as_json:
        run = service.reader.run(str(run_id))
        print(as_json.dumps(as_json.run_json(run, service.reader.tasks(run_id))))
        return
    picture = look.picture()
    failed = look.failures(picture, _FAILURES_SHOWN)
    step = NextStep(manner.options, alive=engine_is_alive(service))
    lines = summary(picture, failed, size_of(sys.stdout).width, glyphs_of(sys.stdout), step)
    try:
        paint([(), *lines], sys.stdout)
    except BrokenPipeError:
        sys.stderr.flush()
