"""Examples of workflow patterns are in the one spelling, pass their own tests, and run as `expected.toml` says."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime import open_store
from runtime.api.store import FlowerStore

PATTERNS = Path(__file__).parents[2] / "examples" / "patterns"
EXPECTED: dict[str, dict[str, Any]] = tomllib.loads((PATTERNS / "expected.toml").read_text())
BIN = Path(sys.executable).parent
WAIT_SECONDS = 60.0


def command(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [BIN / words[0], *words[1:]], cwd=folder, capture_output=True, text=True, timeout=WAIT_SECONDS
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return shutil.copytree(PATTERNS, tmp_path_factory.mktemp("patterns") / "copy")


@pytest.fixture(scope="module")
def store(folder: Path) -> Iterator[FlowerStore]:
    with open_store(folder / "patterns.db") as store:
        yield store


def test_every_pattern_is_in_the_one_spelling_and_has_no_problems(folder: Path) -> None:
    files = sorted(file.name for file in folder.glob("*.flow"))
    formatted = command(folder, "flowc", "fmt", "--check", *files)
    checked = command(folder, "flowc", "check", "--format", "json", *files)
    assert (formatted.returncode, checked.returncode) == (0, 0), formatted.stdout + checked.stdout
    assert json.loads(checked.stdout) == []


def test_every_pattern_behaves_as_its_tests_say(folder: Path) -> None:
    files = sorted(file.name for file in folder.glob("*.flow"))
    tested = command(folder, "flowc", "test", "--json", *files)
    verdicts = json.loads(tested.stdout)
    assert tested.returncode == 0, command(folder, "flowc", "test", *files).stdout
    assert {verdict["file"] for verdict in verdicts} == set(files)


@pytest.mark.parametrize("pattern", EXPECTED)
def test_pattern_runs_as_expected(store: FlowerStore, folder: Path, pattern: str) -> None:
    expected = EXPECTED[pattern]
    chosen = f":{expected['flow']}" if "flow" in expected else ""
    result = store.run(f"{folder}/{pattern}.flow{chosen}", expected.get("parameters"), timeout=WAIT_SECONDS)
    shown = {path: task.state for path, task in result.tasks.items() if "/on_" not in f"/{path}"}
    assert (result.status, shown) == (expected["status"], expected["tasks"])


def test_every_pattern_is_expected_to_do_something() -> None:
    assert set(EXPECTED) == {file.stem for file in PATTERNS.glob("*.flow")}


@pytest.mark.parametrize(
    ("pattern", "first", "webhook", "event", "runs"),
    [
        ("23_transient_trigger", ("--place", "oslo"), "alarm", '{"place": "rome"}', ["running"]),
        ("24_persistent_trigger", ("--pieces", "1"), "order", '{"pieces": 2}', ["queued", "running"]),
    ],
)
def test_an_event_that_nobody_can_take_is_lost_or_kept(
    tmp_path: Path, pattern: str, first: tuple[str, str], webhook: str, event: str, runs: list[str]
) -> None:
    shutil.copy(PATTERNS / f"{pattern}.flow", tmp_path)
    command(tmp_path, "flowc", "deploy", f"{pattern}.flow")
    command(tmp_path, "flower", "register", f"wcp_{pattern[3:]}", *first)
    command(tmp_path, "flower", "trigger", webhook, "--data", event)
    listed = json.loads(command(tmp_path, "flower", "runs", "--json").stdout)
    assert [run["status"] for run in listed] == runs
