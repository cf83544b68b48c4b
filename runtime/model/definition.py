"""Definition rows: the compiler's product and all that the runner needs of a flow.

One `FlowDefinition` a flow version, one `TaskDefinition` a node, one `Dependency` an edge. They are
immutable once deployed. The same source gives the same rows, byte for byte, on any machine.

Node 0 is the flow's body, a group like any other; every other node has a `parent`. Nodes are numbered in
the order of the source, parents before members; this order is the tie-break of claims.

Expressions are stored as trees in JSON, described in `runtime.expression`.
"""

from __future__ import annotations

from typing import Any, Final, Literal

from runtime.model.slotted import dataclass, field

Tree = Any
"""An expression in JSON; see `runtime.expression`."""

TypeJson = Any
"""A type in JSON; see `runtime.model.types`."""


@dataclass(frozen=True, slots=True)
class ParameterDefinition:
    """A parameter of a flow. `default` and `where` are trees, or absent (`has_default` tells for `default`)."""

    name: str
    type: TypeJson
    has_default: bool = False
    default: Tree = None
    where: Tree = None
    doc: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class Binding:
    """A value that a script receives: `FLOW_V1`, `FLOW_V2`, … in the order of their first use."""

    name: str
    value: Tree
    type: TypeJson


@dataclass(frozen=True, slots=True)
class Hole:
    """Where a binding stands in a script.

    `use` for shells: `word` (outside quotes: becomes a quoted variable, a list becomes several words),
    `inner` (already inside double quotes or an unquoted here-document: `${FLOW_V1}`), `arith` (an int,
    written bare). For Python `name`, for SQL `parameter`. `raw`: its text becomes part of the script.
    """

    binding: str
    use: Literal["word", "inner", "arith", "name", "parameter", "raw"]


@dataclass(frozen=True, slots=True)
class Script:
    """A script action. `parts` are literal text and holes in turn; joined they are the script.

    `connection`: for `sql`, a tree that gives the path of the database file.
    `line`: the line of the file on which the script's text begins (for tracebacks). `source_file`: that file, if it is
    not the flow's own.
    """

    language: Literal["sh", "bash", "python", "sql"]
    parts: tuple[str | Hole, ...]
    bindings: tuple[Binding, ...] = ()
    connection: Tree = None
    line: int = 0
    source_file: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """A call of a component: its full name and a tree for each argument given.

    `process`: it declares to run in a process of its own, so the engine need not load its module.
    """

    component: str
    arguments: dict[str, Tree] = field(default_factory=dict)
    process: bool = False


@dataclass(frozen=True, slots=True)
class Wait:
    """Wait without a worker: `until` is a tree that gives a duration (from the start), a time of day or a datetime."""

    until: Tree


@dataclass(frozen=True, slots=True)
class Ask:
    """Wait for a person: `text` is a tree; the outputs that are not computed are the fields of the form."""

    text: Tree


@dataclass(frozen=True, slots=True)
class Detach:
    """Start a run of its own of a flow, with a tree for each argument given, and go on; the output `run` names it."""

    flow: str
    arguments: dict[str, Tree] = field(default_factory=dict)


Action = Script | Call | Wait | Ask | Detach


@dataclass(frozen=True, slots=True)
class OutDefinition:
    """An output. `value`: a tree if it is computed (`out x: int = expr`), else the action provides it.

    `early`: the computed value needs nothing of the action and is known before it. `default` (if `has_default`) stands
    in if the action gives no value or the task is skipped. `where` is checked after the action.
    """

    name: str
    type: TypeJson
    computed: bool = False
    value: Tree = None
    early: bool = False
    doc: str = ""
    has_default: bool = False
    default: Tree = None
    where: Tree = None


@dataclass(frozen=True, slots=True)
class Ensure:
    """A condition that must hold; `text` is a tree that says what is wrong. Of `ensures`: on a task's own outputs,
    after its action. Of `requires`: on the values that it is called with, before it starts."""

    condition: Tree
    text: Tree
    line: int = 0


