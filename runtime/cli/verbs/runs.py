"""`flower runs`: the latest runs, one a line."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def runs(
    flow: Annotated[
        str | None, typer.Argument(metavar="FLOW", help="Only runs of this flow.", show_default=False)
    ] = None,
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="How many to show.")] = 20,
    json: Json = False,
    db: Db = None,
) -> int:
    """List runs, the latest first."""
    from runtime.cli import as_json
    from runtime.cli.display.listing import runs_table
    from runtime.cli.display.paint import glyphs_of, paint, size_of
    from runtime.cli.store import open_service

    with open_service(db) as service:
        found = service.reader.runs(service.reader.flow(flow).name if flow else None, limit)
    if json:
        print(as_json.dumps([as_json.run_json(run) for run in found]))
    elif not found:
        print("no runs yet; start one: flower run FLOW", file=sys.stderr)
    else:
        now = time.time_ns() // 1000
        paint(runs_table(found, now, size_of(sys.stdout).width, glyphs_of(sys.stdout)), sys.stdout)
    return 0
