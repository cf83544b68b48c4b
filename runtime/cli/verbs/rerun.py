"""`flower rerun`: reset what failed, or the tasks named, and work on the run."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import Db, Jobs, Json, Plain


def rerun(
    words: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN [TASK...]", help="A run, and tasks of it; what failed in the latest.", show_default=False
        ),
    ] = None,
    jobs: Jobs = None,
    json: Json = False,
    plain: Plain = False,
    db: Db = None,
) -> int:
    """Run again what failed, and go on from there. What succeeded stays, unless it is named."""
    from runtime.cli.foreground import Manner, work_on
    from runtime.cli.selection import split_run
    from runtime.cli.store import open_service, same_store

    ref, names = split_run(words or [])
    with open_service(db, jobs) as service:
        found = service.reader.run(ref)
        reset = service.rerun(found.id, names)
        shown = ", ".join(reset[:5]) + (f" and {len(reset) - 5} more" if len(reset) > 5 else "")
        print(f"{found.ref}: runs again {shown}" if reset else f"{found.ref}: nothing failed", file=sys.stderr)
        return work_on(service, found.id, Manner(json, plain, same_store(db)))
