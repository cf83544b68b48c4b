"""A test of a flow, resolved: what is given and what is expected, with expressions as trees. It is no part of rows."""

from __future__ import annotations

from flowc.analysis.model import Flow
from flowc.analysis.module import Definition
from flowc.source import Source, Span
from runtime.model.definition import Tree
from runtime.model.slotted import dataclass, field


@dataclass(frozen=True, slots=True)
class OutcomeTree:
    """How an attempt ends. `kind`, `message` and `exit_code` are trees, of a failure; `outputs` those of a success."""

    succeeded: bool
    outputs: dict[str, Tree] = field(default_factory=dict)
    kind: Tree = "error"
    message: Tree = ""
    exit_code: Tree = None


@dataclass(frozen=True, slots=True)
class EndingTree:
    """What is given of a node, or of one instance; see `runtime.simulation.given.Ending`."""

    path: str
    span: Span
    skipped: bool = False
    outcomes: tuple[OutcomeTree, ...] = ()


@dataclass(frozen=True, slots=True)
class Operand:
    """A part of a claim whose value tells why it does not hold."""

    span: Span
    tree: Tree


@dataclass(frozen=True, slots=True)
class Claim:
    """A condition that must hold; `a and b` are two."""

    span: Span
    tree: Tree
    operands: tuple[Operand, ...]


@dataclass(slots=True, eq=False)
class Scenario:
    """One `test` block. `flow` is declared by `definition`, maybe in another file; `time` is a tree of a datetime.

    `arguments`: of tasks and flows that are called, by path of the node and name, as far as they are asked for.
    """

    title: str
    span: Span
    source: Source
    definition: Definition
    flow: Flow
    parameters: dict[str, Tree] = field(default_factory=dict)
    time: Tree = None
    endings: list[EndingTree] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    arguments: dict[tuple[str, str], Tree] = field(default_factory=dict)
