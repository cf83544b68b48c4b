"""What a name means at a place: the variables, outputs, members and parameters that can be seen from there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from flowc.analysis.model import Flow, Out, Parameter, Span, Task
from flowc.analysis.typed import Typed
from flowc.syntax import nodes
from runtime.model.slotted import dataclass, field, replace
from runtime.model.types import Type

if TYPE_CHECKING:
    from flowc.analysis.expressions import Expressions
    from flowc.analysis.module import Module
    from flowc.analysis.subjects import Subjects


@dataclass(frozen=True, slots=True, eq=False)
class Let:
    """`let name = value`, seen from `home`, the group or body that it stands in. None: it stands in the file.

    `checker`: of the file that it stands in, if that is another one.
    """

    name: nodes.Name
    value: nodes.Expr
    home: Task | None
    checker: Expressions | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Bound:
    """A parameter of what was called, with the value that the call gives it."""

    name: str
    span: Span
    value: Typed


Meaning = Parameter | Task | Let | Bound


@dataclass(slots=True, eq=False)
class Names:
    """The names of one frame of a flow: `lets` by the group they stand in, `file_lets` of the file last.

    `root`: the flow's body or the group that a called flow has become; None for a task that is called. What lies
    around it cannot be seen. `bound`: the parameters of what was called. `modules`: files that are imported as a whole.
    `taken`: names of items that may stand in bound values, so that variables of this frame get other ones.
    """

    flow: Flow
    parameters: dict[str, Parameter] = field(default_factory=dict)
    lets: dict[int, dict[str, Let]] = field(default_factory=dict)
    file_lets: dict[str, Let] = field(default_factory=dict)
    root: Task | None = None
    bound: dict[str, Bound] = field(default_factory=dict)
    modules: dict[str, Module] = field(default_factory=dict)
    taken: frozenset[str] = frozenset()
    _by_name: dict[str, list[Task]] | None = None

    def find(self, name: str, home: Task | None) -> Meaning | None:
        """What `name` means in the group `home`: its members and lets first, then those around it."""
        while home is not None:
            found: Meaning | None = home.members.get(name)
            if found is None and self.lets:
                found = self.lets.get(home.node, {}).get(name)
            if found is not None:
                return found
            home = None if home is self.root else home.parent
        return self.parameters.get(name) or self.bound.get(name) or self.file_lets.get(name)

    def visible(self, home: Task | None) -> Iterator[tuple[str, Meaning]]:
        """Every name that `find` finds from `home`, the nearest first."""
        while home is not None:
            yield from home.members.items()
            yield from self.lets.get(home.node, {}).items()
            home = None if home is self.root else home.parent
        yield from self.parameters.items()
        yield from self.bound.items()
        yield from self.file_lets.items()

    def variable(self, name: str) -> str:
        """The name in trees of a variable that is written as `name` in this frame."""
        while name in self.taken:
            name += "'"
        return name

    def item_type(self, name: str, task: Task) -> Type | None:
        """The type of a `for` variable around the expressions of a node."""
        return next((around.item_types[name] for around in self._mapped(task) if name in around.item_types), None)

    def item_names(self, task: Task) -> Iterator[str]:
        """The `for` variables around the expressions of a node."""
        for around in self._mapped(task):
            yield from around.item_types

    def _mapped(self, task: Task) -> Iterator[Task]:
        """The node and those around it whose `for` is written in this frame."""
        node: Task | None = None if self.root is None else task
        while node is not None and (node is not self.root or node.kind == "flow"):
            yield node
            node = node.parent

    def elsewhere(self, name: str) -> list[Task]:
        """All tasks and groups of the flow that have this name, whether they can be seen or not."""
        if self.root is None:
            return []
        if self._by_name is None:
            self._by_name = {}
            for task in self.flow.tasks[1:]:
                if task.hook or (self.root.kind != "flow" and self.root not in task.ancestors()):
                    continue
                self._by_name.setdefault(task.name, []).append(task)
        return self._by_name.get(name, [])


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands.

    `task`: the node it belongs to, which the references are counted for. `home`: the group in which names are looked
    up. `own`: outputs of the task itself that can be named. `late`: the action has run, so that its outputs are known.
    `variables`: of comprehensions. `narrowed`: trees that are known not to be null. `nodes`: whether tasks can be
    named at all. `parameters`: the parameters that can be named, if not all. `error`, `tick`: they are in scope.
    `members`: those of the group itself have ended, so that their outputs are known.
    `subjects`: what an expectation of a test may ask about.
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
    tick: bool = False
    members: bool = False
    subjects: Subjects | None = None

    def with_own(self, own: Mapping[str, Out], *, late: bool) -> Scope:
        return Scope(self.task, self.home, own, late, narrowed=self.narrowed)

    def with_variable(self, name: str, kind: Type) -> Scope:
        return replace(self, variables={**self.variables, name: kind})

    def with_narrowed(self, keys: frozenset[str]) -> Scope:
        return replace(self, narrowed=self.narrowed | keys) if keys else self
