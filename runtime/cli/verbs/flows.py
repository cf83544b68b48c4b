"""`flower flows`: what is deployed."""

from __future__ import annotations

import sys
import time

from runtime.cli.options import Db, Json


def flows(json: Json = False, db: Db = None) -> int:
    """List the deployed flows."""
    from runtime.cli import as_json
    from runtime.cli.display.listing import flows_table
    from runtime.cli.display.paint import glyphs_of, paint, size_of
    from runtime.cli.store import open_service

    with open_service(db) as service:
        found = service.reader.flows()
    if json:
        print(as_json.dumps([as_json.flow_json(flow) for flow in found]))
    elif not found:
        print("no flows yet; deploy one: flowc deploy FILE.flow", file=sys.stderr)
    else:
        now = time.time_ns() // 1000
        paint(flows_table(found, now, size_of(sys.stdout).width, glyphs_of(sys.stdout)), sys.stdout)
    return 0
