"""Files and what they import, as trees: each is read and parsed once, what it imports before it."""

from __future__ import annotations

import posixpath
from collections.abc import Callable
from typing import Final

from flowc.diagnostics import Sink, codes
from flowc.diagnostics.data import code_of
from flowc.source import Source, Unreadable
from flowc.syntax import nodes
from flowc.syntax.parser import parse
from runtime.model.slotted import dataclass, field

Reader = Callable[[str], Source]
"""Reads the file at a path; raises Unreadable. A path is relative to where the paths of the sources are."""

MOST_FILES_DEEP: Final = 100


@dataclass(slots=True, eq=False)
class Loaded:
    """A file. `imports`: by the text that it names them with; those that could not be read are left out."""

    source: Source
    tree: nodes.File = field(default_factory=nodes.File)
    imports: dict[str, Loaded] = field(default_factory=dict)


class Files:
    """Loads files; the same path is the same file."""

    def __init__(self, sink: Sink, read: Reader | None) -> None:
        self._sink = sink
        self._read = read
        self._known: dict[str, Loaded] = {}
        self._under_way: list[str] = []

    def add(self, source: Source) -> Loaded:
        """A source that is at hand, with all that it imports."""
        path = posixpath.normpath(source.path)
        if path not in self._known:
            self._load(path, source)
        return self._known[path]

    def _load(self, path: str, source: Source) -> None:
        loaded = self._known[path] = Loaded(source)
        loaded.tree = parse(source, self._sink)
        self._under_way.append(path)
        for item in loaded.tree.items:
            if isinstance(item, nodes.FromImport | nodes.ModuleImport):
                self._import(loaded, path, item)
        self._under_way.pop()

    def _import(self, loaded: Loaded, path: str, item: nodes.FromImport | nodes.ModuleImport) -> None:
        text = item.file.plain
        if text is None or text == "" or "://" in text or posixpath.isabs(text):
            self._bad_path(loaded, item)
            return
        other = posixpath.normpath(posixpath.join(posixpath.dirname(path), text))
        if other in self._under_way:
            self._circle(loaded, other, item)
            return
        if len(self._under_way) >= MOST_FILES_DEEP:
            message = f"files import one another more than {MOST_FILES_DEEP} deep here"
            self._sink.error(codes.TOO_DEEP, loaded.source, item.file.span, message, help="put some of them together")
            return
        if other not in self._known:
            source = self._source(loaded, other, item)
            if source is None:
                return
            self._load(other, source)
        loaded.imports[text] = self._known[other]

    def _source(self, loaded: Loaded, path: str, item: nodes.FromImport | nodes.ModuleImport) -> Source | None:
        try:
            if self._read is None:
                raise Unreadable("missing", f"`{path}` cannot be read from here", "save both files and check them")
            return self._read(path)
        except Unreadable as problem:
            help = "the path is relative to the file that imports it" if problem.kind == "missing" else problem.help
            self._sink.error(code_of(problem), loaded.source, item.file.span, problem.message, help=help)
            return None

    def _bad_path(self, loaded: Loaded, item: nodes.FromImport | nodes.ModuleImport) -> None:
        self._sink.error(
            codes.BAD_IMPORT,
            loaded.source,
            item.file.span,
            "an import names a file by its path, relative to this file",
            help='write it like `"./lib/quality.flow"`; nothing in it can be computed or fetched',
        )

    def _circle(self, loaded: Loaded, other: str, item: nodes.FromImport | nodes.ModuleImport) -> None:
        path = [*self._under_way[self._under_way.index(other) :], other]
        self._sink.error(
            codes.RECURSION,
            loaded.source,
            item.file.span,
            f"files import one another in a circle: {' -> '.join(path)}",
            label="the circle closes here",
            help="move what both need into a third file",
        )
