"""What differs between two versions of a flow, as data."""

from __future__ import annotations

from typing import Literal

from runtime.model.slotted import dataclass

Sort = Literal["added", "removed", "changed"]


@dataclass(frozen=True, slots=True)
class FactChange:
    """One thing that is said of something, before and after; None where it is not said."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class ParameterChange:
    """`text`: the parameter as it is declared now, or was if it is removed."""

    sort: Sort
    name: str
    text: str
    facts: tuple[FactChange, ...] = ()


@dataclass(frozen=True, slots=True)
class NodeChange:
    """A task or group. `was`: its path before, if it had another one. `does`: its program, or `group`.
    `facts`: of one that has come or gone, all of them."""

    sort: Sort
    path: str
    kind: Literal["task", "group"]
    does: str
    line: int
    was: str | None = None
    facts: tuple[FactChange, ...] = ()


@dataclass(frozen=True, slots=True)
class EdgeChange:
    """`successor` now waits for `predecessor`, or no longer does. Removed ones have the names and lines of before.

    `origin` and `line`: what makes or made it. `outcome`: about how the predecessor ends, not only that it does.
    `with_node`: one of the ends has come or gone itself.
    """

    sort: Literal["added", "removed"]
    predecessor: str
    successor: str
    origin: str
    line: int
    outcome: bool = False
    with_node: bool = False


@dataclass(frozen=True, slots=True)
class FlowChange:
    """All of a flow. `reordered`: its tasks stand in another order, which decides between tasks that are ready at
    once. Changed without anything else: only places in the file have moved."""

    name: str
    sort: Literal["added", "changed", "unchanged"]
    tasks: int
    facts: tuple[FactChange, ...] = ()
    parameters: tuple[ParameterChange, ...] = ()
    nodes: tuple[NodeChange, ...] = ()
    edges: tuple[EdgeChange, ...] = ()
    reordered: bool = False

    @property
    def only_moved(self) -> bool:
        """A new version that does what the old one did."""
        told = (self.facts, self.parameters, self.nodes, self.edges, self.reordered)
        return self.sort == "changed" and not any(told)
