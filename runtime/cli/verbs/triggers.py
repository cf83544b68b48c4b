"""`flower triggers`: what makes flows run when something happens."""

from __future__ import annotations

import sys
import time

from runtime.cli.options import Db, Json


def triggers(json: Json = False, db: Db = None) -> int:
    """List the triggers of deployed flows, with what came of the last event of each."""
    from runtime.cli import as_json
    from runtime.cli.display.paint import glyphs_of, paint, size_of
    from runtime.cli.display.trigger_list import trigger_json, triggers_table
    from runtime.cli.store import engine_is_alive, open_service

    with open_service(db) as service:
        reader = service.reader
        found = [(flow, trigger, reader) for flow in reader.triggers() for trigger in flow.triggers]
        alive = engine_is_alive(service)
        if json:
            print(as_json.dumps([trigger_json(*each) for each in found]))
        elif not found:
            print("no triggers yet; write one into a flow, `trigger after other_flow`, and deploy it", file=sys.stderr)
        else:
            cells, glyphs = size_of(sys.stdout).width, glyphs_of(sys.stdout)
            paint(triggers_table(found, time.time_ns() // 1000, cells, glyphs), sys.stdout)
            if not alive:
                print(
                    "nobody works on this store, so nothing is noticed; start a service: flower serve", file=sys.stderr
                )
    return 0
