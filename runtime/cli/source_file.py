"""`flower run FILE.flow`: the compiler, asked from the runner's side. Nothing else of the runner knows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runtime.cli.suggestion import nearest
from runtime.model.definition import FlowDefinition
from runtime.model.errors import FlowerError, NotFound


@dataclass(frozen=True, slots=True)
class CompiledFile:
    """The flows of a file and the project folder they belong to."""

    flows: tuple[FlowDefinition, ...]
    project: Path


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
        raise FlowerError(f"{path} has {len(flows)} flows: {', '.join(names)}", f"say which: {path}:{names[0]}")
    if wanted not in names:
        close = nearest(wanted, names)
        help = f"did you mean {path}:{close}?" if close else f"its flows: {', '.join(names)}"
        raise NotFound(f"{path} has no flow `{wanted}`", help)
    return flows[names.index(wanted)]


def compile_file(path: Path) -> CompiledFile:
    raise NotImplementedError
