"""Help without the names of Python's types: what a value looks like is said by its metavar and its sentence."""

from __future__ import annotations

import typer.core

_METHOD = "display_type_rich"


class Command(typer.core.TyperCommand):
    """A command whose help shows choices and metavars, but no `<bool>` or `<list[Path]>`."""

    def format_help(self, ctx: typer.Context, formatter: object) -> None:  # type: ignore[override]
        for param in self.get_params(ctx):
            shown = getattr(param, _METHOD, None)
            if shown is not None and (written := shown(ctx=ctx)) and _is_type(str(written)):
                setattr(param, _METHOD, lambda ctx: None)
        super().format_help(ctx, formatter)  # type: ignore[arg-type]


def _is_type(written: str) -> bool:
    return written.startswith("<") and "|" not in written
