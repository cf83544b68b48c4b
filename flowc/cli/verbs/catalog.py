"""`flowc catalog`: the components that flows of this folder may call."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def catalog(
    component: Annotated[
        str | None,
        typer.Argument(
            metavar="COMPONENT", help="One of them, such as http.get, with all it says.", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> int:
    """List the components that flows may call here: parameters, outputs, where each runs."""
    from flowc.cli.catalog_text import as_data, one_text, table
    from runtime.model.errors import NotFound
    from runtime.model.names import nearest
    from runtime.project import find_project
    from runtime.registry import catalog as catalog_of

    known = catalog_of(find_project(Path.cwd()))
    if component is not None and component not in known:
        raise NotFound(
            f"there is no component `{component}` here",
            nearest(component, list(known)) or "flowc catalog lists what there is",
        )
    chosen = [known[name] for name in sorted(known) if component in (None, name)]
    if json:
        from json import dumps

        print(dumps([as_data(signature) for signature in chosen], ensure_ascii=False, indent=2))
    else:
        print(table(chosen) if component is None else one_text(chosen[0]))
    return 0
