"""`flower prune`: forget old runs."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json


def prune(
    older_than: Annotated[
        str, typer.Option("--older-than", metavar="DURATION", help="Forget runs that ended longer ago: 30d, 12h.")
    ],
    flow: Annotated[str | None, typer.Option("--flow", metavar="FLOW", help="Only runs of this flow.")] = None,
    keep: Annotated[
        int, typer.Option("--keep", metavar="N", min=0, help="Keep the newest N runs of each flow in any case.")
    ] = 1,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", metavar=NO_VALUE, help="Only tell which runs it would forget.")
    ] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Forget runs that ended long ago, with their logs and folders. Suspended runs are kept."""
    from runtime.cli import as_json
    from runtime.cli.store import open_service
    from runtime.model.errors import FlowerError
    from runtime.model.values import ValueProblem, parse_duration

    try:
        age = parse_duration(older_than)
    except ValueProblem as problem:
        raise FlowerError(f"--older-than: {problem}", "for instance: flower prune --older-than 30d") from None
    with open_service(db) as service:
        if flow is not None:
            service.reader.newest(flow)
        found = service.prune(age, flow, keep, dry_run=dry_run)
        refs = [service.reader.run(str(run_id)).ref for run_id in found] if dry_run and not json else []
    if json:
        print(as_json.dumps({"dry_run": dry_run, "runs": found}))
    elif not found:
        print("there is nothing to forget", file=sys.stderr)
    else:
        for ref in refs:
            print(ref)
        print(f"{'would forget' if dry_run else 'forgot'} {len(found)} run{'s' if len(found) != 1 else ''}")
    return 0
