"""`flower prune` forgets what ended long ago, and nothing else."""

from __future__ import annotations

import json
import sqlite3

from tests.cli.shop import Shop

FLOW = """flow f {
    param ask: bool = false
    task a { sh "echo hello" }
}
"""


def runs(shop: Shop) -> list[str]:
    return [run["run"] for run in json.loads(shop.flower("runs", "--json").stdout)]


def test_old_runs_are_forgotten_with_their_folders_and_the_newest_stay(shop: Shop) -> None:
    shop.write("f.flow", FLOW)
    for _ in range(3):
        assert shop.flower("run", "f.flow").returncode == 0
    connection = sqlite3.connect(shop.folder / ".flower/flower.db")
    with connection:
        connection.execute("UPDATE flow_run SET ended_at = ended_at - 86400000000 WHERE id < 3")
    connection.close()
    assert shop.flower("prune", "--older-than", "1h", "--dry-run").stdout == "f-1\nf-2\nwould forget 2 runs\n"
    assert runs(shop) == ["f-3", "f-2", "f-1"]
    assert shop.flower("prune", "--older-than", "1h").stdout == "forgot 2 runs\n"
    assert runs(shop) == ["f-3"]
    assert [folder.name for folder in (shop.folder / ".flower/flower.db.d/runs").iterdir()] == ["3"]
    assert shop.flower("prune", "--older-than", "0s").stderr == "there is nothing to forget\n"
    assert shop.flower("prune", "--older-than", "soon").returncode == 2