@dataclass(frozen=True, slots=True)
class Cache:
    """Outputs may be taken over from a run in which the same content and arguments (or `by`) succeeded within `age`."""

    age: Tree
    by: Tree = None


@dataclass(frozen=True, slots=True)
class Until:
    """Rounds of a node until `condition` over its own outputs holds, `every_seconds` apart, `at_most` of them (trees).

    `kept`: (name, tree, type) of the values of a round that the next one may ask for as `last.name`.
    """

    condition: Tree
    every_seconds: Tree = 0.0
    at_most: Tree = None
    kept: tuple[tuple[str, Tree, TypeJson], ...] = ()


@dataclass(frozen=True, slots=True)
class Use:
    """So many places of a pool, all taken at once when the node starts; `weight` is a tree that gives a number."""

    pool: str
    weight: Tree = 1


MOST_RETRIES: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Retry:
    """`attempts` more starts after the first. `when` is a tree with `error` in scope, or None; the others are numbers,
    or trees that need nothing but what is known when a run begins. `within_seconds`: no attempt begins later than so
    long after the first start."""

    attempts: Tree
    delay_seconds: Tree = 0.0
    backoff: Tree = 1.0
    max_delay_seconds: Tree = None
    jitter: Tree = 0.0
    when: Tree = None
    within_seconds: Tree = None


@dataclass(frozen=True, slots=True)
class Generator:
    """`for name in over`: `over` is a tree that gives a list of `type` items."""

    name: str
    over: Tree
    type: TypeJson


Hook = Literal["", "start", "success", "failure", "retry", "skip", "timeout", "late", "done"]


OnCrash = Literal["", "rerun", "suspend"]
"""What becomes of a task whose end a crash has made unknowable. Empty: what `idempotent` and `retry` say."""


@dataclass(frozen=True, slots=True)
class TaskDefinition:
    """A node: the flow's body, a group or a task. `path` is stable: `ingest/copy`, `""` for the flow's body.

    With `generators` the node is mapped: at run time a container row and one row per item. `sequential`: the
    items of a mapped sequence run one after another. `edges_in`: how many `Dependency` rows end here, those with
    `outcome` left out.

    `timeout_seconds`: of an attempt; of a group or a node with rounds, from its first start to its end; of the flow's
    body, the deadline of the run. `enough`: the node has succeeded after so many of its members, and the rest is not
    needed. `fail_fast`: after a failure nothing new starts in it.
    `allow_failure`: its failure stops nobody. `allow_failures`: of a mapped node, how many items may fail (a number, or
    a percentage of them, rounded down). `awaits`: a condition on the outcomes of others, decided as soon as they allow
    it: true, the node may start; false, it is skipped. It is made of `["state", PATH, STATE]`,
    `["any", PATH, COUNT]`, `and`, `or`, `not`; of hooks `["event", PATH, EVENT]`, `["late", PATH, DURATION]`. `hook`:
    the node reports on another one (its `awaits` says on what) and its own failure changes no outcome.
    """

    node: int
    path: str
    name: str
    kind: Literal["flow", "group", "task"]
    parent: int | None
    action: Action | None = None
    outs: tuple[OutDefinition, ...] = ()
    generators: tuple[Generator, ...] = ()
    by: Tree = None
    sequential: bool = False
    when: Tree = None
    retry: tuple[Retry, ...] = ()
    timeout_seconds: Tree = None
    limit: Tree = None
    env: tuple[tuple[str, Tree], ...] = ()
    idempotent: bool = False
    on_crash: OnCrash = ""
    cwd: Tree = None
    requires: tuple[Ensure, ...] = ()
    ensures: tuple[Ensure, ...] = ()
    cache: Cache | None = None
    until: Until | None = None
    uses: tuple[Use, ...] = ()
    allow_failure: bool = False
    allow_failures: Tree = None
    enough: Tree = None
    fail_fast: bool = False
    awaits: Tree = None
    hook: Hook = ""
    priority: Tree = 0
    edges_in: int = 0
    doc: str = ""
    line: int = 0
    content_hash: str = ""


