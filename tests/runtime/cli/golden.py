"""Comparing lines with a file beside the tests; FLOWER_GOLDEN=write writes the files anew, to be read in the diff."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from runtime.cli.display.styled import Line, plain

_WRITE = os.environ.get("FLOWER_GOLDEN") == "write"
_FOLDER = Path(__file__).parent / "golden"


def assert_golden(name: str, lines: Iterable[Line | str]) -> None:
    """The lines, without their colours, are those of `golden/NAME.txt`."""
    text = "".join((spans if isinstance(spans, str) else plain(spans)).rstrip() + "\n" for spans in lines)
    path = _FOLDER / f"{name}.txt"
    if _WRITE:
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")
