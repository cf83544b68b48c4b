"""The coroutine loop: one thread in which all components that are coroutines wait side by side.

A coroutine that computes instead of awaiting holds up all others. A watch notices it, says in its log where it stands,
and gives new coroutines another loop until it lets go.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from runtime.executor.calls import CallRun
from runtime.executor.invocation import Component
from runtime.executor.redirect import divert

if TYPE_CHECKING:
    import asyncio

_BEAT_SECONDS: Final = 0.25
_BLOCKED_SECONDS: Final = 1.0
_MOST_LOOPS: Final = 8
"""Loops that are blocked are not waited for; beyond so many the last one has to do."""


class Loop:
    """A loop and its thread. `run` may be called from any thread."""

    def __init__(self, ended: Callable[[CallRun], None]) -> None:
        import asyncio  # Costs 30 ms, and only flows with coroutines need it.

        self._loop = asyncio.new_event_loop()
        self._ended = ended
        self._runs: dict[asyncio.Task[None], CallRun] = {}
        self._open: set[CallRun] = set()
        self._beat = time.monotonic()
        self._beat_asked = False
        self._told: CallRun | None = None
        self.blocked_since: float | None = None
        self._thread = threading.Thread(target=self._main, name="flower-coroutines", daemon=True)
        self._thread.start()

    def run(self, run: CallRun, component: Component, cap_bytes: int) -> None:
        """Begin a call; returns at once."""
        if not self._open:
            self._beat = time.monotonic()
        self._open.add(run)
        run.why = self._why
        self._loop.call_soon_threadsafe(self._begin, run, component, cap_bytes)

    @property
    def busy(self) -> bool:
        return bool(self._open)

    @property
    def open(self) -> int:
        """How many calls are under way in it."""
        return len(self._open)

    def look(self) -> None:
        """Notice whether it is blocked, and by whom. Called about every `_BEAT_SECONDS` by the watch."""
        waited = time.monotonic() - self._beat
        if waited < _BLOCKED_SECONDS:
            self.blocked_since = None
            self._told = None
        elif self._open:
            self.blocked_since = self.blocked_since or self._beat
            self._name_the_blocker()
        if not self._beat_asked:
            self._beat_asked = True
            self._soon(self._beats)

    def stop(self) -> None:
        """End the thread once nothing runs; called when nothing does."""
        self._soon(self._loop.stop)

    def _main(self) -> None:
        import asyncio

        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()
        self._loop.close()

    def _soon(self, action: Callable[..., None], *arguments: object) -> None:
        """Do it in the loop's thread; nothing happens if the loop has ended."""
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(action, *arguments)

    def _beats(self) -> None:
        self._beat = time.monotonic()
        self._beat_asked = False

    def _begin(self, run: CallRun, component: Component, cap_bytes: int) -> None:
        task = self._loop.create_task(self._call(run, component, cap_bytes))
        self._runs[task] = run
        task.add_done_callback(self._done)

    async def _call(self, run: CallRun, component: Component, cap_bytes: int) -> None:
        import asyncio

        task = asyncio.current_task()
        run.when_cancelled(lambda: self._soon(_cancel, task))
        divert(run.log)
        outcome = await run.invocation.make_async(component)
        if not run.end(outcome, cap_bytes):
            self._ended(run)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._open.discard(self._runs.pop(task))
        if not task.cancelled() and (bug := task.exception()) is not None:
            raise bug

    def _blocker(self) -> CallRun | None:
        import asyncio

        current = asyncio.current_task(self._loop)
        return self._runs.get(current) if current is not None else None

    def _name_the_blocker(self) -> None:
        """Once for each time: in its log, with the place in its code."""
        run = self._blocker()
        if run is None or run is self._told:
            return
        self._told = run
        run.log.write(
            f"[it holds up all coroutines{_place(self._thread.ident)}: await there, or let it run in a thread]\n"
        )

    def _why(self) -> str:
        """For a call that did not stop when asked."""
        run = self._blocker() if self.blocked_since is not None else None
        if run is None:
            return "it did not stop when asked, and was given up"
        return f"`{run.attempt.path}` ({run.call.component}) holds up all coroutines{_place(self._thread.ident)}"


def _cancel(task: asyncio.Task[None] | None) -> None:
    if task is not None and not task.done():
        task.cancel()


def _place(thread: int | None) -> str:
    """Where the thread stands: the innermost frame that is neither Python's own nor an installed package's."""
    frame = sys._current_frames().get(thread or 0)
    library = f"{sys.base_prefix}/lib"
    while frame is not None:
        name = frame.f_code.co_filename
        if not name.startswith((library, "<")) and "site-packages" not in name:
            return f" at {name}:{frame.f_lineno}"
        frame = frame.f_back
    return ""


class Loops:
    """The loop that takes new calls, and those that are blocked."""

    def __init__(self, ended: Callable[[CallRun], None]) -> None:
        self._ended = ended
        self._lock = threading.Lock()
        self._loops: list[Loop] = []
        self._watching = False
        self._closed = threading.Event()

    def run(self, run: CallRun, component: Component, cap_bytes: int) -> None:
        """Begin a call in a loop that is not blocked; returns at once."""
        with self._lock:
            free = next((loop for loop in self._loops if loop.blocked_since is None), None)
            if free is None and len(self._loops) < _MOST_LOOPS:
                free = Loop(self._ended)
                self._loops.append(free)
            (free or self._loops[-1]).run(run, component, cap_bytes)
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="flower-coroutine-watch", daemon=True).start()

    def count(self) -> int:
        """How many calls are under way."""
        return sum(loop.open for loop in list(self._loops))

    def close(self) -> None:
        """Loops in which nothing runs end; one that is blocked stays until the program ends."""
        self._closed.set()
        with self._lock:
            for loop in self._loops:
                if not loop.busy:
                    loop.stop()

    def _watch(self) -> None:
        """While anything runs."""
        while not self._closed.wait(_BEAT_SECONDS):
            with self._lock:
                for loop in self._loops:
                    loop.look()
                self._loops = _kept(self._loops)
                if not any(loop.busy for loop in self._loops):
                    self._watching = False
                    return


def _kept(loops: list[Loop]) -> list[Loop]:
    """Without loops that are not needed any more: of those that nothing runs in, one stays."""
    idle = [loop for loop in loops if not loop.busy and loop.blocked_since is None]
    for loop in idle[1:]:
        loop.stop()
    return [loop for loop in loops if loop not in idle[1:]]
