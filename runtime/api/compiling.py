"""From a `.flow` file to flows that can be deployed, with an exception where the compiler finds errors."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from runtime.model.definition import FlowDefinition
from runtime.model.errors import FlowerError, NotFound

if TYPE_CHECKING:
    from flowc.cli.compilation import Compilation
    from flowc.diagnostics import Diagnostic


class CompileError(FlowerError):
    """The compiler found errors; nothing was deployed. The message has them all, as `flowc check` shows them.

    `diagnostics`: the errors and warnings as data.
    """

    def __init__(self, message: str, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__(message)
        self.diagnostics = diagnostics


def compile_file(path: Path) -> Compilation:
    """What a file holds; CompileError with all that is wrong in it."""
    from flowc.cli.compilation import compile_paths
    from flowc.diagnostics.render import render

    if not path.is_file():
        raise NotFound(f"there is no file {path}", f"relative paths begin at {Path.cwd()}")
    compilation = compile_paths([path])
    if not compilation.good:
        shown = "\n\n".join(render(found, False) for found in compilation.diagnostics)
        raise CompileError(shown, compilation.diagnostics)
    return compilation


def choose_flow(flows: tuple[FlowDefinition, ...], path: Path, name: str | None) -> FlowDefinition:
    """The flow of a file that is meant; one of several must be named."""
    names = [flow.name for flow in flows]
    if name is None and len(flows) == 1:
        return flows[0]
    if name is None or name not in names:
        known = ", ".join(names) or "none"
        wanted = f"no flow `{name}`" if name is not None else f"{len(flows)} flows"
        raise NotFound(f"{path} has {wanted}", f"name one of its flows ({known}) as FILE.flow:NAME")
    return flows[names.index(name)]
