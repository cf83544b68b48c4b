"""`flowc rows`: the definition rows of a file, as a table for people or as the exact rows."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def rows(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="A .flow file.")],
    json: Annotated[bool, typer.Option("--json", help="The exact rows, as they are deployed.")] = False,
) -> int:
    """Show what a file compiles to: one row a task, one an edge."""
    from flowc.cli.compilation import compile_paths
    from flowc.cli.telling import tell_problems

    compilation = compile_paths([file])
    tell_problems(compilation)
    if not compilation.good:
        return 2
    if json:
        from json import dumps

        from runtime.model.encode import flow_to_json

        print(dumps([flow_to_json(flow) for flow in compilation.flows], ensure_ascii=False, indent=2))
        return 0
    from flowc.cli.row_table import table_of

    print("\n\n".join(table_of(flow) for flow in compilation.flows))
    return 0
