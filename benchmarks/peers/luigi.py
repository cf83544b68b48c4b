"""Luigi with its local scheduler; what is done is known by the process, and for scripts by files."""

from __future__ import annotations

import subprocess
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import luigi

from benchmarks.peers.driver import AT_ONCE, Ledger, main, version_of
from benchmarks.shapes import Needs

ledger = Ledger()
graph: Needs = []


class Nothing(luigi.Task):
    number = luigi.IntParameter()

    def requires(self) -> Iterator[luigi.Task]:
        return (Nothing(number=other) for other in graph[self.number])

    def complete(self) -> bool:
        return self.number in finished

    def run(self) -> None:
        ledger.note(self.number)
        finished.add(self.number)


finished: set[int] = set()


class Script(luigi.Task):
    number = luigi.IntParameter()
    folder = luigi.Parameter()

    def output(self) -> luigi.LocalTarget:
        return luigi.LocalTarget(f"{self.folder}/done-{self.number}")

    def run(self) -> None:
        subprocess.run("true", shell=True, check=True)
        Path(self.output().path).touch()


def drive(needs: Needs, folder: Path) -> float:
    graph.extend(needs)
    needed = {other for before in needs for other in before}
    seconds = build([Nothing(number=number) for number, _ in enumerate(needs) if number not in needed], workers=1)
    ledger.check(needs)
    return seconds


def drive_scripts(needs: Needs, folder: Path) -> float:
    seconds = build([Script(number=number, folder=str(folder)) for number, _ in enumerate(needs)], workers=AT_ONCE)
    assert len(list(folder.glob("done-*"))) == len(needs)
    return seconds


def build(tasks: list[luigi.Task], workers: int) -> float:
    started = time.perf_counter()
    assert luigi.build(tasks, local_scheduler=True, workers=workers, log_level="CRITICAL")
    return time.perf_counter() - started


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    main(
        version_of("luigi"),
        {"chain": drive, "fan": drive, "layered": drive, "scripts": drive_scripts},
    )
