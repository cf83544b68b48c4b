"""`flower top`: what goes on in the whole store, live."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json


def top(
    once: Annotated[bool, typer.Option("--once", metavar=NO_VALUE, help="Print it once, and leave.")] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Show what goes on in the store: runs, tasks under way, rates, pools, the queue. `q` leaves.

    Where the output is no terminal it is printed once.
    """
    from runtime.cli.display.frame import Size
    from runtime.cli.display.paint import glyphs_of, is_terminal, paint, size_of
    from runtime.cli.display.store_screen import Around, screen
    from runtime.cli.display.styled import Line
    from runtime.cli.store import engine_is_alive, open_service

    with open_service(db) as service:
        reader = service.reader
        if json:
            from runtime.cli.as_json import dumps, overview_json

            print(dumps(overview_json(reader.overview(time.time_ns() // 1000), alive=engine_is_alive(service))))
            return 0

        def lines(size: Size) -> list[Line]:
            around = Around(str(service.settings.db), engine_is_alive(service))
            return screen(reader.overview(time.time_ns() // 1000), around, size, glyphs_of(sys.stdout))

        if once or not (is_terminal() and sys.stdin.isatty()):
            paint(lines(Size(size_of(sys.stdout).width, None)), sys.stdout)
            return 0
        from runtime.cli.live_screen import show

        show(lines)
    return 0
