"""Pairs of files in `tests/golden/compare` and what people are told of their difference.

FLOWER_GOLDEN=write writes the expected texts anew, to be read in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowc.cli.change_text import change_lines
from flowc.compare.flows import compare
from flowc.driver import Input, compile_inputs
from flowc.source import read
from runtime.model.definition import FlowDefinition
from runtime.registry import catalog

GOLDEN = Path(__file__).parents[2] / "golden" / "compare"
WRITE = os.environ.get("FLOWER_GOLDEN") == "write"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())


def flow(file: Path) -> FlowDefinition | None:
    if not file.is_file():
        return None
    compiled = compile_inputs([Input(read(file, shown=file.name), catalog(), "case.flow")])
    assert [found.message for found in compiled.diagnostics] == []
    return compiled.flows[0]


@pytest.mark.parametrize("case", CASES)
def test_difference_is_told_as_expected(case: str) -> None:
    after = flow(GOLDEN / case / "after.flow")
    assert after is not None
    told = "\n".join(line.text for line in change_lines(compare(flow(GOLDEN / case / "before.flow"), after))) + "\n"
    expected = GOLDEN / case / "expected.txt"
    if WRITE:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
