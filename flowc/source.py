"""Sources: the text of a `.flow` file and the places in it. The first stage; everything else reads text from here.

Lines and columns count from 1, columns in characters. Line ends are normalised to `\\n` when a file is read, a
byte order mark is dropped; neither changes a line or a column.
"""

from __future__ import annotations

import errno
from bisect import bisect_right
from pathlib import Path
from typing import Final, Literal

from runtime.model.slotted import dataclass, field

Span = tuple[int, int]
"""Start and end offset in a source, in characters, half open."""

MAX_SOURCE_BYTES: Final = 16 * 1024 * 1024


class Unreadable(Exception):
    """A file that gives no source; the message is a sentence for the person who named the file, `help` what to do."""

    def __init__(
        self,
        kind: Literal["missing", "folder", "denied", "size", "encoding"],
        message: str,
        help: str,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.help = help


@dataclass(frozen=True, slots=True, eq=False)
class Source:
    """A text with the name it is shown under."""

    path: str
    text: str
    _starts: list[int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        starts = [0]
        find, at = self.text.find, -1
        while (at := find("\n", at + 1)) >= 0:
            starts.append(at + 1)
        object.__setattr__(self, "_starts", starts)

    @property
    def lines(self) -> int:
        return len(self._starts)

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a character, both from 1. The end of the text counts as a character."""
        line = bisect_right(self._starts, max(0, min(offset, len(self.text))))
        return line, offset - self._starts[line - 1] + 1

    def line(self, offset: int) -> int:
        """The line of a character, from 1."""
        return self.position(offset)[0]

    def line_start(self, line: int) -> int:
        """The offset of a line's first character."""
        return self._starts[line - 1]

    def line_text(self, line: int) -> str:
        """A line without its end."""
        start = self._starts[line - 1]
        end = self._starts[line] - 1 if line < len(self._starts) else len(self.text)
        return self.text[start:end]


def read(path: Path, shown: str | None = None) -> Source:
    """The source of a file, shown under `shown` or its path as given. Raises Unreadable."""
    name = shown if shown is not None else str(path)
    try:
        if path.is_dir():
            raise Unreadable("folder", f"`{name}` is a folder", "name a .flow file in it")
        with path.open("rb") as file:
            data = file.read(MAX_SOURCE_BYTES + 1)
    except OSError as error:
        raise _unreadable(name, error) from None
    except ValueError:
        raise Unreadable("missing", f"{name!r} cannot be the name of a file", "name a .flow file") from None
    if len(data) > MAX_SOURCE_BYTES:
        bound = MAX_SOURCE_BYTES // (1024 * 1024)
        raise Unreadable(
            "size",
            f"`{name}` is larger than {bound} MiB",
            "split it into several flows, one file each",
        )
    return Source(name, decode(name, data))


def decode(name: str, data: bytes) -> str:
    """The text of the bytes of a file, called `name` to people. Raises Unreadable."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise Unreadable(
            "encoding",
            f"`{name}` is not UTF-8 text: byte {data[error.start]:#04x} on line {line}, byte {column}",
            "save the file as UTF-8",
        ) from None
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _unreadable(name: str, error: OSError) -> Unreadable:
    if isinstance(error, FileNotFoundError | NotADirectoryError) or error.errno == errno.ENAMETOOLONG:
        return Unreadable(
            "missing",
            f"there is no file `{name}`",
            "check the path and the folder you are in",
        )
    reason = (error.strerror or str(error)).lower()
    return Unreadable(
        "denied",
        f"`{name}` cannot be read: {reason}",
        "check the permissions of the file",
    )
