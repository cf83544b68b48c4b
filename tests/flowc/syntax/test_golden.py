"""Every folder of `tests/golden/syntax` is a file and what the parser says of it.

`FLOW_UPDATE_GOLDEN=1 pytest tests/flowc/syntax/test_golden.py` writes the expected texts anew; read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowc.diagnostics import Sink
from flowc.diagnostics.render import render_all
from flowc.source import read
from flowc.syntax.parser import parse

CASES = Path(__file__).parents[2] / "golden" / "syntax"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_mistakes_are_told_as_expected(case: str) -> None:
    folder, sink = CASES / case, Sink()
    parse(read(folder / "case.flow", "case.flow"), sink)
    told = render_all(sink.diagnostics(), sink.left_out)
    if os.environ.get("FLOW_UPDATE_GOLDEN"):
        (folder / "expected.txt").write_text(told, "utf-8")
    assert told == (folder / "expected.txt").read_text("utf-8")
