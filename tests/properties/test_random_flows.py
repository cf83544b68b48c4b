"""Large flows of any shape through compiler, store, engine and executor: the recorded history is right."""

from __future__ import annotations

import random
import sqlite3
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flowc.cli.compilation import compile_paths
from runtime.model.state import RunStatus
from runtime.service import Service
from runtime.settings import find_settings

TASKS = 1_000


def predecessors(seed: int, reach: int, most: int) -> list[list[int]]:
    """For each task the earlier ones that it waits for: up to `most` of the `reach` before it."""
    chance = random.Random(seed)
    return [
        sorted(chance.sample(range(max(0, n - reach), n), min(chance.randint(0, most), n, reach))) for n in range(TASKS)
    ]


def flow_text(needs: list[list[int]]) -> str:
    """Half of the edges are references to data, half of them `after`; the tasks stand in any order in the file."""
    lines = []
    for n, before in enumerate(needs):
        data = [p for p in before if p % 2]
        order = [p for p in before if not p % 2]
        text = f"t{n}" + "".join(f" {{{{ t{p}.text }}}}" for p in data)
        after = f" {{ after {', '.join(f't{p}' for p in order)} }}" if order else ""
        lines.append(f'    task t{n} = note(text: "{text}"){after}')
    random.Random(0).shuffle(lines)
    return "flow large {\n" + "\n".join(lines) + "\n}\n"


@settings(max_examples=3, deadline=None)
@given(
    seed=st.integers(0, 2**32), reach=st.sampled_from([3, 40, TASKS]), most=st.integers(1, 5), jobs=st.integers(1, 8)
)
def test_a_flow_of_a_thousand_tasks_runs_each_once_and_after_its_predecessors(
    tmp_path_factory: pytest.TempPathFactory, seed: int, reach: int, most: int, jobs: int
) -> None:
    folder: Path = tmp_path_factory.mktemp("large")
    (folder / "flow.toml").write_text('[project]\ncomponents = ["notes.py"]\n')
    (folder / "notes.py").write_text(
        "from typing import TypedDict\n"
        "from runtime.component import component\n"
        "class Noted(TypedDict):\n    text: str\n"
        '@component(name="note")\n'
        "def note(text: str) -> Noted:\n    return {'text': text[:8]}\n"
    )
    needs = predecessors(seed, reach, most)
    (folder / "large.flow").write_text(flow_text(needs))
    compiled = compile_paths([folder / "large.flow"])
    assert compiled.good, compiled.diagnostics[:3]
    with Service(find_settings(None, folder)) as service:
        service.deploy(compiled.flows, folder)
        run = service.register("large")
        assert service.work(run.id, jobs).wait(100) is RunStatus.SUCCEEDED
    check_history(folder / ".flower" / "flower.db", needs)


def check_history(db: Path, needs: list[list[int]]) -> None:
    connection = sqlite3.connect(f"file:{db}?mode=ro", uri=True)
    rows = connection.execute(
        "SELECT t.path, a.outcome, a.started_at, a.ended_at FROM task_attempt AS a JOIN task_run AS t"
        " ON t.id = a.task_run_id"
    ).fetchall()
    connection.close()
    assert len(rows) == TASKS
    assert {row[1] for row in rows} == {"succeeded"}
    started = {row[0]: row[2] for row in rows}
    ended = {row[0]: row[3] for row in rows}
    assert len(started) == TASKS
    late = [(p, n) for n, before in enumerate(needs) for p in before if started[f"t{n}"] < ended[f"t{p}"]]
    assert late == []
