"""`flower pause`: let a flow make no runs by itself for a while."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def pause(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A deployed flow with a schedule or a trigger.")],
    json: Json = False,
    db: Db = None,
) -> int:
    """Make no runs of a flow by its schedules and triggers until it is unpaused; runs under way go on."""
    from runtime.cli import as_json
    from runtime.cli.store import open_service

    with open_service(db) as service:
        changed = service.pause(flow)
    if json:
        print(as_json.dumps({"flow": flow, "changed": changed}))
    else:
        print(f"{flow} is paused; flower unpause {flow} lets it go on" if changed else f"{flow} is paused already")
    return 0
