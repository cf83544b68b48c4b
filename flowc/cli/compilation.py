"""From files on disk to compiled flows: finds files and their projects, reads them, hands them to the compiler.

`flower run FILE.flow` comes in here too.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from flowc.analysis.model import Flow
from flowc.cli.flow_files import flow_files
from flowc.diagnostics import Diagnostic, Sink, codes
from flowc.diagnostics.data import unreadable
from flowc.driver import FlowTest, Input, compile_inputs
from flowc.source import Source, Unreadable, read
from flowc.syntax import nodes
from runtime.model.definition import FlowDefinition
from runtime.model.errors import FlowerError
from runtime.model.signature import Signature
from runtime.model.slotted import dataclass
from runtime.project import find_folder


@dataclass(frozen=True, slots=True)
class Compilation:
    """What came of some files. `files`: each as it is named to people, with its flows; they are left out if there
    are errors in any. `projects`: the project folder of each file, in the same order. `resolved`: each source with its
    flows as analysed, if there are no errors. `tests`: those of each file, in the same order.
    `also`: flows of other files of which these start runs of their own.
    """

    files: tuple[tuple[str, tuple[FlowDefinition, ...]], ...]
    projects: tuple[Path, ...]
    diagnostics: tuple[Diagnostic, ...]
    left_out: int = 0
    resolved: tuple[tuple[Source, tuple[Flow, ...]], ...] = ()
    tests: tuple[tuple[FlowTest, ...], ...] = ()
    also: tuple[FlowDefinition, ...] = ()

    @property
    def deployable(self) -> tuple[FlowDefinition, ...]:
        """The flows of these files, and those of others of which they start runs of their own."""
        return (*self.flows, *self.also)

    @property
    def flows(self) -> tuple[FlowDefinition, ...]:
        return tuple(flow for _, flows in self.files for flow in flows)

    @property
    def good(self) -> bool:
        return not any(found.severity == "error" for found in self.diagnostics)


def compile_paths(paths: Sequence[Path], *, hints: bool = False, texts: Mapping[str, str] | None = None) -> Compilation:
    """Compiles files, and all `.flow` files in folders, together. Problems are diagnostics, never exceptions. `hints`:
    what may not be meant is told as well. `texts`: what files hold, by their paths, in place of what is on disk."""
    sink, texts = Sink(), texts or {}

    def source_of(file: str) -> Source:
        return Source(file, texts[file]) if file in texts else read(Path(file))

    sources, places = _read_all(paths, sink, source_of)
    catalogs: dict[Path, LazyCatalog] = {}
    inputs = []
    for source, place in zip(sources, places, strict=True):
        folder = project_folder(place)
        catalog = catalogs.setdefault(folder, LazyCatalog(folder))
        inputs.append(Input(source, catalog, place.relative_to(folder).as_posix()))
    compiled = compile_inputs(inputs, sink, source_of, hints=hints, lint=_lint if hints else None)
    problems = tuple(catalog.problem for catalog in catalogs.values() if catalog.problem is not None)
    flows = [()] * len(inputs) if problems or not compiled.by_input else compiled.by_input
    return Compilation(
        tuple((source.path, found) for source, found in zip(sources, flows, strict=True)),
        tuple(project_folder(place) for place in places),
        _with_broken_catalogs(compiled.diagnostics, problems),
        compiled.left_out,
        tuple(zip(sources, compiled.resolved, strict=False)),
        () if problems else compiled.tests,
        () if problems else compiled.also,
    )


def _lint(source: Source, tree: nodes.File, sink: Sink) -> None:
    """What programs of others find, where they are installed; loaded for files with hints only."""
    from flowc.cli.shellcheck import lint_scripts

    lint_scripts(source, tree, sink)


def project_folder(file: Path) -> Path:
    """The folder of the nearest `flow.toml` at or above an absolute file, else the file's folder."""
    return find_folder(file.parent) or file.parent


class LazyCatalog(Mapping[str, Signature]):
    """The components of a project, loaded when a file first calls one. `problem`: why they could not be."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._loaded: Mapping[str, Signature] | None = None
        self.problem: Diagnostic | None = None

    def __getitem__(self, name: str) -> Signature:
        return self._load()[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._load())

    def __len__(self) -> int:
        return len(self._load())

    def _load(self) -> Mapping[str, Signature]:
        if self._loaded is None:
            from runtime.project import find_project
            from runtime.registry import catalog

            try:
                self._loaded = catalog(find_project(self._folder))
            except FlowerError as problem:
                file = str(self._folder / "flow.toml")
                self.problem = Diagnostic(
                    codes.BROKEN_COMPONENTS, "error", str(problem), help=problem.help or "", file=file
                )
                self._loaded = {}
        return self._loaded


def _with_broken_catalogs(
    diagnostics: tuple[Diagnostic, ...], problems: tuple[Diagnostic, ...]
) -> tuple[Diagnostic, ...]:
    """Where components could not be loaded, that is the problem, and not that a flow calls them."""
    if not problems:
        return diagnostics
    return problems + tuple(found for found in diagnostics if found.code is not codes.UNKNOWN_COMPONENT)


def _read_all(paths: Sequence[Path], sink: Sink, source_of: Callable[[str], Source]) -> tuple[list[Source], list[Path]]:
    sources: list[Source] = []
    places: list[Path] = []
    for path in paths:
        for file in flow_files(path, sink):
            place = Path(os.path.abspath(file))
            if place in places:
                continue
            try:
                sources.append(source_of(str(file)))
            except Unreadable as problem:
                sink.report(unreadable(str(file), problem))
                continue
            places.append(place)
    return sources, places
