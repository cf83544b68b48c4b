"""`flowc catalog`: what may be called here."""

from __future__ import annotations

import json
from pathlib import Path

from tests.flowc.cli.commands import flowc, write

STEPS = '''
from typing import Annotated

from runtime.component import Statements, component


@component(runs="process", idempotent=True)
def count(file: str, at_least: Annotated[int, "Fewer do not count."] = 1) -> int:
    """Count what is in stock.

    Slowly.
    """
    return 1


@component(transactional=True)
def book(order: int, statements: Statements) -> None: ...


@component
async def fetch(url: str) -> str:
    return ""
'''


def project(folder: Path) -> Path:
    write(folder, "flow.toml", '[project]\ncomponents = ["steps.py"]\n')
    write(folder, "steps.py", STEPS)
    return folder


def test_components_are_listed_with_what_they_declare(tmp_path: Path) -> None:
    listed = flowc("catalog", cwd=project(tmp_path))
    assert (listed.code, listed.err) == (0, "")
    assert (
        "steps.count(file: str, at_least: int = 1) -> result: int  [process, idempotent]\n    Count what is in stock.\n"
    ) in listed.out
    assert "steps.book(order: int)  [transactional]\n" in listed.out
    assert "steps.fetch(url: str) -> result: str  [coroutine]\n" in listed.out
    assert "files.glob(" in listed.out


def test_one_component_tells_all(tmp_path: Path) -> None:
    told = flowc("catalog", "steps.count", cwd=project(tmp_path))
    assert told.out.endswith("    at_least: Fewer do not count.\n\nCount what is in stock.\n\nSlowly.\n")


def test_data_for_machines(tmp_path: Path) -> None:
    (datum,) = json.loads(flowc("catalog", "steps.book", "--json", cwd=project(tmp_path)).out)
    assert (datum["runs"], datum["transactional"], datum["outputs"]) == ("thread", True, [])


def test_unknown_component_is_told_with_a_near_one(tmp_path: Path) -> None:
    refused = flowc("catalog", "steps.cuont", cwd=project(tmp_path))
    assert refused.code == 2
    assert "there is no component `steps.cuont` here" in refused.err
    assert "steps.count" in refused.err
