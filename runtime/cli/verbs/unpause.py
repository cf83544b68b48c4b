"""`flower unpause`: let the schedules and triggers of a paused flow count again."""

from __future__ import annotations

from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def unpause(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A deployed flow with a schedule or a trigger.")],
    json: Json = False,
    db: Db = None,
) -> int:
    """Let the schedules and triggers of a paused flow count again, from now on."""
    from runtime.cli import as_json
    from runtime.cli.store import open_service

    with open_service(db) as service:
        changed = service.unpause(flow)
    if json:
        print(as_json.dumps({"flow": flow, "changed": changed}))
    else:
        print(f"{flow} runs by itself again" if changed else f"{flow} is not paused")
    return 0
