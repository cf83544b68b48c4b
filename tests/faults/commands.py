"""Real commands in real processes, for tests that kill them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

BIN = Path(sys.executable).parent
WAIT_SECONDS = 60


def environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name != "FLOWER_DB"} | {"NO_COLOR": "1"}


def flower(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run `flower …` in a folder to its end."""
    return subprocess.run(
        [BIN / "flower", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        stdin=subprocess.DEVNULL,
    )


def start_flower(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start `flower …` in a folder and leave it running."""
    return subprocess.Popen(
        [BIN / "flower", *arguments],
        cwd=folder,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        stdin=subprocess.DEVNULL,
        text=True,
    )


def flowc(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / "flowc", *arguments],
        cwd=folder,
        env=environment(),
        capture_output=True,
        text=True,
        timeout=WAIT_SECONDS,
        stdin=subprocess.DEVNULL,
    )


def query(folder: Path, sql: str) -> list[tuple[Any, ...]]:
    """Rows of the store in a folder, read as a person would."""
    import sqlite3

    connection = sqlite3.connect(f"file:{folder / '.flower/flower.db'}?mode=ro", uri=True)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def json_of(done: subprocess.CompletedProcess[str]) -> Any:
    return json.loads(done.stdout)
