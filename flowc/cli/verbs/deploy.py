"""`flowc deploy`: check, and store what is good as new versions."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowc.cli.saved_plan import SavedPlan


def deploy(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="FILE…", help="Files, or folders with .flow files.", show_default=False),
    ] = None,
    db: Annotated[str | None, typer.Option("--db", metavar="PATH", help="The store.", show_default=False)] = None,
    take_over: Annotated[
        bool, typer.Option("--take-over", help="Replace flows of the same name that were deployed from other files.")
    ] = False,
    plan: Annotated[
        Path | None,
        typer.Option(
            "--plan", metavar="PLAN", help="Do what flowc plan -o PLAN has kept, or nothing.", show_default=False
        ),
    ] = None,
) -> int:
    """Check files and deploy their flows: all of them, or none if there is an error."""
    from flowc.cli.compilation import compile_paths
    from flowc.cli.deployment import deploy_all
    from flowc.cli.telling import tell_problems

    saved = _saved(plan, files or [])
    compilation = compile_paths(list(saved.files) if saved is not None else files or [])
    tell_problems(compilation)
    if not compilation.good:
        return 2
    if saved is not None:
        saved.check(compilation)
    for line in deploy_all(compilation, db, take_over, saved.expected if saved is not None else None):
        print(line)
    return 0


def _saved(plan: Path | None, files: list[Path]) -> SavedPlan | None:
    from runtime.model.errors import FlowerError

    if plan is None:
        if not files:
            raise FlowerError("nothing to deploy is named", "name files: flowc deploy FILE…, or a plan with --plan")
        return None
    if files:
        raise FlowerError("a plan names its files itself", f"leave them out: flowc deploy --plan {plan}")
    from flowc.cli.saved_plan import read_plan

    return read_plan(plan)
