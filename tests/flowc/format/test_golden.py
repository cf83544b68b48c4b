"""Every folder of `tests/golden/format` is a file before and after.

`FLOW_UPDATE_GOLDEN=1 pytest tests/flowc/format/test_golden.py` writes the files after anew; read the diff.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from flowc.format.formatter import formatted
from flowc.source import read

CASES = Path(__file__).parents[2] / "golden" / "format"


@pytest.mark.parametrize("case", sorted(path.name for path in CASES.iterdir()))
def test_is_spelled_as_expected(case: str) -> None:
    after = CASES / case / "after.flow"
    text = formatted(read(CASES / case / "before.flow")).text
    if os.environ.get("FLOW_UPDATE_GOLDEN"):
        after.write_text(text, "utf-8")
    assert text == after.read_text("utf-8")
