"""What the compiler may know of a component: its name, typed parameters and result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runtime.model.slotted import dataclass, field
from runtime.model.types import Type

Runs = Literal["inline", "thread", "process", "coroutine"]
"""Where a call of a component is executed."""


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
    """`outs`: the named, typed outputs in order. `idempotent`: running it again does no harm. `transactional`: its
    effects are durable together with its completion, or there are none."""

    name: str
    parameters: tuple[ParameterSignature, ...] = ()
    outs: tuple[tuple[str, Type], ...] = ()
    doc: str = ""
    idempotent: bool = False
    runs: Runs = "thread"
    transactional: bool = False

    @property
    def repeatable(self) -> bool:
        """Whether a call that was lost may be made again."""
        return self.idempotent or self.transactional


Catalog = Mapping[str, Signature]
"""Every component the compiler may call, by its full name (`http.get`)."""
