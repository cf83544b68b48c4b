"""`flowc diff`: two deployed versions of a flow compared."""

from __future__ import annotations

from typing import Annotated

import typer


def diff(
    flow: Annotated[str, typer.Argument(metavar="FLOW", help="A deployed flow.")],
    before: Annotated[
        int | None,
        typer.Argument(metavar="FROM", help="A version; else the one before the newest.", show_default=False),
    ] = None,
    after: Annotated[
        int | None, typer.Argument(metavar="TO", help="A version; else the newest.", show_default=False)
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="What differs as JSON.")] = False,
    exit_code: Annotated[bool, typer.Option("--exit-code", help="Exit with 3 if the two differ.")] = False,
    db: Annotated[str | None, typer.Option("--db", metavar="PATH", help="The store.", show_default=False)] = None,
) -> int:
    """Show what differs between two deployed versions of a flow.

    flowc diff etl          the newest version and the one before it

    flowc diff etl 3        version 3 and the newest

    flowc diff etl 3 5      version 3 and version 5
    """
    import sys

    from flowc.cli.paint import painted
    from flowc.cli.versions import compare_versions, comparison_json, comparison_lines

    found = compare_versions(flow, before, after, db)
    if json:
        from json import dumps

        print(dumps(comparison_json(found), ensure_ascii=False, indent=2))
    else:
        for text in painted(comparison_lines(found), sys.stdout):
            print(text)
    return 3 if exit_code and found.change.sort != "unchanged" else 0
