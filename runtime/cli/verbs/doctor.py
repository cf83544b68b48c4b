"""`flower doctor`: is the store healthy, and what is left lying about?"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from runtime.cli.options import NO_VALUE, Db, Json


def doctor(
    fix: Annotated[bool, typer.Option("--fix", metavar=NO_VALUE, help="Mend what is certain.")] = False,
    json: Json = False,
    db: Db = None,
) -> int:
    """Check the store: its file, its counts, who works on it, what is left over, space, permissions, versions.

    Exit codes: 0 healthy, 1 something is wrong, 2 there is no store.
    """
    from runtime.cli.as_json import dumps
    from runtime.cli.checkup import as_data, as_lines
    from runtime.cli.display.paint import glyphs_of, paint
    from runtime.cli.store import open_service
    from runtime.model.errors import StoreProblem

    with open_service(db) as service:
        if not service.files.db.exists():
            raise StoreProblem(f"there is no store at {service.files.db}", "name another one with --db")
        examiner = service.doctor()
        mended = examiner.mend() if fix else []
        found = examiner.examine()
    if json:
        print(dumps({"healthy": not any(each.wrong for each in found), **as_data(found, mended)}))
    else:
        paint(as_lines(found, mended, glyphs_of(sys.stdout)), sys.stdout)
    return 1 if any(each.wrong for each in found) else 0
