"""Types as they are written."""

from __future__ import annotations

from flowc.syntax.nodes.expressions import Expr
from flowc.syntax.nodes.names import ErrorNode, Name, Span
from runtime.model.slotted import dataclass


@dataclass(slots=True, eq=False)
class NamedType:
    """`int`, `Source`; which of them exist is for the analysis to say."""

    name: Name
    span: Span


@dataclass(slots=True, eq=False)
class AppliedType:
    """`list[T]`, `map[str, T]`: a name with types in brackets."""

    name: Name
    arguments: list[TypeExpr]
    span: Span


@dataclass(slots=True, eq=False)
class OptionalType:
    """`inner?`."""

    inner: TypeExpr
    span: Span


@dataclass(slots=True, eq=False)
class FieldDecl:
    """`name: type = default` of a record type."""

    name: Name
    type: TypeExpr
    default: Expr | None
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class RecordType:
    """`{ name: str, partitions: int = 1 }`."""

    fields: list[FieldDecl]
    span: Span


TypeExpr = NamedType | AppliedType | OptionalType | RecordType | ErrorNode
