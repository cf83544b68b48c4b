"""Services and workers killed at random moments, and what tasks did meanwhile, counted outside of the engine.

`python -m tests.faults.chaos --kills 1000 --seed 1`. Runs of some two hundred tasks follow one another while one of
the processes after the other is killed: the service that works, sometimes the worker, sometimes a service that stands
by. Scripts leave a line in a file, components and `sql` a row in a database of their own, transactional components a
row in the store. At the end every run is taken to its end, and what was done is held against what was recorded.
"""

from __future__ import annotations

import argparse
import queue
import random
import signal
import sqlite3
import subprocess
import tempfile
import threading
from collections import Counter, defaultdict
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.faults.commands import flowc, flower, json_of, query, start_flower
from tests.faults.storm_project import AT_MOST_ONCE, FLOW, PROJECT, REPEATABLE, STEPS

JOBS = 6
WAIT_SECONDS = 60.0
PENDING = ("running", "queued")


@dataclass
class Report:
    """What a storm was: kills by whom they hit, and what the tasks of how many runs came to."""

    seed: int
    kills: Counter[str] = field(default_factory=Counter)
    runs: int = 0
    attempts: int = 0
    tasks: int = 0
    effects: int = 0
    repeated: int = 0
    in_doubt: int = 0

    def __str__(self) -> str:
        hits = ", ".join(f"{count} of a {who}" for who, count in sorted(self.kills.items()))
        return (
            f"seed {self.seed}: {self.kills.total()} kills ({hits}); {self.runs} runs, {self.tasks} tasks, "
            f"{self.attempts} attempts, {self.effects} effects; {self.repeated} idempotent calls made again, "
            f"{self.in_doubt} calls in doubt; nothing lost, nothing twice"
        )


class Process:
    """A `flower …` whose output is read to its end, so that it never waits for a reader."""

    def __init__(self, folder: Path, came: queue.SimpleQueue[Process], *arguments: str) -> None:
        self.process: subprocess.Popen[str] = start_flower(folder, *arguments)
        self._came = came
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line)
            if line.rstrip().endswith("working"):
                self._came.put(self)

    @property
    def alive(self) -> bool:
        return self.process.poll() is None

    def work_for(self, seconds: float) -> None:
        """Let it live so long; it must not end by itself."""
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
            raise AssertionError(f"it ended by itself: {self.lines[-20:]}")

    def end(self, number: signal.Signals = signal.SIGKILL) -> None:
        self.process.send_signal(number)
        self.process.wait(WAIT_SECONDS)
        self._reader.join(WAIT_SECONDS)
        assert self.process.stdout is not None
        self.process.stdout.close()


