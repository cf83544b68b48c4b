"""An engine reduced to what the gate asks of it: claims and marks in files, an executor, and a moment to die.

Run as `python -m tests.faults.gate_engine FOLDER COUNT [MOMENT]`. It takes up what an earlier one left in the folder,
then starts what has not run, two at a time, and ends when all scripts have ended. Each file is synced before anything
follows from it, as a commit would be. `MOMENT` is where it kills itself with the first script that comes there.
"""

from __future__ import annotations

import json
import os
import queue
import signal
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runtime.executor.local import LocalExecutor
from runtime.executor.protocol import Attempt, Outcome, ProcessMark
from runtime.model.definition import Script

AT_ONCE = 2


class Engine:
    """`claims/ID`: started once and not known to have ended. `marks/ID`: its process. `ends/ID`: its outcome."""

    def __init__(self, folder: Path, moment: str) -> None:
        self.folder = folder
        self.moment = moment
        self.executor = LocalExecutor(no_component, grace_seconds=1.0)
        self.ends: queue.SimpleQueue[tuple[Attempt, Outcome]] = queue.SimpleQueue()
        for name in ("claims", "marks", "ends", "project"):
            (folder / name).mkdir(exist_ok=True)

    def started(self, attempt: Attempt, process: ProcessMark) -> bool:
        self.die_at("before the commit")
        write(self.folder / "marks" / str(attempt.id), asdict(process))
        self.die_at("after the commit")
        return True

    def ended(self, attempt: Attempt, outcome: Outcome) -> None:
        self.die_at("after the end")
        self.ends.put((attempt, outcome))

    def die_at(self, moment: str) -> None:
        if self.moment == moment:
            os.kill(os.getpid(), signal.SIGKILL)

    def work(self, numbers: list[int]) -> None:
        """See every script through to an end."""
        waiting = [number for number in numbers if not self.has("ends", number)]
        under_way = [number for number in waiting if self.has("claims", number)]
        for number in under_way:
            mark = read(self.folder / "marks" / str(number))
            self.executor.recover(self.attempt(number), ProcessMark(**mark) if mark else None, self)
        waiting = [number for number in waiting if number not in under_way]
        busy = len(under_way)
        while waiting or busy:
            while waiting and busy < AT_ONCE:
                self.start(waiting.pop(0))
                busy += 1
            attempt, outcome = self.ends.get(timeout=60)
            busy -= 1
            print(attempt.id, "never ran" if outcome.never_ran else outcome.reason or "succeeded", flush=True)
            if outcome.never_ran:
                self.forget(attempt)
                waiting.append(attempt.id)
            else:
                write(self.folder / "ends" / str(attempt.id), asdict(outcome))

    def start(self, number: int) -> None:
        write(self.folder / "claims" / str(number), True)
        self.executor.submit(self.attempt(number), self)

    def forget(self, attempt: Attempt) -> None:
        """It may start again, as an attempt of its own: in a new folder."""
        for name in ("marks", "claims"):
            (self.folder / name / str(attempt.id)).unlink(missing_ok=True)
        if attempt.folder.exists():
            attempt.folder.rename(f"{attempt.folder}.{len(list(attempt.folder.parent.iterdir()))}")

    def has(self, name: str, number: int) -> bool:
        return (self.folder / name / str(number)).exists()

    def attempt(self, number: int) -> Attempt:
        text = (self.folder / "script").read_text().replace("NUMBER", str(number))
        return Attempt(
            id=number,
            task_run_id=number,
            run_id=1,
            run_ref="gate-1",
            path=f"t{number}",
            number=1,
            fence=1,
            key=str(number),
            action=Script("sh", (text,), line=1),
            folder=self.folder / "runs" / str(number),
            project=self.folder / "project",
            run_folder=self.folder / "shared",
            env={"ENGINE": str(os.getpid())},
            timeout_seconds=60,
        )


def no_component(name: str, project: Path) -> Any:
    raise LookupError(name)


def write(path: Path, data: Any) -> None:
    """Whole or not at all, and on the disk."""
    new = path.with_name(f".{path.name}")
    with new.open("w") as file:
        json.dump(data, file)
        file.flush()
        os.fsync(file.fileno())
    new.rename(path)


def read(path: Path) -> Any:
    return json.loads(path.read_text()) if path.exists() else None


if __name__ == "__main__":
    Engine(Path(sys.argv[1]), (sys.argv[3:] or [""])[0]).work(list(range(int(sys.argv[2]))))
