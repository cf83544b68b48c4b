"""Every mistake of `tests/golden/check`: a folder with `case.flow` and the exact text that people get.

FLOWER_GOLDEN=write writes the expected texts anew, to be read in the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowc.diagnostics.render import render
from flowc.driver import Input, compile_inputs
from flowc.source import read
from runtime.registry import catalog

GOLDEN = Path(__file__).parents[2] / "golden" / "check"
WRITE = os.environ.get("FLOWER_GOLDEN") == "write"
CASES = sorted(folder.name for folder in GOLDEN.iterdir())


@pytest.mark.parametrize("case", CASES)
def test_mistake_is_told_as_expected(case: str) -> None:
    source = read(GOLDEN / case / "case.flow", shown="case.flow")
    given = [Input(source, catalog(), "case.flow")]
    compiled = compile_inputs(given, read=lambda path: read(GOLDEN / case / path, shown=path))
    told = "\n\n".join(render(found) for found in compiled.diagnostics) + "\n"
    expected = GOLDEN / case / "expected.txt"
    if WRITE:
        expected.write_text(told, encoding="utf-8")
    assert told == expected.read_text(encoding="utf-8")
    assert not compiled.good
