"""`flowc plan`: what a deploy would change."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from flowc.cli.planning import Plan


def plan(
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Files, or folders with .flow files.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", metavar="FILE", help="Keep the plan, for flowc deploy --plan.", show_default=False
        ),
    ] = None,
    json: Annotated[bool, typer.Option("--json", help="The plan as JSON.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 if a deploy would change something.")
    ] = False,
    db: Annotated[str | None, typer.Option("--db", metavar="PATH", help="The store.", show_default=False)] = None,
) -> int:
    """Show what a deploy would change, and change nothing.

    flowc plan etl.flow                 flows, tasks, arguments, edges

    flowc plan etl.flow -o plan.json    and keep it for flowc deploy
    """
    from flowc.cli.compilation import compile_paths
    from flowc.cli.planning import plan_deploy
    from flowc.cli.telling import tell_problems

    compilation = compile_paths(files)
    tell_problems(compilation)
    if not compilation.good:
        return 2
    planned = plan_deploy(compilation, files, db)
    if output is not None:
        from flowc.cli.saved_plan import save

        save(planned, output)
    if json:
        from json import dumps

        from flowc.cli.saved_plan import plan_to_json

        print(dumps(plan_to_json(planned), ensure_ascii=False, indent=2))
    else:
        _tell(planned, files, output, db)
    return 3 if exit_code and planned.changes else 0


def _tell(planned: Plan, files: list[Path], output: Path | None, db: str | None) -> None:
    import shlex
    import sys

    from flowc.cli.paint import painted
    from flowc.cli.plan_text import plan_lines

    what = ["--plan", str(output)] if output is not None else list(map(str, files))
    command = shlex.join(["flowc", "deploy", *what, *(["--db", db] if db else [])])
    for text in painted(plan_lines(planned, command), sys.stdout):
        print(text)
