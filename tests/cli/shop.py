"""A folder with a small flow, and commands run in it as a person would: real processes, a real store."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
WAIT_SECONDS = 60

ETL = """\
## Nightly load of the shop's sales.
flow etl {
    ## Business day to load.
    param day: date = 2026-11-01
    param min_rows: int = 1 where min_rows >= 0
    param regions: list[str] = ["eu", "us"]
    param dry_run: bool = false

    task discover { sh "echo day {{ day }}" }
    parallel ingest for r in regions by r {
        task copy { sh "echo copying {{ r }}" }
        task check { sh "echo checking {{ r }}" }
        copy -> check
    }
    task publish {
        when not dry_run
        sh "echo publishing; test -f repaired"
    }
    discover -> ingest -> publish
}
"""


@dataclass(frozen=True)
class Shop:
    """The folder. `environment` is added to that of every command."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    def write(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def flower(self, *words: str, **changes: str) -> subprocess.CompletedProcess[str]:
        """`flower …` to its end, with its output and exit code."""
        return subprocess.run(
            self.command(*words),
            cwd=self.folder,
            env=self.environ(**changes),
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            stdin=subprocess.DEVNULL,
            check=False,
        )

    def deploy(self, name: str) -> None:
        """`flowc deploy` of a file of the folder."""
        done = subprocess.run(
            [str(BIN / "flowc"), "deploy", name],
            cwd=self.folder,
            env=self.environ(),
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def data(self, *words: str) -> Any:
        """What `flower … --json` prints."""
        done = self.flower(*words, "--json")
        return json.loads(done.stdout)

    def states(self, run: str) -> dict[str, str]:
        """The states of the tasks of a run, by path."""
        return {task["task"]: task["state"] for task in self.data("status", run)["tasks"] if task["kind"] == "task"}

    def command(self, *words: str) -> list[str]:
        return [str(BIN / "flower"), *words]

    def environ(self, **changes: str) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in ("FLOWER_DB", "COLUMNS", "NO_COLOR")}
        return {**kept, **self.environment, **changes}