@dataclass(frozen=True, slots=True)
class Dependency:
    """`successor` waits for `predecessor`.

    The compiler has lifted the predecessor out of every mapped node that the successor is not in, so the
    mapped ancestors of `predecessor` are also ancestors of `successor`. `deep`: the successor is in further
    mapped nodes, so several of its instances wait for one of the predecessor. `origin`: `data`, `chain`,
    `after` or `sequence`; `line`: where the source says so. `outcome`: the successor's `awaits` asks for the outcome of
    the predecessor; the edge alone keeps nobody waiting.
    """

    predecessor: int
    successor: int
    deep: bool = False
    origin: Literal["data", "chain", "after", "sequence"] = "data"
    line: int = 0
    outcome: bool = False


@dataclass(frozen=True, slots=True)
class PoolDefinition:
    """A pool of the whole store, by its name: `limit` places, or `rate` starts in each `per_seconds`."""

    name: str
    limit: int | None = None
    rate: int | None = None
    per_seconds: float = 1.0
    line: int = 0


@dataclass(frozen=True, slots=True)
class ScheduleDefinition:
    """When a flow is to run by itself; `runtime.schedule` gives its instants.

    `kind` decides which of the next four counts: `daily` has `at`, `weekly` has `days` (`mon`, `tue`, …) and `at`
    (`06:30`, `06:30:15`), `every` has `every_seconds`, `cron` has `cron`, a line of five fields. `zone`: an IANA name;
    empty is the zone of the machine that serves. `when`: a tree over the run's `time` and `since_last`, the duration
    since the last run by a tick, if there was one. `catchup`: what becomes of ticks that nobody was there for.
    """

    kind: Literal["daily", "weekly", "every", "cron"]
    at: str = ""
    days: tuple[str, ...] = ()
    every_seconds: int = 0
    cron: str = ""
    zone: str = ""
    when: Tree = None
    catchup: Literal["none", "last", "all"] = "none"
    line: int = 0


@dataclass(frozen=True, slots=True)
class TriggerDefinition:
    """What makes a flow run when something happens; `flower serve` looks for it.

    `kind` decides what counts: `after` has `awaits`, a condition of `["state", FLOW, STATE]`, `and` and `or` over runs
    of other flows; for `file`, `source` is a pattern below the project folder, for `webhook` the name in its address.
    `event`: the type of the item `event`, which `condition` and the `arguments` for the flow's parameters are about.
    """

    kind: Literal["after", "file", "webhook"]
    source: str = ""
    awaits: Tree = None
    event: TypeJson = None
    condition: Tree = None
    arguments: dict[str, Tree] = field(default_factory=dict)
    line: int = 0


Overlap = Literal["", "skip", "queue", "cancel", "allow"]
"""What becomes of a run for which its flow has no room. Empty: nothing was said, so ticks are skipped and runs that
people ask for start at once."""


@dataclass(frozen=True, slots=True)
class FlowDefinition:
    """A whole flow, ready to deploy. `source_file` is relative to the project folder; `content_hash` covers all
    that decides how it runs, and not where the file lies. `limit_runs`: how many runs of it may be under way.
    `zone`: the IANA name of the zone of its dates; empty is that of who asks for a run."""

    name: str
    source_file: str
    parameters: tuple[ParameterDefinition, ...]
    tasks: tuple[TaskDefinition, ...]
    dependencies: tuple[Dependency, ...]
    doc: str = ""
    line: int = 0
    content_hash: str = ""
    schedules: tuple[ScheduleDefinition, ...] = ()
    triggers: tuple[TriggerDefinition, ...] = ()
    overlap: Overlap = ""
    limit_runs: int | None = None
    zone: str = ""
    pools: tuple[PoolDefinition, ...] = ()
    owner: str = ""
    tags: tuple[str, ...] = ()
