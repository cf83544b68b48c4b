"""What stands at the top of a file, and the file."""

from __future__ import annotations

from flowc.syntax.nodes.blocks import Defaults, Statement, TaskDecl
from flowc.syntax.nodes.declarations import LetDecl
from flowc.syntax.nodes.expressions import Text
from flowc.syntax.nodes.names import ErrorNode, Name, Span
from flowc.syntax.nodes.types import TypeExpr
from runtime.model.slotted import dataclass, field


@dataclass(slots=True, eq=False)
class TypeDecl:
    """`type Name = type`."""

    name: Name
    type: TypeExpr
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class EnumMember:
    """`eu` or `eu = "eu-west-1"`."""

    name: Name
    value: Text | ErrorNode | None
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class EnumDecl:
    """`enum Name { a, b }`."""

    name: Name
    members: list[EnumMember]
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class FlowDecl:
    """`flow name { body }`; `head` covers `flow name`."""

    name: Name
    body: list[Statement]
    span: Span
    head: Span
    doc: str = ""
    partial: bool = False


@dataclass(slots=True, eq=False)
class Imported:
    """`name as alias` of a `from`; without `as` the alias is None."""

    name: Name
    alias: Name | None
    span: Span

    @property
    def local(self) -> Name:
        """The name that it has here."""
        return self.alias or self.name


@dataclass(slots=True, eq=False)
class FromImport:
    """`from "file" import a as b, c`."""

    file: Text
    names: list[Imported]
    span: Span


@dataclass(slots=True, eq=False)
class ModuleImport:
    """`import "file" as alias`."""

    file: Text
    alias: Name
    span: Span


@dataclass(slots=True, eq=False)
class PoolDecl:
    """`pool name { body }`; `head` covers `pool name`."""

    name: Name
    body: list[Statement]
    span: Span
    head: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class TestDecl:
    """`test "title" { given … expect … }`."""

    title: Text
    body: list[Statement]
    span: Span
    doc: str = ""


Item = (
    FlowDecl
    | TypeDecl
    | EnumDecl
    | TaskDecl
    | LetDecl
    | FromImport
    | ModuleImport
    | PoolDecl
    | TestDecl
    | Defaults
    | ErrorNode
)


@dataclass(slots=True, eq=False)
class File:
    """One `.flow` file. `complete` is false if errors made the parser leave something out."""

    items: list[Item] = field(default_factory=list)
    complete: bool = True
