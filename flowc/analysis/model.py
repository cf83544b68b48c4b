"""The resolved model: what names mean and what types are, before order. `flowc.plan` adds the order to it,
`flowc.emit` writes it down as rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from flowc.source import Source
from runtime.model.definition import (
    Action,
    Cache,
    Ensure,
    Generator,
    Hook,
    OnCrash,
    OutDefinition,
    Overlap,
    PoolDefinition,
    Retry,
    ScheduleDefinition,
    Tree,
    TriggerDefinition,
    Until,
    Use,
)
from runtime.model.signature import Signature
from runtime.model.slotted import dataclass, field
from runtime.model.types import Type

if TYPE_CHECKING:
    from flowc.analysis.choices import Branch
    from flowc.analysis.module import Definition
    from flowc.analysis.typed import Typed

Catalog = Mapping[str, Signature]
"""The components that a file may call, by full name."""

Span = tuple[int, int]
"""Start and end offset in the source, in characters."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of a flow. `default` is a tree and counts if `has_default`."""

    name: str
    type: Type
    span: Span
    has_default: bool = False
    default: Tree = None
    where: Tree = None
    doc: str = ""


@dataclass(frozen=True, slots=True)
class Out:
    """An output as others see it: its name, its type and where it is declared (the callee's have the call's place)."""

    name: str
    type: Type
    span: Span
    computed: bool = False
    early: bool = False
    declared: bool = True
    has_default: bool = False


@dataclass(frozen=True, slots=True)
class Reference:
    """A data reference: an expression of a node names `target`. `text` is the reference as written."""

    target: Task
    span: Span
    text: str


@dataclass(slots=True, eq=False)
class Task:
    """A node: the flow's body, a group or a task, numbered in the order of the source, parents before members.

    `optional`: it may be skipped by a condition of its own. `references`: data references of its own expressions,
    without those of its members. `called`: a flow that is called has become this group; its member `result` computes
    the flow's outputs. `detached`: the flow of which it starts a run of its own. `branches`: of `if` and
    `match`, inside its group, that it stands in, the outermost first. `has_rounds`: it has an `until`; `repeats`: its
    members may run again, in another round or attempt; `kept`: what is asked for as `last.NAME`, with the value at the
    end of a round.
    `of_callee`: the outputs that what it calls, or the called flow itself, declares.
    `outs_unknown`: what it calls is not known, so neither are its outputs. `may_fail`: it may fail, or lose items, and
    others go on all the same. `arguments`: what a called task or flow gets. `hook`: the event of `subject` that
    it reports on; `space` is then the namespace of the hook.
    """

    node: int
    kind: Literal["flow", "group", "task"]
    name: str
    path: str
    parent: Task | None
    span: Span
    ordered: bool = False
    doc: str = ""
    optional: bool = False
    may_fail: bool = False
    mapped: bool = False
    called: bool = False
    detached: Definition | None = None
    result: Task | None = None
    branches: tuple[Branch, ...] = ()
    outs_unknown: bool = False
    members: dict[str, Task] = field(default_factory=dict)
    outs: dict[str, Out] = field(default_factory=dict)
    of_callee: frozenset[str] = frozenset()
    references: list[Reference] = field(default_factory=list)
    arguments: dict[str, Typed] = field(default_factory=dict)
    item_types: dict[str, Type] = field(default_factory=dict)
    action: Action | None = None
    out_definitions: tuple[OutDefinition, ...] = ()
    generators: tuple[Generator, ...] = ()
    by: Tree = None
    when: Tree = None
    retry: tuple[Retry, ...] = ()
    timeout_seconds: Tree = None
    limit: Tree = None
    env: tuple[tuple[str, Tree], ...] = ()
    idempotent: bool = False
    on_crash: OnCrash = ""
    priority: Tree = 0
    cwd: Tree = None
    requires: list[Ensure] = field(default_factory=list)
    ensures: tuple[Ensure, ...] = ()
    cache: Cache | None = None
    uses: tuple[Use, ...] = ()
    allow_failure: bool = False
    allow_failures: Tree = None
    enough: Tree = None
    fail_fast: bool = False
    has_rounds: bool = False
    repeats: bool = False
    until: Until | None = None
    kept: dict[str, tuple[Tree, Type]] = field(default_factory=dict)
    awaits: Tree = None
    hook: Hook = ""
    subject: Task | None = None
    space: Task | None = None

    @property
    def home(self) -> Task | None:
        """The group in which its names are looked up."""
        return self.space or self.parent

    @property
    def giver(self) -> Task:
        """The node that has its outputs: of a called flow the member that computes them."""
        return self.result or self

    @property
    def dotted(self) -> str:
        """The path as the source writes it: `ingest.copy`."""
        return self.path.replace("/", ".")

    def ancestors(self) -> list[Task]:
        """The groups around it, the nearest first, the flow's body last."""
        found, node = [], self.parent
        while node is not None:
            found.append(node)
            node = node.parent
        return found


@dataclass(frozen=True, slots=True)
class Pool:
    """A pool as declared; `source`: the file that declares it."""

    definition: PoolDefinition
    span: Span
    source: Source


@dataclass(frozen=True, slots=True)
class Order:
    """An order that the source states without data: `successor` waits for `predecessor`; with `outcome` only to learn
    what has become of it."""

    predecessor: Task
    successor: Task
    span: Span
    origin: Literal["chain", "after", "sequence"]
    outcome: bool = False


@dataclass(slots=True, eq=False)
class Flow:
    """A flow, resolved. `tasks[0]` is its body; `orders` are chains, `after` and the order in sequences."""

    name: str
    span: Span
    doc: str = ""
    parameters: dict[str, Parameter] = field(default_factory=dict)
    tasks: list[Task] = field(default_factory=list)
    orders: list[Order] = field(default_factory=list)
    pools: dict[str, Pool] = field(default_factory=dict)
    owner: str = ""
    tags: tuple[str, ...] = ()
    schedules: list[ScheduleDefinition] = field(default_factory=list)
    triggers: list[TriggerDefinition] = field(default_factory=list)
    overlap: Overlap = ""
    limit_runs: int | None = None
    zone: str = ""

    @property
    def body(self) -> Task:
        return self.tasks[0]
