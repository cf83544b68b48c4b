"""A frame: a block of statements as it is meant at one place of one flow.

The body of a flow is one; so is every call of a task or flow that is written somewhere else, whose names mean what
they mean there, and whose parameters stand for the values of the call.
"""

from __future__ import annotations

from flowc.analysis.actions import Actions
from flowc.analysis.expressions import Expressions
from flowc.analysis.model import Flow, Span, Task
from flowc.analysis.module import Definition, Module
from flowc.analysis.pools import Pools
from flowc.analysis.report import Report
from flowc.analysis.scope import Names
from flowc.analysis.settings import Settings
from flowc.syntax import nodes
from runtime.model.slotted import dataclass


@dataclass(slots=True, eq=False)
class Frame:
    """`definition`: what was called, None for a flow's own body."""

    module: Module
    names: Names
    checker: Expressions
    settings: Settings
    actions: Actions
    definition: Definition | None = None

    @property
    def report(self) -> Report:
        return self.checker.report


@dataclass(frozen=True, slots=True)
class Layer:
    """A declaration that says something of a node, in its frame."""

    decl: nodes.FlowDecl | nodes.GroupDecl | nodes.TaskDecl
    frame: Frame


def frame_of(module: Module, report: Report, names: Names, definition: Definition | None = None) -> Frame:
    """A frame with its checkers."""
    checker = Expressions(report, names, module.types.enums())
    return Frame(
        module, names, checker, Settings(checker, Pools(module, names.flow)), Actions(checker, module), definition
    )


def called(definition: Definition, flow: Flow, caller: Frame, place: Span, root: Task | None) -> Frame:
    """The frame of a call that stands at `place` in `caller`. `root`: the group that a called flow becomes."""
    module = definition.module
    report = module.report.called(caller.report, place)
    names = Names(flow, file_lets=module.lets, root=root, modules=module.modules)
    return frame_of(module, report, names, definition)


def file_frame(module: Module) -> Frame:
    """The frame of what stands in a file outside of its flows."""
    names = Names(Flow("", (0, 0)), file_lets=module.lets, modules=module.modules)
    return frame_of(module, module.report, names)
