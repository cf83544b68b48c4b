"""What `flower suspend` and `flower resume` share: a run or a task of it, one request, what to type then."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal

from runtime.cli.selection import find_run, one_task

_DONE: Final = {"suspend": "is suspended: nothing more of it starts", "resume": "goes on"}


def change(verb: Literal["suspend", "resume"], words: Sequence[str], as_json: bool, db: str | None) -> int:
    """Asks for it, and tells what has become of the run; the exit code."""
    from runtime.cli.as_json import dumps
    from runtime.cli.decision import tell
    from runtime.cli.store import open_service

    with open_service(db) as service:
        run, names = find_run(words, service.reader)
        task = one_task(names, f"flower {verb} RUN TASK") if names else None
        paths = service.suspend(run.id, task) if verb == "suspend" else service.resume(run.id, task)
        if as_json:
            after = service.reader.run(str(run.id))
            print(dumps({"run": after.ref, "tasks": paths, "status": after.status.value, "held": after.held}))
        else:
            what = f"{run.ref}: {', '.join(paths)}" if task is not None else run.ref
            also = f" with {', '.join(paths)}" if paths and task is None else ""
            tell(service, run, f"{what} {_DONE[verb]}{also}", db)
    return 0
