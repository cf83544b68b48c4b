"""A copy of the examples in another place, and the data of the largest one."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"
BIN = Path(sys.executable).parent
WAIT_SECONDS = 110
MADE = ("data", "out", ".flower", "*.db", "*.db-*", "__pycache__")


@dataclass(frozen=True)
class Copy:
    """The examples in a folder of their own, with commands typed there as a person would."""

    folder: Path

    def type(self, line: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            shlex.split(line),
            cwd=self.folder,
            env=os.environ | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}"},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_SECONDS,
            check=False,
        )

    def tasks(self) -> dict[str, dict[str, Any]]:
        """The tasks of the latest run, groups left out."""
        status = json.loads(self.type("flower status --json").stdout)
        return {task["task"]: task for task in status["tasks"] if task["kind"] == "task"}


@pytest.fixture
def copy(tmp_path: Path) -> Copy:
    return Copy(shutil.copytree(EXAMPLES, tmp_path / "copied elsewhere", ignore=shutil.ignore_patterns(*MADE)))


@pytest.fixture(scope="session")
def flights_of_2013() -> Path:
    """The folder of the data; fetched if it is not there yet."""
    subprocess.run([sys.executable, EXAMPLES / "fetch_data.py"], check=True, timeout=WAIT_SECONDS)
    return EXAMPLES / "data"
