"""doit: it writes its database when the run is over."""

from __future__ import annotations

import sys
import time
from functools import partial
from pathlib import Path

from doit.cmd_base import ModuleTaskLoader
from doit.doit_cmd import DoitMain

from benchmarks.peers.driver import AT_ONCE, Ledger, command_seconds, main, version_of
from benchmarks.shapes import Needs

SCRIPTS = """def task_t():
    for number in range({tasks}):
        yield {{"name": str(number), "actions": ["true"]}}
"""
ledger = Ledger()


def drive(needs: Needs, folder: Path) -> float:
    def task_t() -> object:
        for number, before in enumerate(needs):
            after = [f"t:{other}" for other in before]
            yield {"name": str(number), "actions": [partial(note, number)], "task_dep": after}

    settings = {"dep_file": str(folder / "doit.db"), "verbosity": 0, "reporter": "zero"}
    started = time.perf_counter()
    code = DoitMain(ModuleTaskLoader({"task_t": task_t, "DOIT_CONFIG": settings})).run(["run"])
    seconds = time.perf_counter() - started
    assert code == 0
    ledger.check(needs)
    return seconds


def note(number: int) -> bool:
    ledger.note(number)
    return True


def drive_scripts(needs: Needs, folder: Path) -> float:
    (folder / "dodo.py").write_text(SCRIPTS.format(tasks=len(needs)))
    words = [sys.executable, "-m", "doit", "-n", str(AT_ONCE), "-P", "thread"]
    return command_seconds(words, folder, ".  t:", len(needs))


if __name__ == "__main__":
    shapes = {"chain": drive, "fan": drive, "layered": drive, "scripts": drive_scripts}
    main(version_of("doit"), shapes)
