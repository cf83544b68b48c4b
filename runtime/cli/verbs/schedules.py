"""`flower schedules`: what runs by itself, and when."""

from __future__ import annotations

import sys
import time

from runtime.cli.options import Db, Json


def schedules(json: Json = False, db: Db = None) -> int:
    """List the schedules of deployed flows, with their next times."""
    from runtime.cli import as_json
    from runtime.cli.display.paint import glyphs_of, paint, size_of
    from runtime.cli.display.schedule_list import schedules_table
    from runtime.cli.schedule_json import schedule_json
    from runtime.cli.store import engine_is_alive, open_service

    with open_service(db) as service:
        found = service.reader.schedules()
        alive = engine_is_alive(service)
        zone = service.settings.zone
    now = time.time_ns() // 1000
    if json:
        print(as_json.dumps([schedule_json(each, now, zone) for each in found]))
    elif not found:
        print("no schedules yet; write one into a flow, `schedule daily at 06:30`, and deploy it", file=sys.stderr)
    else:
        paint(schedules_table(found, now, zone, size_of(sys.stdout).width, glyphs_of(sys.stdout)), sys.stdout)
        if not alive:
            print(
                "nobody works on this store, so nothing runs by itself; start a service: flower serve", file=sys.stderr
            )
    return 0
