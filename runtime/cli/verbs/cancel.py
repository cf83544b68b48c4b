"""`flower cancel`: stop a run for good."""

from __future__ import annotations

from runtime.cli.options import Db, Json, RunRef


def cancel(run: RunRef = None, json: Json = False, db: Db = None) -> int:
    """Stop a run: nothing more of it starts, and what runs is ended."""
    from runtime.cli import as_json
    from runtime.cli.store import open_service

    with open_service(db) as service:
        found = service.reader.run(run)
        service.cancel(found.id)
        after = service.reader.run(str(found.id))
    print(as_json.dumps(as_json.run_json(after)) if json else f"{found.ref} is cancelled")
    return 0
