"""Messages in colour where a person reads them."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator
from typing import Final, TextIO

_CONTROL: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_CODES: Final = {"added": "32", "removed": "31", "changed": "33", "faint": "2", "name": "1"}


def colored(stream: TextIO) -> bool:
    """Whether to write colours: a terminal that can show them, and nobody who asked for none."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def message(text: str, help: str | None = None) -> str:
    """`error: …` and `help: …`, for stderr."""
    red, cyan, bold, off = ("\x1b[1;31m", "\x1b[1;36m", "\x1b[1m", "\x1b[0m") if colored(sys.stderr) else ("",) * 4
    lines = [f"{red}error{off}{bold}: {text}{off}"]
    return "\n".join([*lines, f"{cyan}help{off}: {help}"] if help else lines)


def painted(lines: Iterable[tuple[str, str]], stream: TextIO) -> Iterator[str]:
    """Texts of lines (text and style) as they are to be printed on the stream."""
    colour = colored(stream)
    for text, style in lines:
        shown = _showable(_CONTROL.sub("", text), stream)
        code = _CODES.get(style) if colour and shown else None
        yield f"\x1b[{code}m{shown}\x1b[0m" if code else shown


def _showable(text: str, stream: TextIO) -> str:
    """The text in characters that the stream can show."""
    encoding = stream.encoding or "ascii"
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return text.replace("→", "->").replace("…", "...").encode(encoding, "replace").decode(encoding)
    return text
