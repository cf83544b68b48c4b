"""A live screen on a terminal: painted anew in place twice a second, until a key says to leave."""

from __future__ import annotations

import os
import select
import sys
import termios
import time
import tty
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Final

from runtime.cli.display.frame import Size
from runtime.cli.display.styled import Line

_PAUSE_SECONDS: Final = 0.5
_REST: Final = 10
"""A look that took t seconds is followed by a pause of at least ten times t."""
_LEAVE: Final = b"qQ\x03\x04\x1b"


def show(lines: Callable[[Size], Sequence[Line]]) -> None:
    """Shows what `lines` gives for the present size of the terminal, until `q`, Escape or Ctrl-C is typed."""
    from rich.console import Console
    from rich.live import Live

    from runtime.cli.display.live import rich_text
    from runtime.cli.display.paint import size_of

    console = Console(file=sys.stdout, highlight=False, soft_wrap=False)
    live = Live(
        console=console,
        screen=True,
        auto_refresh=False,
        vertical_overflow="crop",
        redirect_stdout=False,
        redirect_stderr=False,
    )
    with _keys() as wait, live:
        pause = 0.0
        while not wait(pause):
            began = time.monotonic()
            live.update(rich_text(lines(size_of(sys.stdout))), refresh=True)
            pause = max(_PAUSE_SECONDS, (time.monotonic() - began) * _REST)


@contextmanager
def _keys() -> Iterator[Callable[[float], bool]]:
    """Gives a function that waits so many seconds for a key, and says whether it is one that leaves."""
    terminal = sys.stdin.fileno()
    before = termios.tcgetattr(terminal)
    tty.setcbreak(terminal)

    def wait(seconds: float) -> bool:
        ready, _, _ = select.select([terminal], [], [], seconds)
        if not ready:
            return False
        typed = os.read(terminal, 64)
        return not typed or any(key in _LEAVE for key in typed)

    try:
        yield wait
    except KeyboardInterrupt:
        pass
    finally:
        termios.tcsetattr(terminal, termios.TCSADRAIN, before)
