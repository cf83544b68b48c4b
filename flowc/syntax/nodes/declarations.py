"""Values that are declared: `let`, parameters, outputs."""

from __future__ import annotations

from flowc.syntax.nodes.expressions import Expr
from flowc.syntax.nodes.names import Name, Span
from flowc.syntax.nodes.types import TypeExpr
from runtime.model.slotted import dataclass


@dataclass(slots=True, eq=False)
class LetDecl:
    """`let name = value`."""

    name: Name
    value: Expr
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class ParamDecl:
    """`param name: type = default where …`; for a template's parameter the same without the keyword."""

    name: Name
    type: TypeExpr
    default: Expr | None
    where: Expr | None
    span: Span
    doc: str = ""


@dataclass(slots=True, eq=False)
class OutDecl:
    """`out name: type = value default … where …`, of a task or of a flow."""

    name: Name
    type: TypeExpr
    value: Expr | None
    default: Expr | None
    where: Expr | None
    span: Span
    doc: str = ""
