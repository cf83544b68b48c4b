"""Runs `flowc` as people do: in a process of its own, in a folder."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Ended:
    """What a command gave."""

    code: int
    out: str
    err: str


def flowc(*words: str, cwd: Path, env: dict[str, str] | None = None) -> Ended:
    """`flowc WORDS…` in a folder, without settings of the machine."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("FLOWER_")}
    command = [sys.executable, "-c", "from flowc.cli import main; main()", *words]
    done = subprocess.run(
        command, cwd=cwd, env={**clean, **(env or {})}, capture_output=True, text=True, encoding="utf-8", timeout=60
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def write(folder: Path, name: str, text: str) -> Path:
    """A file with this text."""
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


GOOD = 'flow hello {\n    task greet { sh "echo hello" }\n    task bye { after greet; sh "echo bye" }\n}\n'
BAD = 'flow broken {\n    task greet { sh "echo {{ nmae }}" }\n}\n'
