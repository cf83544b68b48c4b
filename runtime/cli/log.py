"""Attempts' logs: the last lines for the display, the whole for `flower logs`, without harm to the terminal."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from runtime.cli.display.styled import harmless
from runtime.secret import mask_bytes

_TAIL_BYTES = 16_384
_CHUNK_BYTES = 65_536
_UNSAFE = re.compile(
    r"\x1b(?!\[[0-9;]*m)(?:\[[0-9;?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|.)?"
    r"|[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
)


def tail(path: str | Path, lines: int) -> tuple[str, ...]:
    """The last lines that say something, at most `lines`; empty if there is no log to read."""
    try:
        with open(path, "rb") as file:
            size = file.seek(0, 2)
            file.seek(max(size - _TAIL_BYTES, 0))
            data = file.read()
    except OSError:
        return ()
    rows = data.decode("utf-8", "replace").split("\n")
    if size > _TAIL_BYTES:
        rows = rows[1:]
    shown = [harmless(row.rstrip().rpartition("\r")[2]) for row in rows if row.strip()]
    return tuple(shown[-lines:])


def read(path: str | Path, start: int = 0) -> Iterator[bytes]:
    """The log in pieces from a byte on; nothing if it was removed."""
    with suppress(FileNotFoundError), open(path, "rb") as file:
        file.seek(start)
        while data := file.read(_CHUNK_BYTES):
            yield data


def read_masked(path: str | Path, secrets: Sequence[str]) -> bytes:
    """A whole log without the values of secrets: while a script runs they may stand in its file."""
    return mask_bytes(b"".join(read(path)), secrets)


def for_terminal(data: bytes) -> str:
    """Text to show on a terminal: colours stay, sequences that move the cursor or set titles go."""
    return _UNSAFE.sub("", data.decode("utf-8", "replace"))
