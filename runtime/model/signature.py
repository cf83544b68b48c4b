"""What the compiler may know of a component: its name, typed parameters and result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from runtime.model.types import Type


@dataclass(frozen=True, slots=True)
class ParameterSignature:
    """`default` is a JSON value and counts only if `required` is false."""

    name: str
    type: Type
    required: bool = True
    default: Any = field(default=None, hash=False)
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Signature:
    """`outs`: the named, typed outputs in order. `idempotent`: running it again does no harm."""

    name: str
    parameters: tuple[ParameterSignature, ...] = ()
    outs: tuple[tuple[str, Type], ...] = ()
    doc: str = ""
    idempotent: bool = False


Catalog = dict[str, Signature]
"""Every component the compiler may call, by its full name (`http.get`)."""