class Storm:
    """A project in a folder with two services, of which one works, and a worker; `strike` kills one of them."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.chance = random.Random(seed)
        self.report = Report(seed)
        (folder / "flow.toml").write_text(PROJECT)
        (folder / "steps.py").write_text(STEPS)
        (folder / "storm.flow").write_text(FLOW)
        with closing(sqlite3.connect(folder / "outside.db")) as outside:
            outside.execute("PRAGMA journal_mode = WAL")
            outside.execute("CREATE TABLE effect (run TEXT, task TEXT, fence INTEGER)")
        deployed = flowc(folder, "deploy", "storm.flow")
        assert deployed.returncode == 0, deployed.stdout + deployed.stderr
        self._working: Process | None = None
        self._came: queue.SimpleQueue[Process] = queue.SimpleQueue()
        self.services = [self._service(), self._service()]
        self.worker = self._worker()

    def _service(self) -> Process:
        return Process(self.folder, self._came, "serve", "--jobs", str(JOBS))

    def _worker(self) -> Process:
        return Process(self.folder, queue.SimpleQueue(), "worker", "--jobs", "3")

    def _engine(self) -> Process:
        """The service that works; waits for one that does."""
        while self._working is None or not self._working.alive:
            self._working = self._came.get(timeout=WAIT_SECONDS)
        return self._working

    def strike(self) -> None:
        """Let them work for a while, then kill one without mercy."""
        if not query(self.folder, f"SELECT 1 FROM runs WHERE status IN {PENDING} LIMIT 1"):
            self._register()
        who = self.chance.choices(["service at work", "worker", "service"], [7, 2, 2])[0]
        if who == "service":  # it may not work yet, or stand by
            victim = self.chance.choice(self.services)
        else:
            victim = self._engine() if who == "service at work" else self.worker
        victim.work_for(self.chance.uniform(0.0, 0.5))
        victim.end()
        self.report.kills[who] += 1
        if victim is self.worker:
            self.worker = self._worker()
        else:
            self.services = [each for each in self.services if each is not victim] + [self._service()]

    def _register(self) -> None:
        done = flower(self.folder, "register", "storm", "--key", f"storm {self.report.runs}")
        assert done.returncode == 0, done.stdout + done.stderr
        self.report.runs += 1

    def calm(self) -> None:
        """End the services, and see every run to its end without them."""
        for process in self.services:
            process.end(signal.SIGTERM)
        for (run,) in query(self.folder, f"SELECT run FROM runs WHERE status IN {PENDING} ORDER BY id"):
            done = flower(self.folder, "run", "--resume", run, "--plain", "--jobs", str(JOBS))
            assert done.returncode in (0, 3), done.stdout + done.stderr
        self.worker.end(signal.SIGTERM)

    def close(self) -> None:
        for process in (*self.services, self.worker):
            if process.alive:
                process.end()

    def check(self) -> Report:
        """Hold what was done against what was recorded; AssertionError names the task."""
        effects = effects_of(self.folder)
        tasks = query(self.folder, "SELECT run, task, state, reason FROM tasks WHERE kind = 'task' ORDER BY id")
        doubtful = {run for run, _, state, _ in tasks if state == "suspended"}
        for run, task, state, reason in tasks:
            if run in doubtful and task == "on_success/bye":
                assert (state, effects.get((run, task))) == ("waiting", None)
                continue
            self._check_task(run, task, state, reason, effects.get((run, task), []))
        unknown = effects.keys() - {(run, task) for run, task, _, _ in tasks}
        assert not unknown, unknown
        check_order(self.folder)
        self._check_records()
        self.report.tasks = len(tasks)
        self.report.effects = sum(map(len, effects.values()))
        return self.report

    def _check_task(self, run: str, task: str, state: str, reason: str, fences: list[int]) -> None:
        told = f"{run} {task} is {state} ({reason}) and has done its work with the fences {fences}"
        assert len(set(fences)) == len(fences), told
        name = task.rpartition("/")[2].partition("[")[0]
        if name in AT_MOST_ONCE:
            assert (state, reason) in {("succeeded", ""), ("suspended", "in doubt")}, told
            assert len(fences) == 1 if state == "succeeded" else len(fences) <= 1, told
            self.report.in_doubt += state != "succeeded"
        else:
            assert state == "succeeded", told
            if name in REPEATABLE:
                assert fences, told
                self.report.repeated += len(fences) - 1
            else:
                assert len(fences) == (2 if name.startswith("tried") else 1), told

    def _check_records(self) -> None:
        twice = query(
            self.folder,
            "SELECT run, task FROM attempts WHERE outcome = 'succeeded' GROUP BY run, task, generation"
            " HAVING count(*) > 1",
        )
        assert twice == []
        assert query(self.folder, "SELECT run, task FROM attempts WHERE ended IS NULL") == []
        self.report.attempts = query(self.folder, "SELECT count(*) FROM attempts")[0][0]
        assert query(self.folder, "SELECT count(*) FROM runs") == [(self.report.runs,)]
        doctor = json_of(flower(self.folder, "doctor", "--json"))
        wrong = [each for each in findings(doctor) if each["check"] in ("store", "counts", "processes")]
        assert wrong == []


def findings(told: Any) -> list[dict[str, Any]]:
    found = told["findings"] if isinstance(told, dict) else told
    return [each for each in found if each["grade"] == "error"]


def effects_of(folder: Path) -> dict[tuple[str, str], list[int]]:
    """The fences with which each task has done its work: lines of the file, rows of both databases."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for line in (folder / "effects").read_text().splitlines():
        run, task, fence = line.split()
        found[run, task].append(int(fence))
    with closing(sqlite3.connect(folder / "outside.db")) as outside:
        rows = outside.execute("SELECT run, task, fence FROM effect").fetchall()
    for run, task, fence in [*rows, *query(folder, "SELECT run, task, fence FROM booking")]:
        found[run, task].append(fence)
    return found


def check_order(folder: Path) -> None:
    """No link of the chains has begun before the one that it follows."""
    at = {}
    for place, line in enumerate((folder / "effects").read_text().splitlines()):
        run, task, _ = line.split()
        at[run, task] = place
    for (run, task), place in at.items():
        if task.startswith("link"):
            number = int(task.removeprefix("link"))
            assert number < 4 or at[run, f"link{number - 4}"] < place, (run, task)


def survive(folder: Path, kills: int, seed: int) -> Report:
    """So many kills; AssertionError if anything was lost or done twice."""
    storm = Storm(folder, seed)
    try:
        for _ in range(kills):
            storm.strike()
        storm.calm()
    finally:
        storm.close()
    return storm.check()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="chaos-") as folder:
        print(survive(Path(folder), asked.kills, asked.seed))


if __name__ == "__main__":
    main()
