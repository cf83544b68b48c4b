"""The guide to own components: its files, put into an empty folder, run."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

GUIDE = Path(__file__).parents[3] / "docs" / "components.md"


def block(language: str) -> str:
    (found,) = re.findall(rf"^```{language}\n(.*?)^```$", GUIDE.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    return found


def test_example_of_the_guide_runs(tmp_path: Path) -> None:
    for name, language in (("stock.py", "python"), ("flow.toml", "toml"), ("stock.flow", "flow")):
        (tmp_path / name).write_text(block(language), encoding="utf-8")
    flower = [sys.executable, "-c", "from runtime.cli import main; main()"]
    run = subprocess.run([*flower, "run", "stock.flow"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stdout + run.stderr
    status = subprocess.run([*flower, "status", "--json"], cwd=tmp_path, capture_output=True, text=True, timeout=60)
    assert "2 in stock: pear, fig" in json.dumps(json.loads(status.stdout))
