"""Serving a store: one process works on every run of it until it is told to stop; further ones stand by."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

from runtime.engine import Engine
from runtime.maintenance.scheduler import Scheduler
from runtime.model.errors import FlowerError, StoreProblem
from runtime.service.open_engine import has_ended, open_engine
from runtime.service.requests import apply
from runtime.service.watching import Watching
from runtime.settings import BY_EVENT, Wakeup
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.lock import EngineLock

if TYPE_CHECKING:
    from runtime.executor.local import LocalExecutor

_ANSWER_SECONDS: Final = 60.0


class Serving:
    """Works on all runs of a store, in the background of this process.

    While another engine is alive it stands by; the kernel wakes it when that one ends, however it ends. `changed` is
    set after each commit, and when the state of this object changes. `http`: where webhooks are listened for, if at
    all; `address` tells it while this process is the engine.
    """

    def __init__(
        self,
        files: StoreFiles,
        jobs: int,
        synchronous: str,
        zone: str,
        executor: Callable[[], LocalExecutor],
        http: tuple[str, int] | None = None,
        wakeup: Wakeup = BY_EVENT,
    ) -> None:
        self.changed = threading.Event()
        self.is_engine = False
        self.address: str | None = None
        self._http = http
        self._wakeup = wakeup
        self._files = files
        self._jobs = jobs
        self._synchronous = synchronous
        self._zone = zone
        self._make_executor = executor
        self._engine: Engine | None = None
        self._stopping = threading.Event()
        self._result: Future[None] = Future()
        threading.Thread(target=self._main, name="flower-serve", daemon=True).start()

    def wait(self, timeout: float | None = None) -> bool:
        """Whether it has ended; raises what went wrong."""
        return has_ended(self._result, timeout)

    def stop(self) -> None:
        """Start nothing more and end: calls in this process are waited for, scripts are left to the next engine."""
        self._stopping.set()
        if self._engine is not None:
            self._engine.stop_claiming()
        if not self.is_engine:
            self._end(None)

    def running(self) -> list[str]:
        """Paths of what is being executed right now."""
        return self._engine.running() if self._engine is not None else []

    def _main(self) -> None:
        try:
            self._files.create()
            lock = EngineLock(self._files)
            lock.acquire(wait=True)
            try:
                if not self._stopping.is_set():
                    self._as_engine()
            finally:
                lock.release()
        except BaseException as problem:  # noqa: BLE001 (raised again where somebody waits)
            self._end(problem)
        else:
            self._end(None)

    def _end(self, problem: BaseException | None) -> None:
        if not self._result.done():
            self._result.set_exception(problem) if problem else self._result.set_result(None)
        self.changed.set()

    def _as_engine(self) -> None:
        scheduler, executor = Scheduler(self._zone), self._make_executor()
        with (
            open_engine(
                self._files, self._synchronous, executor, self._jobs, self._wakeup, self.changed.set, scheduler
            ) as engine,
            ExitStack() as closing,
        ):
            self._engine = engine
            self._notice(engine, closing)
            self.is_engine = True
            self.changed.set()
            while not self._stopping.wait(1.0):
                if engine.problem is not None:
                    raise engine.problem

    def _notice(self, engine: Engine, closing: ExitStack) -> None:
        """Notice what the triggers of flows are about."""

        def ask(request: dict[str, Any]) -> Any:
            try:
                return engine.submit(lambda step: apply(step, request)).result(_ANSWER_SECONDS)
            except FlowerError:
                raise
            except Exception as problem:
                raise StoreProblem("the engine does not answer", "see what it has written to its journal") from problem

        watching = Watching(self._files, ask, self._zone)
        engine.listen(watching.ring)
        watching.start()
        closing.callback(watching.close)
        if self._http is not None:
            from runtime.service.webhooks import Webhooks, find_token

            webhooks = Webhooks(*self._http, find_token(self._files.token), ask, self._zone)
            closing.callback(webhooks.close)
            self.address = webhooks.address
