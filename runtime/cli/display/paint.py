"""Styled lines to a stream: ANSI colours where the stream is a terminal that wants them, plain text elsewhere."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from typing import TextIO

from runtime.cli.display.frame import Size
from runtime.cli.display.glyphs import Glyphs, glyphs_for
from runtime.cli.display.styled import Line, plain

COLOURS = {"good": "green", "bad": "red", "busy": "cyan", "warn": "yellow", "dim": "dim", "bold": "bold"}
"""What each role looks like, in the words of rich."""

_CODES = {"good": "32", "bad": "31", "busy": "36", "warn": "33", "dim": "2", "bold": "1"}


def wants_colour(stream: TextIO) -> bool:
    """A terminal, unless NO_COLOR or TERM=dumb says otherwise."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def paint(lines: Iterable[Line], stream: TextIO) -> None:
    """Writes the lines and flushes."""
    colour = wants_colour(stream)
    for spans in lines:
        stream.write((ansi(spans) if colour else plain(spans).rstrip()) + "\n")
    stream.flush()


def ansi(spans: Line) -> str:
    """The line with its colours as escape sequences."""
    return "".join(f"\x1b[{_CODES[s.style]}m{s.text}\x1b[0m" if s.style else s.text for s in spans)


def glyphs_of(stream: TextIO) -> Glyphs:
    return glyphs_for(stream.encoding)


def size_of(stream: TextIO) -> Size:
    """Of a terminal its size; of anything else a width to read and no bound on the height."""
    columns, rows = shutil.get_terminal_size((100, 40))
    return Size(columns, rows) if stream.isatty() else Size(max(columns, 100), None)


def is_terminal() -> bool:
    """Whether a live display can be shown on standard output."""
    return sys.stdout.isatty() and os.environ.get("TERM") not in (None, "", "dumb")
