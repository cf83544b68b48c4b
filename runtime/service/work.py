"""Work on one run in the foreground: as the engine, if nobody is, else by asking the engine that is alive.

Whichever process ends first, the others go on: a client whose engine goes away takes the lock and carries on.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from typing import TYPE_CHECKING, Final

from runtime.engine import Engine
from runtime.engine.trouble import Trouble
from runtime.model.errors import StoreProblem
from runtime.model.state import RunStatus
from runtime.service import endpoint
from runtime.service.endpoint import EngineAway
from runtime.service.open_engine import open_engine
from runtime.settings import BY_EVENT, Wakeup
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.lock import EngineLock

if TYPE_CHECKING:
    from runtime.executor.local import LocalExecutor

_RETRY_SECONDS: Final = 0.02
_LOCKED_SECONDS: Final = 30.0


class Work:
    """Work under way on a run. `changed` is set whenever something was committed: clear it, then look.

    `wait` gives the status at which the run came to rest; RUNNING if it was stopped before.
    """

    def __init__(
        self,
        files: StoreFiles,
        run_id: int,
        jobs: int,
        synchronous: str,
        executor: Callable[[], LocalExecutor],
        wakeup: Wakeup = BY_EVENT,
    ) -> None:
        self.changed = threading.Event()
        self._files = files
        self._run_id = run_id
        self._jobs = jobs
        self._synchronous = synchronous
        self._make_executor = executor
        self._wakeup = wakeup
        self._engine: Engine | None = None
        self._connection: socket.socket | None = None
        self._stopping = threading.Event()
        self._over = threading.Event()
        self._result: Future[RunStatus] = Future()
        threading.Thread(target=self._main, name="flower-work", daemon=True).start()

    def wait(self, timeout: float | None = None) -> RunStatus | None:
        """The status at rest, or None if it is still moving after `timeout` seconds; raises what went wrong."""
        try:
            return self._result.result(timeout)
        except FutureTimeout:
            if self._result.done():
                raise
            return None

    @property
    def is_engine(self) -> bool:
        """Whether this process executes the run itself."""
        return self._engine is not None

    @property
    def trouble(self) -> Trouble | None:
        """Why this process cannot write to the store at the moment; None if it can, or if another one works."""
        return self._engine.trouble if self._engine else None

    def running(self) -> list[str]:
        """Paths of what this process executes right now."""
        return self._engine.running() if self._engine else []

    def stop(self) -> None:
        """Start nothing more; `wait` returns RUNNING when what runs here has ended."""
        self._stopping.set()
        if self._engine is not None:
            self._engine.stop_claiming()
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def leave(self) -> None:
        """Start nothing more, and leave scripts that run to the next engine; `wait` soon returns RUNNING."""
        self.stop()
        self._over.set()

    def end(self) -> None:
        """End what this process runs: it is recorded as cancelled."""
        self.stop()
        if self._engine is not None:
            self._engine.end_running()

    def _main(self) -> None:
        try:
            self._result.set_result(self._until_rest())
        except BaseException as problem:  # noqa: BLE001 (raised again where somebody waits)
            self._result.set_exception(problem)
        self.changed.set()

    def _until_rest(self) -> RunStatus:
        self._files.create()
        lock = EngineLock(self._files)
        waited = 0.0
        while not self._stopping.is_set():
            if lock.acquire():
                try:
                    return self._as_engine()
                finally:
                    lock.release()
            try:
                return RunStatus(
                    endpoint.work(
                        self._files.socket,
                        self._run_id,
                        self.changed.set,
                        self._connected,
                    )
                )
            except EngineAway:
                self._connection = None
                waited = 0.0 if self.changed.is_set() else waited + _RETRY_SECONDS
            if waited > _LOCKED_SECONDS:
                raise StoreProblem(
                    f"another process holds {self._files.lock}, but does not answer",
                    "look for a flower that hangs",
                )
            self._stopping.wait(_RETRY_SECONDS)
        return RunStatus.RUNNING

    def _connected(self, connection: socket.socket) -> None:
        self._connection = connection
        if self._stopping.is_set():
            self.stop()

    def _as_engine(self) -> RunStatus:
        executor = self._make_executor()
        with open_engine(
            self._files, self._synchronous, executor, self._jobs, self._wakeup, self.changed.set
        ) as engine:
            rest = engine.work_on(self._run_id)
            self._engine = engine
            if self._stopping.is_set():
                engine.stop_claiming()
            rest.add_done_callback(lambda _: self._over.set())
            self._over.wait()
            return rest.result() if rest.done() else RunStatus.RUNNING
