"""A flow version indexed for the engine: members, successors and mapped ancestors of each node."""

from __future__ import annotations

from runtime.model.definition import Call, Dependency, FlowDefinition, Script, TaskDefinition
from runtime.model.run import TaskKind
from runtime.model.slotted import dataclass

DECIDE = 0
"""Lane of rows that the engine decides itself: groups, maps, joins, conditions not evaluated yet."""
EXECUTE = 1
"""Lane of rows that need a place of an executor."""


@dataclass(frozen=True, slots=True)
class FlowGraph:
    """`members[n]`: direct members of node n. `maps[n]`: its mapped ancestors, outermost first, itself included.

    `watched`: nodes whose start somebody asks about. `late`: the tasks of hooks on nodes that are late.
    `repeated[n]`: of n and the groups around it, outermost first, those with rounds; `hasty[n]`: of the groups around
    it, and of n if it is mapped, those with `fail_fast`.
    `choosy`: some group has succeeded with `enough` of its members.
    `fixed`: nodes with a setting that is computed when a run begins.
    `patient`: the failure of some group lets others go on, so it must be noticed as soon as it is certain.
    """

    definition_id: int
    flow: FlowDefinition
    by_path: dict[str, int]
    members: tuple[tuple[int, ...], ...]
    successors: tuple[tuple[Dependency, ...], ...]
    predecessors: tuple[tuple[Dependency, ...], ...]
    maps: tuple[tuple[int, ...], ...]
    size: int
    patient: bool
    fixed: tuple[int, ...]
    choosy: bool
    repeated: tuple[tuple[int, ...], ...]
    hasty: tuple[tuple[int, ...], ...]
    watched: frozenset[int]
    late: tuple[int, ...]

    @classmethod
    def of(cls, definition_id: int, flow: FlowDefinition) -> FlowGraph:
        size = len(flow.tasks)
        members: list[list[int]] = [[] for _ in range(size)]
        maps: list[tuple[int, ...]] = []
        repeated: list[tuple[int, ...]] = []
        around_hasty: list[tuple[int, ...]] = []
        hasty: list[tuple[int, ...]] = []
        for task in flow.tasks:
            outer = maps[task.parent] if task.parent is not None else ()
            maps.append((*outer, task.node) if task.generators else outer)
            outer = repeated[task.parent] if task.parent is not None else ()
            repeated.append((*outer, task.node) if task.until is not None else outer)
            outer = around_hasty[task.parent] if task.parent is not None else ()
            around_hasty.append((*outer, task.node) if task.fail_fast else outer)
            hasty.append(() if task.hook else around_hasty[-1] if task.generators else outer)
            if task.parent is not None:
                members[task.parent].append(task.node)
        forward: list[list[Dependency]] = [[] for _ in range(size)]
        backward: list[list[Dependency]] = [[] for _ in range(size)]
        for edge in flow.dependencies:
            forward[edge.predecessor].append(edge)
            backward[edge.successor].append(edge)
        return cls(
            definition_id=definition_id,
            flow=flow,
            by_path={task.path: task.node for task in flow.tasks},
            members=tuple(map(tuple, members)),
            successors=tuple(map(tuple, forward)),
            predecessors=tuple(map(tuple, backward)),
            maps=tuple(maps),
            choosy=any(task.enough is not None for task in flow.tasks),
            repeated=tuple(repeated),
            hasty=tuple(hasty),
            size=size,
            watched=frozenset(edge.predecessor for edge in flow.dependencies if _of_start(flow.tasks[edge.successor])),
            late=tuple(task.node for task in flow.tasks if task.hook == "late"),
            fixed=tuple(task.node for task in flow.tasks if _has_computed_setting(task)),
            patient=any(_lets_go_on(task, forward[task.node]) for task in flow.tasks),
        )

    def task(self, node: int) -> TaskDefinition:
        return self.flow.tasks[node]

    def mapped(self, node: int) -> bool:
        return bool(self.flow.tasks[node].generators)

    def subtree(self, node: int) -> list[int]:
        """Nodes below `node` whose rows exist as soon as one of `node` is opened, parents first.

        A mapped node among them is included, what is below it is not.
        """
        found: list[int] = []
        for member in self.members[node]:
            found.append(member)
            if not self.mapped(member):
                found.extend(self.subtree(member))
        return found

    def row_kind(self, node: int) -> TaskKind:
        """The kind of the row that stands for the node in its scope."""
        task = self.flow.tasks[node]
        return "map" if task.generators else task.kind

    def item_kind(self, node: int) -> TaskKind:
        """The kind of the rows of a mapped node's items."""
        return "task" if self.flow.tasks[node].kind == "task" else "item"

    def lane(self, node: int, kind: TaskKind) -> int:
        task = self.flow.tasks[node]
        ready_to_run = kind == "task" and task.when is None and isinstance(task.action, Script | Call)
        return EXECUTE if ready_to_run else DECIDE

    def forgiven(self, node: int, *, item: bool = False) -> bool:
        """Whether a failure of the node's row stops nobody. Of a mapped group the setting is about the whole node."""
        task = self.flow.tasks[node]
        if task.generators and task.kind == "group" and item:
            return False
        return task.allow_failure or bool(task.hook)


def _of_start(task: TaskDefinition) -> bool:
    return task.hook in ("start", "late")


def _has_computed_setting(task: TaskDefinition) -> bool:
    settings = [task.timeout_seconds, task.limit, task.priority, task.allow_failures, task.enough]
    settings += [use.weight for use in task.uses]
    if task.cache is not None:
        settings.append(task.cache.age)
    for rule in task.retry:
        settings += [rule.attempts, rule.delay_seconds, rule.backoff, rule.max_delay_seconds, rule.jitter]
        settings.append(rule.within_seconds)
    return any(isinstance(tree, list) and tree[0] != "lit" for tree in settings)


def _lets_go_on(task: TaskDefinition, successors: list[Dependency]) -> bool:
    if task.kind != "group" and not task.generators:
        return False
    may_go_on = task.allow_failure or task.allow_failures is not None or task.retry
    return bool(may_go_on) or any(edge.outcome for edge in successors)
