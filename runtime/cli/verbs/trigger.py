"""`flower trigger`: do by hand what a call of a webhook would do."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import Db, Json


def trigger(
    name: Annotated[str, typer.Argument(metavar="NAME", help="The name of a webhook.", show_default=False)],
    data: Annotated[
        str, typer.Option("--data", "-d", metavar="JSON", help="The event; - reads it.", show_default="null")
    ] = "null",
    key: Annotated[
        str | None, typer.Option("--key", metavar="KEY", help="The same key is the same call.", show_default=False)
    ] = None,
    json: Json = False,
    db: Db = None,
) -> int:
    """Call a webhook by hand, with an event of the type that it declares."""
    from runtime.cli import as_json
    from runtime.cli.store import open_service
    from runtime.service.webhooks import read_event

    event = read_event(sys.stdin.read() if data == "-" else data)
    with open_service(db) as service:
        fired = service.trigger(name, event, key)
    if json:
        print(as_json.dumps(fired))
    elif fired["run"] is not None:
        print(fired["run"])
    else:
        print(f"{fired['flow']}: {fired['outcome']}: {fired['message']}", file=sys.stderr)
    return 1 if fired["outcome"] == "refused" else 0
