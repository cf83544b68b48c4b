"""`flower wake`: ask whoever works on the store to look at once."""

from __future__ import annotations

import sys

from runtime.cli.options import Db, Json


def wake(json: Json = False, db: Db = None) -> int:
    """Ask whoever works on the store to look now, for instance after an update in an SQL tool."""
    from runtime.cli.as_json import dumps
    from runtime.cli.store import open_service

    with open_service(db) as service:
        service.reader.last_event()  # without a store there is nobody to wake
        heard = service.wake()
    if json:
        print(dumps({"heard": heard}))
    elif not heard:
        print("nobody hears it: nobody works on the store, or it polls only", file=sys.stderr)
    return 0
