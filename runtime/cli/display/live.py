"""The live display: a frame that is painted anew in place."""

from __future__ import annotations

import sys
import termios
from collections.abc import Sequence
from typing import Any

from rich.console import Console
from rich.live import Live
from rich.text import Text

from runtime.cli.display.frame import frame
from runtime.cli.display.paint import COLOURS, glyphs_of, size_of
from runtime.cli.display.styled import Line
from runtime.cli.look import Look


class LiveDisplay:
    """Draws one run on standard output, which must be a terminal."""

    pause_seconds = 0.125

    def __init__(self, look: Look) -> None:
        self._look = look
        self._glyphs = glyphs_of(sys.stdout)
        console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
        self._live = Live(
            console=console, auto_refresh=False, vertical_overflow="crop", redirect_stdout=False, redirect_stderr=False
        )
        self._level = 0
        self._height: int | None = None
        self._notice = ""
        self._echo: list[Any] | None = None

    def start(self) -> None:
        self._echo = _quiet_interrupts()
        self._live.start()

    def show(self) -> None:
        """Paints the present state."""
        self._paint()

    def _paint(self, *, panel: bool = True) -> None:
        size = size_of(sys.stdout)
        if size.height != self._height:
            self._height, self._level = size.height, 0
        picture = self._look.picture()
        failure = self._look.failure(picture) if panel else None
        lines, self._level = frame(picture, size, self._glyphs, failure, self._notice, self._level)
        self._live.update(rich_text(lines), refresh=True)

    def notice(self, text: str) -> None:
        """A sentence under the tree, until the end."""
        self._notice = text

    def finish(self) -> None:
        """Leaves the last state on the screen; what failed is told by the summary that follows."""
        self._notice = ""
        try:
            self._paint(panel=False)
        finally:
            self._live.stop()
            if self._echo is not None:
                termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._echo)


def _quiet_interrupts() -> list[Any] | None:
    """Keeps the terminal from writing `^C` into the frame, which would move it; gives the modes to restore."""
    if not sys.stdin.isatty():
        return None
    before = termios.tcgetattr(sys.stdin)
    quiet = [*before]
    quiet[3] = before[3] & ~termios.ECHOCTL
    termios.tcsetattr(sys.stdin, termios.TCSADRAIN, quiet)
    return before


def rich_text(lines: Sequence[Line]) -> Text:
    """The lines as one text of rich."""
    text = Text(no_wrap=True, overflow="crop", end="")
    for index, spans in enumerate(lines):
        text.append("\n" if index else "")
        for span in spans:
            text.append(span.text, COLOURS.get(span.style, ""))
    return text
