"""How progress of a run is shown: live on a terminal, as lines in a pipe, as lines on stderr beside `--json`."""

from __future__ import annotations

import sys
from typing import Protocol, TextIO

from runtime.cli.display.paint import is_terminal
from runtime.cli.display.plain import PlainProgress
from runtime.cli.look import Look


class Display(Protocol):
    """Shows one run from its start to its rest. `pause_seconds`: the least time between two looks."""

    pause_seconds: float

    def start(self) -> None: ...
    def show(self) -> None: ...
    def notice(self, text: str) -> None: ...
    def finish(self) -> None: ...


class LineDisplay:
    """Plain lines to a stream. If nobody reads them any more, the run goes on in silence."""

    pause_seconds = 0.2

    def __init__(self, look: Look, stream: TextIO) -> None:
        self._look = look
        self._stream: TextIO | None = stream
        self._progress = PlainProgress()

    def start(self) -> None:
        picture = self._look.picture()
        if picture.run.started_at is not None:
            self._progress.skip(picture, self._look.attempts())

    def show(self) -> None:
        lines = self._progress.lines(self._look.picture(), self._look.attempts())
        if lines:
            self._write("\n".join(lines))

    def notice(self, text: str) -> None:
        self._write(text)

    def finish(self) -> None:
        self.show()

    def _write(self, text: str) -> None:
        if self._stream is None:
            return
        try:
            print(text, file=self._stream, flush=True)
        except BrokenPipeError:
            self._stream = None


def display_for(look: Look, *, plain: bool, as_json: bool) -> Display:
    """The display that fits where the output goes."""
    if as_json:
        return LineDisplay(look, sys.stderr)
    if plain or not is_terminal():
        return LineDisplay(look, sys.stdout)
    from runtime.cli.display.live import LiveDisplay

    return LiveDisplay(look)
