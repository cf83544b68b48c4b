"""The result of checking an expression: its type, its tree, and when its value is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from flowc.analysis.model import Task
from flowc.analysis.types import UNKNOWN
from runtime.model.definition import Tree
from runtime.model.slotted import dataclass
from runtime.model.types import BOOL, Type

if TYPE_CHECKING:
    from flowc.analysis.choices import Branch

Known = int
"""When a value is known; the larger, the later."""
WRITTEN: Final[Known] = 0
"""From the text alone: literals."""
CREATION: Final[Known] = 1
"""When a run is created: parameters, the run's time."""
RUN_TIME: Final[Known] = 2
"""Only while the run goes on: outputs, items."""


@dataclass(slots=True)
class Typed:
    """`skipper`: where the value may be missing, the node whose condition makes it so. `covers`: it is there if one of
    these branches runs."""

    type: Type
    tree: Tree = None
    known: Known = WRITTEN
    skipper: Task | None = None
    late: bool = False
    covers: frozenset[Branch] = frozenset()

    @property
    def wrong(self) -> bool:
        return self.type == UNKNOWN


def wrong() -> Typed:
    """What stands for an expression whose error is reported."""
    return Typed(UNKNOWN)


def together(kind: Type, tree: Any, parts: list[Typed]) -> Typed:
    """A value made of others: as late as the latest of them, wrong if one is."""
    if any(part.wrong for part in parts):
        return Typed(UNKNOWN if kind != BOOL else BOOL, tree)
    known = max((part.known for part in parts), default=WRITTEN)
    return Typed(kind, tree, known, late=any(part.late for part in parts))
