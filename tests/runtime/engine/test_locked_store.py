"""Another program holds the store's lock when an engine starts."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing

from runtime.model.state import RunStatus
from tests.runtime.engine.conftest import Bench
from tests.runtime.engine.flows import FlowBuilder


def test_an_engine_that_starts_while_the_store_is_locked_waits_and_goes_on(bench: Bench) -> None:
    run = bench.register(FlowBuilder().task("a").build())
    with closing(sqlite3.connect(bench.files.db, isolation_level=None)) as tool:
        tool.execute("BEGIN IMMEDIATE")
        engine = bench.start()
        rest = engine.work_on(run)
        while engine.trouble is None and engine.problem is None:
            time.sleep(0.01)
        tool.execute("ROLLBACK")
    assert engine.problem is None
    assert rest.result(10) is RunStatus.SUCCEEDED
