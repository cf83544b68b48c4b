"""The tables of outcomes are true: every cell of them is a task of a run."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "language" / "outcomes.md"
FLOWER = Path(sys.executable).parent / "flower"

DECLARED = {
    "succeeds": 'task {x} {{ sh "true" }}',
    "fails": 'task {x} {{ sh "exit 1" }}',
    "fails, with `allow_failure`": 'task {x} {{ allow_failure; sh "exit 1" }}',
    "is skipped": "task {x} {{ when off }}",
    "is blocked": 'task {x}_cause {{ sh "exit 1" }}\ntask {x} {{ after {x}_cause }}',
    "is a group with a failed member": 'parallel {x} {{ task a {{ sh "exit 1" }}; task b }}',
    "is such a group with `allow_failure`": 'parallel {x} {{ allow_failure; task a {{ sh "exit 1" }}; task b }}',
    "is a group whose members are all skipped": "parallel {x} {{ task a {{ when off }} }}",
    "is a group that is skipped": "parallel {x} {{ when off; task a }}",
    "is a map without items": "parallel {x} for n in range(0) {{ task a }}",
    "is a map that lost an item": 'parallel {x} for n in range(3) {{ task a {{ sh "test {{{{ n }}}} != 1" }} }}',
    "is such a map with `allow_failures 1`": (
        'parallel {x} for n in range(3) {{ allow_failures 1; task a {{ sh "test {{{{ n }}}} != 1" }} }}'
    ),
}
SHOWN = {"succeeded": "runs", "skipped": "skipped", "waiting": "waits"}


def tables() -> Iterator[list[list[str]]]:
    """The tables whose first column is about `x`: their rows of cells, the heading first."""
    rows: list[list[str]] = []
    for line in [*PAGE.read_text(encoding="utf-8").splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        else:
            if rows and rows[0][0] == "`x`":
                yield [rows[0], *rows[2:]]
            rows = []


def flow_of(heading: list[str], rows: list[list[str]]) -> str:
    """A flow with one task for each cell."""
    named = sum(cell in ("`x`", "`y`") for cell in heading)
    lines = ["param off: bool = false"]
    for number, row in enumerate(rows):
        hooks = [
            f"{event.strip('`')} {{ task cell_{number}_{column} }}"
            for column, event in enumerate(heading[named:])
            if event.startswith("`on ")
        ]
        for name, ending in zip("xy"[:named], row[:named], strict=True):
            declared = DECLARED[ending].format(x=f"{name}{number}")
            lines.append(declared.removesuffix("}") + "".join(f"\n{hook}" for hook in hooks) + "}")
        for column, asks in enumerate(heading[named:] if not hooks else ()):
            asked = asks.strip("`").replace("x", f"x{number}").replace("y", f"y{number}")
            lines.append(f"task cell_{number}_{column} {{ {asked} }}")
    return "flow table {\n" + "\n".join(lines) + "\n}\n"


def states(folder: Path, text: str) -> dict[str, str]:
    (folder / "table.flow").write_text(text, encoding="utf-8")
    subprocess.run([FLOWER, "run", "table.flow"], cwd=folder, capture_output=True, check=False, timeout=110)
    told = subprocess.run(
        [FLOWER, "status", "--json"], cwd=folder, capture_output=True, text=True, check=False, timeout=60
    )
    return {task["task"].rpartition("/")[2]: task["state"] for task in json.loads(told.stdout)["tasks"]}


@pytest.mark.parametrize("table", list(tables()), ids=lambda table: f"{len(table) - 1} rows")
def test_every_cell_is_what_happens(table: list[list[str]], tmp_path: Path) -> None:
    heading, *rows = table
    found = states(tmp_path, flow_of(heading, rows))
    named = len(heading) - 1 if heading[1] != "`y`" else len(heading) - 2
    for number, row in enumerate(rows):
        happened = [SHOWN[found[f"cell_{number}_{column}"]] for column in range(named)]
        assert happened == row[-named:], row


def test_there_are_three_tables() -> None:
    assert [len(table) > 8 for table in tables()] == [True, True, True]
