"""From a tree and the files that it imports to a module: what every name of the file stands for."""

from __future__ import annotations

from typing import Final

from flowc.analysis.declared_types import DeclaredTypes
from flowc.analysis.model import Catalog
from flowc.analysis.module import Definition, Imports, Module
from flowc.analysis.report import Report, did_you_mean
from flowc.analysis.scope import Let
from flowc.diagnostics import Label, codes
from flowc.source import Span
from flowc.syntax import nodes
from runtime.model.slotted import replace

_KINDS: Final = {
    nodes.FlowDecl: "flow",
    nodes.TaskDecl: "task",
    nodes.PoolDecl: "pool",
    nodes.LetDecl: "let",
    nodes.TypeDecl: "type",
    nodes.EnumDecl: "type",
}


def module_of(file: nodes.File, report: Report, catalog: Catalog, imports: Imports) -> Module:
    """The module of a file. Doubles and names that an imported file has not are reported."""
    module = Module(file, report, catalog, DeclaredTypes(report))
    names = _Names(module)
    for item in file.items:
        if isinstance(item, nodes.FromImport):
            names.bring(item, imports)
        elif isinstance(item, nodes.ModuleImport):
            names.bring_all(item, imports)
    names.declare()
    module.types.declare(file.items)
    return module


class _Names:
    def __init__(self, module: Module) -> None:
        self._module = module
        self._report = module.report
        self._taken: dict[str, Span] = {}

    def _free(self, name: nodes.Name) -> bool:
        first = self._taken.setdefault(name.text, name.span)
        if first is name.span:
            return True
        self._report.error(
            codes.DUPLICATE_NAME,
            name.span,
            f"the name `{name.text}` is defined twice in this file",
            label="defined again here",
            labels=[Label(first, "first defined here")],
            help="give one of them another name",
        )
        return False

    def declare(self) -> None:
        """What the file declares itself. Types have their own check of doubles among themselves."""
        for item in self._module.tree.items:
            if isinstance(item, nodes.FlowDecl | nodes.TaskDecl | nodes.PoolDecl) and self._free(item.name):
                self._module.definitions[item.name.text] = Definition(self._module, item)
            elif isinstance(item, nodes.LetDecl) and self._free(item.name):
                self._module.lets[item.name.text] = Let(item.name, item.value, None)
            elif isinstance(item, nodes.TypeDecl | nodes.EnumDecl) and item.name.text in self._taken:
                self._free(item.name)

    def bring_all(self, item: nodes.ModuleImport, imports: Imports) -> None:
        other = imports.get(item.file.plain or "")
        if other is None:
            self._report.lose(item.alias.text)
        elif self._free(item.alias):
            self._module.modules[item.alias.text] = other
            self._module.types.modules[item.alias.text] = other.types

    def bring(self, item: nodes.FromImport, imports: Imports) -> None:
        other = imports.get(item.file.plain or "")
        for imported in item.names:
            if other is None:
                self._report.lose(imported.local.text)
            elif self._free(imported.local):
                self._bring(imported, other)

    def _bring(self, imported: nodes.Imported, other: Module) -> None:
        name, local, mine = imported.name.text, imported.local.text, self._module
        kind = other.types.own(name)
        definition, let = other.definitions.get(name), other.lets.get(name)
        if kind is not None:
            mine.types.bring(local, kind)
        elif definition is not None and definition.module is other:
            mine.definitions[local] = definition
        elif let is not None and let.checker is None:
            mine.lets[local] = replace(let, name=nodes.Name(local, imported.local.span), checker=other.checker())
        else:
            self._report.lose(local)
            self._missing(imported.name, other)

    def _missing(self, name: nodes.Name, other: Module) -> None:
        if other.report.may_be_lost(name.text):
            return
        known = [item.name.text for item in other.tree.items if isinstance(item, tuple(_KINDS))]  # type: ignore[union-attr]
        help, fixes = did_you_mean(name.text, known, name.span)
        self._report.error(
            codes.UNKNOWN_NAME,
            name.span,
            f"`{other.source.path}` declares nothing called `{name.text}`",
            label="not found",
            help=help or (f"it declares {', '.join(known[:8])}" if known else "it declares nothing"),
            fixes=fixes,
        )
