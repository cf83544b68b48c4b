"""Order without data: `after` and chains."""

from __future__ import annotations

from flowc.syntax.nodes.expressions import Expr
from flowc.syntax.nodes.names import Path, Span
from runtime.model.slotted import dataclass


@dataclass(slots=True, eq=False)
class AwaitCount:
    """`any(path, count)` in `after`. `function` is the word before the bracket, unchecked."""

    function: Path
    path: Path
    count: Expr
    span: Span


@dataclass(slots=True, eq=False)
class AwaitAll:
    """`a, b` in `after`: all of them, two or more."""

    parts: list[Awaited]
    span: Span


@dataclass(slots=True, eq=False)
class AwaitAny:
    """`a or b` in `after`: one of them, two or more."""

    parts: list[Awaited]
    span: Span


Awaited = Path | AwaitCount | AwaitAll | AwaitAny
"""What `after` names. A path may end in a state: `risky.failed`."""


@dataclass(slots=True, eq=False)
class After:
    """`after a, b.c`, `after a or b`, `after any(g, 3)`."""

    awaited: Awaited
    span: Span

    @property
    def parts(self) -> list[Awaited]:
        """What must all come first."""
        return self.awaited.parts if isinstance(self.awaited, AwaitAll) else [self.awaited]


@dataclass(slots=True, eq=False)
class Chain:
    """`a -> [b, c] -> d`: two steps or more, each with one path or more. A single bare name is no chain."""

    steps: list[list[Path]]
    span: Span
