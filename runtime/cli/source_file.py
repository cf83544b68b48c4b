"""`flower run FILE.flow`: the compiler, asked from the runner's side. Nothing else of the runner knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runtime.cli.suggestion import nearest
from runtime.model.definition import FlowDefinition
from runtime.model.errors import FlowerError, NotFound

if TYPE_CHECKING:
    from flowc.cli.compilation import Compilation


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """The flows of a file and the project folder they belong to. `also`: flows of other files that are deployed with
    them, since they start runs of those."""

    flows: tuple[FlowDefinition, ...]
    project: Path
    also: tuple[FlowDefinition, ...] = ()


class FileRefused(FlowerError):
    """The compiler found errors; they are told as `flowc check` tells them."""

    def __init__(self, compilation: Compilation) -> None:
        from flowc.cli.telling import summary

        super().__init__(summary(compilation))
        self.compilation = compilation

    def tell(self) -> None:
        """The diagnostics, to stderr."""
        from flowc.cli.telling import tell_problems

        tell_problems(self.compilation)

    def data(self) -> list[dict[str, Any]]:
        """The diagnostics for machines."""
        from flowc.diagnostics.json_form import to_json

        return [dict(to_json(found)) for found in self.compilation.diagnostics]


def is_file(name: str) -> bool:
    """Whether a person means a file and not a deployed flow: names of flows have neither dots nor slashes."""
    return ".flow" in name or "/" in name


def split_file(name: str) -> tuple[Path, str | None]:
    """`etl.flow:daily` is flow `daily` of the file `etl.flow`."""
    path, colon, flow = name.rpartition(":")
    return (Path(path), flow) if colon and path.endswith(".flow") else (Path(name), None)


def choose_flow(flows: Sequence[FlowDefinition], path: Path, wanted: str | None) -> FlowDefinition:
    """The flow that is meant; a file with several needs a name."""
    names = [flow.name for flow in flows]
    if wanted is None and len(flows) == 1:
        return flows[0]
    if not flows:
        raise NotFound(f"{path} has no flow to run", 'add one: flow hello { task greet { sh "echo hello" } }')
    if wanted is None:
        likely = path.stem if path.stem in names else names[-1]
        raise FlowerError(f"{path} has {len(flows)} flows: {', '.join(names)}", f"say which: {path}:{likely}")
    if wanted not in names:
        close = nearest(wanted, names)
        help = f"did you mean {path}:{close}?" if close else f"its flows: {', '.join(names)}"
        raise NotFound(f"{path} has no flow `{wanted}`", help)
    return flows[names.index(wanted)]


def near_file(name: str) -> str | None:
    """The .flow file in the folder of `name` that it names, or that was probably meant; None if there is none."""
    path = Path(name)
    try:
        known = [entry.name for entry in path.parent.iterdir() if entry.suffix == ".flow" and entry.is_file()]
    except OSError:
        return None
    found = path.name if path.name in known else nearest(path.name, known)
    return str(path.parent / found) if found else None


def compile_file(path: Path) -> CompiledFile:
    """The flows of a file; FileRefused with the compiler's diagnostics if there are errors, NotFound with the nearest
    name if there is no such file."""
    if not path.exists() and (meant := near_file(str(path))) is not None:
        raise NotFound(f"there is no file `{path}`", f"did you mean {meant}?")
    from flowc.cli.compilation import compile_paths

    compilation = compile_paths([path])
    if not compilation.good:
        raise FileRefused(compilation)
    return CompiledFile(compilation.flows, compilation.projects[0], compilation.also)
