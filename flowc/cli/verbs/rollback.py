"""`flowc rollback`: an older version of a flow deployed again, as a new one."""

from __future__ import annotations

from typing import Annotated

import typer


def rollback(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A deployed flow.")],
    version: Annotated[
        int | None,
        typer.Argument(
            metavar="VERSION", help="The one to go back to; else the one before the newest.", show_default=False
        ),
    ] = None,
    db: Annotated[str | None, typer.Option("--db", metavar="PATH", help="The store.", show_default=False)] = None,
) -> int:
    """Deploy an older version of a flow again, as a new version. Runs under way keep theirs.

    The file is not touched: the next flowc deploy of it deploys what it says.
    """
    from flowc.cli.versions import roll_back

    print(roll_back(flow, version, db))
    return 0
