"""The guide to own components: its files, put into an empty folder, run."""

from __future__ import annotations

import contextlib
import json
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs" / "components.md"


def block(language: str, number: int = 0) -> str:
    found = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return str(found[number])


def test_example_of_the_guide_runs(tmp_path: Path) -> None:
    for name, language in (("stock.py", "python"), ("flow.toml", "toml"), ("stock.flow", "flow")):
        (tmp_path / name).write_text(block(language), encoding="utf-8")
    flower = [sys.executable, "-c", "from runtime.cli import main; main()"]
    run = subprocess.run([*flower, "run", "stock.flow"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    status = subprocess.run([*flower, "status", "--json"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "2 in stock: pear, fig" in json.dumps(json.loads(status.stdout))


def test_transactional_example_of_the_guide_runs(tmp_path: Path) -> None:
    (tmp_path / "shop.py").write_text(block("python", 1), encoding="utf-8")
    (tmp_path / "flow.toml").write_text('[project]\ncomponents = ["shop.py"]\n')
    (tmp_path / "day.flow").write_text("flow day {\n    task booked = shop.book(order: 7, amount: 12.5)\n}\n")
    flower = [sys.executable, "-c", "from runtime.cli import main; main()"]
    run = subprocess.run([*flower, "run", "day.flow"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    with contextlib.closing(sqlite3.connect(tmp_path / ".flower/flower.db")) as store:
        assert store.execute("SELECT * FROM booking").fetchall() == [(7, 12.5)]
