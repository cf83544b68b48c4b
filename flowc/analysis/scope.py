"""What a name means at a place: the variables, outputs, members and parameters that can be seen from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from flowc.analysis.model import Flow, Out, Parameter, Task
from flowc.syntax import nodes
from runtime.model.types import Type


@dataclass(frozen=True, slots=True, eq=False)
class Let:
    """`let name = value`, seen from `home`, the group or body that it stands in. None: it stands in the file."""

    name: nodes.Name
    value: nodes.Expr
    home: Task | None


Meaning = Parameter | Task | Let


@dataclass(slots=True, eq=False)
class Names:
    """The names of one flow. `others`: for each group the names in it that are no members, `lets` of the file last."""

    flow: Flow
    parameters: dict[str, Parameter] = field(default_factory=dict)
    lets: dict[int, dict[str, Let]] = field(default_factory=dict)
    file_lets: dict[str, Let] = field(default_factory=dict)
    _by_name: dict[str, list[Task]] | None = None

    def find(self, name: str, home: Task | None) -> Meaning | None:
        """What `name` means in the group `home`: its members and lets first, then those around it."""
        while home is not None:
            found: Meaning | None = home.members.get(name)
            if found is None and self.lets:
                found = self.lets.get(home.node, {}).get(name)
            if found is not None:
                return found
            home = home.parent
        return self.parameters.get(name) or self.file_lets.get(name)

    def visible(self, home: Task | None) -> Iterator[tuple[str, Meaning]]:
        """Every name that `find` finds from `home`, the nearest first."""
        while home is not None:
            yield from home.members.items()
            yield from self.lets.get(home.node, {}).items()
            home = home.parent
        yield from self.parameters.items()
        yield from self.file_lets.items()

    def elsewhere(self, name: str) -> list[Task]:
        """All tasks and groups of the flow that have this name, whether they can be seen or not."""
        if self._by_name is None:
            self._by_name = {}
            for task in self.flow.tasks[1:]:
                self._by_name.setdefault(task.name, []).append(task)
        return self._by_name.get(name, [])


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands.

    `task`: the node it belongs to, which the references are counted for. `home`: the group in which names are looked
    up. `own`: outputs of the task itself that can be named. `late`: the action has run, so that its outputs are known.
    `variables`: of comprehensions. `narrowed`: trees that are known not to be null. `nodes`: whether tasks can be
    named at all. `parameters`: the parameters that can be named, if not all. `error`: `error` is in scope.
    """

    task: Task
    home: Task | None
    own: Mapping[str, Out] = field(default_factory=dict)
    late: bool = False
    variables: Mapping[str, Type] = field(default_factory=dict)
    narrowed: frozenset[str] = frozenset()
    nodes: bool = True
    parameters: frozenset[str] | None = None
    error: bool = False

    def with_own(self, own: Mapping[str, Out], *, late: bool) -> Scope:
        return Scope(self.task, self.home, own, late, narrowed=self.narrowed)

    def with_variable(self, name: str, kind: Type) -> Scope:
        return replace(self, variables={**self.variables, name: kind})

    def with_narrowed(self, keys: frozenset[str]) -> Scope:
        return replace(self, narrowed=self.narrowed | keys) if keys else self

    def item_type(self, name: str) -> Type | None:
        """The type of a `for` variable around the expression."""
        node: Task | None = self.task
        while node is not None:
            if name in node.item_types:
                return node.item_types[name]
            node = node.parent
        return None

    def item_names(self) -> Iterator[str]:
        node: Task | None = self.task
        while node is not None:
            yield from node.item_types
            node = node.parent
