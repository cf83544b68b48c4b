"""Names as they are written, and text that was not understood."""

from __future__ import annotations

from runtime.model.slotted import dataclass

Span = tuple[int, int]
"""Start and end offset in the source, in characters, half open."""


@dataclass(slots=True, eq=False)
class Name:
    """A name where it is declared, or a part of a dotted path."""

    text: str
    span: Span


@dataclass(slots=True, eq=False)
class Path:
    """`ingest.copy` where the grammar wants a task, a group or a callee."""

    names: list[Name]
    span: Span

    @property
    def text(self) -> str:
        return ".".join(name.text for name in self.names)


@dataclass(slots=True, eq=False)
class ErrorNode:
    """Text that was not understood; the diagnostic is in the sink already.

    `declares` is the name that a statement would have declared: references to it are no mistakes of their own.
    """

    span: Span
    declares: Name | None = None
