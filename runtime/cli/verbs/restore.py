"""`flower restore`: a backup in the place of the store."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json


def restore(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="A backup that `flower backup` made.")],
    force: Annotated[bool, typer.Option("--force", metavar=NO_VALUE, help="Move a store that is there aside.")] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Put a backup where the store is, or was. What was running when it was made is in doubt then."""
    from runtime.cli.as_json import dumps
    from runtime.cli.store import open_service, same_store

    with open_service(db) as service:
        aside = service.restore(folder, force=force)
        doubtful = service.reader.executing()
    if json:
        told = {"store": str(service.settings.db), "moved_to": str(aside) if aside else None}
        print(dumps({**told, "in_doubt": doubtful}))
        return 0
    print(f"{service.settings.db} is that of the backup")
    if aside is not None:
        print(f"the store that was there: {aside}")
    if doubtful:
        print(f"{doubtful} tasks were running when it was made; who works on their runs next decides, or asks a person")
    print(f"to see how it stands: flower runs {same_store(db)}".rstrip())
    return 0
