"""A file as others see it: the types, values, tasks, flows and pools that it declares or imports."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from flowc.analysis.declared_types import DeclaredTypes
from flowc.analysis.expressions import Expressions
from flowc.analysis.model import Catalog, Flow, Pool
from flowc.analysis.report import Report
from flowc.analysis.scope import Let, Names
from flowc.syntax import nodes
from runtime.model.signature import ParameterSignature, Signature
from runtime.model.slotted import dataclass, field

if TYPE_CHECKING:
    from flowc.source import Source

Declaration = nodes.FlowDecl | nodes.TaskDecl | nodes.PoolDecl


@dataclass(slots=True, eq=False)
class Definition:
    """A flow, a task outside of a flow or a pool, and the file that declares it. `broken`: it has errors of its own,
    so uses of it are not looked into. `pool`: what a pool says, once that has been
    checked. `flow`: what a flow has become, once it has been looked into."""

    module: Module
    decl: Declaration
    broken: bool = False
    pool: Pool | None = None
    flow: Flow | None = None
    _signature: Signature | None = None

    @property
    def name(self) -> str:
        return self.decl.name.text

    @property
    def parameters(self) -> list[nodes.ParamDecl]:
        if isinstance(self.decl, nodes.TaskDecl):
            return self.decl.parameters or []
        return [item for item in self.decl.body if isinstance(item, nodes.ParamDecl)]

    def signature(self) -> Signature:
        """What a call must give."""
        if self._signature is None:
            resolve = self.module.types.resolve
            parameters = [
                ParameterSignature(
                    item.name.text, resolve(item.type), item.default is None, default=False, doc=item.doc
                )
                for item in self.parameters
            ]
            self._signature = Signature(self.name, tuple(parameters))
        return self._signature


@dataclass(slots=True, eq=False)
class Module:
    """One file. `definitions`, `lets` and the types hold what it imports by name as well; `modules` are the files
    that it imports as a whole. `stored_as`: its path in rows. `defaults`: the settings
    for all tasks of the file."""

    tree: nodes.File
    report: Report
    catalog: Catalog
    types: DeclaredTypes
    definitions: dict[str, Definition] = field(default_factory=dict)
    lets: dict[str, Let] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    stored_as: str = ""
    defaults: list[nodes.Defaults] = field(init=False)

    def __post_init__(self) -> None:
        self.defaults = [item for item in self.tree.items if isinstance(item, nodes.Defaults)]

    @property
    def source(self) -> Source:
        return self.report.source

    def checker(self) -> Expressions:
        """A checker of the values of the file itself."""
        names = Names(Flow("", (0, 0)), file_lets=self.lets, modules=self.modules)
        return Expressions(self.report, names, self.types.enums())

    def find(self, path: nodes.Path) -> Definition | None:
        """The flow, task or pool that a path names here, `name` or `alias.name`."""
        first, *rest = path.names
        if not rest:
            return self.definitions.get(first.text)
        module = self.modules.get(first.text)
        if module is None or len(rest) != 1:
            return None
        found = module.definitions.get(rest[0].text)
        return found if found is not None and found.module is module else None

    def own_definitions(self) -> list[Definition]:
        """What the file declares itself; doubles are left out."""
        return [found for found in self.definitions.values() if found.module is self]

    def callables(self) -> list[str]:
        """The names of what a task may call here, components left out."""
        named = [(name, found) for name, found in self.definitions.items()]
        for alias, module in self.modules.items():
            named += [(f"{alias}.{found.name}", found) for found in module.own_definitions()]
        return [name for name, found in named if not isinstance(found.decl, nodes.PoolDecl)]


Imports = Mapping[str, Module]
"""Files by the text that an import names them with; one that could not be read is left out."""
