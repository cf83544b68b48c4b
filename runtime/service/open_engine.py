"""An engine on its store with all that belongs to it: executor, socket, bells."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from concurrent.futures import TimeoutError as FutureTimeout
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from runtime.engine import Engine
from runtime.maintenance.scheduler import Scheduler
from runtime.service.bells import bells_for
from runtime.service.endpoint import Endpoint
from runtime.settings import Wakeup
from runtime.store.sqlite.files import StoreFiles
from runtime.store.sqlite.store import SqliteStore

if TYPE_CHECKING:
    from runtime.executor.local import LocalExecutor


@contextmanager
def open_engine(
    files: StoreFiles,
    synchronous: str,
    executor: LocalExecutor,
    jobs: int,
    wakeup: Wakeup,
    on_commit: Callable[[], None],
    scheduler: Scheduler | None = None,
) -> Iterator[Engine]:
    """The engine, started; the caller holds the lock. With a `scheduler` it works on all runs, and rings the bells of
    installed packages too."""
    serves = scheduler is not None
    with ExitStack() as closing:
        store = SqliteStore(files, synchronous)
        closing.callback(store.close)
        engine = Engine(
            store,
            executor,
            jobs,
            all_runs=serves,
            scheduler=scheduler,
            look_seconds=wakeup.poll_seconds,
            gated=executor.gated,
        )
        engine.listen(on_commit)
        executor.on_room(engine.lend(executor.count_waiting))
        door = Endpoint(engine, files.socket, executor.workers)
        closing.callback(engine.close)
        closing.callback(door.close)
        engine.start()
        closing.callback(bells_for(engine, files, wakeup, packages=serves).close)
        yield engine


def has_ended(result: Future[None], timeout: float | None) -> bool:
    """Whether what works in the background has ended; raises what went wrong there."""
    try:
        result.result(timeout)
    except FutureTimeout:
        if result.done():
            raise
        return False
    return True
