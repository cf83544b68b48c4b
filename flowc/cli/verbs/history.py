"""`flowc history`: the versions of a flow."""

from __future__ import annotations

from typing import Annotated

import typer


def history(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A deployed flow.")],
    limit: Annotated[int, typer.Option("--limit", "-n", metavar="N", min=1, help="The newest N versions.")] = 20,
    json: Annotated[bool, typer.Option("--json", help="The versions as JSON.")] = False,
    db: Annotated[str | None, typer.Option("--db", metavar="PATH", help="The store.", show_default=False)] = None,
) -> int:
    """List the versions of a flow, newest first: when, from which file, what was new, who runs it.

    flowc diff FLOW 3 shows what differs since version 3; flowc rollback FLOW 3 deploys it again.
    """
    import sys

    from flowc.cli.paint import painted
    from flowc.cli.versions import history_json, history_lines, read_history

    entries = read_history(flow, limit, db)
    if json:
        from json import dumps

        print(dumps([history_json(entry) for entry in entries], ensure_ascii=False, indent=2))
    else:
        for text in painted(history_lines(entries), sys.stdout):
            print(text)
    return 0
