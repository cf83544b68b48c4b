"""`kill -9` of the engine at arbitrary moments: scripts are neither lost nor run twice, the run goes on."""

from __future__ import annotations

import os
import random
import signal
from collections import Counter
from pathlib import Path

import pytest

from tests.faults.commands import flowc, flower, query, start_flower

SCRIPTS = 60


def flow_of_scripts(folder: Path, count: int) -> None:
    """Scripts that each write one line to a file outside the engine; some chained, some side by side."""
    tasks = "\n".join(
        f'    task t{n} {{ {"after t" + str(n - 4) + "; " if n >= 4 else ""}sh "echo t{n} >> effects; sleep 0.02" }}'
        for n in range(count)
    )
    (folder / "many.flow").write_text(f"flow many {{\n{tasks}\n}}\n")
    (folder / "flow.toml").write_text("")


def effects(folder: Path) -> Counter[str]:
    path = folder / "effects"
    return Counter(path.read_text().split()) if path.exists() else Counter()


def kill_after_output(folder: Path, lines: int, *arguments: str) -> None:
    """Start flower, kill it without mercy once it has printed so many lines."""
    process = start_flower(folder, *arguments)
    assert process.stdout is not None
    for _, _ in zip(range(lines), process.stdout, strict=False):
        pass
    os.kill(process.pid, signal.SIGKILL)
    process.stdout.close()
    process.wait()


def survives(folder: Path, kills: int, seed: int) -> None:
    chance = random.Random(seed)
    flow_of_scripts(folder, SCRIPTS)
    assert flowc(folder, "deploy", "many.flow").returncode == 0
    assert flower(folder, "register", "many").returncode == 0
    for _ in range(kills):
        kill_after_output(
            folder,
            chance.randrange(1, 14),
            "run",
            "--resume",
            "many-1",
            "--plain",
            "--jobs",
            "4",
        )
    done = flower(folder, "run", "--resume", "many-1", "--plain", "--jobs", "4")
    assert done.returncode == 0, done.stdout + done.stderr
    assert effects(folder) == Counter(f"t{n}" for n in range(SCRIPTS))
    states = query(folder, "SELECT state, count(*) FROM tasks GROUP BY state")
    assert states == [("succeeded", SCRIPTS)]
    doubled = query(
        folder,
        "SELECT task FROM attempts WHERE outcome = 'succeeded' GROUP BY task HAVING count(*) <> 1",
    )
    assert doubled == []


def test_sixty_scripts_run_once_though_the_engine_is_killed_ten_times(
    tmp_path: Path,
) -> None:
    survives(tmp_path, kills=10, seed=1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(20))
def test_scripts_run_once_though_the_engine_is_killed_again_and_again(tmp_path: Path, seed: int) -> None:
    survives(tmp_path, kills=25, seed=seed)


def test_a_script_that_outlives_its_engine_is_adopted_and_its_result_taken(
    tmp_path: Path,
) -> None:
    (tmp_path / "flow.toml").write_text("")
    (tmp_path / "slow.flow").write_text(
        "flow slow {\n"
        "    task a { out n: int; sh 'echo begun >> effects; read x < gate; echo n=7 >> $FLOW_OUT' }\n"
        '    task b { sh "echo b{{ a.n }} >> effects" }\n'
        "}\n"
    )
    os.mkfifo(tmp_path / "gate")
    process = start_flower(tmp_path, "run", "slow.flow", "--plain")
    with open(tmp_path / "gate", "w") as gate:  # opens when the script has
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
        resumed = start_flower(tmp_path, "run", "--resume", "slow-1", "--plain")
        gate.write("go\n")
    output, _ = resumed.communicate(timeout=30)
    assert resumed.returncode == 0, output
    assert effects(tmp_path) == Counter(["begun", "b7"])


def test_without_the_gate_no_script_runs_twice_though_some_are_in_doubt(tmp_path: Path) -> None:
    chance = random.Random(3)
    flow_of_scripts(tmp_path, SCRIPTS)
    (tmp_path / "flow.toml").write_text('[runner]\ngate = "off"\n')
    assert flowc(tmp_path, "deploy", "many.flow").returncode == 0
    assert flower(tmp_path, "register", "many").returncode == 0
    for _ in range(6):
        kill_after_output(tmp_path, chance.randrange(1, 12), "run", "--resume", "many-1", "--plain", "--jobs", "4")
    done = flower(tmp_path, "run", "--resume", "many-1", "--plain", "--jobs", "4")
    assert done.returncode in (0, 3), done.stdout + done.stderr
    counts = effects(tmp_path)
    assert set(counts.values()) == {1}
    states = query(tmp_path, "SELECT DISTINCT state, reason FROM tasks")
    assert set(states) <= {("succeeded", ""), ("suspended", "in doubt"), ("waiting", "")}
    finished = {task for (task,) in query(tmp_path, "SELECT task FROM tasks WHERE state = 'succeeded'")}
    assert finished <= set(counts)
