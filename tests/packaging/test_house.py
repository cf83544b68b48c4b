"""The house itself: what a fresh machine starts with is there, complete, and of nobody's machine."""

from __future__ import annotations

import os
import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CONFIGURATION = tomllib.loads((ROOT / "pyproject.toml").read_text())
MACHINE_PATHS = re.compile(r"(?<![\w.\"'~])/(?:root|home/\w+|work|Users)/")


def tracked() -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    if listed.returncode != 0:
        pytest.skip("not a git checkout")
    return [ROOT / name for name in listed.stdout.split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("script", [".ci/run", ".ci/environment"])
def test_script_can_be_executed_and_is_sound_shell(script: str) -> None:
    assert os.access(ROOT / script, os.X_OK)
    assert subprocess.run(["sh", "-n", ROOT / script], check=False, timeout=60).returncode == 0


def test_no_file_names_a_folder_of_somebodys_machine() -> None:
    told = [
        f"{file.relative_to(ROOT)}: {line.strip()}"
        for file in tracked()
        if file.suffix not in (".png", ".db") and file != Path(__file__)
        for line in file.read_text(encoding="utf-8", errors="replace").splitlines()
        if MACHINE_PATHS.search(line)
    ]
    assert told == []


def test_every_room_of_the_runtime_and_the_compiler_has_its_place_in_the_layers() -> None:
    """import-linter is told all rooms; this tells at once, without it, when a new one has no place."""
    contracts = CONFIGURATION["tool"]["importlinter"]["contracts"]
    for package in ("flowc", "runtime"):
        layers = next(c["layers"] for c in contracts if c.get("containers") == [package])
        placed = {room.strip(" ()") for layer in layers for room in layer.split("|")}
        rooms = {
            entry.stem
            for entry in (ROOT / package).iterdir()
            if (entry.is_dir() and any(entry.glob("*.py"))) or (entry.suffix == ".py" and entry.stem != "__init__")
        }
        assert rooms <= placed


def test_a_python_that_is_too_old_is_refused_with_what_to_type(tmp_path: Path) -> None:
    (tmp_path / ".ci").mkdir()
    script = tmp_path / ".ci" / "environment"
    script.write_text((ROOT / ".ci" / "environment").read_text())
    old = tmp_path / "old-python"
    old.write_text('#!/bin/sh\n[ "$1" = -V ] && echo Python 3.9.2\n[ "$1" != -c ]\n')
    old.chmod(0o755)

    refused = subprocess.run(
        ["sh", script], env=os.environ | {"PYTHON": str(old)}, capture_output=True, text=True, check=False, timeout=60
    )

    assert refused.returncode == 1
    assert "Python 3.9.2" in refused.stderr
    assert "make PYTHON=" in refused.stderr
